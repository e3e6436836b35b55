"""What a verification is asked for."""

from dataclasses import dataclass
from typing import Final

from vm.isa import MAX_INSNS

LOG_PATH: Final = 1
LOG_ALL: Final = 2
LOG_STATS: Final = 4

STRICT_ALIGNMENT: Final = 1 << 0
ANY_ALIGNMENT: Final = 1 << 1
TEST_STATE_FREQ: Final = 1 << 3
SLEEPABLE: Final = 1 << 4
TEST_REG_INVARIANTS: Final = 1 << 7


@dataclass(frozen=True, slots=True)
class Options:
    """``load_flags`` are the kernel's BPF_F_ bits, ``log_level`` its 1, 2 and 4, or-ed; ``profile`` names the
    loader's privileges; ``limit`` is how many instructions may be processed; ``cpus`` how many there are;
    ``target`` is the place of a program with typed arguments, such as ``lsm/file_open``.
    ``func_info``: whether the loader gives the types of the functions (BTF), as compilers and we do.
    """

    attach_type: int | None = None
    load_flags: int = 0
    log_level: int = 0
    profile: str = "root"
    limit: int = MAX_INSNS
    cpus: int = 2
    func_info: bool = True
    target: str = ""
