"""Bits and ranges of one number deduced from each other, in the order and strength of Linux 6.18.

The kernel's reg_bounds_sync: bounds from bits; three times 32-bit bounds, 64-bit bounds, and 64 from 32 bits;
bits from bounds; bounds from bits again. Each is sound alone; which of them comes first decides what the
log says, so their order is a fact as much as their content. Bounds may contradict each other on paths that
cannot be taken: then, too, the result must be the kernel's, wrap-around included.
"""

from vm.verifier import tnum
from vm.verifier.tnum import Tnum
from vm.word import MASK32, MASK64

_SIGN32 = 1 << 31
_SIGN64 = 1 << 63
_HIGH = MASK64 ^ MASK32

Full = tuple[Tnum, int, int, int, int, int, int, int, int]
"""var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32."""
Four = tuple[int, int, int, int]
"""smin, smax, umin, umax of one width."""
_ROUNDS = 3


def deduced(
    var_off: Tnum,
    smin: int,
    smax: int,
    umin: int,
    umax: int,
    smin32: int,
    smax32: int,
    umin32: int,
    umax32: int,
) -> Full:
    """Everything that follows, as ``reg_bounds_sync`` finds it."""
    now = _from_bits((var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32))
    for _ in range(_ROUNDS):
        before, now = now, _round(now)
        if now == before:
            break
    return _from_bits((_bits_from_bounds(now), *now[1:]))


def from_bits(
    var_off: Tnum,
    smin: int,
    smax: int,
    umin: int,
    umax: int,
    smin32: int,
    smax32: int,
    umin32: int,
    umax32: int,
) -> Full:
    """Bounds narrowed by the known bits only (``__update_reg_bounds``)."""
    return _from_bits((var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32))


def bits_narrow32(var_off: Tnum, smin32: int, smax32: int, umin32: int, umax32: int) -> Four:
    """32-bit bounds narrowed by the known bits (``__update_reg32_bounds``)."""
    value, mask = var_off.value & MASK32, var_off.mask & MASK32
    least = ((value | mask & _SIGN32) ^ _SIGN32) - _SIGN32
    most = ((value | mask & ~_SIGN32) ^ _SIGN32) - _SIGN32
    return max(smin32, least), min(smax32, most), max(umin32, value), min(umax32, value | mask)


def _from_bits(now: Full) -> Full:
    var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32 = now
    value, mask = var_off
    smin32, smax32, umin32, umax32 = bits_narrow32(var_off, smin32, smax32, umin32, umax32)
    smin = max(smin, ((value | mask & _SIGN64) ^ _SIGN64) - _SIGN64)
    smax = min(smax, ((value | mask & ~_SIGN64) ^ _SIGN64) - _SIGN64)
    umin = max(umin, value)
    umax = min(umax, value | mask)
    only = _only_member(var_off, umin, umax)
    if only is not None:
        wide, low = (only ^ _SIGN64) - _SIGN64, only & MASK32
        narrow = (low ^ _SIGN32) - _SIGN32
        return Tnum(only, 0), wide, wide, only, only, narrow, narrow, low, low
    return var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32


def _only_member(var_off: Tnum, umin: int, umax: int) -> int | None:
    """The one word of ``var_off`` within ``umin .. umax``, where Linux notices that there is but one."""
    if var_off.mask == MASK64:
        return umin if min(umin + 1, MASK64) > umax else None
    following = tnum.next_member(var_off, umin)
    if umin & ~var_off.mask == var_off.value:
        return umin if following > umax else None
    if following == var_off.value | var_off.mask:
        return following
    if following <= umax < tnum.next_member(var_off, following):
        return following
    return None


def _round(now: Full) -> Full:
    var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32 = now
    smin32, smax32, umin32, umax32 = _narrow32(smin, smax, umin, umax, smin32, smax32, umin32, umax32)
    smin, smax, umin, umax = _both_signs(smin, smax, umin, umax, MASK64, _SIGN64)
    umin = max(umin, umin & _HIGH | umin32)
    umax = min(umax, umax & _HIGH | umax32)
    smin = max(smin, smin & ~MASK32 | umin32)
    smax = min(smax, smax & ~MASK32 | umax32)
    if smin32 >= 0 and smin >= -_SIGN32 and smax < _SIGN32:
        # A sign-extended 32-bit number that is not negative: the upper half is 0.
        smin, smax, umin, umax = smin32, smax32, smin32, smax32 & MASK64
        var_off = tnum.intersect(var_off, tnum.between(smin, umax))
    return var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32


def _narrow32(
    smin: int, smax: int, umin: int, umax: int, smin32: int, smax32: int, umin32: int, umax32: int
) -> Four:
    """32-bit bounds out of the 64-bit ones, then signed and unsigned out of each other."""
    for low, high, is_signed in ((umin, umax, False), (smin, smax, True)):
        least, most = low & MASK32, high & MASK32
        sleast, smost = (least ^ _SIGN32) - _SIGN32, (most ^ _SIGN32) - _SIGN32
        if low >> 32 == high >> 32:
            if not is_signed or least <= most:
                umin32, umax32 = max(umin32, least), min(umax32, most)
            if sleast <= smost:
                smin32, smax32 = max(smin32, sleast), min(smax32, smost)
    for low, high in ((umin, umax), (smin, smax)):
        if ((low >> 32) + 1 ^ high >> 32) & MASK32 == 0:  # the upper half steps once, the lower -n .. +m
            sleast = ((low & MASK32) ^ _SIGN32) - _SIGN32
            smost = ((high & MASK32) ^ _SIGN32) - _SIGN32
            if sleast < 0 <= smost:
                smin32, smax32 = max(smin32, sleast), min(smax32, smost)
    return _both_signs(smin32, smax32, umin32, umax32, MASK32, _SIGN32)


def _both_signs(smin: int, smax: int, umin: int, umax: int, word: int, sign: int) -> Four:
    """Signed and unsigned bounds of one width out of each other."""
    sleast, smost = (umin ^ sign) - sign, (umax ^ sign) - sign
    if sleast <= smost:
        smin, smax = max(smin, sleast), min(smax, smost)
    least, most = smin & word, smax & word
    if least <= most:
        return smin, smax, max(umin, least), min(umax, most)
    # The signed range crosses zero: as words it is 0 .. smax and smin .. the greatest; one part may be out.
    if umax < least:
        return sleast, smax, umin, min(umax, most)
    if most < umin:
        return smin, smost, max(umin, least), umax
    return smin, smax, umin, umax


def _bits_from_bounds(now: Full) -> Tnum:
    """The known bits, with the leading bits that the unsigned ranges have in common."""
    var_off, _, _, umin, umax, _, _, umin32, umax32 = now
    wide = tnum.intersect(var_off, tnum.between(umin, umax))
    return tnum.with_subreg(wide, tnum.intersect(tnum.subreg(wide), tnum.between(umin32, umax32)))
