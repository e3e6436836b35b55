"""Records what the running kernel answers to tests/kernel_runs/control.py.

Callbacks need BTF: a type for every function, made here by hand.
"""

import ctypes
import json
import platform
import struct
from collections.abc import Sequence
from ctypes import Structure, c_uint32, c_uint64

from app.linux.bpf import KernelMap, KernelProgram, bpf, relocated, unavailable
from tests.kernel_runs.control import CASES, GOLDEN, PACKET, assembled, shown
from tests.oracle import attr
from vm.encoding import pack
from vm.instruction import Call, LoadImm64
from vm.isa import CallKind, ImmKind
from vm.program import Program
from vm.uapi.map_types import MapType

BTF_LOAD = 18
_INT, _FUNC_PROTO, _FUNC = 1, 13, 12


class BtfLoad(Structure):
    """BPF_BTF_LOAD."""

    _fields_ = [
        ("btf", c_uint64), ("log_buf", c_uint64), ("btf_size", c_uint32), ("btf_log_size", c_uint32),
        ("btf_log_level", c_uint32),
    ]  # fmt: skip


def btf_of(count: int) -> bytes:
    """Types: 1 an int, 2 ``int (void)``, and from 3 on ``count`` static functions of that type."""
    names = b"\0int\0" + b"".join(f"f{n}\0".encode() for n in range(count))
    types = struct.pack("<IIII", 1, _INT << 24, 4, 0x0100_0020) + struct.pack("<III", 0, _FUNC_PROTO << 24, 1)
    for n in range(count):
        types += struct.pack("<III", names.index(f"f{n}\0".encode()), _FUNC << 24, 2)
    head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(names))
    return head + types + names


def functions_of(program: Program) -> list[int]:
    """The first slots of the program's functions."""
    starts = {0}
    for pc, insn in enumerate(program.insns):
        match insn:
            case Call(CallKind.LOCAL, distance) | LoadImm64(_, ImmKind.FUNC, distance):
                starts.add(pc + 1 + distance)
            case _:
                pass
    return sorted(starts)


def load(program: Program, maps: Sequence[KernelMap]) -> KernelProgram:
    """Loads the program with function types."""
    starts = functions_of(program)
    blob = ctypes.create_string_buffer(btf_of(len(starts)))
    btf = bpf(BTF_LOAD, BtfLoad(btf=ctypes.addressof(blob), btf_size=len(blob) - 1))
    code = ctypes.create_string_buffer(relocated(pack(program.slots), maps))
    info = ctypes.create_string_buffer(b"".join(struct.pack("<II", at, 3 + n) for n, at in enumerate(starts)))
    licence, log = ctypes.create_string_buffer(b"GPL"), ctypes.create_string_buffer(1 << 20)
    request = attr.ProgLoad(
        prog_type=program.prog_type,
        insn_cnt=len(program.slots),
        insns=ctypes.addressof(code),
        license=ctypes.addressof(licence),
        log_level=1,
        log_size=len(log),
        log_buf=ctypes.addressof(log),
        prog_btf_fd=max(btf, 0),
        func_info_rec_size=8,
        func_info=ctypes.addressof(info),
        func_info_cnt=len(starts),
    )
    fd = bpf(attr.PROG_LOAD, request)
    if btf < 0 or fd < 0:
        raise SystemExit(f"record_control: {program.name}: {btf} {fd}\n{log.value.decode()[-2000:]}")
    return KernelProgram(0, "", fd)


def answer(name: str) -> list[object]:
    """What the kernel makes of a case."""
    programs = assembled(name).programs
    maps: list[KernelMap] = []
    for spec in programs[0].maps:
        made = KernelMap.create(spec.type, spec.key_size, spec.value_size, spec.max_entries, spec.flags)
        if isinstance(made, int):
            raise SystemExit(f"record_control: {name}: map {spec.name}: {made}")
        maps.append(made)
    loaded = [load(program, maps) for program in programs]
    for made, spec in zip(maps, programs[0].maps, strict=True):
        for key, value in spec.init:
            if spec.type is MapType.PROG_ARRAY:
                value = loaded[int.from_bytes(value, "little")].fd.to_bytes(4, "little")
            made.update(
                key, value.ljust(8, b"\0") * (made.io_size // 8) if made.io_size > len(value) else value
            )
    run = loaded[0].test_run(PACKET)
    found = [maps[0].lookup(key) for key in sorted(maps[0].keys())]
    values = [value for value in found if isinstance(value, bytes)]
    for program in loaded:
        program.close()
    for used in maps:
        used.close()
    return [run.retval, shown(values)]


def main() -> None:
    if reason := unavailable():
        raise SystemExit(f"record_control: {reason}")
    answers = {name: answer(name) for name in CASES}
    GOLDEN.write_text(json.dumps({"kernel": platform.release(), "answers": answers}, indent=1) + "\n")
