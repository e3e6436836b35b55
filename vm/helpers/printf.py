"""The kernel's printf for BPF: which formats it takes, how arguments are packed, and the text they make.

The kernel first checks a format and packs its arguments into 512 bytes (bpf_bprintf_prepare), then prints
from there; so an argument list may be refused with -ENOSPC. A format has no control characters.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from ipaddress import IPv6Address

from vm.helpers.printf_format import Kind, Spec, parse
from vm.uapi.errno import Errno
from vm.word import signed

EINVAL, ENOSPC = -Errno.EINVAL, -Errno.ENOSPC
FORMAT_MAX = 1 << 14
"""Longest format that is looked at; Linux has no such bound."""
ARGUMENT_BYTES = 512
MAX_ERRNO = 4095

ReadString = Callable[[int, int], bytes | None]
"""Given an address and a size: a string with its final 0, or None where it cannot be read."""
ReadBytes = Callable[[int, int], bytes | None]


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
