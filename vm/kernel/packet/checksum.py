"""The internet checksum (RFC 1071), over whole ranges and by difference (RFC 1624)."""

from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address


def ones_sum(data: bytes, start: int = 0) -> int:
    """Return the 16-bit ones' complement sum of big-endian words; an odd last byte is padded with a zero.

    `start` is a sum to go on from. Zero comes out only where all that was summed is zero.
    """
    if len(data) % 2:
        data += b"\0"
    # 2^16 is 1 modulo 0xffff: the remainder of the whole number is the folded sum of its words.
    total = int.from_bytes(data, "big") + start
    return (total - 1) % 0xFFFF + 1 if total else 0


def internet_checksum(data: bytes, start: int = 0) -> int:
    """Return the value that a checksum field, zero in `data`, must hold."""
    return ~ones_sum(data, start) & 0xFFFF


def is_valid(data: bytes, start: int = 0) -> bool:
    """Tell whether data that contains its checksum sums up as it must."""
    return ones_sum(data, start) == 0xFFFF


def pseudo_header(source: Address, destination: Address, protocol: int, length: int) -> bytes:
    """Return what TCP, UDP and ICMPv6 sum before their own bytes (RFC 9293 3.1, RFC 8200 8.1)."""
    addresses = source.packed + destination.packed
    if isinstance(source, IPv4Address):
        return addresses + bytes((0, protocol)) + (length & 0xFFFF).to_bytes(2, "big")
    return addresses + length.to_bytes(4, "big") + bytes((0, 0, 0, protocol))


def update(checksum: int, before: bytes, after: bytes) -> int:
    """Return the checksum after bytes that it covers, at an even place, changed to others of their length.

    RFC 1624, equation 3. Raises ValueError where the lengths differ or are odd.
    """
    if len(before) != len(after) or len(before) % 2:
        raise ValueError(
            f"bytes before and after must have one even length, not {len(before)} and {len(after)}"
        )
    inverted = bytes(byte ^ 0xFF for byte in before)
    total = (~checksum & 0xFFFF) + ones_sum(inverted) + ones_sum(after)
    return ~ones_sum(b"", total) & 0xFFFF
