"""Packets the modeled kernel makes itself: IP headers, segments, datagrams, ICMP and ARP."""

from struct import pack, unpack_from

from vm.kernel.context.ethernet import ETHERNET
from vm.kernel.packet.checksum import internet_checksum
from vm.kernel.simulation.headers import (
    ACK,
    ETH_ARP,
    ETH_IPV4,
    ETH_IPV6,
    ICMP,
    ICMPV6,
    RST,
    SYN,
    TCP,
    UDP,
    Flow,
    Headers,
)

TTL = 64
WINDOW = 64_240
_MSS = bytes.fromhex("020405b4")
_ARP_REQUEST, ARP_REPLY = 1, 2
BROADCAST = b"\xff" * 6
UNREACHABLE, TIME_EXCEEDED = 3, 11
PORT, HOST = 3, 1


def ip_packet(proto: int, source: bytes, destination: bytes, body: bytes, ident: int = 0) -> bytes:
    """An IP packet around ``body``, version 4 or 6 as the addresses are."""
    if len(source) == 16:
        return pack("!IHBB", 6 << 28, len(body), proto, TTL) + source + destination + body
    head = pack("!BBHHHBBH", 0x45, 0, 20 + len(body), ident, 0x4000, TTL, proto, 0) + source + destination
    check = internet_checksum(head)
    return head[:10] + check.to_bytes(2, "big") + head[12:] + body


def _summed(proto: int, flow: Flow, body: bytes, at: int) -> bytes:
    pseudo = flow[0] + flow[1] + len(body).to_bytes(4, "big") + proto.to_bytes(4, "big")
    check = internet_checksum(pseudo + body)
    if proto == UDP and not check:
        check = 0xFFFF
    return body[:at] + check.to_bytes(2, "big") + body[at + 2 :]


def segment(flow: Flow, seq: int, ack: int, flags: int, payload: bytes = b"", ident: int = 0) -> bytes:
    """A TCP segment in its IP packet; a SYN tells its maximum segment size."""
    options = _MSS if flags & SYN else b""
    offset = (20 + len(options)) // 4 << 4
    window = 0 if flags & RST else WINDOW
    head = pack(
        "!HHIIBBHHH", flow[2], flow[3], seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, offset, flags, window, 0, 0
    )
    body = _summed(TCP, flow, head + options + payload, 16)
    return ip_packet(TCP, flow[0], flow[1], body, ident)


def reset(data: bytes, found: Headers) -> bytes:
    """The RST that answers a segment nobody waits for (RFC 9293, 3.10.7.1)."""
    if found.flags & ACK:
        return segment(found.back, found.ack, 0, RST)
    length = found.end - found.payload + bool(found.flags & SYN) + (found.flags & 1)
    return segment(found.back, 0, found.seq + length, RST | ACK)


def datagram(flow: Flow, payload: bytes, ident: int = 0) -> bytes:
    """A UDP datagram in its IP packet."""
    head = pack("!HHHH", flow[2], flow[3], 8 + len(payload), 0)
    return ip_packet(UDP, flow[0], flow[1], _summed(UDP, flow, head + payload, 6), ident)


def echo_reply(data: bytes, found: Headers) -> bytes:
    """The answer to a ping: the same identifier, number and bytes."""
    rest = data[found.transport + 4 : found.end]
    if found.version == 4:
        body = bytes(4) + rest
        body = bytes(2) + internet_checksum(body).to_bytes(2, "big") + rest
        return ip_packet(ICMP, found.destination, found.source, body)
    body = _summed(ICMPV6, found.back, b"\x81\0\0\0" + rest, 2)
    return ip_packet(ICMPV6, found.destination, found.source, body)


def icmp_error(data: bytes, found: Headers, source: bytes, kind: int, code: int) -> bytes:
    """An ICMP error about a packet: its IP header and the first bytes behind it."""
    quoted = data[ETHERNET : min(found.end, found.transport + 8)]
    if found.version == 4:
        body = pack("!BBHI", kind, code, 0, 0) + quoted
        body = body[:2] + internet_checksum(body).to_bytes(2, "big") + body[4:]
        return ip_packet(ICMP, source, found.source, body)
    kinds = {(UNREACHABLE, PORT): (1, 4), (UNREACHABLE, HOST): (1, 3), (TIME_EXCEEDED, 0): (3, 0)}
    kind6, code6 = kinds.get((kind, code), (1, 0))
    body = pack("!BBHI", kind6, code6, 0, 0) + quoted
    return ip_packet(ICMPV6, source, found.source, _summed(ICMPV6, (source, found.source, 0, 0), body, 2))


def frame(destination: bytes, source: bytes, packet: bytes) -> bytes:
    """An IP packet with an Ethernet header in front."""
    kind = ETH_IPV6 if packet[0] >> 4 == 6 else ETH_IPV4
    return destination + source + kind.to_bytes(2, "big") + packet


def arp_request(mac: bytes, sender: bytes, target: bytes) -> bytes:
    """Who has ``target``? Tell ``sender``."""
    return _arp(_ARP_REQUEST, BROADCAST, mac, sender, bytes(6), target)


def arp_reply(mac: bytes, sender: bytes, to_mac: bytes, to: bytes) -> bytes:
    """``sender`` is at ``mac``."""
    return _arp(ARP_REPLY, to_mac, mac, sender, to_mac, to)


def _arp(op: int, link: bytes, mac: bytes, sender: bytes, to_mac: bytes, to: bytes) -> bytes:
    head = link + mac + ETH_ARP.to_bytes(2, "big") + pack("!HHBBH", 1, ETH_IPV4, 6, 4, op)
    return head + mac + sender + to_mac + to


def neighbour_solicitation(mac: bytes, sender: bytes, target: bytes) -> tuple[bytes, bytes]:
    """Who has the IPv6 address ``target``: the frame's destination, and the packet (RFC 4861)."""
    group = bytes.fromhex("ff02" + "00" * 9 + "01ff") + target[13:]
    body = _summed(ICMPV6, (sender, group, 0, 0), pack("!BBHI", 135, 0, 0, 0) + target + b"\x01\x01" + mac, 2)
    packet = ip_packet(ICMPV6, sender, group, body)
    return b"\x33\x33" + group[12:], packet[:7] + b"\xff" + packet[8:]


def neighbour_advertisement(mac: bytes, target: bytes, to: bytes) -> bytes:
    """The answer to it."""
    body = pack("!BBHI", 136, 0, 0, 0x6000_0000) + target + b"\x02\x01" + mac
    packet = ip_packet(ICMPV6, target, to, _summed(ICMPV6, (target, to, 0, 0), body, 2))
    return packet[:7] + b"\xff" + packet[8:]


def arp_of(data: bytes) -> tuple[int, bytes, bytes, bytes] | None:
    """Operation, the sender's Ethernet and IP address, and the target's of an ARP packet over Ethernet."""
    if len(data) < ETHERNET + 28:
        return None
    kind, protocol, sizes, op = unpack_from("!HHHH", data, ETHERNET)
    if (kind, protocol, sizes) != (1, ETH_IPV4, 0x0604):
        return None
    return op, data[22:28], data[28:32], data[38:42]


def less_ttl(data: bytes, found: Headers) -> bytes:
    """The frame with one hop less to live, its IPv4 checksum put right (ip_decrease_ttl)."""
    if found.version == 6:
        return data[:21] + bytes((found.ttl - 1,)) + data[22:]
    check = int.from_bytes(data[24:26], "big") + 0x100
    check = (check + (check >= 0xFFFF)) & 0xFFFF
    return data[:22] + bytes((found.ttl - 1,)) + data[23:24] + check.to_bytes(2, "big") + data[26:]
