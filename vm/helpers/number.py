"""Numbers in text, as bpf_strtol and bpf_strtoul read them."""

import string
from dataclasses import dataclass

from vm.uapi.errno import Errno
from vm.word import MASK64

BASE_MASK = 0x1F
LOOKED_AT = 63
"""Characters behind the sign that are looked at."""
_SPACE = frozenset(b" \t\n\v\f\r\xa0")
_HEX = frozenset(string.hexdigits.encode())


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from text, its sign apart; ``length`` counts its characters and all that was skipped."""

    value: int
    negative: bool
    length: int


def parse_number(text: bytes, flags: int) -> Number | int:
    """The number at the start of ``text``, or -EINVAL, -ERANGE."""
    base = flags & BASE_MASK
    if not text or base not in (0, 8, 10, 16) or flags & ~BASE_MASK:
        return -Errno.EINVAL
    start = next((at for at, byte in enumerate(text) if byte not in _SPACE), len(text))
    negative = text[start : start + 1] == b"-"
    start += negative
    digits = text[start : start + LOOKED_AT]
    base, prefix = _radix(digits, base)
    length = _digits(digits[prefix:], base)
    if not length:
        return -Errno.EINVAL
    value = int(digits[prefix : prefix + length], base)
    if value > MASK64:
        return -Errno.ERANGE
    return Number(value, negative, start + prefix + length)


def _radix(digits: bytes, base: int) -> tuple[int, int]:
    """The base, told by the prefix where it is 0, and the prefix's length."""
    hexadecimal = digits[:2].lower() == b"0x"
    if base == 0:
        base = 8 if digits[:1] == b"0" else 10
        if hexadecimal and digits[2:3] and digits[2] in _HEX:
            base = 16
    return base, 2 if base == 16 and hexadecimal else 0


def _digits(text: bytes, base: int) -> int:
    allowed = set(b"0123456789abcdef"[:base]) | set(b"0123456789ABCDEF"[:base])
    return next((at for at, byte in enumerate(text) if byte not in allowed), len(text))
