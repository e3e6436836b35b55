"""The mistakes: for each shape of instruction, the instructions that learners write in its place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    Neg,
    Reg,
    Store,
)
from vm.isa import FP, AluOp, AtomicOp, CallKind, EndianOp, JumpOp, Size
from vm.word import byte_swap

NOTHING: Final = Goto(0)
"""An instruction that does nothing, as long as the one it stands for."""
OPPOSITE: Final[Mapping[JumpOp, JumpOp]] = MappingProxyType({
    JumpOp.JEQ: JumpOp.JNE, JumpOp.JNE: JumpOp.JEQ, JumpOp.JGT: JumpOp.JLE, JumpOp.JLE: JumpOp.JGT,
    JumpOp.JGE: JumpOp.JLT, JumpOp.JLT: JumpOp.JGE, JumpOp.JSGT: JumpOp.JSLE, JumpOp.JSLE: JumpOp.JSGT,
    JumpOp.JSGE: JumpOp.JSLT, JumpOp.JSLT: JumpOp.JSGE,
})  # fmt: skip
NEXT_TO: Final[Mapping[JumpOp, JumpOp]] = MappingProxyType({
    JumpOp.JGT: JumpOp.JGE, JumpOp.JGE: JumpOp.JGT, JumpOp.JLT: JumpOp.JLE, JumpOp.JLE: JumpOp.JLT,
    JumpOp.JSGT: JumpOp.JSGE, JumpOp.JSGE: JumpOp.JSGT, JumpOp.JSLT: JumpOp.JSLE, JumpOp.JSLE: JumpOp.JSLT,
})  # fmt: skip
UNSIGNED: Final[Mapping[JumpOp, JumpOp]] = MappingProxyType({
    JumpOp.JSGT: JumpOp.JGT, JumpOp.JSGE: JumpOp.JGE, JumpOp.JSLT: JumpOp.JLT, JumpOp.JSLE: JumpOp.JLE,
})  # fmt: skip
OTHER: Final[Mapping[AluOp, AluOp]] = MappingProxyType({
    AluOp.ADD: AluOp.SUB, AluOp.SUB: AluOp.ADD, AluOp.MUL: AluOp.ADD, AluOp.DIV: AluOp.MUL,
    AluOp.OR: AluOp.AND, AluOp.AND: AluOp.OR, AluOp.XOR: AluOp.OR, AluOp.LSH: AluOp.RSH,
    AluOp.RSH: AluOp.LSH, AluOp.ARSH: AluOp.RSH, AluOp.MOD: AluOp.DIV, AluOp.SDIV: AluOp.DIV,
    AluOp.SMOD: AluOp.MOD, AluOp.MOVSX8: AluOp.MOV, AluOp.MOVSX16: AluOp.MOV, AluOp.MOVSX32: AluOp.MOV,
})  # fmt: skip
WIDTHS: Final = (Size.B, Size.H, Size.W, Size.DW)
SIMPLE: Final[Mapping[AtomicOp, AtomicOp]] = MappingProxyType(
    {
        AtomicOp.ADD: AtomicOp.OR,
        AtomicOp.OR: AtomicOp.ADD,
        AtomicOp.AND: AtomicOp.OR,
        AtomicOp.XOR: AtomicOp.OR,
    }
)


@dataclass(frozen=True, slots=True)
class Change:
    """What is written in place of an instruction, and what kind of mistake that is."""

    kind: str
    insn: Instruction


def changes(insn: Instruction) -> Iterator[Change]:
    """Every mistake for one instruction, none that is written as the same bytes."""
    make = MISTAKES.get(type(insn))
    if make is None:
        return
    for change in make(insn):
        if change.insn != insn:
            yield change


def _jump(insn: Jump) -> Iterator[Change]:
    yield Change("never jumps", NOTHING)
    yield Change("always jumps", Goto(insn.off))
    for kind, table in (("opposite", OPPOSITE), ("boundary", NEXT_TO), ("unsigned", UNSIGNED)):
        if insn.op in table:
            yield Change(kind, replace(insn, op=table[insn.op]))
    match insn.src:
        case Imm(value):
            yield from (Change("off by one", replace(insn, src=one)) for one in _beside(value))
            yield from (Change("byte order", replace(insn, src=one)) for one in _turned(value))
        case Reg(n) if n != insn.dst and insn.op in NEXT_TO:
            yield Change("operands swapped", replace(insn, dst=n, src=Reg(insn.dst)))
        case _:
            pass


def _alu(insn: Alu) -> Iterator[Change]:
    yield Change("left out", NOTHING)
    if insn.op in OTHER:
        yield Change("other operation", replace(insn, op=OTHER[insn.op]))
    if insn.bits == 32:
        yield Change("wrong width", replace(insn, bits=64))
    match insn.src:
        case Imm(value):
            yield from (Change("off by one", replace(insn, src=one)) for one in _beside(value))
        case Reg(n) if n < FP:
            yield Change("wrong register", replace(insn, src=Reg((n + 1) % FP)))
        case _:
            pass


def _beside(value: int) -> Iterator[Imm]:
    """The numbers next to one."""
    for number in (value + 1, value - 1):
        if -(1 << 31) <= number < 1 << 31:
            yield Imm(number)


def _turned(value: int) -> Iterator[Imm]:
    """A 16-bit number with its bytes the other way round."""
    if 0xFF < value <= 0xFFFF or 0 < value <= 0xFF:
        yield Imm(byte_swap(value, 16))


def _load(insn: Load) -> Iterator[Change]:
    yield Change("left out", NOTHING)
    yield from (Change("wrong width", replace(insn, size=size)) for size in _other_widths(insn.size))
    yield from (Change("wrong offset", replace(insn, off=insn.off + by)) for by in (1, -1))
    if insn.signed:
        yield Change("unsigned", replace(insn, signed=False))


def _store(insn: Store) -> Iterator[Change]:
    yield Change("left out", NOTHING)
    yield from (Change("wrong width", replace(insn, size=size)) for size in _other_widths(insn.size))
    yield from (Change("wrong offset", replace(insn, off=insn.off + by)) for by in (1, -1))
    match insn.src:
        case Imm(value):
            yield from (Change("off by one", replace(insn, src=one)) for one in _beside(value))
        case Reg(n) if n < FP:
            yield Change("wrong register", replace(insn, src=Reg((n + 1) % FP)))
        case _:
            pass


def _other_widths(size: Size) -> Iterator[Size]:
    at = WIDTHS.index(size)
    yield from (WIDTHS[other] for other in (at - 1, at + 1) if 0 <= other < len(WIDTHS))


def _endian(insn: Endian) -> Iterator[Change]:
    yield Change("byte order", NOTHING)
    if insn.op is EndianOp.BE:
        yield Change("byte order", replace(insn, op=EndianOp.LE))
    yield from (Change("wrong width", replace(insn, bits=bits)) for bits in (16, 32, 64) if bits != insn.bits)


def _atomic(insn: Atomic) -> Iterator[Change]:
    yield Change("left out", NOTHING)
    if insn.op in SIMPLE and not insn.fetch:
        yield Change("other operation", replace(insn, op=SIMPLE[insn.op]))
        yield Change("not atomic", Store(insn.size, insn.dst, insn.off, Reg(insn.src)))


def _call(insn: Call) -> Iterator[Change]:
    if insn.kind is CallKind.HELPER:
        yield Change("left out", NOTHING)


def _goto(insn: Goto) -> Iterator[Change]:
    if insn.off:
        yield Change("left out", NOTHING)


def _neg(_: Neg) -> Iterator[Change]:
    yield Change("left out", NOTHING)


MISTAKES: Mapping[type[Instruction], Callable[[Any], Iterator[Change]]] = MappingProxyType({
    Jump: _jump, Alu: _alu, Load: _load, Store: _store, Endian: _endian, Atomic: _atomic, Call: _call,
    Goto: _goto, Neg: _neg,
})  # fmt: skip
"""By shape of instruction; others are left as they are."""
