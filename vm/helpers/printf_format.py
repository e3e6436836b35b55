"""Which formats the kernel's printf for BPF takes, and what their conversions are (bpf_bprintf_prepare)."""

import string
from dataclasses import dataclass
from enum import StrEnum

from vm.word import MASK32, signed

WIDTH_MAX = (1 << 23) - 1
"""The widest field (FIELD_WIDTH_MAX)."""


class Kind(StrEnum):
    """What a conversion prints."""

    NUMBER = "number"
    STRING = "string"
    CHARACTER = "character"
    POINTER = "pointer"
    RAW_POINTER = "raw pointer"
    SYMBOL = "symbol"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Spec:
    """One conversion: its flags (of ``0+- ``), width, what it prints, ``letter`` and the argument's size."""

    flags: str
    width: int
    kind: Kind
    letter: str
    size: int = 8


_POINTERS = frozenset({Kind.POINTER, Kind.RAW_POINTER, Kind.SYMBOL, Kind.ADDRESS})
_ALLOWED = frozenset(string.printable) | frozenset(map(chr, range(128, 256)))
"""ASCII characters that isprint or isspace accepts, and all others (Linux 6.18 takes UTF-8)."""
_LATIN1_SIGNS = frozenset(map(chr, (*range(0xA0, 0xC0), 0xD7, 0xF7)))
"""What the kernel takes for space or punctuation above ASCII: the Latin-1 signs."""
_LETTERS_AND_DIGITS = frozenset(string.ascii_letters + string.digits) | (
    frozenset(map(chr, range(0xC0, 0x100))) - _LATIN1_SIGNS
)


def parse(form: str, count: int) -> list[str | Spec] | None:
    """The format as text and conversions; None where the kernel refuses it for ``count`` arguments."""
    if any(c not in _ALLOWED for c in form):
        return None
    parts: list[str | Spec] = []
    at, used = 0, 0
    while at < len(form):
        if form[at] != "%":
            parts.append(form[at])
            at += 1
        elif form.startswith("%%", at):
            parts.append("%")
            at += 2
        else:
            spec, at = _conversion(form, at + 1)
            used += 1
            if spec is None or used > count:
                return None
            parts.append(spec)
            while spec.kind in _POINTERS and form[at : at + 1] in _LETTERS_AND_DIGITS:
                at += 1  # the printer takes them for part of the conversion
    return parts


def _conversion(form: str, at: int) -> tuple[Spec | None, int]:
    start = at
    while form[at : at + 1] and form[at] in "0+- ":
        at += 1
    flags, start = form[start:at], at
    if form[at : at + 1] and form[at] in "123456789":
        while form[at : at + 1].isdigit():
            at += 1
    width = _width(form[start:at])
    letter = form[at : at + 1]
    match letter:
        case "p":
            return _pointer(form, at, flags, width)
        case "s":
            return _string(form, at, flags, width)
        case "c":
            return Spec(flags, width, Kind.CHARACTER, "c", 1), at + 1
        case _:
            return _number(form, at, flags, width)


def _width(digits: str) -> int:
    """A field's width, which the kernel reads into an int."""
    width = 0
    for digit in digits:
        width = (width * 10 + int(digit)) & MASK32
    return min(max(signed(width, 32), 0), WIDTH_MAX)


def _number(form: str, at: int, flags: str, width: int) -> tuple[Spec | None, int]:
    size = 4
    for _ in range(2):
        if form[at : at + 1] == "l":
            size, at = 8, at + 1
    letter = form[at : at + 1]
    spec = Spec(flags, width, Kind.NUMBER, letter, size) if letter and letter in "iduxX" else None
    return spec, at + 1


def _string(form: str, at: int, flags: str, width: int) -> tuple[Spec | None, int]:
    ends = _ends(form, at + 1)
    return Spec(flags, width, Kind.STRING, "s") if ends else None, at + 1


def _ends(form: str, at: int) -> bool:
    """Whether a conversion may end before ``at``: at the end, a space or punctuation."""
    after = form[at : at + 1]
    return not after or after in string.whitespace or after in string.punctuation or after in _LATIN1_SIGNS


def _pointer(form: str, at: int, flags: str, width: int) -> tuple[Spec | None, int]:
    if _ends(form, at + 1):
        return Spec(flags, width, Kind.POINTER, "p"), at + 1
    after, two = form[at + 1], form[at + 1 : at + 3]
    if two in ("ks", "us"):
        spec, end = _string(form, at + 2, flags, width)
        return (Spec(flags, width, Kind.STRING, two[0]) if spec else None), end
    if after in "sSB":
        return Spec(flags, width, Kind.SYMBOL, after), at + 2
    if after in "Kx":
        return Spec(flags, width, Kind.RAW_POINTER if after == "x" else Kind.POINTER, "p"), at + 2
    if two in ("i4", "I4", "i6", "I6"):
        return Spec(flags, width, Kind.ADDRESS, two), at + 3
    return None, at
