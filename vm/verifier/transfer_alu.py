"""What arithmetic does to registers: moves, numbers, and the bookkeeping of linked scalars."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from vm.instruction import Alu, Endian, Imm, Neg, Reg
from vm.isa import ALU, AluOp, EndianOp
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

Effect = Callable[["Walk", Any], object]
"""Performs an instruction of the running path."""
UNKNOWN: Final = scalar(scalars.UNKNOWN)
_EXTENDED: Final = {AluOp.MOVSX8: 1, AluOp.MOVSX16: 2, AluOp.MOVSX32: 4}
_DIVISIONS: Final = frozenset({AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD})
_SHIFTS: Final = frozenset({AluOp.LSH, AluOp.RSH, AluOp.ARSH})
_SPECIAL: Final = _DIVISIONS | _SHIFTS | {AluOp.AND, AluOp.OR}
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
    if isinstance(insn, Endian) and insn.op is EndianOp.LE and insn.bits == 64:
        return  # nothing is swapped nor cut: it stays a copy of its copies
    walk.regs[insn.dst] = Register(Kind.SCALAR, value, precise=reg.precise)


def alu_effect(insn: Alu) -> Effect:
    """What performs ``dst op= src``, with everything found out that does not depend on the state."""
    if insn.op in _EXTENDED:
        return _extend
    if insn.op is not AluOp.MOV:
        return _binary(insn)
    if isinstance(insn.src, Imm):
        return _constant(insn.dst, insn.src.value & (MASK64 if insn.bits == 64 else MASK32))
    return (_copy if insn.bits == 64 else _copy_low)(insn.dst, insn.src.n)


def _constant(dst: int, word: int) -> Effect:
    reg, bit = scalar(scalars.const(word)), 1 << dst

    def effect(walk: "Walk", _insn: Alu) -> None:
        walk.regs[dst] = reg
        walk.scratched |= bit

    return effect


def _copy(dst: int, src: int) -> Effect:
    bits = 1 << dst | 1 << src

    def effect(walk: "Walk", _insn: Alu) -> None:
        regs = walk.regs
        reg = regs[src]
        if reg.kind is Kind.NOT_INIT:
            readable(walk, src)
        walk.scratched |= bits
        regs[dst] = walk.link(src) if reg.kind is Kind.SCALAR else reg

    return effect


def _copy_low(dst: int, src: int) -> Effect:
    def effect(walk: "Walk", _insn: Alu) -> None:
        reg = readable(walk, src)
        if reg.kind is not Kind.SCALAR:
            if not walk.profile.allow_ptr_leaks:
                raise Rejected(CORE_RULES["pointer-partial-copy"], walk.pc, reg=src)
            walk.set(dst, scalar(zext_32_to_64(scalars.UNKNOWN)))
            return
        copy = walk.link(src) if reg.value.umax <= MASK32 else reg.unlinked()
        walk.set(dst, copy.with_value(zext_32_to_64(copy.value)))

    return effect


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
    copy = walk.link(src) if positive else reg.unlinked()
    grown = sign_extend_to_64 if insn.bits == 64 else sign_extend_to_32
    walk.set(insn.dst, copy.with_value(grown(copy.value, size)))


def _binary(insn: Alu) -> Effect:
    number, src = insn.dst, insn.src
    constant = scalar(scalars.const(src.value)) if isinstance(src, Imm) else None
    other_number = src.n if isinstance(src, Reg) else -1
    transfer, bits, special = TRANSFER[insn.op], insn.bits, insn.op in _SPECIAL

    def effect(walk: "Walk", insn: Alu) -> None:
        other = readable(walk, other_number) if constant is None else constant
        dst = readable(walk, number)
        if dst.kind is not Kind.SCALAR or other.kind is not Kind.SCALAR:
            _with_pointer(walk, insn, dst, other)
            return
        if dst.precise and constant is None:
            walk.mark_precise(other_number)
            dst, other = walk.regs[number], walk.regs[other_number]
        if walk.guards is not None:
            check_numbers(walk, insn)
        if special:
            result = _special(walk, insn, dst, other.value)
        else:
            result = dst.with_value(transfer(dst.value, other.value, bits))
        walk.regs[number] = _linked(insn, dst, result, other) if dst.id else result

    return effect


def _with_pointer(walk: "Walk", insn: Alu, dst: Register, other: Register) -> None:
    if dst.kind is not Kind.SCALAR and other.kind is not Kind.SCALAR:
        if insn.op is not AluOp.SUB or not walk.profile.allow_ptr_leaks:
            raise Rejected(CORE_RULES["pointer-pointer"], walk.pc, reg=insn.dst, op=ALU[insn.op].symbol)
        walk.regs[insn.dst] = UNKNOWN
    elif dst.kind is Kind.SCALAR:
        walk.mark_precise(insn.dst)
        pointer_arithmetic(walk, insn, other, walk.regs[insn.dst], swapped=True)
    else:
        if isinstance(insn.src, Reg):
            walk.mark_precise(insn.src.n)
            other = walk.regs[insn.src.n]
        pointer_arithmetic(walk, insn, dst, other, swapped=False)


def _special(walk: "Walk", insn: Alu, dst: Register, right: scalars.Scalar) -> Register:
    """Operations that make an unknown number of some operands, or two paths."""
    if insn.op in (AluOp.AND, AluOp.OR):
        split = forked(insn.op, dst.value, right)
        if split is not None:
            fork_here(walk, insn.dst, dst.with_value(split[0]))
            dst = walk.regs[insn.dst] = dst.with_value(split[1])
    result = TRANSFER[insn.op](dst.value, right, insn.bits)
    if insn.op in _DIVISIONS or (insn.op in _SHIFTS and not _known_shift(right, insn.bits)):
        return Register(Kind.SCALAR, result)
    return dst.with_value(result)


def _known_shift(count: scalars.Scalar, bits: int) -> bool:
    low, high = (count.umin, count.umax) if bits == 64 else (count.umin32, count.umax32)
    return low == high and high < bits if bits == 64 else count.umax < bits and low == high


def _linked(insn: Alu, before: Register, result: Register, other: Register) -> Register:
    """After ``r += constant`` or ``r -= constant``, how far it is from its copies; else it has none."""
    off = _distance(insn, before, other)
    if off is None or result.id & ADD_CONST or not result.id:
        return result.linked(0, 0)
    return result.linked(result.id | (ADD_CONST64 if insn.bits == 64 else ADD_CONST32), off)


def _distance(insn: Alu, before: Register, other: Register) -> int | None:
    if insn.op not in (AluOp.ADD, AluOp.SUB) or not is_known(other.value, insn.bits):
        return None
    if isinstance(insn.src, Reg) and insn.src.n == insn.dst:
        return None
    number = signed(other.value.value, insn.bits)
    if not -S32_MAX - 1 <= number <= S32_MAX or (insn.bits == 32 and before.value.umax > MASK32):
        return None
    if insn.op is AluOp.ADD:
        return number
    return None if number == -S32_MAX - 1 else -number
