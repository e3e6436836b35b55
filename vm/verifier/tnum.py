"""Tristate numbers: words of which some bits are known and the others are not.

``Tnum(value, mask)`` stands for every word ``w`` with ``w & ~mask == value``; ``mask`` has the unknown bits,
where ``value`` is 0. Functions take and give well-formed numbers of 64 bits. What Linux 6.18 computes for
each operation is kernel/bpf/tnum.c; addition and subtraction are those of Vishwanathan et al., "Sound,
Precise, and Fast Abstract Interpretation with Tristate Numbers" (CGO 2022).

Functions: const, between, add, sub, neg, mul, and_, or_, xor, lshift, rshift, arshift, intersect, union,
overlap, includes, has, is_aligned, cast, subreg, clear_subreg, with_subreg, const_subreg, byte_swap,
next_member, text.
"""

from typing import Final, NamedTuple

from vm import word
from vm.word import MASK32, MASK64

_HIGH: Final = MASK64 ^ MASK32
_MAX_DECIMAL: Final = 0xFFFF


class Tnum(NamedTuple):
    """Known bits: ``value`` where ``mask`` is 0, unknown where it is 1."""

    value: int
    mask: int


UNKNOWN: Final = Tnum(0, MASK64)
ZERO: Final = Tnum(0, 0)


def const(value: int) -> Tnum:
    """The number of which every bit is known."""
    return Tnum(value & MASK64, 0)


def between(low: int, high: int) -> Tnum:
    """What all words of ``low .. high`` have in common: their leading bits."""
    unknown = (1 << (low ^ high).bit_length()) - 1
    return Tnum(low & ~unknown, unknown)


def add(a: Tnum, b: Tnum) -> Tnum:
    """Sum: a bit is unknown if it is in an operand or a carry may or may not reach it."""
    low = a.value + b.value
    unknown = (((low + a.mask + b.mask) ^ low) | a.mask | b.mask) & MASK64
    return Tnum(low & MASK64 & ~unknown, unknown)


def sub(a: Tnum, b: Tnum) -> Tnum:
    """Difference: a bit is unknown if it is in an operand or a borrow may or may not reach it."""
    base = a.value - b.value
    unknown = (((base + a.mask) ^ (base - b.mask)) | a.mask | b.mask) & MASK64
    return Tnum(base & MASK64 & ~unknown, unknown)


def neg(a: Tnum) -> Tnum:
    """Two's complement."""
    return sub(ZERO, a)


def mul(a: Tnum, b: Tnum) -> Tnum:
    """Product, by long multiplication over the bits of ``a``: an unknown bit adds ``b`` or does not."""
    (ones, unknown), (plus, doubt) = a, b
    value = mask = 0
    while ones or unknown:
        if (ones | unknown) & 1:
            low = value + plus
            carried = (((low + mask + doubt) ^ low) | mask | doubt) & MASK64
            if unknown & 1:  # added or not: the union of both
                carried |= value ^ low & ~carried
                low &= value
            value, mask = low & ~carried & MASK64, carried & MASK64
        if mask == MASK64:  # nothing added makes it known again
            break
        ones, unknown = ones >> 1, unknown >> 1
        plus, doubt = plus << 1 & MASK64, doubt << 1 & MASK64
    return Tnum(value, mask)


def and_(a: Tnum, b: Tnum) -> Tnum:
    """Bitwise and."""
    ones = a.value & b.value
    return Tnum(ones, (a.value | a.mask) & (b.value | b.mask) & ~ones)


def or_(a: Tnum, b: Tnum) -> Tnum:
    """Bitwise or."""
    ones = a.value | b.value
    return Tnum(ones, (a.mask | b.mask) & ~ones)


def xor(a: Tnum, b: Tnum) -> Tnum:
    """Bitwise exclusive or."""
    unknown = a.mask | b.mask
    return Tnum((a.value ^ b.value) & ~unknown, unknown)


def lshift(a: Tnum, count: int) -> Tnum:
    """Shifted left, zeros filling in."""
    return Tnum(a.value << count & MASK64, a.mask << count & MASK64)


def rshift(a: Tnum, count: int) -> Tnum:
    """Shifted right, zeros filling in."""
    return Tnum(a.value >> count, a.mask >> count)


def arshift(a: Tnum, count: int, bits: int) -> Tnum:
    """The low ``bits`` shifted right, the sign bit (known or not) filling in."""
    keep = word.mask(bits)
    return Tnum(word.signed(a.value, bits) >> count & keep, word.signed(a.mask, bits) >> count & keep)


def intersect(a: Tnum, b: Tnum) -> Tnum:
    """What both say. Where they contradict each other the bit becomes a known 1, as in Linux."""
    unknown = a.mask & b.mask
    return Tnum((a.value | b.value) & ~unknown, unknown)


def union(a: Tnum, b: Tnum) -> Tnum:
    """The least number that has every word of either."""
    unknown = (a.value ^ b.value) | a.mask | b.mask
    return Tnum(a.value & b.value & ~unknown, unknown)


def overlap(a: Tnum, b: Tnum) -> bool:
    """Whether some word may be in both: no bit is known as 0 in one and as 1 in the other."""
    return not (a.value ^ b.value) & ~(a.mask | b.mask)


def includes(a: Tnum, b: Tnum) -> bool:
    """Whether every word of ``b`` is one of ``a``."""
    return not b.mask & ~a.mask and b.value & ~a.mask == a.value


def has(a: Tnum, number: int) -> bool:
    """Whether the word ``number`` is one of ``a``."""
    return number & ~a.mask == a.value


def is_aligned(a: Tnum, size: int) -> bool:
    """Whether every word is a multiple of ``size``, a power of two (0: no demand)."""
    return not size or not (a.value | a.mask) & (size - 1)


def cast(a: Tnum, size: int) -> Tnum:
    """The low ``size`` bytes, zero-extended."""
    keep = word.mask(size * 8)
    return Tnum(a.value & keep, a.mask & keep)


def subreg(a: Tnum) -> Tnum:
    """The low 32 bits, zero-extended."""
    return Tnum(a.value & MASK32, a.mask & MASK32)


def clear_subreg(a: Tnum) -> Tnum:
    """The high 32 bits, the low ones known as 0."""
    return Tnum(a.value & _HIGH, a.mask & _HIGH)


def with_subreg(a: Tnum, low: Tnum) -> Tnum:
    """The high 32 bits of ``a`` over the low 32 of ``low``."""
    return Tnum(a.value & _HIGH | low.value & MASK32, a.mask & _HIGH | low.mask & MASK32)


def const_subreg(a: Tnum, value: int) -> Tnum:
    """The high 32 bits of ``a`` over a known low half."""
    return Tnum(a.value & _HIGH | value & MASK32, a.mask & _HIGH)


def byte_swap(a: Tnum, bits: int) -> Tnum:
    """The low ``bits`` (16, 32 or 64) with their bytes in reverse order."""
    return Tnum(word.byte_swap(a.value, bits), word.byte_swap(a.mask, bits))


def next_member(a: Tnum, number: int) -> int:
    """The least word of ``a`` above ``number``; its greatest if there is none."""
    greatest = a.value | a.mask
    if number >= greatest:
        return greatest
    if number < a.value:
        return a.value
    wrong = (number ^ a.value) & ~a.mask & MASK64
    below = (1 << wrong.bit_length()) - 1  # from the highest bit on that no word of `a` has as `number` does
    if wrong and a.value >> (wrong.bit_length() - 1) & 1:
        return number & a.mask & ~below | a.value
    return (((number | ~a.mask & MASK64 | below) + 1) & a.mask) | a.value


def text(a: Tnum) -> str:
    """As the log prints it: ``(value; mask)`` in hexadecimal, or the number itself if it is known."""
    if a.mask:
        return f"({a.value:#x}; {a.mask:#x})"
    return str(a.value) if a.value <= _MAX_DECIMAL else f"{a.value:#x}"
