"""From layers to bytes: lengths, protocol numbers and checksums worked out where they are not given."""

from collections.abc import Sequence

from vm.kernel.packet.addresses import ipv4, ipv6, mac
from vm.kernel.packet.announce import ether_type, protocol
from vm.kernel.packet.checksum import Address, internet_checksum, ones_sum, pseudo_header
from vm.kernel.packet.errors import PacketError, shortened
from vm.kernel.packet.layers import (
    Arp,
    Ethernet,
    Icmp,
    Icmpv6,
    Ipv4,
    Ipv6,
    Ipv6Extension,
    Ipv6Fragment,
    Ipv6Options,
    Ipv6Routing,
    Layer,
    Tcp,
    Udp,
    Vlan,
)
from vm.kernel.packet.options import encode_options, padded_options

MAX_PACKET = 65_535
"""The most bytes of a built packet."""

Ends = tuple[Address, Address]
"""Source and destination of the IP header around a layer."""


def build(layers: Sequence[Layer]) -> bytes:
    """Return the packet that layers, outermost first, make; bytes among them are taken as they are.

    Raises PacketError for an address that is none, a value that does not fit its field, or a packet over
    65,535 bytes.
    """
    packet = b""
    for index in reversed(range(len(layers))):
        inner = layers[index + 1] if index + 1 < len(layers) else None
        layer = layers[index]
        try:
            packet = _wrap(layer, packet, inner, _ends_around(layers[:index]))
        except (OverflowError, ValueError):
            name = type(layer).__name__
            raise PacketError.of(
                "packet-value-too-large", f"a value of {name} does not fit its field: {shortened(layer, 200)}"
            ) from None
        _check_length(packet)
    return packet


def _check_length(packet: bytes) -> None:
    if len(packet) > MAX_PACKET:
        raise PacketError.of(
            "packet-too-long",
            f"the packet would be {len(packet):,} bytes long; at most {MAX_PACKET:,} are possible",
            "shorten the payload",
        )


def _ends_around(outer: Sequence[Layer]) -> Ends | None:
    """The addresses a transport checksum takes in; a routing header's last stop is the real end."""
    stop: Address | None = None
    for layer in reversed(outer):
        match layer:
            case Ipv6Routing(addresses, segments_left) if addresses and segments_left:
                stop = ipv6(addresses[-1])
            case Ipv4(src, dst):
                return ipv4(src), ipv4(dst)
            case Ipv6(src, dst):
                return ipv6(src), stop or ipv6(dst)
            case _:
                pass
    return None


def _wrap(layer: Layer, payload: bytes, inner: Layer | None, ends: Ends | None) -> bytes:
    match layer:
        case bytes():
            return layer + payload
        case Ethernet(dst, src, kind):
            return mac(dst) + mac(src) + _be(ether_type(inner) if kind is None else kind, 2) + payload
        case Vlan():
            tag = _bits((layer.priority, 3), (layer.drop_eligible, 1), (layer.id, 12))
            return tag + _be(ether_type(inner) if layer.type is None else layer.type, 2) + payload
        case Arp():
            return _arp(layer) + payload
        case Ipv4():
            return _ipv4(layer, payload, inner)
        case Ipv6():
            return _ipv6(layer, payload, inner)
        case Ipv6Options() | Ipv6Routing() | Ipv6Fragment():
            number = protocol(inner) if layer.next_header is None else layer.next_header
            return _extension(layer, number) + payload
        case Tcp():
            return _tcp(layer, payload, ends)
        case Udp():
            return _udp(layer, payload, ends)
        case Icmp(kind, code, rest, checksum):
            message = bytes((kind, code, 0, 0)) + rest + payload
            return _with_checksum(message, 2, internet_checksum(message) if checksum is None else checksum)
        case Icmpv6(kind, code, rest, checksum):
            message = bytes((kind, code, 0, 0)) + rest + payload
            return _with_checksum(
                message, 2, _transport_checksum(message, ends, 58) if checksum is None else checksum
            )


def _be(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def _bits(*parts: tuple[int, int]) -> bytes:
    """Return (value, width) pairs side by side, the first in the highest bits."""
    word = size = 0
    for value, width in parts:
        if not 0 <= value < 1 << width:
            raise OverflowError
        word, size = word << width | value, size + width
    return _be(word, size // 8)


def _with_checksum(message: bytes, at: int, checksum: int) -> bytes:
    return message[:at] + _be(checksum, 2) + message[at + 2 :]


def _transport_checksum(message: bytes, ends: Ends | None, number: int) -> int:
    """Without an IP header around it a message is summed alone."""
    start = 0 if ends is None else ones_sum(pseudo_header(*ends, number, len(message)))
    return internet_checksum(message, start)


def _arp(layer: Arp) -> bytes:
    sender = mac(layer.sender_mac) + ipv4(layer.sender_ip).packed
    target = mac(layer.target_mac) + ipv4(layer.target_ip).packed
    return b"\0\1\x08\0\6\4" + _be(layer.op, 2) + sender + target


def _ipv4(layer: Ipv4, payload: bytes, inner: Layer | None) -> bytes:
    options = padded_options(layer.options, "IPv4")
    words = 5 + len(options) // 4 if layer.ihl is None else layer.ihl
    length = 20 + len(options) + len(payload) if layer.length is None else layer.length
    fragment = _bits((0, 1), (layer.df, 1), (layer.mf, 1), (layer.frag_offset, 13))
    number = protocol(inner) if layer.protocol is None else layer.protocol
    header = (
        _bits((layer.version, 4), (words, 4), (layer.tos, 8)) + _be(min(length, 0xFFFF), 2) + _be(layer.id, 2)
        + fragment + bytes((layer.ttl, number, 0, 0)) + ipv4(layer.src).packed + ipv4(layer.dst).packed
        + options
    )  # fmt: skip
    return (
        _with_checksum(header, 10, internet_checksum(header) if layer.checksum is None else layer.checksum)
        + payload
    )


def _ipv6(layer: Ipv6, payload: bytes, inner: Layer | None) -> bytes:
    word = _bits((layer.version, 4), (layer.traffic_class, 8), (layer.flow_label, 20))
    length = min(len(payload), 0xFFFF) if layer.length is None else layer.length
    number = protocol(inner) if layer.next_header is None else layer.next_header
    ends = ipv6(layer.src).packed + ipv6(layer.dst).packed
    return word + _be(length, 2) + bytes((number, layer.hop_limit)) + ends + payload


def _extension(layer: Ipv6Extension, number: int) -> bytes:
    match layer:
        case Ipv6Fragment(offset, more, identification):
            return bytes((number, 0)) + _bits((offset, 13), (0, 2), (more, 1)) + _be(identification, 4)
        case Ipv6Options(options):
            body = options + _option_padding(-(len(options) + 2) % 8)
            return bytes((number, (len(body) + 2) // 8 - 1)) + body
        case Ipv6Routing(addresses, segments_left, routing_type):
            stops = b"".join(ipv6(address).packed for address in addresses)
            return bytes((number, len(stops) // 8, routing_type, segments_left, 0, 0, 0, 0)) + stops


def _option_padding(size: int) -> bytes:
    """Pad1 or PadN (RFC 8200 4.2)."""
    return b"\0" * size if size < 2 else bytes((1, size - 2)) + bytes(size - 2)


def _tcp(layer: Tcp, payload: bytes, ends: Ends | None) -> bytes:
    options = encode_options(layer.options)
    words = 5 + len(options) // 4 if layer.data_offset is None else layer.data_offset
    segment = (
        _be(layer.sport, 2) + _be(layer.dport, 2) + _be(layer.seq, 4) + _be(layer.ack, 4)
        + _bits((words, 4), (0, 4), (layer.flags, 8)) + _be(layer.window, 2) + b"\0\0" + _be(layer.urgent, 2)
        + options + payload
    )  # fmt: skip
    checksum = _transport_checksum(segment, ends, 6) if layer.checksum is None else layer.checksum
    return _with_checksum(segment, 16, checksum)


def _udp(layer: Udp, payload: bytes, ends: Ends | None) -> bytes:
    length = min(8 + len(payload), 0xFFFF) if layer.length is None else layer.length
    datagram = _be(layer.sport, 2) + _be(layer.dport, 2) + _be(length, 2) + b"\0\0" + payload
    checksum = layer.checksum
    if checksum is None:
        checksum = _transport_checksum(datagram, ends, 17) or 0xFFFF  # 0 would say "none" (RFC 768)
    return _with_checksum(datagram, 6, checksum)
