"""The kernel's printf for BPF: which formats it takes, how arguments are packed, and the text they make.

The kernel first checks a format and packs its arguments into 512 bytes (bpf_bprintf_prepare), then prints
from there; so an argument list may be refused with -ENOSPC. A format has no control characters.
"""

import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2s
from ipaddress import IPv6Address

from vm.uapi.errno import Errno
from vm.word import MASK32, signed

EINVAL, ENOSPC = -Errno.EINVAL, -Errno.ENOSPC
FORMAT_MAX = 1 << 14
"""Longest format that is looked at; Linux has no such bound."""
ARGUMENT_BYTES = 512
MAX_ERRNO = 4095
WIDTH_MAX = (1 << 23) - 1
"""The widest field (FIELD_WIDTH_MAX)."""

ReadString = Callable[[int, int], bytes | None]
"""Given an address and a size: a string with its final 0, or None where it cannot be read."""
ReadBytes = Callable[[int, int], bytes | None]


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


@dataclass(frozen=True, slots=True)
class Memory:
    """How the printer reads what arguments point at."""

    string: ReadString
    data: ReadBytes


@dataclass(slots=True)
class Printed:
    """Text, of which the first ``room`` bytes are kept, and the length it would have."""

    room: int
    text: bytearray = field(default_factory=bytearray)
    length: int = 0

    def add(self, piece: str, spaces: int = 0, fill: str = " ") -> None:
        """Adds text, or ``spaces`` times ``fill``."""
        left = max(0, self.room - len(self.text))
        self.text += (piece[:left] + fill * min(spaces, left - len(piece[:left]))).encode("latin-1")
        self.length += len(piece) + spaces


def print_format(form: bytes, args: Sequence[int], memory: Memory, room: int) -> Printed | int:
    """The text, or -EINVAL, -ENOSPC. ``form`` is what may be read of the format."""
    end = form.find(b"\0", 0, FORMAT_MAX)
    if end < 0:
        return EINVAL
    parts = parse(form[:end].decode("latin-1"), len(args))
    if parts is None:
        return EINVAL
    packer, printed = _Packer(), Printed(room)
    values = iter(args)
    for part in parts:
        if isinstance(part, str):
            printed.add(part)
            continue
        shown = packer.pack(part, next(values), memory)
        if shown is None:
            return ENOSPC
        _add_padded(printed, part, shown)
    return printed


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


class _Packer:
    """The 512 bytes arguments go through."""

    def __init__(self) -> None:
        self._used = 0

    def pack(self, spec: Spec, value: int, memory: Memory) -> str | None:
        """The argument's text, or None where it does not fit any more."""
        match spec.kind:
            case Kind.STRING:
                return self._string(spec, value, memory)
            case Kind.CHARACTER:
                return chr(value & 0xFF) if self._take(1, 1) else None
            case Kind.ADDRESS:
                return self._address(spec, value, memory)
            case Kind.SYMBOL if spec.letter == "B":
                shown = f"{value:#x}"
                self._used = min(self._used + len(shown) + 1, ARGUMENT_BYTES)
                return shown
            case _:
                return _word_text(spec, value) if self._take(spec.size, 4) else None

    def _take(self, size: int, align: int) -> bool:
        start = -(-self._used // align) * align
        if start + size > ARGUMENT_BYTES:
            return False
        self._used = start + size
        return True

    def _string(self, spec: Spec, address: int, memory: Memory) -> str | None:
        room = ARGUMENT_BYTES - self._used
        if not room:
            return None
        found = None if spec.letter == "u" else memory.string(address, room)
        self._used += len(found) if found else 1
        return (found or b"\0")[:-1].decode("latin-1")

    def _address(self, spec: Spec, address: int, memory: Memory) -> str | None:
        size = 4 if spec.letter[1] == "4" else 16
        if ARGUMENT_BYTES - self._used < size:
            return None
        shown = _ip(memory.data(address, size) or bytes(size), dotted=spec.letter[0] == "I")
        self._used = min(self._used + len(shown) + 1, ARGUMENT_BYTES)
        return shown


def _ip(data: bytes, *, dotted: bool) -> str:
    if len(data) == 4:
        return ".".join(f"{byte:d}" if dotted else f"{byte:03d}" for byte in data)
    groups = IPv6Address(data).exploded
    return groups if dotted else groups.replace(":", "")


def _word_text(spec: Spec, value: int) -> str:
    match spec.kind:
        case Kind.RAW_POINTER:
            return _pointer_text(spec, value)
        case Kind.POINTER:
            return _pointer_text(spec, value if _is_null_or_error(value) else _hashed(value))
        case Kind.SYMBOL:
            return f"{value:#x}"
        case _:
            return _number_text(spec, value)


def _pointer_text(spec: Spec, value: int) -> str:
    """Sixteen digits, unless the format gives a width."""
    return f"{value:x}" if spec.width else f"{value:016x}"


def _is_null_or_error(value: int) -> bool:
    return value == 0 or value >= (1 << 64) - MAX_ERRNO


def _hashed(value: int) -> int:
    """A pointer as the kernel hides it: 32 bits that tell equal from different, and no more."""
    digest = blake2s(value.to_bytes(8, "little"), digest_size=4, key=b"hookscope").digest()
    return int.from_bytes(digest, "little")


def _number_text(spec: Spec, value: int) -> str:
    bits = 8 * spec.size
    value &= (1 << bits) - 1
    if spec.letter in "xX":
        return f"{value:{spec.letter}}"
    number = signed(value, bits) if spec.letter in "di" else value
    if number < 0 or spec.letter == "u":
        return str(number)
    sign = "+" if "+" in spec.flags else " " if " " in spec.flags else ""
    return sign + str(number)


def _add_padded(printed: Printed, spec: Spec, shown: str) -> None:
    missing = max(0, spec.width - len(shown)) if spec.kind is not Kind.ADDRESS else 0
    if "-" in spec.flags:
        printed.add(shown, missing)
    elif "0" in spec.flags and spec.kind in (Kind.NUMBER, Kind.POINTER, Kind.RAW_POINTER):
        sign = shown[:1] if shown[:1] in "+- " else ""
        printed.add(sign, missing, "0")
        printed.add(shown[len(sign) :])
    else:
        printed.add("", missing)
        printed.add(shown)


def specs(parts: Sequence[str | Spec]) -> Iterator[Spec]:
    """The conversions among the parts of a format."""
    return (part for part in parts if isinstance(part, Spec))


_POINTERS = frozenset({Kind.POINTER, Kind.RAW_POINTER, Kind.SYMBOL, Kind.ADDRESS})
_ALLOWED = frozenset(string.printable) | frozenset(map(chr, range(128, 256)))
"""ASCII characters that isprint or isspace accepts, and all others (Linux 6.18 takes UTF-8)."""
_LATIN1_SIGNS = frozenset(map(chr, (*range(0xA0, 0xC0), 0xD7, 0xF7)))
"""What the kernel takes for space or punctuation above ASCII: the Latin-1 signs."""
_LETTERS_AND_DIGITS = frozenset(string.ascii_letters + string.digits) | (
    frozenset(map(chr, range(0xC0, 0x100))) - _LATIN1_SIGNS
)
