"""Arithmetic, negation and byte order."""

from collections.abc import Mapping

from vm.instruction import Alu, Endian, Imm, Neg, Reg
from vm.isa import AluOp, EndianOp
from vm.jit.arm64 import encode as a64
from vm.jit.arm64.constants import add_constant, load_constant
from vm.jit.arm64.encode import ZR, Op
from vm.jit.arm64.encode import Reg as Machine
from vm.jit.arm64.immediates import bitmask, fits_arithmetic
from vm.jit.arm64.registers import A64, FIRST, SECOND
from vm.jit.piece import Emit, Lowered

_THREE: Mapping[AluOp, Op] = {
    AluOp.ADD: Op.ADD,
    AluOp.SUB: Op.SUB,
    AluOp.AND: Op.AND,
    AluOp.OR: Op.ORR,
    AluOp.XOR: Op.EOR,
    AluOp.DIV: Op.UDIV,
    AluOp.SDIV: Op.SDIV,
    AluOp.LSH: Op.LSLV,
    AluOp.RSH: Op.LSRV,
    AluOp.ARSH: Op.ASRV,
}
"""Operations that are one instruction of three registers."""
_MASKS: Mapping[AluOp, Op] = {AluOp.AND: Op.AND_IMM, AluOp.OR: Op.ORR_IMM, AluOp.XOR: Op.EOR_IMM}
_REMAINDERS: Mapping[AluOp, Op] = {AluOp.MOD: Op.UDIV, AluOp.SMOD: Op.SDIV}
_EXTENDED: Mapping[AluOp, int] = {AluOp.MOVSX8: 8, AluOp.MOVSX16: 16, AluOp.MOVSX32: 32}


def lower_alu(insn: Alu, _pc: int, _frame: object) -> Lowered:
    """One instruction for most; a constant that fits in none is put together first."""
    dst, wide = A64[insn.dst], insn.bits == 64
    match insn.src:
        case Reg(n):
            return (Emit(_by_register(insn.op, dst, A64[n], wide=wide)),)
        case Imm(value):
            return (Emit(_by_constant(insn.op, dst, value, wide=wide)),)


def _by_register(op: AluOp, dst: Machine, src: Machine, *, wide: bool) -> bytes:
    if op in _THREE:
        return a64.three(_THREE[op], dst, dst, src, wide=wide)
    if op in _REMAINDERS:
        quotient = a64.three(_REMAINDERS[op], FIRST, dst, src, wide=wide)
        return quotient + a64.multiply(Op.MSUB, dst, FIRST, src, dst, wide=wide)
    if op in _EXTENDED:
        return a64.bitfield(Op.SBFM, dst, src, 0, _EXTENDED[op] - 1, wide=wide)
    if op is AluOp.MUL:
        return a64.multiply(Op.MADD, dst, dst, src, ZR, wide=wide)
    return a64.mov(dst, src, wide=wide)


def _by_constant(op: AluOp, dst: Machine, value: int, *, wide: bool) -> bytes:
    match op:
        case AluOp.MOV:
            return load_constant(dst, value, wide=wide)
        case AluOp.ADD:
            return add_constant(dst, dst, value, spare=FIRST, wide=wide)
        case AluOp.SUB if fits_arithmetic(value):
            return a64.arithmetic_imm(Op.SUB_IMM, dst, dst, value & 0xFFFFFFFF, wide=wide)
        case AluOp.SUB if fits_arithmetic(-value):
            return a64.arithmetic_imm(Op.ADD_IMM, dst, dst, -value, wide=wide)
        case AluOp.AND | AluOp.OR | AluOp.XOR if (mask := bitmask(value, 64 if wide else 32)) is not None:
            return a64.logical_imm(_MASKS[op], dst, dst, mask, wide=wide)
        case AluOp.LSH:
            return a64.shift_left_imm(dst, dst, value, wide=wide)
        case AluOp.RSH:
            return a64.shift_imm(Op.UBFM, dst, dst, value, wide=wide)
        case AluOp.ARSH:
            return a64.shift_imm(Op.SBFM, dst, dst, value, wide=wide)
        case _:
            spare = SECOND if op in _REMAINDERS else FIRST
            return load_constant(spare, value, wide=wide) + _by_register(op, dst, spare, wide=wide)


def lower_neg(insn: Neg, _pc: int, _frame: object) -> Lowered:
    """``neg``: zero minus the register."""
    dst = A64[insn.dst]
    return (Emit(a64.three(Op.SUB, dst, ZR, dst, wide=insn.bits == 64)),)


def lower_endian(insn: Endian, _pc: int, _frame: object) -> Lowered:
    """AArch64 runs Linux little endian: ``le`` only cuts, ``be`` and ``bswap`` reverse."""
    dst, wide = A64[insn.dst], insn.op is EndianOp.BSWAP
    swaps = insn.op is not EndianOp.LE
    match insn.bits:
        case 16:
            turned = a64.two(Op.REV16, dst, dst, wide=wide) if swaps else b""
            return (Emit(turned + a64.bitfield(Op.UBFM, dst, dst, 0, 15, wide=wide)),)
        case 32:
            cut = a64.bitfield(Op.UBFM, dst, dst, 0, 31, wide=wide)
            return (Emit(a64.two(Op.REV32, dst, dst, wide=False) if swaps else cut),)
        case _:
            return (Emit(a64.two(Op.REV64, dst, dst, wide=True) if swaps else b""),)
