"""The keys of a packet form: for each layer the names, how their values are read, what they mean.

A key is the attribute of the layer it sets. The packet editor draws its fields from these rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from vm.kernel.packet.form_options import tcp_options
from vm.kernel.packet.form_values import (
    Reader,
    bits,
    boolean,
    hex_bytes,
    integer,
    ip_text,
    ipv4_text,
    ipv6_text,
    listed,
    mac_text,
    named,
    tcp_flags,
)
from vm.kernel.packet.layers import (
    Arp,
    Ethernet,
    Icmp,
    Icmpv6,
    Ipv4,
    Ipv6,
    Ipv6Fragment,
    Ipv6Options,
    Ipv6Routing,
    Tcp,
    Udp,
    Vlan,
)
from vm.uapi.constants import BY_GROUP

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a layer's form: how its value is read, and what it means."""

    read: Reader[Any]
    doc: str


@dataclass(frozen=True, slots=True)
class LayerForm(Generic[Made]):
    """A layer as a form: what it makes, and its keys."""

    make: Callable[..., Made]
    keys: Mapping[str, Key]


def names(group: str, prefix: str) -> dict[str, int]:
    """Return a group of constants by short names: `echo` for ICMP_ECHO."""
    rows = BY_GROUP[group]
    return {row.name.removeprefix(prefix).lower().replace("_", "-"): row.value for row in rows}


_ETHER_TYPE = Key(named(names("EtherType", "ETH_P_"), 16), "EtherType; worked out if left out.")
_PROTOCOL = named(names("IP protocol", "IPPROTO_") | names("IPv6 next header", "IPPROTO_"), 8)
_NEXT = Key(_PROTOCOL, "Number of the next header; worked out if left out.")
_LENGTH = Key(bits(16), "Length; worked out if left out.")
_CHECKSUM = Key(bits(16), "Checksum; worked out if left out.")
_PORTS = {"sport": Key(bits(16), "Port of the sender."), "dport": Key(bits(16), "Port of the receiver.")}
_ICMP = {"code": Key(bits(8), "More exactly, by type."), "checksum": _CHECKSUM}
TARGET = Key(ipv6_text, "The address a neighbour message asks for; becomes its payload.")
ICMP_REST: Mapping[str, Key] = MappingProxyType({
    "id": Key(bits(16), "Number of the pinging process."),
    "sequence": Key(bits(16), "Number of the ping."),
    "rest": Key(hex_bytes, "The second word as hex, in place of id and sequence."),
})  # fmt: skip
"""Keys for the second word of an ICMP or ICMPv6 message."""

ENDS: Mapping[str, Key] = MappingProxyType({
    "src": Key(ip_text, "Address of the sender, IPv4 or IPv6."),
    "dst": Key(ip_text, "Address of the receiver, IPv4 or IPv6."),
    "ttl": Key(bits(8), "Routers it may still cross."),
})  # fmt: skip
"""Keys a transport layer's form may hold for the IP header around it."""

ETHERNET = LayerForm(Ethernet, {
    "dst": Key(mac_text, "Ethernet address of the receiver."),
    "src": Key(mac_text, "Ethernet address of the sender."),
    "type": _ETHER_TYPE,
})  # fmt: skip
VLAN = LayerForm(Vlan, {
    "id": Key(bits(12), "VLAN number."),
    "priority": Key(bits(3), "Priority, 0 to 7."),
    "drop_eligible": Key(boolean, "May be dropped when the network is full."),
    "tpid": Key(bits(16), "EtherType that announces the tag: 0x8100, or 0x88a8 for the outer of two."),
    "type": _ETHER_TYPE,
})  # fmt: skip
ARP = LayerForm(Arp, {
    "op": Key(named(names("ARP operation", "ARPOP_"), 16), "`request` or `reply`."),
    "sender_mac": Key(mac_text, "Ethernet address of the sender."),
    "sender_ip": Key(ipv4_text, "IPv4 address of the sender."),
    "target_mac": Key(mac_text, "Ethernet address asked for; zeros in a question."),
    "target_ip": Key(ipv4_text, "IPv4 address asked for."),
})  # fmt: skip
IPV4 = LayerForm(Ipv4, {
    "src": Key(ipv4_text, "Address of the sender."),
    "dst": Key(ipv4_text, "Address of the receiver."),
    "ttl": Key(bits(8), "Routers it may still cross."),
    "tos": Key(bits(8), "Type of service."),
    "id": Key(bits(16), "Number that the fragments of one packet share."),
    "df": Key(boolean, "Do not fragment."),
    "mf": Key(boolean, "More fragments follow."),
    "frag_offset": Key(bits(13), "The fragment's place, counted in 8 bytes."),
    "options": Key(hex_bytes, "Options as hex, padded to words of 4 bytes."),
    "protocol": Key(_PROTOCOL, "Protocol number; worked out if left out."),
    "length": _LENGTH,
    "checksum": _CHECKSUM,
    "ihl": Key(bits(4), "Header length in words of 4 bytes; worked out if left out."),
    "version": Key(bits(4), "Version: 4 unless the packet shall be wrong."),
})  # fmt: skip
IPV6 = LayerForm(Ipv6, {
    "src": Key(ipv6_text, "Address of the sender."),
    "dst": Key(ipv6_text, "Address of the receiver."),
    "hop_limit": Key(bits(8), "Routers it may still cross."),
    "traffic_class": Key(bits(8), "Traffic class."),
    "flow_label": Key(bits(20), "Number that the packets of one flow share."),
    "next_header": _NEXT,
    "length": _LENGTH,
    "version": Key(bits(4), "Version: 6 unless the packet shall be wrong."),
})  # fmt: skip
HOP_BY_HOP = LayerForm(Ipv6Options, {
    "options": Key(hex_bytes, "Options as hex, padded to 8 bytes with the header."),
    "next_header": _NEXT,
})  # fmt: skip
DESTINATION = LayerForm(Ipv6Options, {
    "options": Key(hex_bytes, "Options as hex, padded to 8 bytes with the header."),
    "next_header": _NEXT,
})  # fmt: skip
ROUTING = LayerForm(Ipv6Routing, {
    "addresses": Key(listed(ipv6_text, 127), "The stops."),
    "segments_left": Key(bits(8), "Stops still to be made."),
    "routing_type": Key(bits(8), "Kind of routing header."),
    "next_header": _NEXT,
})  # fmt: skip
FRAGMENT = LayerForm(Ipv6Fragment, {
    "offset": Key(bits(13), "The fragment's place, counted in 8 bytes."),
    "more": Key(boolean, "More fragments follow."),
    "id": Key(bits(32), "Number that the fragments of one packet share."),
    "next_header": _NEXT,
})  # fmt: skip
TCP = LayerForm(Tcp, _PORTS | {
    "flags": Key(tcp_flags, "Flags, such as [SYN, ACK]; if left out SYN, or PSH and ACK with a payload."),
    "seq": Key(bits(32), "Number of the first byte."),
    "ack": Key(bits(32), "Number of the byte expected next."),
    "window": Key(bits(16), "Bytes the sender takes."),
    "urgent": Key(bits(16), "Where urgent data ends."),
    "options": Key(tcp_options, "Options, such as [{mss: 1460}, nop]; `linux` for those of a Linux SYN."),
    "checksum": _CHECKSUM,
    "data_offset": Key(bits(4), "Header length in words of 4 bytes; worked out if left out."),
})  # fmt: skip
UDP = LayerForm(Udp, _PORTS | {"length": _LENGTH, "checksum": _CHECKSUM})
ICMP = LayerForm(Icmp, _ICMP | {
    "type": Key(named(names("ICMP type", "ICMP_"), 8), "Kind of message, such as `echo` or 3."),
})  # fmt: skip
ICMPV6 = LayerForm(Icmpv6, _ICMP | {
    "type": Key(named(names("ICMPv6 type", "ICMPV6_") | names("ICMPv6 type", "NDISC_"), 8),
            "Kind of message, such as `echo-request` or `neighbour-solicitation`."),
})  # fmt: skip

FORMS: Mapping[str, LayerForm[Any]] = MappingProxyType({
    "eth": ETHERNET,
    "vlan": VLAN,
    "arp": ARP,
    "ipv4": IPV4,
    "ipv6": IPV6,
    "hop-by-hop": HOP_BY_HOP,
    "destination": DESTINATION,
    "routing": ROUTING,
    "fragment": FRAGMENT,
    "tcp": TCP,
    "udp": UDP,
    "icmp": ICMP,
    "icmpv6": ICMPV6,
})  # fmt: skip
"""Every layer of the form by its key."""

WHOLE: Mapping[str, Key] = MappingProxyType({
    "cut": Key(integer(0, 65_535), "Keep only so many bytes, to make a packet that is too short."),
    "pad": Key(integer(0, 65_535), "Append zeros up to so many bytes, as Ethernet does up to 60."),
})  # fmt: skip
"""Keys that shape the finished packet."""
