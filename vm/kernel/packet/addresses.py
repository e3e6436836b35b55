"""Addresses from the text a learner writes."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from vm.kernel.packet.errors import PacketError, shortened
from vm.source import HookscopeError

_MAC = re.compile(r"[0-9a-fA-F]{1,2}([:-][0-9a-fA-F]{1,2}){5}")
MAX_TEXT = 60


def mac(text: str) -> bytes:
    """Return the 6 bytes of an Ethernet address such as `52:54:00:12:34:56`; raises PacketError."""
    if len(text) > MAX_TEXT or not _MAC.fullmatch(text):
        raise _not_an_address(text, "an Ethernet address", "52:54:00:12:34:56")
    return bytes(int(part, 16) for part in re.split("[:-]", text))


def ipv4(text: str) -> IPv4Address:
    """Return an IPv4 address such as `203.0.113.7`; raises PacketError."""
    try:
        return IPv4Address(text)
    except AddressValueError:
        raise _not_an_address(text, "an IPv4 address", "203.0.113.7") from None


def ipv6(text: str) -> IPv6Address:
    """Return an IPv6 address such as `2001:db8::7`, without a zone; raises PacketError."""
    try:
        address = IPv6Address(text)
    except AddressValueError:
        raise _not_an_address(text, "an IPv6 address", "2001:db8::7") from None
    if address.scope_id is not None:
        raise _not_an_address(text, "an IPv6 address without a zone", "fe80::1")
    return address


def _not_an_address(text: str, what: str, example: str) -> HookscopeError:
    return PacketError.of(
        "packet-bad-address", f"`{shortened(text)}` is not {what}", f"write it as {example}"
    )
