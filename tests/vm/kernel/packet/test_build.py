"""Packets built from layers: known bytes, and fields that are wrong on purpose."""

import pytest

from tests.vm.kernel.packet.known import SYN_HEX
from vm.kernel.packet.build import build
from vm.kernel.packet.errors import PacketError
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
    Layer,
    Tcp,
    Udp,
    Vlan,
)
from vm.kernel.packet.options import (
    EndOfList,
    Mss,
    Nop,
    RawOption,
    Sack,
    SackPermitted,
    Timestamps,
    WindowScale,
    encode_options,
)

SYN_OPTIONS = (Mss(1460), SackPermitted(), Timestamps(0x0A31C40B), Nop(), WindowScale(7))

KNOWN: list[tuple[str, list[Layer], str]] = [
    (
        "the SYN of the design's workbench, 74 bytes",
        [Ethernet(), Ipv4(ttl=52, id=0x1F3B), Tcp(sport=40011, seq=0x5E2A39FB, flags=2, options=SYN_OPTIONS)],
        SYN_HEX,
    ),
    (
        "a ping",
        [Ethernet(), Ipv4(), Icmp(rest=b"\0\1\0\2")],
        "525400123456 525400abcdef 0800 4500001c000040004001d491cb007107c6336414 0800f7fc00010002",
    ),
    (
        "an ARP question in a VLAN",
        [Ethernet(), Vlan(10, priority=3, drop_eligible=True), Arp()],
        "525400123456 525400abcdef 8100 700a 0806 0001080006040001 525400abcdef cb007107"
        + "00" * 6
        + "c6336414",
    ),
    (
        "UDP over IPv4 alone",
        [Ipv4(), Udp(), b"hi"],
        "4500001e000040004011d47fcb007107c6336414 9c400035000a94ab6869",
    ),
    ("bytes alone", [b"\1\2"], "0102"),
    ("nothing", [], ""),
]


@pytest.mark.parametrize(("layers", "expected"), [row[1:] for row in KNOWN], ids=[row[0] for row in KNOWN])
def test_known_bytes(layers: list[Layer], expected: str) -> None:
    assert build(layers).hex() == expected.replace(" ", "")


OVERRIDES: list[tuple[str, list[Layer], int, str]] = [
    ("EtherType", [Ethernet(type=0x1234), Ipv4()], 12, "1234"),
    ("inner EtherType", [Vlan(type=0x88CC)], 2, "88cc"),
    ("IPv4 length", [Ipv4(length=9)], 2, "0009"),
    ("IPv4 checksum", [Ipv4(checksum=0xDEAD)], 10, "dead"),
    ("IPv4 version and ihl", [Ipv4(version=7, ihl=3)], 0, "73"),
    ("IPv4 protocol", [Ipv4(protocol=99), Udp()], 9, "63"),
    ("IPv4 fragment bits", [Ipv4(df=False, mf=True, frag_offset=185)], 6, "20b9"),
    ("IPv4 options are padded", [Ipv4(options=b"\x94\x04\0\0\1")], 20, "9404000001000000"),
    ("IPv6 length and next header", [Ipv6(length=5, next_header=200)], 4, "0005c8"),
    ("TCP checksum", [Tcp(checksum=0)], 16, "0000"),
    ("TCP data offset", [Tcp(data_offset=15)], 12, "f0"),
    ("UDP length and checksum", [Udp(length=3, checksum=0xFFFF)], 4, "0003ffff"),
    ("ICMP checksum", [Icmp(checksum=1)], 2, "0001"),
    ("ICMPv6 checksum", [Icmpv6(checksum=1)], 2, "0001"),
    ("hop-by-hop padded to 8", [Ipv6Options(), Udp()], 0, "11 00 0104 00000000"),
    ("hop-by-hop padded by one", [Ipv6Options(b"\5\3\0\0\0"), Udp()], 0, "11 00 0503000000 00"),
    (
        "routing",
        [Ipv6Routing(("::1",), segments_left=1), Tcp()],
        0,
        "06 02 04 01 00000000" + "00" * 15 + "01",
    ),
    ("fragment", [Ipv6Fragment(2, more=True, id=7), Udp()], 0, "11 00 0011 00000007"),
    ("IPv4 in IPv4", [Ipv4(), Ipv4()], 9, "04"),
    ("IPv6 in IPv4", [Ipv4(), Ipv6()], 9, "29"),
    ("destination options", [Ipv6(), Ipv6Options(destination=True)], 6, "3c"),
    ("raw bytes after IPv4", [Ipv4(), b"x"], 9, "ff"),
    ("raw bytes after Ethernet", [Ethernet(), b"x"], 12, "88b5"),
    ("service tag", [Ethernet(), Vlan(tpid=0x88A8), Vlan()], 12, "88a8 0001 8100 0001 0800"),
]


@pytest.mark.parametrize(
    ("layers", "place", "expected"), [r[1:] for r in OVERRIDES], ids=[r[0] for r in OVERRIDES]
)
def test_fields_as_given(layers: list[Layer], place: int, expected: str) -> None:
    wanted = bytes.fromhex(expected)
    assert build(layers)[place : place + len(wanted)].hex() == wanted.hex()


def test_udp_never_sends_a_checksum_of_zero_unless_asked() -> None:
    zero_sum = build([Ipv4(src="1.0.0.0", dst="1.0.0.0"), Udp(sport=0, dport=0), bytes.fromhex("fdda")])
    assert zero_sum[26:28] == b"\xff\xff"


def test_the_last_stop_of_a_routing_header_is_in_the_checksum() -> None:
    direct = build([Ipv6(dst="2001:db8::9"), Udp(), b"x"])[-3:]
    routed = build([Ipv6(dst="2001:db8::5"), Ipv6Routing(("2001:db8::9",), segments_left=1), Udp(), b"x"])[
        -3:
    ]
    assert direct == routed


def test_every_tcp_option() -> None:
    options = (Mss(1), WindowScale(2), SackPermitted(), Sack(((1, 2),)), Timestamps(3, 4), Nop(), EndOfList())
    assert encode_options(options[:4]).hex() == "020400010303020402050a000000010000000200"
    assert encode_options(options[4:]).hex() == "080a00000003000000040100"
    assert encode_options((RawOption(b"\xfe\3\1"),)).hex() == "fe030100"


WRONG: list[tuple[str, list[Layer], str]] = [
    ("IPv4 address", [Ipv4(src="203.0.113")], "not an IPv4 address"),
    ("IPv6 zone", [Ipv6(src="fe80::1%eth0")], "without a zone"),
    ("Ethernet address", [Ethernet(dst="52:54:00:12:34")], "not an Ethernet address"),
    ("port", [Tcp(sport=65_536)], "Tcp does not fit"),
    ("negative", [Ipv4(id=-1)], "Ipv4 does not fit"),
    ("ttl", [Ipv4(ttl=256)], "Ipv4 does not fit"),
    ("VLAN number", [Vlan(4096)], "Vlan does not fit"),
    ("too many options", [Tcp(options=(Timestamps(),) * 5)], "options are 50 bytes"),
    ("too many IPv4 options", [Ipv4(options=bytes(41))], "options are 41 bytes"),
    ("too long", [Ipv4(), Udp(), bytes(65_520)], "65,548 bytes"),
]


@pytest.mark.parametrize(("layers", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_cannot_be_built_says_why(layers: list[Layer], message: str) -> None:
    with pytest.raises(PacketError, match=message):
        build(layers)


def test_the_longest_packet_is_built() -> None:
    assert len(build([Ethernet(), Ipv4(), Udp(), bytes(65_535 - 42)])) == 65_535
