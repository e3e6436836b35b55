"""A program as every part of the simulator sees it: slots, instructions, maps, and where each came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from vm.instruction import Instruction, Slot
from vm.source import Span
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

_NOTHING: Mapping[str, int] = MappingProxyType({})
_NOWHERE: Mapping[int, Span] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MapSpec:
    """What a map looks like before it exists.

    Sizes are in bytes; ``flags`` are the kernel's BPF_F_ bits. ``key_type`` and ``value_type`` name how a
    person reads the bytes (``ipv4``, ``u64``, ``mac``, ``{u32 hits, u64 bytes}``) and change nothing else.
    ``init`` entries are written before the first run, then ``frozen`` makes the map read-only to user space.
    """

    name: str
    type: MapType
    key_size: int
    value_size: int
    max_entries: int
    flags: int = 0
    key_type: str | None = None
    value_type: str | None = None
    inner: "MapSpec | None" = None
    init: tuple[tuple[bytes, bytes], ...] = ()
    frozen: bool = False
    map_extra: int = 0


@dataclass(frozen=True, slots=True)
class Program:
    """An assembled or loaded program.

    ``insns`` is indexed by slot (pc) and as long as ``slots``: the second slot of ``ld_imm64`` holds None.
    ``LoadImm64`` of kind MAP_FD or MAP_VALUE refers to ``maps`` by index in ``imm``. ``labels`` give names to
    slots, ``functions`` to the first slot of each subprogram, ``spans`` the text each slot was written as.
    """

    name: str
    prog_type: ProgType
    slots: tuple[Slot, ...]
    insns: tuple[Instruction | None, ...]
    maps: tuple[MapSpec, ...] = ()
    license: str = "GPL"
    hook: str | None = None
    labels: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    functions: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    spans: Mapping[int, Span] = field(default_factory=lambda: _NOWHERE)

    @property
    def gpl(self) -> bool:
        """Whether the licence lets the program call GPL-only helpers (include/linux/license.h)."""
        return self.license in GPL_COMPATIBLE

    def label_of(self, pc: int) -> str | None:
        """The first label that names slot ``pc``."""
        return next((name for name, at in self.labels.items() if at == pc), None)


GPL_COMPATIBLE = frozenset(
    {"GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL"}
)
