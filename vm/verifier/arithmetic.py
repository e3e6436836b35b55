"""What arithmetic makes of what is known: one transfer per operation, as Linux 6.18 has it.

    TRANSFER[AluOp](dst, src, bits) -> Scalar       ``dst op= src``; an immediate is ``const(imm)``
    negated(dst, bits) -> Scalar                    ``dst = -dst``
    converted(dst, EndianOp, bits, wide) -> Scalar  byte-order conversion, ``bits`` 16, 32 or 64
    forked(AluOp, dst, src) -> (later, now) | None  and/or with a constant where dst is 0 or -1: walked as two

Results are memoised (bounded). 32-bit operations leave a zero-extended scalar. Division and remainder are
unknown, constants too; so is a shift by an unknown count or by the width or more.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from vm.isa import AluOp, EndianOp, alu
from vm.verifier import tnum
from vm.verifier.bitwise import and_bounds, or_bounds, xor_bounds
from vm.verifier.deduce import Full
from vm.verifier.resize import (
    coerce_to_size,
    sign_extend_to_32,
    sign_extend_to_64,
    zero_extended,
    zext_32_to_64,
)
from vm.verifier.scalar import UNKNOWN, ZERO, Scalar, const, raw, sync, synced, unbounded
from vm.verifier.shifts import arsh, lsh, rsh
from vm.verifier.sums import difference_bounds, product_bounds, sum_bounds
from vm.word import MASK32, MASK64

Transfer = Callable[[Scalar, Scalar, int], Scalar]
_CACHED: Final = 1 << 10
_Parts = Callable[[Scalar, Scalar], Full]


def _add(dst: Scalar, src: Scalar) -> Full:
    return tnum.add(dst.var_off, src.var_off), *sum_bounds(dst, src)


def _sub(dst: Scalar, src: Scalar) -> Full:
    return tnum.sub(dst.var_off, src.var_off), *difference_bounds(dst, src)


def _mul(dst: Scalar, src: Scalar) -> Full:
    return tnum.mul(dst.var_off, src.var_off), *product_bounds(dst, src)


def _and(dst: Scalar, src: Scalar) -> Full:
    return and_bounds(tnum.and_(dst.var_off, src.var_off), dst, src)


def _or(dst: Scalar, src: Scalar) -> Full:
    return or_bounds(tnum.or_(dst.var_off, src.var_off), dst, src)


def _xor(dst: Scalar, src: Scalar) -> Full:
    return xor_bounds(tnum.xor(dst.var_off, src.var_off), dst, src)


def _finish(parts: Full, bits: int) -> Scalar:
    if bits == 32:
        parts = zero_extended(parts[0], parts[1:])
    return synced(*parts)


def _folding(op: AluOp, parts: _Parts) -> Transfer:
    """The transfer of an operation of which both widths are computed at once."""

    @lru_cache(_CACHED)
    def inexact(dst: Scalar, src: Scalar, bits: int) -> Scalar:
        return _finish(parts(dst, src), bits)

    def transfer(dst: Scalar, src: Scalar, bits: int) -> Scalar:
        if dst.exact and src.exact:
            return const(alu(op, dst.var_off.value, src.var_off.value, bits))
        return inexact(dst, src, bits)

    return transfer


def _shifting(op: AluOp, parts: Callable[[Scalar, int, int], Full]) -> Transfer:
    @lru_cache(_CACHED)
    def transfer(dst: Scalar, src: Scalar, bits: int) -> Scalar:
        count = _shift_count(src, bits)
        if count is None:
            return UNKNOWN
        if dst.exact:
            return const(alu(op, dst.value, count, bits))
        return _finish(parts(dst, count, bits), bits)

    return transfer


def _shift_count(src: Scalar, bits: int) -> int | None:
    """The count where Linux takes it as known: a constant, below the width as a 64-bit number."""
    if src.umax >= bits:
        return None
    if bits == 64:
        return src.umin if src.is_const and src.smin == src.smax and src.umin == src.umax else None
    known = not src.var_off.mask & MASK32 and src.smin32 == src.smax32 and src.umin32 == src.umax32
    return src.umin32 if known else None


def _unknown(dst: Scalar, src: Scalar, bits: int) -> Scalar:
    return UNKNOWN


def _move(dst: Scalar, src: Scalar, bits: int) -> Scalar:
    return src if bits == 64 else zext_32_to_64(src)


def _sign_extending(size: int) -> Transfer:
    def transfer(dst: Scalar, src: Scalar, bits: int) -> Scalar:
        return sign_extend_to_64(src, size) if bits == 64 else sign_extend_to_32(src, size)

    return transfer


TRANSFER: Final[Mapping[AluOp, Transfer]] = MappingProxyType(
    {
        AluOp.ADD: _folding(AluOp.ADD, _add),
        AluOp.SUB: _folding(AluOp.SUB, _sub),
        AluOp.MUL: _folding(AluOp.MUL, _mul),
        AluOp.AND: _folding(AluOp.AND, _and),
        AluOp.OR: _folding(AluOp.OR, _or),
        AluOp.XOR: _folding(AluOp.XOR, _xor),
        AluOp.LSH: _shifting(AluOp.LSH, lsh),
        AluOp.RSH: _shifting(AluOp.RSH, rsh),
        AluOp.ARSH: _shifting(AluOp.ARSH, arsh),
        AluOp.DIV: _unknown,
        AluOp.MOD: _unknown,
        AluOp.SDIV: _unknown,
        AluOp.SMOD: _unknown,
        AluOp.MOV: _move,
        AluOp.MOVSX8: _sign_extending(1),
        AluOp.MOVSX16: _sign_extending(2),
        AluOp.MOVSX32: _sign_extending(4),
    }
)


@lru_cache(_CACHED)
def negated(dst: Scalar, bits: int) -> Scalar:
    """``dst = -dst``: zero minus it."""
    if dst.exact:
        return const(-dst.value if bits == 64 else -dst.value & MASK32)
    return _finish(_sub(ZERO, dst), bits)


@lru_cache(_CACHED)
def converted(dst: Scalar, op: EndianOp, bits: int) -> Scalar:
    """The byte-order conversion of the low ``bits`` on a little-endian machine, as ``isa.endian``.

    Swapped bytes keep their known bits and lose their ranges; a 32-bit class does not zero-extend 64 bits.
    """
    if op is not EndianOp.LE:
        dst = unbounded(raw(tnum.byte_swap(dst.var_off, bits), *dst.bounds))
    if bits < 64:
        dst = coerce_to_size(dst, bits // 8)
    return sync(dst)


def forked(op: AluOp, dst: Scalar, src: Scalar) -> tuple[Scalar, Scalar] | None:
    """How AND and OR with a constant split a ``dst`` that is 0 or -1, such as ``r s>>= 63`` leaves.

    The first value is that of the branch walked later, the second that of this one; both start at this very
    instruction. None where Linux does not split (maybe_fork_scalars).
    """
    if op not in (AluOp.AND, AluOp.OR) or not src.is_const:
        return None
    if dst.smin == -1 and dst.smax == 0:
        return ZERO, const(MASK64)
    if dst.smin32 == -1 and dst.smax32 == 0:
        return _with_low_half(dst, 0), _with_low_half(dst, MASK32)
    return None


def _with_low_half(scalar: Scalar, low: int) -> Scalar:
    """The low 32 bits made known; the 64-bit bounds stay (__mark_reg32_known)."""
    narrow = -1 if low else 0
    return raw(tnum.const_subreg(scalar.var_off, low), *scalar.bounds[:4], narrow, narrow, low, low)
