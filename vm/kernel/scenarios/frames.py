"""Frames by the ten thousand: one ``struct.pack`` each, checksums by arithmetic.

``vm.kernel.packet.build`` makes any packet one can describe; scenarios need a few kinds, fast. Both
make the same bytes, which a test holds them to. Addresses are numbers (host order), MACs 6 bytes.
"""

from dataclasses import dataclass
from functools import lru_cache
from struct import Struct

from vm.kernel.packet.options import LINUX_SYN, encode_options

FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
SYN_OPTIONS = encode_options(LINUX_SYN)
"""What Linux sends with a SYN: 20 bytes."""
_IPV4, _TCP_NUMBER, _UDP_NUMBER, _ICMP_NUMBER = 0x0800, 6, 17, 1
_DONT_FRAGMENT = 0x4000
_TCP = Struct("!6s6sHHHHHHHIIHHIIHHHH")
_UDP = Struct("!6s6sHHHHHHHIIHHHH")
_ICMP = Struct("!6s6sHHHHHHHIIHHHH")
_HEAD = Struct("!6s6sHHHHHHHII")


@dataclass(frozen=True, slots=True)
class Ends:
    """Who sends to whom: MACs of the link, IPv4 addresses as numbers, and the hops a packet has left."""

    src_mac: bytes
    dst_mac: bytes
    src: int
    dst: int
    ttl: int = 64

    def back(self, ttl: int = 64) -> "Ends":
        """The other way."""
        return Ends(self.dst_mac, self.src_mac, self.dst, self.src, ttl)


def _folded(total: int) -> int:
    """The checksum of words that sum up to ``total``: 2^16 is 1 modulo 0xffff."""
    return -total % 0xFFFF


@lru_cache(maxsize=4096)
def _sum(data: bytes) -> int:
    return int.from_bytes(data + b"\0" * (len(data) & 1), "big") % 0xFFFF


def tcp(
    ends: Ends,
    sport: int,
    dport: int,
    flags: int,
    seq: int = 0,
    ack: int = 0,
    payload: bytes = b"",
    *,
    options: bytes = b"",
    window: int = 64_240,
    ident: int = 0,
) -> bytes:
    """A TCP segment in one IPv4 packet; ``options`` are whole words of 4 bytes."""
    size = 20 + len(options) + len(payload)
    length, life = 20 + size, ends.ttl << 8 | _TCP_NUMBER
    addresses = ends.src + ends.dst
    head = _folded(0x4500 + length + ident + _DONT_FRAGMENT + life + addresses)
    bits = (5 + len(options) // 4) << 12 | flags
    inner = addresses + _TCP_NUMBER + size + sport + dport + seq + ack + bits + window
    check = _folded(inner + _sum(options) + _sum(payload))
    packed = _TCP.pack(
        ends.dst_mac, ends.src_mac, _IPV4, 0x4500, length, ident, _DONT_FRAGMENT, life, head,
        ends.src, ends.dst,
        sport, dport, seq, ack, bits, window, check, 0,
    )  # fmt: skip
    return packed + options + payload


def udp(ends: Ends, sport: int, dport: int, payload: bytes, *, ident: int = 0) -> bytes:
    """A UDP datagram in one IPv4 packet."""
    size = 8 + len(payload)
    length, life = 20 + size, ends.ttl << 8 | _UDP_NUMBER
    addresses = ends.src + ends.dst
    head = _folded(0x4500 + length + ident + _DONT_FRAGMENT + life + addresses)
    check = _folded(addresses + _UDP_NUMBER + size + sport + dport + size + _sum(payload)) or 0xFFFF
    packed = _UDP.pack(
        ends.dst_mac, ends.src_mac, _IPV4, 0x4500, length, ident, _DONT_FRAGMENT, life, head,
        ends.src, ends.dst,
        sport, dport, size, check,
    )  # fmt: skip
    return packed + payload


def icmp_echo(ends: Ends, ident: int, sequence: int, payload: bytes, *, reply: bool = False) -> bytes:
    """A ping, or the answer to one."""
    length, life = 28 + len(payload), ends.ttl << 8 | _ICMP_NUMBER
    head = _folded(0x4500 + length + ident + _DONT_FRAGMENT + life + ends.src + ends.dst)
    kind = 0 if reply else 0x0800
    check = _folded(kind + ident + sequence + _sum(payload))
    packed = _ICMP.pack(
        ends.dst_mac, ends.src_mac, _IPV4, 0x4500, length, ident, _DONT_FRAGMENT, life, head,
        ends.src, ends.dst,
        kind, check, ident, sequence,
    )  # fmt: skip
    return packed + payload


def fragment(
    ends: Ends, ident: int, offset: int, payload: bytes, *, more: bool, protocol: int = _UDP_NUMBER
) -> bytes:
    """A piece of an IPv4 packet; ``offset`` counts in 8 bytes."""
    length, life, bits = 20 + len(payload), ends.ttl << 8 | protocol, more << 13 | offset
    head = _folded(0x4500 + length + ident + bits + life + ends.src + ends.dst)
    packed = _HEAD.pack(
        ends.dst_mac, ends.src_mac, _IPV4, 0x4500, length, ident, bits, life, head, ends.src, ends.dst
    )  # fmt: skip
    return packed + payload
