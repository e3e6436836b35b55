"""Atomic instructions, as ARMv8.1 and later have them (LSE). Those that fetch order what is around them."""

from collections.abc import Mapping

from vm.instruction import Atomic, LoadAcquire, StoreRelease
from vm.isa import AtomicOp
from vm.jit.arm64 import encode as a64
from vm.jit.arm64.constants import add_constant
from vm.jit.arm64.encode import ZR, Op, Reg
from vm.jit.arm64.registers import A64, FIRST, SECOND
from vm.jit.piece import Emit, Lowered

_PLAIN: Mapping[AtomicOp, Op] = {
    AtomicOp.ADD: Op.LDADD,
    AtomicOp.AND: Op.LDCLR,
    AtomicOp.OR: Op.LDSET,
    AtomicOp.XOR: Op.LDEOR,
}
_FETCHING: Mapping[AtomicOp, Op] = {
    AtomicOp.ADD: Op.LDADDAL,
    AtomicOp.AND: Op.LDCLRAL,
    AtomicOp.OR: Op.LDSETAL,
    AtomicOp.XOR: Op.LDEORAL,
    AtomicOp.XCHG: Op.SWPAL,
}


def lower_atomic(insn: Atomic, _pc: int, _frame: object) -> Lowered:
    """One instruction on an address without offset; "and" clears the bits of the operand turned around."""
    wide, src = insn.size.bytes == 8, A64[insn.src]
    code, base = _address(A64[insn.dst], insn.off)
    if insn.op is AtomicOp.CMPXCHG:
        return (Emit(code + a64.atomic(Op.CASAL, A64[0], src, base, wide=wide)),)
    operand = src
    if insn.op is AtomicOp.AND:
        code, operand = code + a64.three(Op.ORN, SECOND, ZR, src, wide=wide), SECOND
    op, result = (_FETCHING[insn.op], src) if insn.fetch else (_PLAIN[insn.op], ZR)
    return (Emit(code + a64.atomic(op, operand, result, base, wide=wide)),)


def lower_acquire(insn: LoadAcquire, _pc: int, _frame: object) -> Lowered:
    """``ldar``."""
    code, base = _address(A64[insn.src], insn.off)
    return (Emit(code + a64.ordered(Op.LDAR, A64[insn.dst], base, insn.size.bytes)),)


def lower_release(insn: StoreRelease, _pc: int, _frame: object) -> Lowered:
    """``stlr``."""
    code, base = _address(A64[insn.dst], insn.off)
    return (Emit(code + a64.ordered(Op.STLR, A64[insn.src], base, insn.size.bytes)),)


def _address(base: Reg, off: int) -> tuple[bytes, Reg]:
    """What brings the address into a register, and that register."""
    if not off:
        return b"", base
    return add_constant(FIRST, base, off, spare=FIRST, wide=True), FIRST
