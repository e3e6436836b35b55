"""Records what the kernel of this machine answers to programs near the structural rules (tests/data/cfg)."""

import ctypes
import errno
import json
import os
import platform
import re
import struct
from typing import Any

from tests.oracle import attr, kernel
from tests.shared_data import CHECKOUT
from tests.vm.cfg.structure_cases import FRAMES, MAPS, Case, cases
from vm.cfg.structure.early import find_functions
from vm.encoding import decode, unpack
from vm.program import Program
from vm.uapi.prog_types import ProgType

GOLDEN = CHECKOUT / "tests/data/cfg/structure.json"
_BTF_LOAD = 18
_FUNCTION = re.compile(r"^func#\d+ @(\d+)$", re.MULTILINE)
_LOOP = re.compile(r"infinite loop detected at insn \d+$")
_NOT_THE_REASON = re.compile(
    r"\d+: |from \d+ to |processed \d|verification time|stack depth|mark_precise|\s*R\d+(_\w+)?=|\s*frame\d+:"
    r"|(cur|old) state:|caller:|callee:|returning from|to caller at|SCC enter|func#|Live regs"
)


def main() -> None:
    """Ask the kernel about every case and write the answers, one line each."""
    if reason := kernel.unavailable():
        raise SystemExit(reason)
    maps = [_map(m.type, m.key_size, m.value_size, m.max_entries) for m in MAPS]
    rows = [_answer(case, maps) for case in cases()]
    version = kernel.kernel_version().split("-")[0]
    head = {"kernel": version, "machine": platform.machine(), "frames": FRAMES}
    lines = ",\n".join(json.dumps(row) for row in rows)
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(f'{json.dumps(head)[:-1]},\n"cases": [\n{lines}\n]}}\n')
    refused = sum(1 for row in rows if row[4])
    print(f"{len(rows):,} programs, {refused:,} refused, Linux {version}")


def _map(kind: int, key_size: int, value_size: int, entries: int) -> kernel.KernelMap:
    made = kernel.KernelMap.create(kind, key_size, value_size, entries)
    if isinstance(made, int):
        raise SystemExit(f"cannot create a map: {os.strerror(-made)}")
    return made


def _answer(case: Case, maps: list[kernel.KernelMap]) -> list[Any]:
    """One row: frame, program type, body, typed, errno, message, and the functions the log lists early on.

    The last is None where the kernel got as far as looking at registers.
    """
    error, log = _load(case, maps, log_level=1)
    if error == errno.ENOSPC:  # the log, not the program, was too long: ask for the verdict alone
        error, _ = _load(case, maps, log_level=0)
    starts = None
    if error and "processed 0 insns" in log:
        starts = [int(start) for start in _FUNCTION.findall(_load(case, maps, log_level=2)[1])]
    return [
        case.frame,
        case.prog_type,
        case.body,
        int(case.typed),
        error,
        _reason(log) if error else "",
        starts,
    ]


def _reason(log: str) -> str:
    """The line that says why: the last that does not describe the walk."""
    for line in reversed(log.splitlines()):
        if found := _LOOP.search(line):
            return found.group()
        if line.strip() and not _NOT_THE_REASON.match(line):
            return line.rstrip()
    return ""


def _load(case: Case, maps: list[kernel.KernelMap], log_level: int) -> tuple[int, str]:
    """The errno, 0 when accepted, and the log."""
    if case.typed:
        return _load_typed(case, log_level)
    loaded = kernel.load(case.code, ProgType[case.prog_type.upper()], maps, log_level=log_level)
    loaded.close()
    return loaded.error, loaded.log


def _load_typed(case: Case, log_level: int) -> tuple[int, str]:
    """The same with BTF that gives every function the type ``int (int)``."""
    slots = unpack(case.code)
    program = Program("typed", ProgType.XDP, slots, decode(slots))
    starts = find_functions(program).starts or (0,)
    btf, records = _types(), b"".join(struct.pack("<II", start, _FUNCTION_TYPE) for start in starts)
    held = [ctypes.create_string_buffer(data, len(data)) for data in (case.code, b"GPL\0", records)]
    log = ctypes.create_string_buffer(1 << 20)
    code, licence, info = (ctypes.addressof(buffer) for buffer in held)
    request = attr.ProgLoad(
        prog_type=ProgType.XDP,
        insn_cnt=len(slots),
        insns=code,
        license=licence,
        log_level=log_level,
        log_size=len(log),
        log_buf=ctypes.addressof(log),
        prog_btf_fd=btf,
        func_info_rec_size=8,
        func_info=info,
        func_info_cnt=len(starts),
    )
    result = kernel.bpf(attr.PROG_LOAD, request)
    for fd in (btf, result):
        if fd >= 0:
            os.close(fd)
    return max(-result, 0), log.value.decode()


class _BtfLoad(ctypes.Structure):
    _fields_ = [
        ("btf", ctypes.c_uint64), ("btf_log_buf", ctypes.c_uint64), ("btf_size", ctypes.c_uint32),
        ("btf_log_size", ctypes.c_uint32), ("btf_log_level", ctypes.c_uint32),
    ]  # fmt: skip


_FUNCTION_TYPE = 3


def _types() -> int:
    """A descriptor of BTF with type 1, ``int``; 2, ``int (int)``; 3, a static function of that type."""
    strings = b"\0int\0f\0"
    integer = struct.pack("<IIII", 1, 1 << 24, 4, 1 << 24 | 32)
    prototype = struct.pack("<III", 0, 13 << 24 | 1, 1) + struct.pack("<II", 5, 1)
    function = struct.pack("<III", 5, 12 << 24, 2)
    types = integer + prototype + function
    header = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(strings))
    data = header + types + strings
    held = ctypes.create_string_buffer(data, len(data))
    made = kernel.bpf(_BTF_LOAD, _BtfLoad(btf=ctypes.addressof(held), btf_size=len(data)))
    if made < 0:
        raise SystemExit(f"cannot load BTF: {os.strerror(-made)}")
    return made
