"""Ready-made packet sequences: what a workbench starts with, and the scenarios to choose from.

All arrive at the host 198.51.100.20 from documentation addresses, the same bytes and times on every call.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vm.kernel.packet.build import build
from vm.kernel.packet.capture import CapturedPacket
from vm.kernel.packet.form import Form, from_form
from vm.kernel.packet.layers import Ethernet, Ipv4, Tcp
from vm.kernel.packet.options import Mss, Nop, SackPermitted, Timestamps, WindowScale

START_NS = 1_767_225_600_000_000_000
"""When every sample begins: 2026-01-01T00:00:00Z."""
INTERVAL_NS = 813_634_534
"""Between two packets of the SYN burst; its 16th comes 12.204518 s after its first."""
SYN_FLAG = 0x02
ATTACKER, VISITOR, ADMIN, RESOLVER = "203.0.113.7", "192.0.2.44", "198.51.100.9", "192.0.2.53"


@dataclass(frozen=True, slots=True)
class Sample:
    """A named sequence of packets; `make` builds it."""

    title: str
    doc: str
    make: Callable[[], tuple[CapturedPacket, ...]]


def captured(packets: Iterable[bytes], interval_ns: int) -> tuple[CapturedPacket, ...]:
    """Return packets as if captured one after the other, `interval_ns` apart, from `START_NS` on."""
    return tuple(
        CapturedPacket(START_NS + index * interval_ns, data, len(data)) for index, data in enumerate(packets)
    )


def _attack_syn(number: int) -> bytes:
    """The n-th connection request of the burst, n from 1, as Linux would send it from 203.0.113.7."""
    since = number - 11
    options = (Mss(1460), SackPermitted(), Timestamps(0x0A31C40B + since * 1_627), Nop(), WindowScale(7))
    network = Ipv4(src=ATTACKER, ttl=52, id=0x1F30 + number)
    seq = (0x5E2A39FB + since * 0x01FC3A57) & 0xFFFFFFFF
    return build([Ethernet(), network, Tcp(sport=40_000 + number, seq=seq, flags=SYN_FLAG, options=options)])


def _syn(source: str, sport: int, dport: int = 80) -> bytes:
    ends = {"src": source, "ttl": 57, "sport": sport, "dport": dport}
    return from_form({"tcp": ends | {"flags": ["SYN"], "options": "linux"}})


def syn_scenario() -> tuple[CapturedPacket, ...]:
    """24 packets in which 203.0.113.7 sends 15 SYNs: its eleventh, packet 16, crosses a limit of ten."""
    visit = {"src": VISITOR, "ttl": 57, "sport": 51_513, "seq": 0x1A6F0001, "ack": 0x77E10001}
    address = {"name": "example.test", "type": "A", "data": "198.51.100.20"}
    others: dict[int, bytes] = {
        1: _syn(VISITOR, 51_512),
        5: _syn(ADMIN, 60_209, 22),
        8: from_form({"udp": {"src": RESOLVER}, "dns": {"query": "example.test", "answers": [address]}}),
        11: _syn(VISITOR, 51_513),
        14: from_form({"eth": {"dst": "ff:ff:ff:ff:ff:ff"}, "arp": {"sender_ip": "198.51.100.1"}, "pad": 60}),
        17: _syn("192.0.2.81", 33_900),
        19: from_form({"tcp": visit | {"flags": ["ACK"]}}),
        21: from_form({"tcp": visit | {"flags": ["PSH", "ACK"]}, "http": {"host": "example.test"}}),
        22: _syn(ADMIN, 60_210, 22),
    }  # fmt: skip
    attack = iter(range(1, 16))
    packets = [others[number] if number in others else _attack_syn(next(attack)) for number in range(1, 25)]
    return captured(packets, INTERVAL_NS)


_WEB: tuple[Form, ...] = (
    {"eth": {"dst": "ff:ff:ff:ff:ff:ff"}, "arp": {"sender_ip": VISITOR}, "pad": 60},
    {"tcp": {"src": VISITOR, "sport": 51_513, "seq": 1000, "flags": ["SYN"], "options": "linux"}},
    {"tcp": {"src": VISITOR, "sport": 51_513, "seq": 1001, "ack": 5001, "flags": ["ACK"]}},
    {"tcp": {"src": VISITOR, "sport": 51_513, "seq": 1001, "ack": 5001}, "http": {"path": "/index.html"}},
    {"tcp": {"src": VISITOR, "sport": 51_513, "seq": 1048, "ack": 9001, "flags": ["ACK"]}},
    {"udp": {"src": RESOLVER, "sport": 53, "dport": 33_333}, "dns": {
        "answers": [{"name": "example.org", "type": "A", "data": "192.0.2.10"}]}},
    {"icmp": {"src": ADMIN, "type": "echo", "id": 7, "sequence": 1}, "payload": {"zeros": 56}},
    {"ipv6": {}, "tcp": {"sport": 52_000, "flags": ["SYN"], "options": "linux"}},
    {"ipv6": {}, "tcp": {"sport": 52_000, "seq": 1, "ack": 1}, "http": {"path": "/"}},
    {"ipv6": {"dst": "ff02::1:ff00:20", "hop_limit": 255}, "eth": {"dst": "33:33:ff:00:00:20"},
     "icmpv6": {"type": "neighbour-solicitation", "target": "2001:db8::20"}},
    {"udp": {"src": ADMIN, "dport": 123}, "payload": {"zeros": 48}},
    {"tcp": {"src": VISITOR, "sport": 51_514, "seq": 2000}, "http": {
        "method": "POST", "path": "/login", "body": "user=ada"}},
    {"vlan": 10, "tcp": {"src": VISITOR, "sport": 51_515, "flags": ["SYN"]}},
    {"ipv4": {"src": ADMIN, "id": 77, "df": False, "mf": True},
     "udp": {"dport": 4_000, "length": 1_544, "checksum": 0}, "payload": {"zeros": 1_472}},
    {"ipv4": {"src": ADMIN, "id": 77, "df": False, "frag_offset": 185, "protocol": "udp"},
     "payload": {"zeros": 64}},
    {"tcp": {"src": VISITOR, "sport": 51_513, "seq": 1048, "ack": 9001, "flags": ["FIN", "ACK"]}},
)  # fmt: skip


def mixed_web() -> tuple[CapturedPacket, ...]:
    """16 packets as a small web server meets them: ARP, TCP with HTTP, DNS, ping, IPv6, a VLAN, fragments."""
    return captured([from_form(form) for form in _WEB], 40_000_000)


_QUERIES = (
    (VISITOR, "example.org", "A"),
    (VISITOR, "example.org", "AAAA"),
    (ADMIN, "mail.example.org", "MX"),
    (ATTACKER, "example.org", "TXT"),
    (VISITOR, "www.example.org", "CNAME"),
    (ATTACKER, "example.test", "A"),
)


def _query(number: int, source: str, name: str, kind: str) -> bytes:
    ends = {"src": source, "sport": 40_000 + number, "dport": 53}
    return from_form({"udp": ends, "dns": {"query": name, "type": kind}})


def dns_queries() -> tuple[CapturedPacket, ...]:
    """12 packets at a name server: queries of three clients, and other traffic between them."""
    queries = [_query(number, *asked) for number, asked in enumerate(_QUERIES)]
    others = [from_form(_WEB[number]) for number in (1, 10, 6, 2, 3, 4)]
    return captured([*queries[:2], *others[:3], *queries[2:], *others[3:]], 25_000_000)


def port_scan() -> tuple[CapturedPacket, ...]:
    """200 SYNs of one source to the ports 1 to 200."""
    ends = {"src": ATTACKER, "sport": 45_000}
    return captured([from_form({"tcp": ends | {"dport": port}}) for port in range(1, 201)], 5_000_000)


def vlan_frames() -> tuple[CapturedPacket, ...]:
    """12 frames without, with one and with two VLAN tags, of TCP, UDP and ARP."""
    tags: tuple[Form, ...] = ({}, {"vlan": 10}, {"vlan": [100, 10]}, {"vlan": {"id": 0, "priority": 6}})
    inner: tuple[Form, ...] = ({"tcp": {"dport": 80}}, {"dns": "example.org"}, {"arp": {}})
    return captured([from_form({**tag, **form}) for tag in tags for form in inner], 10_000_000)


def cut_headers() -> tuple[CapturedPacket, ...]:
    """49 frames of 12 to 60 bytes: one SYN, cut a byte later each time."""
    return captured(
        [from_form({"tcp": {"options": "linux"}, "cut": size}) for size in range(12, 61)], 1_000_000
    )


SAMPLES: Mapping[str, Sample] = MappingProxyType({
    "syn-burst": Sample("SYN burst", "24 packets, one source crosses the limit", syn_scenario),
    "mixed-web": Sample("Web server", "16 packets of many kinds", mixed_web),
    "dns-queries": Sample("Name server", "6 DNS queries among other packets", dns_queries),
    "port-scan": Sample("Port scan", "200 SYNs to 200 ports", port_scan),
    "vlan-frames": Sample("QinQ frames", "none, one and two VLAN tags", vlan_frames),
    "cut-headers": Sample("Cut-off headers", "frames of 12 to 60 bytes", cut_headers),
})  # fmt: skip
"""Every sample by name; the first is what a workbench starts with."""
