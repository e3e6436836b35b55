"""A scalar cut to fewer bits: zero extension of 32-bit results, narrow loads, and sign extension."""

from functools import lru_cache

from vm.verifier import tnum
from vm.verifier.deduce import Full
from vm.verifier.scalar import UNBOUNDED32, Bounds, Scalar, const, raw, synced
from vm.verifier.tnum import Tnum
from vm.word import MASK32, MASK64, mask, sign_extend, signed

_CACHED = 1 << 12


@lru_cache(_CACHED)
def zext_32_to_64(scalar: Scalar) -> Scalar:
    """The low half with an upper half of zeros; synced. What 32-bit arithmetic and moves leave."""
    return (
        scalar
        if scalar.exact and scalar.value <= MASK32
        else synced(*zero_extended(scalar.var_off, scalar.bounds))
    )


def zero_extended(var_off: Tnum, bounds: Bounds) -> Full:
    """The same before anything is deduced (the kernel's zext_32_to_64 alone)."""
    smin32, smax32, umin32, umax32 = bounds[4:]
    wide = (smin32, smax32) if smin32 >= 0 and smax32 >= 0 else (0, MASK32)
    return tnum.subreg(var_off), *wide, umin32, umax32, smin32, smax32, umin32, umax32


@lru_cache(_CACHED)
def coerce_to_size(scalar: Scalar, size: int) -> Scalar:
    """The low ``size`` bytes (1, 2 or 4; 8 is the scalar itself), zero-extended (coerce_reg_to_size)."""
    if size == 8:
        return scalar
    keep = mask(size * 8)
    low, high = 0, keep
    if (scalar.umin ^ scalar.umax) & ~keep == 0:
        low, high = scalar.umin & keep, scalar.umax & keep
    narrow = UNBOUNDED32 if size < 4 else scalar.bounds[4:]
    return synced(tnum.cast(scalar.var_off, size), low, high, low, high, *narrow)


@lru_cache(_CACHED)
def sign_extend_to_64(scalar: Scalar, size: int) -> Scalar:
    """The low ``size`` bytes (1, 2, 4) with their sign, 64 bits wide (coerce_reg_to_size_sx).

    Nothing is deduced afterwards, and what was known of single bits is lost, as in Linux.
    """
    bits = size * 8
    if scalar.is_const:
        return const(sign_extend(scalar.value, bits))
    ends = _signed_ends(scalar.smin, scalar.smax, bits)
    if ends is None:
        low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
        return raw(tnum.UNKNOWN, low, high, 0, MASK64, low, high, 0, MASK32)
    low, high = ends
    ulow, uhigh = low & MASK64, high & MASK64
    narrow = (signed(low, 32), signed(high, 32), low & MASK32, high & MASK32)
    return raw(tnum.between(ulow, uhigh), low, high, ulow, uhigh, *narrow)


@lru_cache(_CACHED)
def sign_extend_to_32(scalar: Scalar, size: int) -> Scalar:
    """The low ``size`` bytes (1, 2) with their sign, 32 bits wide and zero-extended.

    Linux's coerce_subreg_to_size_sx, after which the zero extension deduces again.
    """
    bits = size * 8
    if scalar.is_const:
        return const(sign_extend(scalar.value, bits, 32))
    ends = _signed_ends(scalar.smin32, scalar.smax32, bits)
    if ends is None:
        var_off, ulow, uhigh = tnum.subreg(tnum.UNKNOWN), 0, MASK32
        low, high = -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    else:
        low, high = ends
        ulow, uhigh = low & MASK32, high & MASK32
        var_off = tnum.subreg(tnum.between(low & MASK64, high & MASK64))
    half = raw(var_off, *scalar.bounds[:4], low, high, ulow, uhigh)
    return zext_32_to_64(half)


def _signed_ends(low: int, high: int, bits: int) -> tuple[int, int] | None:
    """The range after sign extension, or None where it would not be one."""
    if low >> bits != high >> bits:
        return None
    ends = sorted((signed(low, bits), signed(high, bits)))
    return (ends[0], ends[1]) if (ends[0] >= 0) == (ends[1] >= 0) else None
