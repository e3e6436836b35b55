"""Packets taken apart: every byte in exactly one leaf, whatever the bytes are."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.kernel.packet.build import build
from vm.kernel.packet.dissect import MAX_LAYERS, PARSERS, dissect
from vm.kernel.packet.dissect_layouts import LAYOUTS
from vm.kernel.packet.dissection import Dissection
from vm.kernel.packet.form import from_form
from vm.kernel.packet.layers import Ethernet, Ipv4, Layer, Tcp, Udp
from vm.kernel.packet.presets import PRESETS
from vm.uapi.structs import STRUCTS, lookup

WHOLE = [from_form(name) for name in PRESETS]


def check_cover(data: bytes, dissection: Dissection) -> None:
    """Layers and leaves tile the packet; parents span their children; bits lie in their parent's bytes."""
    at = 0
    for layer in dissection.layers:
        assert layer.start == at
        for field in layer.fields:
            assert field.offset == at
            at = field.end
        assert layer.end == at
    assert at == len(data)
    leaves = dissection.leaves()
    assert all(leaf.size > 0 for leaf in leaves)
    assert [leaf.offset for leaf in leaves] == [0, *(leaf.end for leaf in leaves)][: len(leaves)]
    assert sum(leaf.size for leaf in leaves) == len(data)
    for leaf in leaves:
        for part in leaf.children:
            assert part.bits is not None
            assert (part.offset, part.size) == (leaf.offset, leaf.size)


@given(st.binary(max_size=300))
def test_every_byte_of_any_bytes_is_in_one_leaf(data: bytes) -> None:
    check_cover(data, dissect(data))


@given(st.sampled_from(sorted(PARSERS)), st.binary(max_size=120))
def test_every_protocol_takes_any_bytes(protocol: str, data: bytes) -> None:
    check_cover(data, dissect(data, protocol))


@pytest.mark.parametrize("name", PRESETS)
def test_every_packet_cut_anywhere_is_covered(name: str) -> None:
    packet = from_form(name)
    for size in range(len(packet) + 1):
        check_cover(packet[:size], dissect(packet[:size]))


@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=4))
def test_every_packet_with_changed_bytes_is_covered(packet: bytes, changes: list[tuple[int, int]]) -> None:
    changed = bytearray(packet)
    for place, value in changes:
        changed[place % len(changed)] = value
    check_cover(bytes(changed), dissect(bytes(changed)))


@given(st.sampled_from(WHOLE), st.integers(0, 1514))
def test_leaf_at_finds_the_leaf_of_a_byte(packet: bytes, offset: int) -> None:
    found = dissect(packet).leaf_at(offset)
    assert (found is not None) == (offset < len(packet))
    assert found is None or found.offset <= offset < found.end


LARGE = {
    "zeros": bytes(65_535),
    "UDP": build([Ethernet(), Ipv4(), Udp(), bytes(65_493)]),
    "tags": bytes.fromhex("81000001") * 16_383,
    "DNS names": build(
        [Ethernet(), Ipv4(), Udp(), bytes.fromhex("0001 8180 ffff ffff ffff ffff") + b"\0\0\1\0\1" * 13_000]
    ),
    "DNS pointers": build(
        [Ethernet(), Ipv4(), Udp(), bytes.fromhex("000181800001ffff00000000") + b"\xc0\x0c" * 32_000]
    ),
    "HTTP lines": build([Ethernet(), Ipv4(), Tcp(), b"GET / HTTP/1.1\r\n" + b"a:b\r\n" * 13_000]),
    "one HTTP line": build([Ethernet(), Ipv4(), Tcp(), b"GET /" + b"x" * 65_000]),
    "nested IPv4": b"\x45\0\xff\xff\0\0\0\0\x40\x04\0\0\1\2\3\4\5\6\7\x08" * 3_276,
}


@pytest.mark.parametrize("name", LARGE)
def test_the_longest_packets_are_taken_apart_quickly(name: str) -> None:
    data = LARGE[name]
    first = "ethernet" if name not in ("nested IPv4", "tags") else "ipv4" if name == "nested IPv4" else "vlan"
    began = time.perf_counter()
    dissection = dissect(data, first)
    assert time.perf_counter() - began < 0.25  # a few milliseconds, with room for a busy machine
    check_cover(data, dissection)
    assert len(dissection.layers) <= MAX_LAYERS + 2


def test_no_bytes() -> None:
    assert dissect(b"") == Dissection((), "empty packet")


@pytest.mark.parametrize("struct", LAYOUTS)
def test_the_rows_of_a_header_tile_its_struct(struct: str) -> None:
    at = 0
    for row in LAYOUTS[struct]:
        field = lookup(f"{struct}.{row.field}")
        assert field is not None
        assert field.offset == at
        assert field.bits is None
        at = field.end
    assert at == STRUCTS[struct].size


@pytest.mark.parametrize("name", PRESETS)
def test_fields_bear_the_names_the_assembler_knows(name: str) -> None:
    for layer in dissect(from_form(name)).layers:
        for field in layer.fields:
            known = lookup(field.name)
            if known is None:
                assert layer.name not in STRUCTS or field.name.partition(".")[2].startswith(
                    ("options", "target", "question", "answer", "addresses")
                )
            else:
                assert (field.offset, field.size) == (layer.start + known.offset, known.size)


addresses = st.ip_addresses(v=4).map(str)
payloads = st.binary(max_size=60)


@given(
    addresses,
    addresses,
    st.integers(0, 65_535),
    st.integers(0, 65_535),
    payloads,
    st.booleans(),
    st.binary(max_size=40),
)
def test_what_is_built_is_what_is_seen(
    src: str, dst: str, sport: int, dport: int, payload: bytes, is_tcp: bool, options: bytes
) -> None:
    transport: Layer = Tcp(sport, dport) if is_tcp else Udp(sport, dport)
    packet = build([Ethernet(), Ipv4(src, dst, options=options), transport, payload])
    dissection = dissect(packet)
    check_cover(packet, dissection)
    fields = {field.name: field for layer in dissection.layers for field in layer.fields}
    name = "tcphdr" if is_tcp else "udphdr"
    assert fields["iphdr.saddr"].text == src
    assert fields["iphdr.daddr"].text == dst
    assert fields[f"{name}.source"].text == str(sport)
    assert fields[f"{name}.dest"].text == str(dport)
    assert fields["iphdr.check"].note == "correct"
    assert fields[f"{name}.check"].note == "correct"
