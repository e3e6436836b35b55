"""Arithmetic, negation and byte order."""

from collections.abc import Mapping

from vm.instruction import Alu, Endian, Imm, Neg, Reg
from vm.isa import AluOp, EndianOp
from vm.jit.piece import Emit, Lowered
from vm.jit.registers import SCRATCH, X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Group, Shift
from vm.jit.x86.encode import Reg as Machine

_GROUPS: Mapping[AluOp, Group] = {
    AluOp.ADD: Group.ADD,
    AluOp.SUB: Group.SUB,
    AluOp.AND: Group.AND,
    AluOp.OR: Group.OR,
    AluOp.XOR: Group.XOR,
}
_SHIFTS: Mapping[AluOp, Shift] = {AluOp.LSH: Shift.SHL, AluOp.RSH: Shift.SHR, AluOp.ARSH: Shift.SAR}
_EXTENDED: Mapping[AluOp, int] = {AluOp.MOVSX8: 1, AluOp.MOVSX16: 2, AluOp.MOVSX32: 4}
_DIVISIONS = frozenset({AluOp.DIV, AluOp.SDIV, AluOp.MOD, AluOp.SMOD})


def lower_alu(insn: Alu, _pc: int) -> Lowered:
    """One x86 instruction for most; division needs rax and rdx, which r0 and r3 live in."""
    return (Emit(_code(insn)),)


def _code(insn: Alu) -> bytes:
    dst, wide = X86[insn.dst], insn.bits == 64
    if insn.op in _DIVISIONS:
        return _divide(insn)
    match insn.src:
        case Reg(n):
            return _by_register(insn.op, dst, X86[n], wide=wide)
        case Imm(value):
            return _by_constant(insn.op, dst, value, wide=wide)


def _by_register(op: AluOp, dst: Machine, src: Machine, *, wide: bool) -> bytes:
    if op in _GROUPS:
        return x86.op(_GROUPS[op], dst, src, wide=wide)
    if op in _SHIFTS:
        return _shift(_SHIFTS[op], dst, src, wide=wide)
    if op in _EXTENDED:
        return x86.extend(dst, src, _EXTENDED[op], signed=True, wide=wide)
    if op is AluOp.MUL:
        return x86.imul(dst, src, wide=wide)
    return b"" if wide and dst is src else x86.mov(dst, src, wide=wide)


def _by_constant(op: AluOp, dst: Machine, value: int, *, wide: bool) -> bytes:
    if op in _GROUPS:
        return x86.op_imm(_GROUPS[op], dst, value, wide=wide)
    if op in _SHIFTS:
        return x86.shift_imm(_SHIFTS[op], dst, value, wide=wide)
    return (
        x86.imul_imm(dst, value, wide=wide)
        if op is AluOp.MUL
        else x86.mov_imm32(dst, value, sign_extend=wide)
    )


def _shift(shift: Shift, dst: Machine, count: Machine, *, wide: bool) -> bytes:
    """BMI2's form takes the count from any register; where it is in rcx already the old form is shorter."""
    if count is Machine.RCX:
        return x86.shift_cl(shift, dst, wide=wide)
    return x86.shift_bmi2(shift, dst, count, wide=wide)


def _divide(insn: Alu) -> bytes:
    """``div`` wants the dividend in rdx:rax and leaves quotient and remainder there: both are put aside."""
    dst, wide = X86[insn.dst], insn.bits == 64
    signed = insn.op in (AluOp.SDIV, AluOp.SMOD)
    remainder = insn.op in (AluOp.MOD, AluOp.SMOD)
    aside = [reg for reg in (Machine.RAX, Machine.RDX) if reg is not dst]
    fetch, divisor = _divisor(insn, wide=wide)
    code = b"".join(map(x86.push, aside)) + fetch
    if dst is not Machine.RAX:
        code += x86.mov(Machine.RAX, dst, wide=wide)
    code += (
        x86.sign_into_rdx(wide=wide) if signed else x86.op(Group.XOR, Machine.RDX, Machine.RDX, wide=False)
    )
    code += x86.divide(divisor, signed=signed, wide=wide)
    result = Machine.RDX if remainder else Machine.RAX
    if dst is not result:
        code += x86.mov(dst, result, wide=wide)
    return code + b"".join(map(x86.pop, reversed(aside)))


def _divisor(insn: Alu, *, wide: bool) -> tuple[bytes, Machine]:
    """The register to divide by, and what brings the divisor there if it is not in it."""
    match insn.src:
        case Imm(value):
            return x86.mov_sx32(SCRATCH, value), SCRATCH
        case Reg(n):
            src = X86[n]
            if src in (Machine.RAX, Machine.RDX):
                return x86.mov(SCRATCH, src, wide=True), SCRATCH
            return b"", src


def lower_neg(insn: Neg, _pc: int) -> Lowered:
    """``neg``."""
    return (Emit(x86.neg(X86[insn.dst], wide=insn.bits == 64)),)


def lower_endian(insn: Endian, _pc: int) -> Lowered:
    """x86 is little endian: ``le`` only cuts, ``be`` and ``bswap`` swap."""
    dst = X86[insn.dst]
    cut = x86.extend(dst, dst, 2, signed=False, wide=False)
    swaps = insn.op is not EndianOp.LE
    match insn.bits:
        case 16:
            turn = b"\x66" + x86.shift_imm(Shift.ROR, dst, 8, wide=False) if swaps else b""
            return (Emit(turn + cut),)
        case 32:
            return (Emit(x86.bswap(dst, wide=False) if swaps else x86.mov(dst, dst, wide=False)),)
        case _:
            return (Emit(x86.bswap(dst, wide=True) if swaps else b""),)
