"""What the network stack reads of a packet: IP and transport headers, checked as the kernel does."""

from dataclasses import dataclass
from struct import unpack_from
from typing import Final

from vm.kernel.context.ethernet import ETHERNET
from vm.kernel.packet.checksum import ones_sum
from vm.kernel.simulation.drops import Reason

ETH_IPV4, ETH_ARP, ETH_IPV6 = 0x0800, 0x0806, 0x86DD
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
_VALID: Final = 0xFFFF
_IPV6_HEADER = 40
PROTOCOLS = {ICMP: "icmp", TCP: "tcp", UDP: "udp", ICMPV6: "icmpv6"}

Flow = tuple[bytes, bytes, int, int]
"""Source and destination address, source and destination port."""


@dataclass(slots=True)
class Headers:
    """An IP packet within a frame. Offsets count from the link header; ``end`` is behind the IP packet.

    Ports are 0 where there are none: in fragments but the first, in other protocols than TCP and UDP.
    """

    version: int
    proto: int
    source: bytes
    destination: bytes
    ttl: int
    transport: int
    end: int
    ident: int = 0
    fragment: tuple[int, bool] | None = None
    """Offset in bytes, and whether more follow; None for a whole packet."""
    sport: int = 0
    dport: int = 0
    flags: int = 0
    seq: int = 0
    ack: int = 0
    payload: int = 0

    @property
    def flow(self) -> Flow:
        """Who sends to whom."""
        return self.source, self.destination, self.sport, self.dport

    @property
    def back(self) -> Flow:
        """The flow of answers."""
        return self.destination, self.source, self.dport, self.sport


def network(data: bytes, protocol: int) -> Headers | Reason:
    """The IP header of a frame with that EtherType, as ip_rcv_core and ip6_rcv_core check it."""
    return _ipv4(data) if protocol == ETH_IPV4 else _ipv6(data)


def _ipv4(data: bytes) -> Headers | Reason:
    if len(data) < ETHERNET + 20:
        return Reason.PKT_TOO_SMALL
    first, total, ident, frag, ttl, proto = unpack_from("!BxHHHBB", data, ETHERNET)
    length = (first & 15) * 4
    if first >> 4 != 4 or length < 20:
        return Reason.IP_INHDR
    transport = ETHERNET + length
    if len(data) < transport:
        return Reason.IP_INHDR
    if ones_sum(data[ETHERNET:transport]) != _VALID:
        return Reason.IP_CSUM
    end = ETHERNET + total
    if end > len(data):
        return Reason.PKT_TOO_SMALL
    if total < length:
        return Reason.IP_INHDR
    found = Headers(4, proto, data[26:30], data[30:34], ttl, transport, end, ident)
    if frag & 0x3FFF:
        found.fragment = (frag & 0x1FFF) * 8, bool(frag & 0x2000)
    if not frag & 0x1FFF:
        _ports(data, found)
    return found


def _ipv6(data: bytes) -> Headers | Reason:
    if len(data) < ETHERNET + _IPV6_HEADER:
        return Reason.PKT_TOO_SMALL
    first, length, proto, ttl = unpack_from("!B3xHBB", data, ETHERNET)
    if first >> 4 != 6:
        return Reason.IP_INHDR
    end = ETHERNET + _IPV6_HEADER + length
    if end > len(data):
        return Reason.PKT_TOO_SMALL
    transport = ETHERNET + _IPV6_HEADER
    found = Headers(6, proto, data[22:38], data[38:54], ttl, transport, end)
    return _extensions(data, found)


_EXTENSIONS = frozenset({0, 43, 60})
_FRAGMENT = 44


def _extensions(data: bytes, found: Headers) -> Headers | Reason:
    """Goes past hop-by-hop, routing, destination options, and the fragment header."""
    while found.proto in _EXTENSIONS or found.proto == _FRAGMENT:
        at = found.transport
        if at + 8 > found.end:
            return Reason.HDR_TRUNC
        if found.proto == _FRAGMENT:
            offset, found.ident = unpack_from("!HI", data, at + 2)
            if offset & 0xFFF9:
                found.fragment = offset & 0xFFF8, bool(offset & 1)
            size = 8
        else:
            size = (data[at + 1] + 1) * 8
        found.proto, found.transport = data[at], at + size
        if found.transport > found.end:
            return Reason.HDR_TRUNC
    if found.fragment is None or not found.fragment[0]:
        _ports(data, found)
    return found


def _ports(data: bytes, found: Headers) -> None:
    at, room = found.transport, found.end - found.transport
    if found.proto in (TCP, UDP) and room >= 4:
        found.sport, found.dport = unpack_from("!HH", data, at)
    found.payload = at
    if found.proto == TCP and room >= 20:
        found.seq, found.ack, offset, found.flags = unpack_from("!IIBB", data, at + 4)
        found.payload = at + (offset >> 4) * 4
    elif found.proto == UDP and room >= 8:
        found.payload = at + 8


def transport_problem(data: bytes, found: Headers) -> Reason | None:
    """Why TCP, UDP or ICMP would not take the packet: lengths and checksums; None if they would."""
    match found.proto:
        case 6:
            return _tcp_problem(data, found)
        case 17:
            return _udp_problem(data, found)
        case 1:
            return _icmp_problem(data, found, b"", Reason.ICMP_CSUM)
        case 58:
            pseudo = _pseudo(found, found.end - found.transport)
            return _icmp_problem(data, found, pseudo, Reason.ICMP_CSUM)
        case _:
            return Reason.IP_NOPROTO


def _pseudo(found: Headers, length: int) -> bytes:
    return found.source + found.destination + length.to_bytes(4, "big") + found.proto.to_bytes(4, "big")


def _tcp_problem(data: bytes, found: Headers) -> Reason | None:
    room = found.end - found.transport
    header = found.payload - found.transport
    if room < 20 or header < 20 or header > room:
        return Reason.PKT_TOO_SMALL
    if ones_sum(_pseudo(found, room) + data[found.transport : found.end]) != _VALID:
        return Reason.TCP_CSUM
    return None


def _udp_problem(data: bytes, found: Headers) -> Reason | None:
    room, at = found.end - found.transport, found.transport
    if room < 8:
        return Reason.PKT_TOO_SMALL
    length, checksum = unpack_from("!HH", data, at + 4)
    if length > room or length < 8:
        return Reason.PKT_TOO_SMALL
    if not checksum:
        return None if found.version == 4 else Reason.UDP_CSUM
    good = ones_sum(_pseudo(found, length) + data[at : at + length]) == _VALID
    return None if good else Reason.UDP_CSUM


def _icmp_problem(data: bytes, found: Headers, pseudo: bytes, reason: Reason) -> Reason | None:
    if found.end - found.transport < 8:
        return Reason.HDR_TRUNC
    return None if ones_sum(pseudo + data[found.transport : found.end]) == _VALID else reason
