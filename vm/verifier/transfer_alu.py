"""What arithmetic does to registers: moves, numbers, and the bookkeeping of linked scalars."""

from typing import TYPE_CHECKING, Final

from vm.instruction import Alu, Endian, Imm, Neg, Reg
from vm.isa import AluOp
from vm.verifier import scalar as scalars
from vm.verifier.arithmetic import TRANSFER, converted, forked, negated
from vm.verifier.checks.speculation import check_numbers
from vm.verifier.compare import is_known
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.register import ADD_CONST, ADD_CONST32, ADD_CONST64, Kind, Register, scalar
from vm.verifier.rejection import Rejected, unsupported
from vm.verifier.resize import sign_extend_to_32, sign_extend_to_64, zext_32_to_64
from vm.verifier.saved import fork_here
from vm.verifier.transfer_pointer import pointer_arithmetic
from vm.word import MASK32, MASK64, signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

UNKNOWN: Final = scalar(scalars.UNKNOWN)
_EXTENDED: Final = {AluOp.MOVSX8: 1, AluOp.MOVSX16: 2, AluOp.MOVSX32: 4}
_DIVISIONS: Final = frozenset({AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD})
_SHIFTS: Final = frozenset({AluOp.LSH, AluOp.RSH, AluOp.ARSH})
S32_MAX: Final = (1 << 31) - 1


def readable(walk: "Walk", regno: int) -> Register:
    """The register, which must hold something (check_reg_arg as source)."""
    reg = walk.regs[regno]
    walk.scratched |= 1 << regno
    if reg.kind is Kind.NOT_INIT:
        raise Rejected(CORE_RULES["not-readable"], walk.pc, reg=regno)
    return reg


def unary(walk: "Walk", insn: Neg | Endian) -> None:
    """Negation and byte order."""
    reg = readable(walk, insn.dst)
    if reg.kind is not Kind.SCALAR:
        if not walk.profile.allow_ptr_leaks:
            raise Rejected(CORE_RULES["pointer-unary"], walk.pc, reg=insn.dst)
        walk.regs[insn.dst] = UNKNOWN
        return
    value = (
        negated(reg.value, insn.bits) if isinstance(insn, Neg) else converted(reg.value, insn.op, insn.bits)
    )
    walk.regs[insn.dst] = Register(Kind.SCALAR, value, precise=reg.precise)


def alu(walk: "Walk", insn: Alu) -> None:
    """``dst op= src``."""
    if insn.op is AluOp.MOV:
        _move(walk, insn)
    elif insn.op in _EXTENDED:
        _extend(walk, insn)
    else:
        _binary(walk, insn)


def _move(walk: "Walk", insn: Alu) -> None:
    dst, src = insn.dst, insn.src
    if isinstance(src, Imm):
        word = src.value & (MASK64 if insn.bits == 64 else MASK32)
        walk.set(dst, scalar(scalars.const(word)))
        return
    reg = readable(walk, src.n)
    if insn.bits == 64:
        walk.set(dst, walk.link(src.n) if reg.kind is Kind.SCALAR else reg)
        return
    if reg.kind is not Kind.SCALAR:
        if not walk.profile.allow_ptr_leaks:
            raise Rejected(CORE_RULES["pointer-partial-copy"], walk.pc, reg=src.n)
        walk.set(dst, scalar(zext_32_to_64(scalars.UNKNOWN)))
        return
    copy = walk.link(src.n) if reg.value.umax <= MASK32 else reg._replace(id=0)
    walk.set(dst, copy.with_value(zext_32_to_64(copy.value)))


def _extend(walk: "Walk", insn: Alu) -> None:
    if isinstance(insn.src, Imm):
        raise unsupported(walk.pc, "sign extension of a constant")
    size, src = _EXTENDED[insn.op], insn.src.n
    reg = readable(walk, src)
    if reg.kind is not Kind.SCALAR:
        if not walk.profile.allow_ptr_leaks:
            rule = "pointer-sign-extension" if insn.bits == 64 else "pointer-partial-copy"
            raise Rejected(CORE_RULES[rule], walk.pc, reg=src)
        walk.set(insn.dst, UNKNOWN if insn.bits == 64 else scalar(zext_32_to_64(scalars.UNKNOWN)))
        return
    positive = reg.value.umax < 1 << (size * 8 - 1)
    copy = walk.link(src) if positive else reg._replace(id=0)
    grown = sign_extend_to_64 if insn.bits == 64 else sign_extend_to_32
    walk.set(insn.dst, copy._replace(value=grown(copy.value, size)))


def _binary(walk: "Walk", insn: Alu) -> None:
    src = insn.src
    if isinstance(src, Reg):
        other = readable(walk, src.n)
        dst = readable(walk, insn.dst)
    else:
        dst = readable(walk, insn.dst)
        other = scalar(scalars.const(src.value))
    if dst.kind is Kind.SCALAR and other.kind is Kind.SCALAR:
        if isinstance(src, Reg) and dst.precise:
            walk.mark_precise(src.n)
            dst, other = walk.regs[insn.dst], walk.regs[src.n]
        walk.regs[insn.dst] = _linked(insn, dst, _scalars(walk, insn, dst, other), other)
    elif dst.kind is not Kind.SCALAR and other.kind is not Kind.SCALAR:
        if insn.op is not AluOp.SUB or not walk.profile.allow_ptr_leaks:
            raise Rejected(CORE_RULES["pointer-pointer"], walk.pc, reg=insn.dst, op=_symbol(insn.op))
        walk.regs[insn.dst] = UNKNOWN
    elif dst.kind is Kind.SCALAR:
        walk.mark_precise(insn.dst)
        pointer_arithmetic(walk, insn, other, walk.regs[insn.dst], swapped=True)
    else:
        if isinstance(src, Reg):
            walk.mark_precise(src.n)
            other = walk.regs[src.n]
        pointer_arithmetic(walk, insn, dst, other, swapped=False)


def _symbol(op: AluOp) -> str:
    from vm.isa import ALU

    return ALU[op].symbol


def _scalars(walk: "Walk", insn: Alu, dst: Register, other: Register) -> Register:
    check_numbers(walk, insn)
    left, right = dst.value, other.value
    if insn.op in _DIVISIONS or (insn.op in _SHIFTS and not _known_shift(right, insn.bits)):
        return Register(Kind.SCALAR, TRANSFER[insn.op](left, right, insn.bits), id=0)
    if insn.op in (AluOp.AND, AluOp.OR):
        split = forked(insn.op, left, right)
        if split is not None:
            fork_here(walk, insn.dst, dst._replace(value=split[0]))
            left = split[1]
            walk.regs[insn.dst] = dst._replace(value=left)
    return dst.with_value(TRANSFER[insn.op](left, right, insn.bits))


def _known_shift(count: scalars.Scalar, bits: int) -> bool:
    low, high = (count.umin, count.umax) if bits == 64 else (count.umin32, count.umax32)
    return low == high and high < bits if bits == 64 else count.umax < bits and low == high


def _linked(insn: Alu, before: Register, result: Register, other: Register) -> Register:
    """After ``r += constant`` or ``r -= constant``, how far it is from its copies; else it has none."""
    if not before.id:
        return result
    off = _distance(insn, before, other)
    if off is None or result.id & ADD_CONST or not result.id:
        return result._replace(id=0, off=0)
    return result._replace(id=result.id | (ADD_CONST64 if insn.bits == 64 else ADD_CONST32), off=off)


def _distance(insn: Alu, before: Register, other: Register) -> int | None:
    if insn.op not in (AluOp.ADD, AluOp.SUB) or not is_known(other.value, insn.bits):
        return None
    number = signed(other.value.value, insn.bits)
    if not -S32_MAX - 1 <= number <= S32_MAX or (insn.bits == 32 and before.value.umax > MASK32):
        return None
    if insn.op is AluOp.ADD:
        return number
    return None if number == -S32_MAX - 1 else -number
