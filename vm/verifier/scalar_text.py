"""Scalars as the verifier's log of Linux 6.18 prints them.

format_scalar(scalar, id=0, delta=None, precise=False)     "scalar(id=3+8,var_off=(0x0; 0xff))", "5", "P5"
format_ranges(scalar)                             its ranges and bits alone, as a pointer's text ends
format_signed(number), format_unsigned(number)    decimal near zero, hexadecimal beyond
"""

from functools import lru_cache
from typing import Final

from vm.verifier import tnum
from vm.verifier.scalar import UNBOUNDED, Scalar
from vm.word import MASK32, MASK64, signed

_NAMES: Final = ("smin", "smax", "umin", "umax", "smin32", "smax32", "umin32", "umax32")
_LEAST_DECIMAL, _MOST_DECIMAL, _MOST_UNSIGNED = -(1 << 15), (1 << 15) - 1, (1 << 16) - 1


def format_signed(number: int) -> str:
    """A signed 64-bit number, or a word: decimal if 16 signed bits hold it, else the word in hexadecimal."""
    number = signed(number)
    return str(number) if _LEAST_DECIMAL <= number <= _MOST_DECIMAL else f"{number & MASK64:#x}"


def format_unsigned(number: int) -> str:
    """A word: decimal if 16 bits hold it, else hexadecimal."""
    return str(number) if number <= _MOST_UNSIGNED else f"{number:#x}"


def format_scalar(
    scalar: Scalar,
    id: int = 0,  # noqa: A002 - as the log names it
    delta: int | None = None,
    precise: bool = False,
) -> str:
    """The text of a register that holds ``scalar``; ``delta`` is its distance from others of that id."""
    mark = "P" if precise else ""
    if scalar.is_const:
        return mark + format_signed(scalar.value)
    link = [f"id={id}{'' if delta is None else f'{delta:+d}'}"] if id else []
    ranges = format_ranges(scalar)
    return f"{mark}scalar({','.join(link + ([ranges] if ranges else []))})"


@lru_cache(1 << 13)
def format_ranges(scalar: Scalar) -> str:
    """The bounds that say something and the bits, by commas; equal minima or maxima share a value."""
    shown = [
        (name, _printed(name, bound))
        for name, bound, least in zip(_NAMES, scalar.bounds, UNBOUNDED, strict=True)
        if bound != least
    ]
    parts: list[str] = []
    while shown:
        name, value = shown[0]
        shared = [other for other in shown if _prints_with(shown[0], other)]
        number = format_signed(value) if name.startswith("s") else format_unsigned(value)
        parts.append("".join(f"{other}=" for other, _ in shared) + number)
        shown = [other for other in shown if other not in shared]
    if scalar.var_off != tnum.UNKNOWN:
        parts.append(f"var_off={tnum.text(scalar.var_off)}")
    return ",".join(parts)


def _printed(name: str, bound: int) -> int:
    """The word a bound prints as: a signed 32-bit one is not extended where it will be hexadecimal."""
    if name in ("smin32", "smax32") and not _LEAST_DECIMAL <= bound <= _MOST_DECIMAL:
        return bound & MASK32
    return bound & MASK64


def _prints_with(first: tuple[str, int], other: tuple[str, int]) -> bool:
    """Whether two bounds are both minima or both maxima, of the same word and the same sign."""
    (name, value), (other_name, other_value) = first, other
    same_end = ("min" in name) == ("min" in other_name)
    return (
        same_end
        and value == other_value
        and _is_negative(name, value) == _is_negative(other_name, other_value)
    )


def _is_negative(name: str, value: int) -> bool:
    return name.startswith("s") and value >> 63 == 1


def format_violation(place: str, scalar: Scalar, what: str) -> str:
    """The log's line about bounds that contradict each other (``compare.violations``)."""
    s = scalar
    wide = f"u64=[{s.umin:#x}, {s.umax:#x}] s64=[{s.smin & MASK64:#x}, {s.smax & MASK64:#x}]"
    narrow = f"u32=[{s.umin32:#x}, {s.umax32:#x}] s32=[{s.smin32 & MASK32:#x}, {s.smax32 & MASK32:#x}]"
    bits = f"var_off=({s.var_off.value:#x}, {s.var_off.mask:#x})"
    return f"verifier bug: REG INVARIANTS VIOLATION ({place}): {what} {wide} {narrow} {bits}"
