"""Records what the kernel of this machine answers to programs near the structural rules (tests/data/cfg)."""

import importlib.util
import json
import os
import platform
import re
import struct
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.shared_data import CHECKOUT, shared
from tests.vm.cfg.structure_cases import FRAMES, MAPS, Case, cases
from vm.cfg.structure.early import find_functions
from vm.encoding import decode, unpack
from vm.program import Program
from vm.uapi.prog_types import ProgType

GOLDEN = CHECKOUT / "tests/data/cfg/structure.json"
_FUNCTION = re.compile(r"^func#\d+ @(\d+)$", re.MULTILINE)


def main() -> None:
    """Ask the kernel about every case and write the answers, one line each."""
    path = shared("tools/kernel_oracle.py")
    if path is None:
        raise SystemExit("needs tools/kernel_oracle.py of the shared data; set HOOKSCOPE_SHARED")
    oracle = _import(path)
    maps = [oracle.Map((m.type.label, m.key_size, m.value_size, m.max_entries, m.flags)) for m in MAPS]
    rows = [_answer(oracle, case, maps) for case in cases()]
    head = {"kernel": platform.release().split("-")[0], "machine": platform.machine(), "frames": FRAMES}
    lines = ",\n".join(json.dumps(row) for row in rows)
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(f'{json.dumps(head)[:-1]},\n"cases": [\n{lines}\n]}}\n')
    refused = sum(1 for row in rows if row[4])
    print(f"{len(rows)} programs, {refused} refused, Linux {head['kernel']}")


def _import(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("kernel_oracle", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    __import__("sys").modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _answer(oracle: Any, case: Case, maps: list[Any]) -> list[Any]:
    """One row: frame, program type, body, typed, errno, message, and the functions the log lists early on.

    The last is None where the kernel got as far as looking at registers.
    """
    extra, btf = {}, -1
    if case.typed:
        btf, records = _types(oracle, case)
        extra = {"btf_fd": btf, "func_info": records}
    with oracle.load(case.code, case.prog_type, maps=maps, **extra) as program:
        early, number, message = "processed 0 insns" in program.log, program.errno, program.error
    starts = None
    if early:
        with oracle.load(case.code, case.prog_type, maps=maps, log_level=2, **extra) as program:
            starts = [int(start) for start in _FUNCTION.findall(program.log)]
    if btf >= 0:
        os.close(btf)
    return [case.frame, case.prog_type, case.body, int(case.typed), number, message, starts]


def _types(oracle: Any, case: Case) -> tuple[int, bytes]:
    """BTF that gives every function the type int (void *, long), and the records that say so."""
    slots = unpack(case.code)
    program = Program("typed", ProgType.XDP, slots, decode(slots))
    starts = find_functions(program).starts or (0,)
    names = ["", "int", "f"]
    strings = b"".join(name.encode() + b"\0" for name in names)
    integer = struct.pack("<IIII", 1, 1 << 24, 4, 1 << 24 | 32)
    prototype = struct.pack("<III", 0, 13 << 24 | 1, 1) + struct.pack("<II", 5, 1)
    function = struct.pack("<III", 5, 12 << 24, 2)
    types = integer + prototype + function
    header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings))
    records = b"".join(struct.pack("<II", start, 3) for start in starts)
    return oracle.btf_load(header + types + strings), records
