"""Bounds of sums, differences and products, 64 and 32 bits wide, as in Linux 6.18 (scalar_min_max_add …)."""

from vm.verifier.scalar import S32_MAX, S32_MIN, S64_MAX, S64_MIN, Bounds, Scalar
from vm.word import MASK32, MASK64

Range = tuple[int, int]


def sum_bounds(a: Scalar, b: Scalar) -> Bounds:
    """Bounds of ``a + b``."""
    return (
        *_signed((a.smin + b.smin, a.smax + b.smax), S64_MIN, S64_MAX),
        *_wrapped((a.umin + b.umin, a.umax + b.umax), MASK64),
        *_signed((a.smin32 + b.smin32, a.smax32 + b.smax32), S32_MIN, S32_MAX),
        *_wrapped((a.umin32 + b.umin32, a.umax32 + b.umax32), MASK32),
    )


def difference_bounds(a: Scalar, b: Scalar) -> Bounds:
    """Bounds of ``a - b``."""
    return (
        *_signed((a.smin - b.smax, a.smax - b.smin), S64_MIN, S64_MAX),
        *_wrapped((a.umin - b.umax, a.umax - b.umin), MASK64),
        *_signed((a.smin32 - b.smax32, a.smax32 - b.smin32), S32_MIN, S32_MAX),
        *_wrapped((a.umin32 - b.umax32, a.umax32 - b.umin32), MASK32),
    )


def product_bounds(a: Scalar, b: Scalar) -> Bounds:
    """Bounds of ``a * b``."""
    wide = (a.smin * b.smin, a.smin * b.smax, a.smax * b.smin, a.smax * b.smax)
    narrow = (a.smin32 * b.smin32, a.smin32 * b.smax32, a.smax32 * b.smin32, a.smax32 * b.smax32)
    return (
        *_spanned(wide, S64_MIN, S64_MAX),
        *_unsigned((a.umin * b.umin, a.umax * b.umax), MASK64),
        *_spanned(narrow, S32_MIN, S32_MAX),
        *_unsigned((a.umin32 * b.umin32, a.umax32 * b.umax32), MASK32),
    )


def _signed(ends: Range, least: int, most: int) -> Range:
    """The range if neither end overflows, else every number."""
    return ends if least <= min(ends) and max(ends) <= most else (least, most)


def _spanned(products: tuple[int, int, int, int], least: int, most: int) -> Range:
    """The range of all products if none overflows, else every number."""
    return _signed((min(products), max(products)), least, most)


def _unsigned(ends: Range, word: int) -> Range:
    """The range if neither end overflows, else every number."""
    return ends if max(ends) <= word else (0, word)


def _wrapped(ends: Range, word: int) -> Range:
    """The range if both ends wrap around or neither does, else every number."""
    low, high = ends
    if low < 0 <= high or low <= word < high:
        return 0, word
    return low & word, high & word
