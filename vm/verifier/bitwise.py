"""Bounds of AND, OR and XOR out of known bits and operands, as Linux 6.18 does (scalar_min_max_and …)."""

from vm.verifier.deduce import Four, Full, from_bits
from vm.verifier.scalar import S32_MAX, S32_MIN, S64_MAX, S64_MIN, Scalar, const
from vm.verifier.tnum import Tnum
from vm.word import MASK32, signed


def and_bounds(known: Tnum, a: Scalar, b: Scalar) -> Full:
    """``a & b``: at least the known ones, at most the lesser maximum."""
    low = known.value
    narrow = _narrow(low & MASK32, min(a.umax32, b.umax32))
    return _combined(known, b, _wide(low, min(a.umax, b.umax)), narrow)


def or_bounds(known: Tnum, a: Scalar, b: Scalar) -> Full:
    """``a | b``: at least the greater minimum, at most all bits that may be set."""
    high = known.value | known.mask
    narrow = _narrow(max(a.umin32, b.umin32), high & MASK32)
    return _combined(known, b, _wide(max(a.umin, b.umin), high), narrow)


def xor_bounds(known: Tnum, a: Scalar, b: Scalar) -> Full:
    """``a ^ b``: what the bits alone say."""
    low, high = known.value, known.value | known.mask
    return _combined(known, b, _wide(low, high), _narrow(low & MASK32, high & MASK32))


def _combined(known: Tnum, b: Scalar, wide: Four, narrow: Four) -> Full:
    """Both widths together. A known ``b`` and a known result need no ranges."""
    if b.is_const and not known.mask:
        return known, *const(known.value).bounds
    if not (b.var_off.mask | known.mask) & MASK32:
        narrow = _known32(known)
    return from_bits((known, *wide, *narrow))


def _known32(known: Tnum) -> Four:
    low = known.value & MASK32
    return signed(low, 32), signed(low, 32), low, low


def _wide(umin: int, umax: int) -> Four:
    """Unsigned bounds, and the same as signed ones where they do not cross the sign."""
    smin, smax = signed(umin), signed(umax)
    return (smin, smax, umin, umax) if smin <= smax else (S64_MIN, S64_MAX, umin, umax)


def _narrow(umin: int, umax: int) -> Four:
    smin, smax = signed(umin, 32), signed(umax, 32)
    return (smin, smax, umin, umax) if smin <= smax else (S32_MIN, S32_MAX, umin, umax)
