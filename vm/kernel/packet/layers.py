"""The layers a packet is built of, outermost first; None means "work it out from the rest".

Addresses are text as a learner writes it; lengths, checksums and protocol numbers may be given to build a
packet that is wrong on purpose.
"""

from dataclasses import dataclass

from vm.kernel.packet.options import TcpOption

HOST_MAC = "52:54:00:12:34:56"
PEER_MAC = "52:54:00:ab:cd:ef"


@dataclass(frozen=True, slots=True)
class Ethernet:
    """The Ethernet header; `type` is the EtherType."""

    dst: str = HOST_MAC
    src: str = PEER_MAC
    type: int | None = None


@dataclass(frozen=True, slots=True)
class Vlan:
    """A VLAN tag; `tpid` is the EtherType that announces it (0x88a8 for the outer tag of QinQ)."""

    id: int = 1
    priority: int = 0
    drop_eligible: bool = False
    tpid: int = 0x8100
    type: int | None = None


@dataclass(frozen=True, slots=True)
class Arp:
    """ARP for IPv4 on Ethernet; `op` 1 asks, 2 answers."""

    op: int = 1
    sender_mac: str = PEER_MAC
    sender_ip: str = "203.0.113.7"
    target_mac: str = "00:00:00:00:00:00"
    target_ip: str = "198.51.100.20"


@dataclass(frozen=True, slots=True)
class Ipv4:
    """The IPv4 header; `frag_offset` counts in 8 bytes, `options` are raw and padded to 4."""

    src: str = "203.0.113.7"
    dst: str = "198.51.100.20"
    ttl: int = 64
    tos: int = 0
    id: int = 0
    df: bool = True
    mf: bool = False
    frag_offset: int = 0
    options: bytes = b""
    protocol: int | None = None
    length: int | None = None
    checksum: int | None = None
    ihl: int | None = None
    version: int = 4


@dataclass(frozen=True, slots=True)
class Ipv6:
    """The IPv6 header; extension headers are layers of their own."""

    src: str = "2001:db8::7"
    dst: str = "2001:db8::20"
    hop_limit: int = 64
    traffic_class: int = 0
    flow_label: int = 0
    next_header: int | None = None
    length: int | None = None
    version: int = 6


@dataclass(frozen=True, slots=True)
class Ipv6Options:
    """A hop-by-hop (or destination) options header; raw `options` are padded to a multiple of 8."""

    options: bytes = b""
    destination: bool = False
    next_header: int | None = None


@dataclass(frozen=True, slots=True)
class Ipv6Routing:
    """A routing header with a list of addresses."""

    addresses: tuple[str, ...] = ()
    segments_left: int = 0
    routing_type: int = 4
    next_header: int | None = None


@dataclass(frozen=True, slots=True)
class Ipv6Fragment:
    """A fragment header; `offset` counts in 8 bytes."""

    offset: int = 0
    more: bool = False
    id: int = 0
    next_header: int | None = None


@dataclass(frozen=True, slots=True)
class Tcp:
    """The TCP header; `flags` is byte 13, `data_offset` counts in words of 4 bytes."""

    sport: int = 40000
    dport: int = 80
    seq: int = 0
    ack: int = 0
    flags: int = 0
    window: int = 64240
    urgent: int = 0
    options: tuple[TcpOption, ...] = ()
    checksum: int | None = None
    data_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Udp:
    """The UDP header; a `checksum` of 0 says "none" in IPv4."""

    sport: int = 40000
    dport: int = 53
    length: int | None = None
    checksum: int | None = None


@dataclass(frozen=True, slots=True)
class Icmp:
    """An ICMP message; `rest` is its second word, for a ping made of id and sequence."""

    type: int = 8
    code: int = 0
    rest: bytes = bytes(4)
    checksum: int | None = None


@dataclass(frozen=True, slots=True)
class Icmpv6:
    """An ICMPv6 message; `rest` is its second word, for a ping made of id and sequence."""

    type: int = 128
    code: int = 0
    rest: bytes = bytes(4)
    checksum: int | None = None


Ipv6Extension = Ipv6Options | Ipv6Routing | Ipv6Fragment
Layer = Ethernet | Vlan | Arp | Ipv4 | Ipv6 | Ipv6Extension | Tcp | Udp | Icmp | Icmpv6 | bytes
"""A header, or the payload's bytes."""
