"""Readers of single values of a packet form: each takes a value and its path, and returns it checked."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import TypeVar

from vm.kernel.packet.addresses import MAX_TEXT, ipv4, ipv6, mac
from vm.kernel.packet.errors import PacketError, shortened
from vm.kernel.packet.hexdump import from_hex
from vm.source import HookscopeError, did_you_mean
from vm.uapi.constants import BY_GROUP

Value = TypeVar("Value")
Reader = Callable[[object, str], Value]
"""Takes what stands in the form and where ("tcp.dport"); raises PacketError."""

TCP_FLAGS: Mapping[str, int] = {
    constant.name.removeprefix("TCP_"): constant.value for constant in BY_GROUP["TCP flag"]
}


def wrong(value: object, path: str, expected: str, hint: str | None = None) -> HookscopeError:
    """Return the error for a value that is not what is expected there."""
    return PacketError.of("packet-bad-value", f"`{path}` is {shortened(value)}, not {expected}", hint)


def conflict(message: str) -> HookscopeError:
    """Return the error for parts of a form that exclude each other."""
    return PacketError.of("packet-conflict", message, "leave one of them out")


def integer(low: int, high: int) -> Reader[int]:
    """Return a reader of whole numbers within bounds, also as text such as "0x1f"."""

    def read(value: object, path: str) -> int:
        expected = f"a whole number from {low:,} to {high:,}"
        if isinstance(value, str) and len(value) <= MAX_TEXT:
            try:
                value = int(value, 0)
            except ValueError:
                raise wrong(value, path, expected) from None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise wrong(value, path, expected)
        return value

    return read


def bits(width: int) -> Reader[int]:
    """Return a reader of numbers that fit a field of so many bits."""
    return integer(0, (1 << width) - 1)


def named(names: Mapping[str, int], width: int) -> Reader[int]:
    """Return a reader of numbers that may be given by name, such as `echo` for 8."""
    number = bits(width)

    def read(value: object, path: str) -> int:
        if not isinstance(value, str) or value[:1].isdigit():
            return number(value, path)
        key = value.lower().replace("_", "-")
        if key not in names:
            raise wrong(value, path, f"one of {', '.join(names)}", did_you_mean(key, names))
        return names[key]

    return read


def boolean(value: object, path: str) -> bool:
    """Read true or false."""
    if isinstance(value, bool) or value in (0, 1):
        return bool(value)
    raise wrong(value, path, "true or false")


def text(value: object, path: str) -> str:
    """Read text; numbers count as text too, as YAML makes numbers of what looks like one."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise wrong(value, path, "text")


def mac_text(value: object, path: str) -> str:
    """Read an Ethernet address."""
    return _checked(value, path, mac)


def ipv4_text(value: object, path: str) -> str:
    """Read an IPv4 address."""
    return _checked(value, path, ipv4)


def ipv6_text(value: object, path: str) -> str:
    """Read an IPv6 address."""
    return _checked(value, path, ipv6)


def ip_text(value: object, path: str) -> str:
    """Read an IPv4 or IPv6 address."""
    address = text(value, path)
    return _checked(address, path, ipv6 if ":" in address else ipv4)


def _checked(value: object, path: str, parse: Callable[[str], object]) -> str:
    address = text(value, path)
    try:
        parse(address)
    except PacketError as error:
        raise PacketError.of(
            error.diagnostic.code, f"in `{path}`, {error.diagnostic.message}", error.diagnostic.hint
        ) from None
    return address


def hex_bytes(value: object, path: str) -> bytes:
    """Read bytes as hex, in any form `from_hex` takes."""
    return from_hex(text(value, path))


def tcp_flags(value: object, path: str) -> int:
    """Read TCP flags: a list of names, names apart by spaces, commas, `|` or `+`, or the byte as a number."""
    if isinstance(value, str) and not value[:1].isdigit():
        value = value.replace(",", " ").replace("|", " ").replace("+", " ").split()
    if not isinstance(value, list | tuple):
        return bits(8)(value, path)
    flags = 0
    for item in value:
        name = text(item, path).upper().removeprefix("TCP_")
        if name not in TCP_FLAGS:
            raise wrong(item, path, f"a TCP flag: {', '.join(TCP_FLAGS)}", did_you_mean(name, TCP_FLAGS))
        flags |= TCP_FLAGS[name]
    return flags


def listed(read_item: Reader[Value], most: int) -> Reader[tuple[Value, ...]]:
    """Return a reader of lists of at most so many items; a single item counts as a list of one."""

    def read(value: object, path: str) -> tuple[Value, ...]:
        items = value if isinstance(value, list | tuple) else [value]
        if len(items) > most:
            raise wrong(f"a list of {len(items)}", path, f"a list of at most {most}")
        return tuple(read_item(item, f"{path}[{index}]") for index, item in enumerate(items))

    return read


def mapping(value: object, path: str) -> Mapping[str, object]:
    """Read a group of named values; nothing counts as an empty one."""
    if value is None or value is True:
        return {}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return value
    raise wrong(value, path, "a group of named values, such as {dport: 80}")


def is_ipv6(value: object) -> bool:
    """Tell whether a value is an IPv6 address as text."""
    try:
        return isinstance(value, str) and ip_address(value).version == 6
    except ValueError:
        return False
