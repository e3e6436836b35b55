"""Packets from plain data: what lessons write, and how mistakes in it are told."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.kernel.packet.build import build
from vm.kernel.packet.dissect import dissect
from vm.kernel.packet.errors import PacketError
from vm.kernel.packet.form import TOP_KEYS, from_form, layers_of
from vm.kernel.packet.form_keys import FORMS
from vm.kernel.packet.form_payload import DNS_FORM, PAYLOADS, REQUEST_FORM, RESPONSE_FORM
from vm.kernel.packet.layers import (
    Arp,
    Ethernet,
    Icmp,
    Icmpv6,
    Ipv4,
    Ipv6,
    Ipv6Fragment,
    Ipv6Options,
    Tcp,
    Udp,
    Vlan,
)
from vm.kernel.packet.options import LINUX_SYN, Mss, Nop, RawOption, Sack, Timestamps, WindowScale
from vm.kernel.packet.presets import PRESETS

LINK = Ethernet()
MAC_1 = "2:0:0:0:0:1"

SAME: list[tuple[Mapping[str, Any], list[Any]]] = [
    ({"tcp": {"src": "203.0.113.7", "dport": 80, "flags": ["SYN"]}}, [LINK, Ipv4(), Tcp(flags=2)]),
    ({"tcp": {}}, [LINK, Ipv4(), Tcp(flags=2)]),
    ({"tcp": {}, "payload": "hi"}, [LINK, Ipv4(), Tcp(flags=0x18), b"hi"]),
    ({"tcp": {"flags": "SYN|ACK", "ttl": 3}}, [LINK, Ipv4(ttl=3), Tcp(flags=0x12)]),
    ({"tcp": {"flags": "0x12"}}, [LINK, Ipv4(), Tcp(flags=0x12)]),
    ({"tcp": {"flags": []}}, [LINK, Ipv4(), Tcp(flags=0)]),
    ({"tcp": {"options": "linux"}}, [LINK, Ipv4(), Tcp(flags=2, options=LINUX_SYN)]),
    (
        {"tcp": {"options": [{"mss": 9}, "nop", {"window-scale": 2}, {"sack": [1, 2]}, {"timestamps": 1}]}},
        [LINK, Ipv4(), Tcp(flags=2, options=(Mss(9), Nop(), WindowScale(2), Sack(((1, 2),)), Timestamps(1)))],
    ),
    ({"tcp": {"options": {"raw": "fe 02"}}}, [LINK, Ipv4(), Tcp(flags=2, options=(RawOption(b"\xfe\2"),))]),
    ({"udp": {"dport": 53}}, [LINK, Ipv4(), Udp()]),
    ({"udp": None, "ip": {"tos": 4}}, [LINK, Ipv4(tos=4), Udp()]),
    ({"udp": {"dst": "2001:db8::9", "ttl": 9}}, [LINK, Ipv6(dst="2001:db8::9", hop_limit=9), Udp()]),
    ({"ipv6": {}, "udp": {}}, [LINK, Ipv6(), Udp()]),
    ({"vlan": 10, "udp": {}}, [LINK, Vlan(10), Ipv4(), Udp()]),
    ({"vlan": [7, {"id": 8, "priority": 2}]}, [LINK, Vlan(7, tpid=0x88A8), Vlan(8, 2)]),
    ({"icmp": {"type": "echo", "id": 1, "sequence": 2}}, [LINK, Ipv4(), Icmp(rest=b"\0\1\0\2")]),
    ({"icmp": {"type": 3, "code": 4, "rest": "00000578"}}, [LINK, Ipv4(), Icmp(3, 4, b"\0\0\5\x78")]),
    ({"icmpv6": {"type": "echo_reply"}}, [LINK, Ipv6(), Icmpv6(129)]),
    (
        {"icmpv6": {"type": "neighbour-solicitation", "target": "::1"}},
        [LINK, Ipv6(), Icmpv6(135), bytes(15) + b"\1", bytes.fromhex("0101525400abcdef")],
    ),
    ({"arp": {"op": "reply"}}, [LINK, Arp(op=2)]),
    ({"arp": {}, "eth": {"src": MAC_1}}, [Ethernet(src=MAC_1), Arp(sender_mac=MAC_1)]),
    ({"eth": {"type": "0x88cc"}, "payload": {"hex": "01 02"}}, [Ethernet(type=0x88CC), b"\1\2"]),
    ({"ipv4": {"protocol": "gre"}, "payload": {"zeros": 3}}, [LINK, Ipv4(protocol=47), bytes(3)]),
    (
        {"ipv6": {"extensions": ["destination", {"fragment": {"id": 5, "more": True}}]}, "udp": {}},
        [LINK, Ipv6(), Ipv6Options(destination=True), Ipv6Fragment(id=5, more=True), Udp()],
    ),
    ({"tcp": {"flags": 0, "checksum": "0xdead"}}, [LINK, Ipv4(), Tcp(checksum=0xDEAD)]),
    ({}, [LINK]),
]


@pytest.mark.parametrize(("form", "layers"), SAME, ids=lambda item: str(item)[:50])
def test_a_form_makes_the_packet_of_its_layers(form: Mapping[str, Any], layers: list[Any]) -> None:
    assert from_form(form) == build(layers)


def test_cut_pad_and_hex() -> None:
    assert len(from_form({"udp": {"dport": 53}, "cut": 33})) == 33
    assert from_form({"arp": {}, "pad": 60})[-18:] == bytes(18)
    assert from_form({"hex": "45 00", "pad": 4, "cut": 3}) == b"\x45\0\0"
    assert from_form({"hex": ""}) == b""


def test_payloads_bring_their_transport() -> None:
    assert layers_of({"dns": "example.org"})[2] == Udp(dport=53)
    assert layers_of({"dns": {"rcode": 3}})[2] == Udp(sport=53, dport=40_000)
    assert layers_of({"http": "/x"})[2] == Tcp(dport=80, flags=0x18)
    assert layers_of({"http": {"status": 404}})[2] == Tcp(sport=80, dport=40_000, flags=0x18)
    assert layers_of({"http": {}, "tcp": {"dport": 8080}})[2] == Tcp(dport=8080, flags=0x18)
    over_tcp, over_udp = layers_of({"dns": "a", "tcp": {}})[3], layers_of({"dns": "a"})[3]
    assert isinstance(over_udp, bytes)
    assert over_tcp == len(over_udp).to_bytes(2, "big") + over_udp


def test_dns_and_http_bytes() -> None:
    answer = {"name": "a.example", "type": "MX", "data": "5 mail.example"}
    packet = from_form({"dns": {"query": "a.example", "type": "mx", "id": 1, "answers": [answer]}})
    assert packet[42:].hex(" ") == (
        "00 01 81 80 00 01 00 01 00 00 00 00 01 61 07 65 78 61 6d 70 6c 65 00 00 0f 00 01 "
        "c0 0c 00 0f 00 01 00 00 01 2c 00 10 00 05 04 6d 61 69 6c 07 65 78 61 6d 70 6c 65 00"
    )
    request = {"method": "POST", "path": "/p", "host": "h", "headers": {"X": 1}, "body": "b"}
    assert (
        from_form({"http": request})[54:]
        == b"POST /p HTTP/1.1\r\nHost: h\r\nX: 1\r\nContent-Length: 1\r\n\r\nb"
    )


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_a_sound_packet(name: str) -> None:
    leaves = dissect(from_form(name)).leaves()
    assert [(leaf.name, leaf.note) for leaf in leaves if leaf.status != "ok"] == []
    assert PRESETS[name].doc.endswith(".")


MISTAKES: list[tuple[Any, str, str]] = [
    ({"tpc": {}}, "a packet has no `tpc`", "`tcp`"),
    ({"tcp": {"dprot": 1}}, "`tcp` has no `dprot`", "`dport`"),
    ({"ipv4": {"tll": 1}}, "`ipv4` has no `tll`", "`ttl`"),
    ({"tcp": {"zzz": 1}}, "`tcp` has no `zzz`", "it has sport, dport, flags"),
    ({"tcp": {"dport": 70_000}}, r"`tcp.dport` is 70000, not a whole number from 0 to 65,535", ""),
    ({"tcp": {"dport": True}}, "`tcp.dport` is True", ""),
    ({"tcp": {"dport": "http"}}, "`tcp.dport` is http", ""),
    ({"tcp": {"dport": None}}, "`tcp.dport` is None", ""),
    ({"tcp": {"flags": ["SYM"]}}, "`tcp.flags` is SYM, not a TCP flag", "`SYN`"),
    ({"tcp": {"flags": 256}}, "`tcp.flags` is 256", ""),
    ({"tcp": {"options": ["mess"]}}, r"`tcp.options\[0\]` is mess", "`mss`"),
    ({"tcp": {"options": [{"mss": 1, "nop": 1}]}}, "one option by name", ""),
    ({"tcp": {"options": [{"sack": [1]}]}}, "pairs of sequence numbers", ""),
    ({"tcp": {"options": [{"timestamps": [1, 2, 3]}]}}, "the clock and its echo", ""),
    ({"tcp": {"options": [{"mms": 1}]}}, "`tcp.options", "`mss`"),
    ({"tcp": {"options": ["timestamps"] * 5}}, "options are 50 bytes", ""),
    ({"tcp": {"options": ["nop"] * 41}}, "a list of at most 40", ""),
    ({"tcp": [1]}, r"`tcp` is \[1\], not a group of named values", ""),
    ({"tcp": {}, "udp": {}}, "not both `tcp` and `udp`", "leave one"),
    ({"ip": {}, "ipv6": {}}, "not both `ip` and `ipv6`", "leave one"),
    ({"dns": "a", "payload": "b"}, "not both `dns` and `payload`", ""),
    ({"arp": {}, "tcp": {}}, "an ARP packet has no `tcp`", ""),
    ({"hex": "00", "tcp": {}}, "`hex` is the whole packet, so `tcp` has no place", ""),
    ({"hex": "0g"}, "line 1, column 2", ""),
    ({"hex": "00" * 65_536}, "65,536 bytes; at most 65,535", ""),
    ({"tcp": {"src": "1.2.3"}}, "in `tcp.src`, `1.2.3` is not an IPv4 address", "203.0.113.7"),
    ({"tcp": {"src": "::1", "dst": "1.2.3.4"}}, "`tcp.dst` is 1.2.3.4, not an IPv6 address", ""),
    ({"ipv4": {}, "tcp": {"src": "::1"}}, "`tcp.src` is ::1, not an IPv4 address", ""),
    ({"ipv4": {"src": "1.2.3.4"}, "tcp": {"src": "1.2.3.4"}}, "say the same thing twice", ""),
    ({"ipv6": {"hop_limit": 1}, "tcp": {"ttl": 1}}, "say the same thing twice", ""),
    ({"eth": {"dst": "x"}}, "in `eth.dst`, `x` is not an Ethernet address", ""),
    ({"vlan": 5_000}, "`vlan` is 5000", ""),
    ({"vlan": [1] * 9}, "at most 8 tags", ""),
    ({"vlan": [1, {"idd": 2}]}, r"`vlan\[1\]` has no `idd`", "`id`"),
    ({"ipv4": {"df": "yes"}}, "`ipv4.df` is yes, not true or false", ""),
    ({"ipv6": {"extensions": ["fragmnet"]}}, "not one of hop-by-hop", "`fragment`"),
    ({"ipv6": {"extensions": [{}]}}, "one extension header by name", ""),
    ({"icmp": {"type": "ecko"}}, "`icmp.type` is ecko", "`echo`"),
    ({"icmp": {"rest": "00", "id": 1}}, "the word that id and sequence make up", ""),
    ({"icmp": {"rest": "00"}}, "has 1 bytes, not 4", ""),
    ({"payload": {"zeros": 70_000}}, "`payload.zeros` is 70000", ""),
    ({"payload": {"zeros": 1, "text": "a"}}, "not one of text, hex", ""),
    ({"payload": {"zero": 1}}, "`payload` has no `zero`", "`zeros`"),
    ({"payload": 5}, "`payload` is 5", ""),
    ({"udp": {}, "payload": {"zeros": 65_535}}, "at most 65,535 are possible", ""),
    ({"dns": "a..b"}, "cannot be a part of one", ""),
    ({"dns": "a" * 64}, "is not a DNS name", ""),
    ({"dns": ".".join(["abcdefgh"] * 30)}, "too long for DNS", ""),
    ({"dns": {"type": "AAA"}}, "`dns.type` is AAA", "`AAAA`"),
    ({"dns": {"answers": [{"name": "a"}]}}, r"`dns.answers\[0\]` has no `type`", ""),
    ({"dns": {"answers": [{"name": "a", "type": "SOA", "data": "b"}]}}, "not one of A, AAAA", ""),
    ({"dns": {"answers": [{"name": "a", "type": "A", "data": "b"}]}}, "not an IPv4 address", ""),
    ({"dns": {"answers": [{"name": "a", "type": "MX", "data": "x mail"}]}}, "not a mail server", ""),
    ({"http": {"headers": {str(i): "" for i in range(65)}}}, "at most 64 headers", ""),
    ({"cut": -1}, "`cut` is -1", ""),
    ("arpp", "no packet named `arpp`", "`arp`"),
    (5, "`packet` is 5", ""),
]


@pytest.mark.parametrize(("form", "message", "hint"), MISTAKES, ids=lambda item: str(item)[:40])
def test_a_mistake_is_told_with_its_place_and_what_to_try(form: Any, message: str, hint: str) -> None:
    with pytest.raises(PacketError, match=message) as raised:
        from_form(form)
    assert hint in (raised.value.diagnostic.hint or "")


@pytest.mark.parametrize("form", [{"payload": "\ud800"}, {"http": {"path": "\ud800", "body": "\ud800"}}])
def test_half_a_surrogate_becomes_a_question_mark(form: Mapping[str, Any]) -> None:
    assert b"?" in from_form(form)


def test_every_key_is_explained() -> None:
    for form in (*FORMS.values(), DNS_FORM, REQUEST_FORM, RESPONSE_FORM):
        assert all(key.doc.endswith((".", "…")) for key in form.keys.values())
    assert all(key.doc.endswith(".") for key in PAYLOADS.values())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["SYN", "::1", "1.2.3.4", "0x10", "nop", "fragment", "A"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def known(keys: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(sorted(keys)), VALUES, max_size=4)


@given(
    st.dictionaries(
        st.sampled_from(sorted(TOP_KEYS)),
        VALUES | st.one_of([known(form.keys) for form in FORMS.values()]),
        max_size=3,
    )
)
def test_any_plain_data_makes_a_packet_or_a_packet_error(form: dict[str, Any]) -> None:
    try:
        packet = from_form(form)
    except PacketError:
        return
    assert len(packet) <= 65_535
