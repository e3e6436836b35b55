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


def deduced(known: Full) -> Full:
    """Everything that follows, as ``reg_bounds_sync`` finds it."""
    first = now = from_bits(known)
    for _ in range(_ROUNDS):
        after = _round(now)
        if after == now:  # and so would be all rounds to come
            break
        now = after
    bits = _bits_from_bounds(now)
    if now is first and bits == first[0]:
        return first
    return from_bits((bits, *now[1:]))


def bits_narrow32(var_off: Tnum, smin32: int, smax32: int, umin32: int, umax32: int) -> Four:
    """32-bit bounds narrowed by the known bits (``__update_reg32_bounds``)."""
    value, mask = var_off[0] & MASK32, var_off[1] & MASK32
    return _narrowed(value, mask, smin32, smax32, umin32, umax32, _SIGN32)


def _narrowed(value: int, mask: int, smin: int, smax: int, umin: int, umax: int, sign: int) -> Four:
    """Bounds of one width narrowed by the known bits: the sign bit on its own, then the others."""
    least = ((value | mask & sign) ^ sign) - sign
    most = ((value | mask & ~sign) ^ sign) - sign
    greatest = value | mask
    return (
        smin if smin > least else least,
        smax if smax < most else most,
        umin if umin > value else value,
        umax if umax < greatest else greatest,
    )


def from_bits(now: Full) -> Full:
    """Bounds narrowed by the known bits only (``__update_reg_bounds``)."""
    var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32 = now
    value, mask = var_off
    smin32, smax32, umin32, umax32 = _narrowed(
        value & MASK32, mask & MASK32, smin32, smax32, umin32, umax32, _SIGN32
    )
    smin, smax, umin, umax = _narrowed(value, mask, smin, smax, umin, umax, _SIGN64)
    only = _only_member(var_off, umin, umax)
    if only is not None:
        wide, low = (only ^ _SIGN64) - _SIGN64, only & MASK32
        narrow = (low ^ _SIGN32) - _SIGN32
        return Tnum(only, 0), wide, wide, only, only, narrow, narrow, low, low
    return var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32


def _only_member(var_off: Tnum, umin: int, umax: int) -> int | None:
    """The one word of ``var_off`` within ``umin .. umax``, where Linux notices that there is but one."""
    value, mask = var_off
    if umin == value:
        return umin if umin + (mask & -mask) > umax else None
    following = tnum.next_member(var_off, umin)
    if umin & ~mask == value:
        return umin if following > umax else None
    if following == value | mask:
        return following
    if following <= umax < tnum.next_member(var_off, following):
        return following
    return None


def _round(now: Full) -> Full:
    """One round of deductions, 32 bits first."""
    var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32 = now
    smin32, smax32 = _low_half_of(umin, umax, smin32, smax32)
    if umin >> 32 == umax >> 32:
        least, most = umin & MASK32, umax & MASK32
        umin32, umax32 = least if least > umin32 else umin32, most if most < umax32 else umax32
    if smin >> 32 == smax >> 32:
        least, most = smin & MASK32, smax & MASK32
        if least <= most:
            umin32, umax32 = least if least > umin32 else umin32, most if most < umax32 else umax32
    smin32, smax32 = _low_half_of(smin, smax, smin32, smax32)
    smin32, smax32, umin32, umax32 = _both_signs(smin32, smax32, umin32, umax32, MASK32, _SIGN32)
    smin, smax, umin, umax = _both_signs(smin, smax, umin, umax, MASK64, _SIGN64)
    return _mixed((var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32))


def _low_half_of(low: int, high: int, smin32: int, smax32: int) -> tuple[int, int]:
    """Signed 32-bit bounds out of a 64-bit range whose upper half stays, or steps once over -n .. +m."""
    step = (high >> 32) - (low >> 32) & MASK32
    if step <= 1:
        least, most = ((low & MASK32) ^ _SIGN32) - _SIGN32, ((high & MASK32) ^ _SIGN32) - _SIGN32
        if least < 0 <= most if step else least <= most:
            return least if least > smin32 else smin32, most if most < smax32 else smax32
    return smin32, smax32


def _both_signs(smin: int, smax: int, umin: int, umax: int, word: int, sign: int) -> Four:
    """Signed and unsigned bounds of one width out of each other."""
    sleast, smost = (umin ^ sign) - sign, (umax ^ sign) - sign
    if sleast <= smost:
        smin, smax = sleast if sleast > smin else smin, smost if smost < smax else smax
    least, most = smin & word, smax & word
    if least <= most:
        return smin, smax, least if least > umin else umin, most if most < umax else umax
    # The signed range crosses zero: as words it is 0 .. smax and smin .. the greatest; one part may be out.
    if umax < least:
        return sleast, smax, umin, most if most < umax else umax
    if most < umin:
        return smin, smost, least if least > umin else umin, umax
    return smin, smax, umin, umax


def _mixed(now: Full) -> Full:
    """64-bit bounds out of the 32-bit ones (``__reg_deduce_mixed_bounds``)."""
    var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32 = now
    least, most = umin & _HIGH | umin32, umax & _HIGH | umax32
    umin, umax = least if least > umin else umin, most if most < umax else umax
    least, most = smin & ~MASK32 | umin32, smax & ~MASK32 | umax32
    smin, smax = least if least > smin else smin, most if most < smax else smax
    if smin32 >= 0 and smin >= -_SIGN32 and smax < _SIGN32:
        # A sign-extended 32-bit number that is not negative: the upper half is 0.
        smin, smax, umin, umax = smin32, smax32, smin32, smax32 & MASK64
        var_off = tnum.intersect(var_off, tnum.between(smin, umax))
    return var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32


def _bits_from_bounds(now: Full) -> Tnum:
    """The known bits, with the leading bits that the unsigned ranges have in common."""
    (value, mask), _, _, umin, umax, _, _, umin32, umax32 = now
    wide, narrow = (1 << (umin ^ umax).bit_length()) - 1, (1 << (umin32 ^ umax32).bit_length()) - 1
    unknown = mask & wide
    value = (value | umin & ~wide) & ~unknown
    low = unknown & narrow
    value = value & _HIGH | (value & MASK32 | umin32 & ~narrow) & ~low
    return Tnum(value, unknown & _HIGH | low)
