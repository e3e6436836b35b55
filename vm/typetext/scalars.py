"""The scalar types: numbers, addresses, text and raw bytes, one row each."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from vm.source import HookscopeError
from vm.typetext.text import braced, split_top
from vm.typetext.types import Scalar

Order = Literal["little", "big"]

_NUMBER = re.compile(r"[+-]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[0-9][0-9_]*)")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
_UNESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[ntr\\\"])")
_MAC = re.compile(r"[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}")


def _bad(text: str, expected: str) -> HookscopeError:
    shown = text if len(text) <= 40 else text[:37] + "…"
    return HookscopeError.of("bad-value", f"`{shown}` is not {expected}", f"write {expected}")


def _integer(text: str, low: int, high: int) -> int:
    if len(text) > 80 or not _NUMBER.fullmatch(text):
        raise _bad(text, f"a whole number from {low} to {high}, such as 42 or 0x2a")
    digits = text.lstrip("+-")
    value = int(digits, 0 if digits[:2].lower() in ("0x", "0b", "0o") else 10)
    value = -value if text[0] == "-" else value
    if not low <= value <= high:
        raise HookscopeError.of("bad-value", f"{text} does not fit: the type holds {low} to {high}")
    return value


def _number(name: str, size: int, order: Order, is_signed: bool, doc: str, shown: str = "d") -> Scalar:
    low = -(1 << (size * 8 - 1)) if is_signed else 0
    high = (1 << (size * 8 - is_signed)) - 1

    def formatter(data: bytes) -> str:
        value = int.from_bytes(data, order, signed=is_signed)
        return f"0x{value:0{size * 2}x}" if shown == "x" else str(value)

    def parser(text: str, _size: int) -> bytes:
        return _integer(text, low, high).to_bytes(size, order, signed=is_signed)

    return Scalar(name, size, size, formatter, parser, doc)


def _parse_ipv4(text: str, _size: int) -> bytes:
    try:
        return ipaddress.IPv4Address(text).packed
    except ValueError:
        raise _bad(text, "an IPv4 address such as 203.0.113.7") from None


def _parse_ipv6(text: str, _size: int) -> bytes:
    try:
        return ipaddress.IPv6Address(text).packed
    except ValueError:
        raise _bad(text, "an IPv6 address such as 2001:db8::7") from None


def _format_mac(data: bytes) -> str:
    return data.hex(":")


def _parse_mac(text: str, _size: int) -> bytes:
    if not _MAC.fullmatch(text):
        raise _bad(text, "a MAC address such as 02:00:5e:10:00:01")
    return bytes(int(group, 16) for group in re.split("[:-]", text))


def _format_prefix(data: bytes) -> str:
    length = int.from_bytes(data[:4], "little")
    return f"{ipaddress.ip_address(data[4:])}/{length}"


def _parse_prefix(text: str, size: int) -> bytes:
    address, _, length = text.partition("/")
    most = (size - 4) * 8
    packed = _parse_ipv4(address.strip(), 4) if size == 8 else _parse_ipv6(address.strip(), 16)
    # The kernel refuses lengths above the key's bits; a person may still want to see it do so.
    bits = _integer(length.strip() or str(most), 0, 0xFFFF_FFFF)
    return bits.to_bytes(4, "little") + packed


def _format_bool(data: bytes) -> str:
    return {0: "false", 1: "true"}.get(data[0], str(data[0]))


def _parse_bool(text: str, _size: int) -> bytes:
    return bytes([{"false": 0, "true": 1}[text] if text in ("false", "true") else _integer(text, 0, 255)])


def _format_lock(data: bytes) -> str:
    return "held" if any(data) else "free"


def _parse_lock(text: str, _size: int) -> bytes:
    if text not in ("held", "free"):
        raise _bad(text, "free or held")
    return (text == "held").to_bytes(4, "little")


def slot_range(slot: int) -> str:
    """The numbers that slot ``slot`` of a power-of-two histogram counts: 0 and 1, then 2**n to 2**(n+1)-1."""
    if slot == 0:
        return "0-1"
    return f"{1 << slot}-{(1 << (slot + 1)) - 1}" if slot < 64 else f"slot {slot}"


def _format_log2(data: bytes) -> str:
    return slot_range(int.from_bytes(data, "little"))


def _parse_log2(text: str, _size: int) -> bytes:
    slot = text.removeprefix("slot").strip()
    low, dash, _ = slot.partition("-")
    if not dash or not low:
        return _integer(slot, 0, 0xFFFF_FFFF).to_bytes(4, "little")
    return max(_integer(low.strip(), 0, (1 << 64) - 1).bit_length() - 1, 0).to_bytes(4, "little")


def _format_hist(data: bytes) -> str:
    counts = [int.from_bytes(data[at : at + 4], "little") for at in range(0, len(data), 4)]
    shown = ", ".join(f"{slot_range(slot)}: {count}" for slot, count in enumerate(counts) if count)
    return f"{{{shown}}}"


def _parse_hist(text: str, size: int) -> bytes:
    counts = [0] * (size // 4)
    for part in split_top(braced(text, "{", "}", f"hist[{len(counts)}]")):
        key, _, count = part.rpartition(":")
        slot = int.from_bytes(_parse_log2(key.strip(), 4), "little")
        if slot >= len(counts):
            raise HookscopeError.of("bad-value", f"slot {slot} of a histogram of {len(counts)} slots")
        counts[slot] = _integer(count.strip(), 0, 0xFFFF_FFFF)
    return b"".join(count.to_bytes(4, "little") for count in counts)


def _format_text(data: bytes) -> str:
    def shown(byte: int) -> str:
        letter = chr(byte)
        return _ESCAPES.get(letter) or (letter if 32 <= byte < 127 else f"\\x{byte:02x}")

    return '"' + "".join(map(shown, data.rstrip(b"\0"))) + '"'


def _parse_text(text: str, size: int) -> bytes:
    quoted = len(text) >= 2 and text[0] == text[-1] == '"'
    raw = (text[1:-1] if quoted else text).encode("utf-8", "surrogateescape")
    plain = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
    data = _UNESCAPE.sub(
        lambda m: bytes([int(m[1][1:], 16)]) if m[1][:1] == b"x" else plain.get(m[1], m[1]), raw
    )
    if len(data) > size:
        raise HookscopeError.of("bad-value", f"a text of {len(data)} bytes where {size} fit")
    return data.ljust(size, b"\0")


def _format_bytes(data: bytes) -> str:
    return data.hex(" ")


def _parse_bytes(text: str, size: int) -> bytes:
    digits = re.sub(r"[\s:_-]", "", text.removeprefix("0x"))
    if len(digits) > 2 * size or len(digits) % 2 or not re.fullmatch("[0-9a-fA-F]*", digits):
        raise _bad(text, f"at most {size} bytes in hexadecimal, such as de ad be ef")
    return bytes.fromhex(digits).ljust(size, b"\0")


def _numbers() -> list[Scalar]:
    rows: list[Scalar] = []
    for bits in (8, 16, 32, 64):
        size = bits // 8
        rows += [
            _number(f"u{bits}", size, "little", False, f"unsigned {bits}-bit number"),
            _number(f"s{bits}", size, "little", True, f"signed {bits}-bit number"),
            _number(f"hex{bits}", size, "little", False, f"unsigned {bits}-bit number in hexadecimal", "x"),
        ]
        if bits > 8:
            rows.append(
                _number(f"be{bits}", size, "big", False, f"unsigned {bits}-bit number in network byte order")
            )
    return rows


SCALARS: Mapping[str, Scalar] = MappingProxyType({
    row.text: row
    for row in (
        *_numbers(),
        _number("port", 2, "big", False, "TCP or UDP port in network byte order"),
        Scalar("bool", 1, 1, _format_bool, _parse_bool, "true or false in one byte"),
        Scalar("ipv4", 4, 4, lambda d: str(ipaddress.IPv4Address(d)), _parse_ipv4, "IPv4 address"),
        Scalar("ipv6", 16, 4, lambda d: str(ipaddress.IPv6Address(d)), _parse_ipv6, "IPv6 address"),
        Scalar("mac", 6, 1, _format_mac, _parse_mac, "Ethernet address"),
        Scalar("prefix4", 8, 4, _format_prefix, _parse_prefix, "key of an LPM trie over IPv4"),
        Scalar("prefix6", 20, 4, _format_prefix, _parse_prefix, "key of an LPM trie over IPv6"),
        Scalar("log2", 4, 4, _format_log2, _parse_log2, "slot of a power-of-two histogram"),
        Scalar("spin_lock", 4, 4, _format_lock, _parse_lock, "struct bpf_spin_lock"),
        Scalar("char", 1, 1, _format_text, _parse_text, "one character"),
    )
})  # fmt: skip

SIZED: Mapping[str, Callable[[int], Scalar]] = MappingProxyType({
    "char": lambda n: Scalar(f"char[{n}]", n, 1, _format_text, _parse_text, "text padded with zeros"),
    "string": lambda n: Scalar(f"char[{n}]", n, 1, _format_text, _parse_text, "text padded with zeros"),
    "bytes": lambda n: Scalar(f"bytes[{n}]", n, 1, _format_bytes, _parse_bytes, "raw bytes"),
    "hex": lambda n: Scalar(f"bytes[{n}]", n, 1, _format_bytes, _parse_bytes, "raw bytes"),
    "hist": lambda n: Scalar(f"hist[{n}]", 4 * n, 4, _format_hist, _parse_hist, "u32 counts by power of two"),
})  # fmt: skip

ALIASES: Mapping[str, str] = MappingProxyType({
    **{f"__u{bits}": f"u{bits}" for bits in (8, 16, 32, 64)},
    **{f"__s{bits}": f"s{bits}" for bits in (8, 16, 32, 64)},
    **{f"i{bits}": f"s{bits}" for bits in (8, 16, 32, 64)},
    **{f"__be{bits}": f"be{bits}" for bits in (16, 32, 64)},
    **{f"uint{bits}_t": f"u{bits}" for bits in (8, 16, 32, 64)},
    **{f"int{bits}_t": f"s{bits}" for bits in (8, 16, 32, 64)},
    "int": "s32", "long": "s64", "ip": "ipv4", "ip4": "ipv4", "ip6": "ipv6", "slot": "log2",
    "bpf_spin_lock": "spin_lock",
})  # fmt: skip
