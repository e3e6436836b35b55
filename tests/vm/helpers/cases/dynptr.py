"""Dynptrs to memory of the program and to records of ring buffers, of every length and place."""

from collections.abc import Iterator
from itertools import product

from tests.vm.helpers.build import Argument, Builder, Case, MapObject, ipv4_packet
from vm.instruction import Alu, Call, Imm, Jump, Load, Reg
from vm.isa import AluOp, CallKind, JumpOp, Size
from vm.program import MapSpec
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

_RING = MapSpec("ring", MapType.RINGBUF, 0, 0, 4096)
_STACK = 10
_AT = -16
"""Where on the stack the dynptr lies."""
_POINTER = "the dynptr"


def cases() -> Iterator[Case]:
    """All programs."""
    for flags, offset, length, more in product((0, 1), (0, 1, 8, 16, 17, -1), (0, 1, 8, 16), (0, 1)):
        yield _local(16, flags, offset, length, more)
    for size in (0, 1, 15):
        yield _local(size, 0, 0, 8, 0)
    for size, offset, length in product((4, 16), (0, 1, 8, 15, 16, -1), (1, 2, 8)):
        yield _part(size, offset, length)
    for size, flags, offset in product((0, 1, 16, 100, 4000, 4096, 5000, -1), (0, 1), (0, 8, 99)):
        yield _record(size, flags, offset, submit=bool(offset))


def _call(program: Builder, helper: H, *args: Argument | str) -> None:
    for n, argument in enumerate(args, 1):
        if isinstance(argument, str):
            program.insns += [Alu(AluOp.MOV, 64, n, Reg(_STACK)), Alu(AluOp.ADD, 64, n, Imm(_AT))]
        else:
            program.load(n, argument)
    program.insns.append(Call(CallKind.HELPER, helper))


def _local(size: int, flags: int, offset: int, length: int, more: int) -> Case:
    program = Builder(
        ProgType.XDP, ipv4_packet(), f"{size} bytes flags {flags}: {length} at {offset}, {more}"
    )
    source, given = program.memory(bytes(range(1, 17))), program.memory(b"\xaa" * 16)
    target = program.memory(b"\x55" * 16)
    _call(program, H.DYNPTR_FROM_MEM, source, size, flags, _POINTER)
    program.keep(0)
    _call(program, H.DYNPTR_READ, target, length, _POINTER, offset, more)
    program.keep(0)
    _call(program, H.DYNPTR_WRITE, _POINTER, offset, given, length, more)
    return program.keep(0).done(2)


def _part(size: int, offset: int, length: int) -> Case:
    program = Builder(ProgType.XDP, ipv4_packet(), f"{length} at {offset} of {size} by address")
    source = program.memory(bytes(range(1, 17)))
    _call(program, H.DYNPTR_FROM_MEM, source, size, 0, _POINTER)
    _call(program, H.DYNPTR_DATA, _POINTER, offset, length)
    program.insns += [Jump(JumpOp.JEQ, 64, 0, Imm(0), 1), Load(Size.B, 0, 0, 0)]
    return program.keep(0).done(2)


def _record(size: int, flags: int, offset: int, *, submit: bool) -> Case:
    program = Builder(ProgType.XDP, ipv4_packet(), f"a record of {size} flags {flags}, written at {offset}")
    program.extra_maps = (_RING,)
    given, target = program.memory(b"\xaa" * 8), program.memory(b"\x55" * 8)
    _call(program, H.RINGBUF_RESERVE_DYNPTR, MapObject(2), size, flags, _POINTER)
    program.keep(0)
    _call(program, H.DYNPTR_WRITE, _POINTER, offset, given, 8, 0)
    program.keep(0)
    _call(program, H.DYNPTR_READ, target, 8, _POINTER, offset, 0)
    program.keep(0)
    _call(program, H.RINGBUF_SUBMIT_DYNPTR if submit else H.RINGBUF_DISCARD_DYNPTR, _POINTER, 1)
    program.call(H.RINGBUF_QUERY, MapObject(2), 0)
    return program.done(2)
