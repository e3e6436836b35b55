"""Bits and bounds of shifts by a known count, as Linux 6.18 takes them (scalar_min_max_lsh and its kin)."""

from vm.verifier import tnum
from vm.verifier.deduce import Four, Full, bits_narrow32, from_bits
from vm.verifier.scalar import S32_MAX, S32_MIN, S64_MAX, S64_MIN, UNBOUNDED32, UNBOUNDED64, Scalar
from vm.verifier.tnum import Tnum
from vm.word import MASK32, MASK64


def lsh(dst: Scalar, count: int, bits: int) -> Full:
    """``dst <<= count``: ranges grow unless the top bit might be shifted out."""
    umin32, umax32 = 0, MASK32
    if count <= 31 and dst.umax32 <= 1 << (31 - count):
        umin32, umax32 = dst.umin32 << count & MASK32, dst.umax32 << count & MASK32
    narrow = (S32_MIN, S32_MAX, umin32, umax32)
    if bits == 32:
        return _low_half(tnum.subreg(tnum.lshift(tnum.subreg(dst.var_off), count)), narrow)
    smin, smax, umin, umax = UNBOUNDED64
    if count == 32:  # half of the compiler's way to sign-extend: the signs of the low half become the word's
        smin, smax = dst.smin32 << 32, dst.smax32 << 32
    if dst.umax <= 1 << (63 - count):
        umin, umax = dst.umin << count & MASK64, dst.umax << count & MASK64
    return from_bits((tnum.lshift(dst.var_off, count), smin, smax, umin, umax, *narrow))


def rsh(dst: Scalar, count: int, bits: int) -> Full:
    """``dst >>= count``: unsigned ranges shrink, signed ones are found again from them."""
    if bits == 32:
        narrow = (S32_MIN, S32_MAX, dst.umin32 >> count, dst.umax32 >> count)
        return _low_half(tnum.rshift(tnum.subreg(dst.var_off), count), narrow)
    wide = (S64_MIN, S64_MAX, dst.umin >> count, dst.umax >> count)
    return from_bits((tnum.rshift(dst.var_off, count), *wide, *UNBOUNDED32))


def arsh(dst: Scalar, count: int, bits: int) -> Full:
    """``dst s>>= count``: signed ranges shrink, unsigned ones are found again from the bits."""
    if bits == 32:
        narrow = (dst.smin32 >> count, dst.smax32 >> count, 0, MASK32)
        return _low_half(tnum.arshift(tnum.subreg(dst.var_off), count, 32), narrow)
    wide = (dst.smin >> count, dst.smax >> count, 0, MASK64)
    return from_bits((tnum.arshift(dst.var_off, count, 64), *wide, *UNBOUNDED32))


def _low_half(var_off: Tnum, narrow: Four) -> Full:
    """A 32-bit result before it is zero-extended."""
    return var_off, *UNBOUNDED64, *bits_narrow32(var_off, *narrow)
