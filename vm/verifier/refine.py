"""What one way out of a comparison teaches about its operands, before anything else is deduced from it.

The kernel's regs_refine_cond_op of Linux 6.18, worked on drafts that both operands of ``r1 < r1`` share.
Additions wrap around in the width of the bound, which only matters on paths that cannot be taken.
"""

from typing import Final

from vm.isa import JumpOp
from vm.verifier import tnum
from vm.verifier.scalar import S32_MAX, S32_MIN, S64_MAX, S64_MIN, Scalar, raw, sync, synced
from vm.word import MASK32, MASK64, signed

FLIPPED: Final = {
    JumpOp.JGT: JumpOp.JLT,
    JumpOp.JGE: JumpOp.JLE,
    JumpOp.JSGT: JumpOp.JSLT,
    JumpOp.JSGE: JumpOp.JSLE,
}
"""``a op b`` as ``b op' a``, for the comparisons that are learnt from the other way round."""
OPPOSITE: Final = {
    JumpOp.JEQ: JumpOp.JNE,
    JumpOp.JNE: JumpOp.JEQ,
    JumpOp.JGE: JumpOp.JLT,
    JumpOp.JGT: JumpOp.JLE,
    JumpOp.JLE: JumpOp.JGT,
    JumpOp.JLT: JumpOp.JGE,
    JumpOp.JSGE: JumpOp.JSLT,
    JumpOp.JSGT: JumpOp.JSLE,
    JumpOp.JSLE: JumpOp.JSGT,
    JumpOp.JSLT: JumpOp.JSGE,
}
"""The comparison that holds where ``op`` does not; JSET has none."""


class Draft:
    """A scalar in the making: bits, and one ``[smin, smax, umin, umax]`` for each width."""

    __slots__ = ("_first", "low", "var_off", "wide")

    def __init__(self, scalar: Scalar) -> None:
        self._first = scalar
        self.var_off = scalar.var_off
        self.wide = [scalar.smin, scalar.smax, scalar.umin, scalar.umax]
        self.low = [scalar.smin32, scalar.smax32, scalar.umin32, scalar.umax32]

    def bounds(self, bits: int) -> list[int]:
        """The bounds of one width, to be changed in place."""
        return self.wide if bits == 64 else self.low

    def synced(self) -> Scalar:
        """The scalar after everything has been deduced."""
        first, (smin, smax, umin, umax) = self._first, self.wide
        bounds = (smin, smax, umin, umax, *self.low)
        if self.var_off is first.var_off and bounds == first.bounds:
            return sync(first)  # nothing was learnt, as of the constant of a comparison
        if not self.var_off.mask:
            scalar = raw(self.var_off, *bounds)
            if scalar.exact:
                return scalar
        return synced(self.var_off, *bounds)

    def known(self, bits: int) -> int | None:
        """The low ``bits`` if all of them are known."""
        word = MASK64 if bits == 64 else MASK32
        return None if self.var_off.mask & word else self.var_off.value & word

    def forget(self) -> None:
        """Drops all bounds; the bits stay."""
        self.wide = [S64_MIN, S64_MAX, 0, MASK64]
        self.low = [S32_MIN, S32_MAX, 0, MASK32]


SMIN, SMAX, UMIN, UMAX = range(4)


def learn(op: JumpOp, taken: bool, a: Draft, b: Draft, bits: int) -> None:
    """Narrows the drafts to what ``a op b`` says, or its opposite where the jump is not taken."""
    if op is JumpOp.JSET:
        _learn_bits(taken, a, b, bits)
        return
    if not taken:
        op = OPPOSITE[op]
    if op in FLIPPED:
        op, a, b = FLIPPED[op], b, a
    match op:
        case JumpOp.JEQ:
            _learn_equal(a, b, bits)
        case JumpOp.JNE:
            _learn_unequal(a, b, bits)
        case JumpOp.JLE | JumpOp.JSLE:
            _learn_order(a, b, bits, SMIN if op is JumpOp.JSLE else UMIN, 0)
        case _:
            _learn_order(a, b, bits, SMIN if op is JumpOp.JSLT else UMIN, 1)


def _learn_equal(a: Draft, b: Draft, bits: int) -> None:
    left, right = a.bounds(bits), b.bounds(bits)
    for at in (SMIN, UMIN):
        left[at] = right[at] = max(left[at], right[at])
    for at in (SMAX, UMAX):
        left[at] = right[at] = min(left[at], right[at])
    if bits == 64:
        a.var_off = b.var_off = tnum.intersect(a.var_off, b.var_off)
        return
    low = tnum.intersect(tnum.subreg(a.var_off), tnum.subreg(b.var_off))
    a.var_off, b.var_off = tnum.with_subreg(a.var_off, low), tnum.with_subreg(b.var_off, low)


def _learn_unequal(a: Draft, b: Draft, bits: int) -> None:
    """A constant at the very end of a range shortens it by one."""
    value = b.known(bits)
    if value is None:
        a, value = b, a.known(bits)
    if value is None:
        return
    bounds = a.bounds(bits)
    for at, end in ((UMIN, value), (UMAX, value), (SMIN, signed(value, bits)), (SMAX, signed(value, bits))):
        if bounds[at] == end:
            bounds[at] = _wrap(end + (1 if at in (UMIN, SMIN) else -1), at, bits)


def _learn_order(a: Draft, b: Draft, bits: int, low: int, gap: int) -> None:
    """``a + gap <= b``, on the bounds from index ``low`` on."""
    high = low + 1
    left, right = a.bounds(bits), b.bounds(bits)
    left[high] = min(left[high], _wrap(right[high] - gap, high, bits))
    right[low] = max(_wrap(left[low] + gap, low, bits), right[low])


def _wrap(number: int, at: int, bits: int) -> int:
    return signed(number, bits) if at in (SMIN, SMAX) else number & (MASK64 if bits == 64 else MASK32)


def _learn_bits(taken: bool, a: Draft, b: Draft, bits: int) -> None:
    """``a & constant``: no bit of it is set, or the only one is."""
    word = b.known(bits)
    if word is None:
        a, word = b, a.known(bits)
    if word is None:
        return
    known = a.var_off if bits == 64 else tnum.subreg(a.var_off)
    if not taken:
        a.forget()  # Linux does so lest bits and ranges contradict each other on a dead path
        known = tnum.and_(known, tnum.const(~word))
    elif word.bit_count() == 1:
        known = tnum.or_(known, tnum.const(word))
    a.var_off = known if bits == 64 else tnum.with_subreg(a.var_off, known)
