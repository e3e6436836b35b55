"""What the verifier knows of a number: known bits and four ranges, as ``struct bpf_reg_state`` holds them.

A ``Scalar`` is immutable and interned: equal content is the same object, so ``is`` compares and the hash is
the address. Unsigned bounds are words, signed bounds Python's signed numbers. Ids, offsets and precision
are not here: they belong to a register (``vm.verifier.register``), its number does not change with them.

    const(value)                                        the word ``value`` and nothing else
    UNKNOWN                                             any 64-bit word
    raw(var_off, smin, smax, umin, … umax32)            these very bounds, nothing deduced
    synced(var_off, smin, smax, umin, … umax32)         the same after reg_bounds_sync
    with_bounds(scalar, umin=…, smax32=…)               some bounds set, then synced
    violation(s), sanitized(s), unbounded(s), has(s, word)

Narrowing and sign extension are in ``resize``, the deductions in ``deduce``.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from vm.verifier import tnum
from vm.verifier.deduce import Full, deduced
from vm.verifier.interned import Interned
from vm.verifier.tnum import Tnum
from vm.word import MASK32, MASK64, signed

S64_MIN: Final = -(1 << 63)
S64_MAX: Final = (1 << 63) - 1
S32_MIN: Final = -(1 << 31)
S32_MAX: Final = (1 << 31) - 1

Bounds = tuple[int, int, int, int, int, int, int, int]
"""smin, smax, umin, umax, smin32, smax32, umin32, umax32: the order of the log."""
UNBOUNDED: Final[Bounds] = (S64_MIN, S64_MAX, 0, MASK64, S32_MIN, S32_MAX, 0, MASK32)
UNBOUNDED64: Final = UNBOUNDED[:4]
UNBOUNDED32: Final = UNBOUNDED[4:]


class Scalar:
    """A set of words. Made by the functions of this module only, so that equal ones are one object."""

    __slots__ = (
        "__weakref__", "exact", "is_const", "smax", "smax32", "smin", "smin32", "umax", "umax32", "umin",
        "umin32", "var_off",
    )  # fmt: skip

    def __init__(
        self,
        var_off: Tnum,
        smin: int,
        smax: int,
        umin: int,
        umax: int,
        smin32: int,
        smax32: int,
        umin32: int,
        umax32: int,
        exact: bool,
    ) -> None:
        # Final instead of a frozen dataclass, whose __init__ takes six times as long.
        self.var_off: Final = var_off
        self.smin: Final = smin
        self.smax: Final = smax
        self.umin: Final = umin
        self.umax: Final = umax
        self.smin32: Final = smin32
        self.smax32: Final = smax32
        self.umin32: Final = umin32
        self.umax32: Final = umax32
        self.is_const: Final = not var_off.mask
        """All bits are known (tnum_is_const). On a path that cannot be taken the bounds may disagree."""
        self.exact: Final = exact
        """All bits are known and every bound says so too: this is ``const(value)``."""

    @property
    def value(self) -> int:
        """The known bits; the word itself if ``is_const``."""
        return self.var_off.value

    @property
    def bounds(self) -> Bounds:
        """The eight bounds in the order of the log."""
        return (
            self.smin, self.smax, self.umin, self.umax, self.smin32, self.smax32, self.umin32, self.umax32,
        )  # fmt: skip

    def __repr__(self) -> str:
        bounds = ", ".join(f"{name}={value:#x}" for name, value in zip(_FIELDS, self.bounds, strict=True))
        return f"Scalar(var_off={tnum.text(self.var_off)}, {bounds})"

    def __reduce__(self) -> "tuple[Callable[..., Scalar], Full]":
        return raw, (self.var_off, *self.bounds)

    def __copy__(self) -> "Scalar":
        return self

    def __deepcopy__(self, _memo: object) -> "Scalar":
        return self


_FIELDS: Final = ("smin", "smax", "umin", "umax", "smin32", "smax32", "umin32", "umax32")
_interned: Interned[Full, Scalar] = Interned()
_consts: Interned[int, Scalar] = Interned()


def sweep() -> None:
    """Forgets scalars that nobody holds, at once; by itself this is done now and then."""
    _interned.sweep()
    _consts.sweep()


def raw(var_off: Tnum, *bounds: *Bounds) -> Scalar:
    """The scalar of exactly these bits and bounds; nothing is deduced."""
    if not var_off.mask and bounds == _const_bounds(var_off.value):
        return const(var_off.value)
    return _interned.get((var_off, *bounds)) or _new(var_off, bounds)


def _new(var_off: Tnum, bounds: Bounds) -> Scalar:
    """A scalar never seen before; equal bounds are made one object, for there may be very many scalars."""
    smin, smax, umin, umax, smin32, smax32, umin32, umax32 = bounds
    umin, umax = smin if umin == smin else umin, smax if umax == smax else umax
    smin32, smax32 = smin if smin32 == smin else smin32, smax if smax32 == smax else smax32
    umin32, umax32 = smin32 if umin32 == smin32 else umin32, smax32 if umax32 == smax32 else umax32
    key = (var_off, smin, smax, umin, umax, smin32, smax32, umin32, umax32)
    return _interned.add(key, Scalar(*key, False))


@lru_cache(1 << 9)
def const(value: int) -> Scalar:
    """The number ``value``, taken modulo 2**64."""
    value &= MASK64
    return _consts.get(value) or _consts.add(value, Scalar(Tnum(value, 0), *_const_bounds(value), True))


def _const_bounds(value: int) -> Bounds:
    low = value if value <= MASK32 else value & MASK32  # the same object where it is the same number
    wide = value - (1 << 64) if value > S64_MAX else value
    narrow = low - (1 << 32) if low > S32_MAX else low
    return (wide, wide, value, value, narrow, narrow, low, low)


UNKNOWN: Final = raw(tnum.UNKNOWN, *UNBOUNDED)
ZERO: Final = const(0)


def synced(var_off: Tnum, *bounds: *Bounds) -> Scalar:
    """The scalar of these bits and bounds after they have been deduced from each other (reg_bounds_sync)."""
    return raw(*deduced((var_off, *bounds)))


@lru_cache(1 << 11)
def sync(scalar: Scalar) -> Scalar:
    """The same scalar after another round of deduction."""
    return scalar if scalar.exact else synced(scalar.var_off, *scalar.bounds)


def with_bounds(scalar: Scalar, **changed: int) -> Scalar:
    """``scalar`` with some bounds replaced (by the names of its fields), then synced."""
    if unknown := changed.keys() - set(_FIELDS):
        raise TypeError(f"a scalar has no bound {sorted(unknown)[0]}")
    bounds = [changed.get(name, old) for name, old in zip(_FIELDS, scalar.bounds, strict=True)]
    return synced(scalar.var_off, *bounds)


def unbounded(scalar: Scalar) -> Scalar:
    """The known bits alone (__mark_reg_unbounded); nothing is deduced from them."""
    return raw(scalar.var_off, *UNBOUNDED)


def has(scalar: Scalar, number: int) -> bool:
    """Whether the word ``number`` is in the set."""
    low = number & MASK32
    return (
        tnum.has(scalar.var_off, number)
        and scalar.umin <= number <= scalar.umax
        and scalar.smin <= signed(number) <= scalar.smax
        and scalar.umin32 <= low <= scalar.umax32
        and scalar.smin32 <= signed(low, 32) <= scalar.smax32
    )


def violation(scalar: Scalar) -> str:
    """What reg_bounds_sanity_check finds wrong with the bounds, or nothing."""
    s = scalar
    if s.exact:
        return ""
    if s.umin > s.umax or s.smin > s.smax or s.umin32 > s.umax32 or s.smin32 > s.smax32:
        return "range bounds violation"
    if s.var_off.mask & MASK32:
        return ""
    exact = _const_bounds(s.value)
    if s.is_const and s.bounds[:4] != exact[:4]:
        return "const tnum out of sync with range bounds"
    if not s.var_off.mask & MASK32 and s.bounds[4:] != exact[4:]:
        return "const subreg tnum out of sync with range bounds"
    return ""


def sanitized(scalar: Scalar) -> Scalar:
    """The scalar as Linux goes on with it: without bounds where they contradict each other."""
    return unbounded(scalar) if not scalar.exact and violation(scalar) else scalar
