"""What the fields of a packet taken apart say, and what is noted of them."""

from typing import Any

import pytest

from vm.kernel.packet.build import build
from vm.kernel.packet.dissect import dissect
from vm.kernel.packet.dissection import Status
from vm.kernel.packet.form import from_form
from vm.kernel.packet.layers import Ethernet, Icmp, Icmpv6, Ipv4, Ipv6, Ipv6Routing, Layer, Tcp, Udp, Vlan
from vm.kernel.packet.options import RawOption

V4: list[Layer] = [Ethernet(), Ipv4()]
SYN: list[Layer] = [Ethernet(), Ipv4(ttl=52, id=0x1F3B), Tcp(sport=40011, seq=0x5E2A39FB, flags=2)]

SAID: list[tuple[str, Any, dict[str, str]]] = [
    (
        "TCP",
        SYN,
        {
            "ethhdr.h_dest": "52:54:00:12:34:56",
            "ethhdr.h_proto": "0x0800 IPv4",
            "iphdr.version_ihl": "4, 5 words (20 B)",
            "iphdr.id": "0x1f3b",
            "iphdr.frag_off": "don't fragment",
            "iphdr.protocol": "6 TCP",
            "iphdr.saddr": "203.0.113.7",
            "tcphdr.source": "40011",
            "tcphdr.seq": "0x5e2a39fb",
            "tcphdr.flags": "SYN (0x02)",
        },
    ),
    ("no flags", [*V4, Tcp()], {"tcphdr.flags": "none (0x00)"}),
    ("two flags", [*V4, Tcp(flags=0x12)], {"tcphdr.flags": "SYN, ACK (0x12)"}),
    ("options", {"tcp": {"options": "linux"}}, {"tcphdr.options": "MSS 1460, SACK, TS, WS 7"}),
    ("sack", {"tcp": {"options": [{"sack": [1, 2]}]}}, {"tcphdr.options": "SACK 1 to 2"}),
    ("a bad option", [*V4, Tcp(options=(RawOption(b"\2\3\1"),))], {"tcphdr.options": "bad mss"}),
    ("a strange option", [*V4, Tcp(options=(RawOption(b"\xfd\4ab"),))], {"tcphdr.options": "option 253"}),
    ("VLAN", "vlan-tcp", {"vlan_hdr.h_vlan_TCI": "VLAN 10, priority 0", "ethhdr.h_proto": "0x8100 VLAN"}),
    ("802.3", [Ethernet(type=38), b"x" * 38], {"ethhdr.h_proto": "38 bytes"}),
    ("IPv4 options", "ipv4-options", {"iphdr.options": "router alert"}),
    (
        "first fragment",
        {"ipv4": {"mf": True, "df": False}, "udp": {}},
        {"iphdr.frag_off": "from byte 0, more follow"},
    ),
    (
        "unreachable",
        [*V4, Icmp(3, 4, b"\0\0\5\x78")],
        {"icmphdr.type": "3 unreachable", "icmphdr.rest": "mtu 1400"},
    ),
    ("redirect", [*V4, Icmp(5, 1, b"\1\2\3\4")], {"icmphdr.rest": "gateway 1.2.3.4"}),
    ("too big", [Ethernet(), Ipv6(), Icmpv6(2, 0, b"\0\0\5\0")], {"icmp6hdr.icmp6_dataun": "mtu 1280"}),
    ("neighbour", "neighbour-solicitation", {"icmp6hdr.target": "2001:db8::20"}),
    (
        "DNS",
        "dns-answer",
        {"dnshdr.flags": "answer, no error", "dnshdr.answer[0]": "example.org A 198.51.100.20"},
    ),
    ("HTTP", {"http": {"headers": {"X": "1"}}}, {"http.start": "GET / HTTP/1.1", "http.header[1]": "1"}),
    (
        "IPv6",
        [Ethernet(), Ipv6(traffic_class=3, flow_label=9)],
        {"ipv6hdr.version_class_flow": "6, class 3, flow 0x00009"},
    ),
]


def packet_of(given: Any) -> bytes:
    return build(given) if isinstance(given, list) else from_form(given)


@pytest.mark.parametrize(("given", "said"), [row[1:] for row in SAID], ids=[row[0] for row in SAID])
def test_what_fields_say(given: Any, said: dict[str, str]) -> None:
    fields = {field.name: field.text for layer in dissect(packet_of(given)).layers for field in layer.fields}
    assert {name: fields.get(name) for name in said} == said


QUOTED = build([Ipv4(), Udp(), b"data"])[:28]
OK, WRONG, CUT = Status.OK, Status.WRONG, Status.CUT

NOTED: list[tuple[str, Any, str, str, Status]] = [
    ("a right checksum", SYN, "tcphdr.check", "correct", OK),
    ("a wrong one", [Ethernet(), Ipv4(checksum=1), Udp()], "iphdr.check", "wrong: 0xd481 is right", WRONG),
    ("a wrong TCP one", [*V4, Tcp(checksum=1)], "tcphdr.check", "wrong: 0xb213 is right", WRONG),
    ("none in UDP", [*V4, Udp(checksum=0)], "udphdr.check", "none was made", OK),
    ("none in IPv6", [Ethernet(), Ipv6(), Udp(checksum=0)], "udphdr.check", "IPv6 needs one", WRONG),
    ("a fragment's", {"ipv4": {"mf": True}, "tcp": {}}, "tcphdr.check", "not checked: a fragment", OK),
    (
        "a cut packet's",
        {"tcp": {}, "payload": "abc", "cut": 55},
        "tcphdr.check",
        "not checked: the packet is cut",
        OK,
    ),
    ("a quoted packet's", [*V4, Icmp(3, 3), QUOTED], "udphdr.check", "quoted in an error", OK),
    ("a quoted length", [*V4, Icmp(3, 3), QUOTED], "udphdr.len", "4 bytes are missing", OK),
    ("a short total", [Ethernet(), Ipv4(length=19), Udp()], "iphdr.tot_len", "less than the header", WRONG),
    ("a long total", [Ethernet(), Ipv4(length=90), Udp()], "iphdr.tot_len", "62 bytes are missing", WRONG),
    ("a quoted total", [*V4, Icmp(11), QUOTED], "iphdr.tot_len", "4 bytes are missing", OK),
    ("a short IPv4 header", [Ethernet(), Ipv4(ihl=4), Udp()], "iphdr.version_ihl", "at least 5 words", WRONG),
    (
        "a header past the end",
        [Ethernet(), Ipv4(ihl=15), Udp()],
        "iphdr.version_ihl",
        "ends within it",
        WRONG,
    ),
    ("version 5", [Ethernet(), Ipv4(version=5), Udp()], "iphdr.version_ihl", "the version is 4", WRONG),
    (
        "IPv6 too long",
        [Ethernet(), Ipv6(length=9), Udp()],
        "ipv6hdr.payload_len",
        "1 bytes are missing",
        WRONG,
    ),
    ("a short TCP header", [*V4, Tcp(data_offset=2)], "tcphdr.doff_res", "at least 5 words", WRONG),
    ("a long TCP header", [*V4, Tcp(data_offset=9)], "tcphdr.doff_res", "within the header", WRONG),
    ("a UDP length", [*V4, Udp(length=3)], "udphdr.len", "less than the header itself", WRONG),
    ("a long UDP length", [*V4, Udp(length=30)], "udphdr.len", "22 bytes are missing", WRONG),
    ("a cut field", {"udp": {}, "cut": 33}, "iphdr.daddr", "the packet ends here: 3 of 4 bytes", CUT),
    ("a port", {"udp": {"dport": 53}}, "udphdr.dest", "dns", OK),
    ("a constant", "arp", "ethhdr.h_proto", "ETH_P_ARP", OK),
]


@pytest.mark.parametrize(
    ("given", "name", "note", "status"), [row[1:] for row in NOTED], ids=[row[0] for row in NOTED]
)
def test_what_is_noted(given: Any, name: str, note: str, status: Status) -> None:
    fields = [
        field for layer in dissect(packet_of(given)).layers for field in layer.fields if field.name == name
    ]
    assert fields
    assert note in fields[-1].note
    assert fields[-1].status is status


def test_the_destination_behind_a_routing_header_counts_for_the_checksum() -> None:
    packet = build([Ethernet(), Ipv6(), Ipv6Routing(("2001:db8::9",), segments_left=1), Udp(), b"x"])
    udp = dissect(packet).layer("udphdr")
    assert udp is not None
    assert [field.note for field in udp.fields][-1] == "correct"


SUMMARIES: list[tuple[Any, str]] = [
    (SYN, "TCP 203.0.113.7:40011 → 198.51.100.20:80 SYN"),
    ("udp-dns", "DNS 203.0.113.7:40000 → 198.51.100.20:53 question: example.org A"),
    ("tcp-http", "HTTP 203.0.113.7:40000 → 198.51.100.20:80 GET / HTTP/1.1"),
    ("ipv6-tcp", "TCP [2001:db8::7]:40000 → [2001:db8::20]:80 SYN"),
    ({"udp": {"dport": 9}}, "UDP 203.0.113.7:40000 → 198.51.100.20:9"),
    ("icmp-echo", "ICMP 203.0.113.7 → 198.51.100.20 echo request, id 1, sequence 1"),
    ("arp", "ARP who has 198.51.100.20? tell 203.0.113.7"),
    ("arp-reply", "ARP 198.51.100.20 is at 52:54:00:12:34:56"),
    ("ipv4-fragment", "IPv4 203.0.113.7 → 198.51.100.20"),
    ([Ethernet(), Vlan(3, type=0x88CC)], "VLAN 3, priority 0"),
    ([*V4, Icmp(3, 3), QUOTED], "ICMP 203.0.113.7 → 198.51.100.20 unreachable, 00 00 00 00"),
    ([Ethernet(type=0x88CC), b"x"], "Ethernet"),
    ({"udp": {}, "cut": 36}, "UDP 203.0.113.7 → 198.51.100.20"),
]


@pytest.mark.parametrize(("given", "summary"), SUMMARIES, ids=[row[1][:40] for row in SUMMARIES])
def test_a_packet_in_one_line(given: Any, summary: str) -> None:
    assert dissect(packet_of(given)).summary == summary


@pytest.mark.parametrize(
    ("rest", "label"), [(bytes(6), "padding"), (b"\1\2\3\4", "trailer")], ids=["zeros", "something"]
)
def test_bytes_after_the_ip_packet_are_no_part_of_it(rest: bytes, label: str) -> None:
    last = dissect(build(SYN) + rest).layers[-1]
    assert (last.title, last.start, last.end) == (label, 54, 54 + len(rest))
