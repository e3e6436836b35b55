"""Captures: what is written is read, and nothing but CaptureError comes of garbage."""

import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.kernel.packet import capture
from vm.kernel.packet.pcap import CapturedPacket, CaptureError, read_capture, write_pcap, write_pcapng

PACKETS = (
    CapturedPacket(1_700_000_000_123_456_789, b"\x01" * 60, 60),
    CapturedPacket(1_700_000_001_000_000_000, b"", 0),
    CapturedPacket(1_700_000_002_999_999_999, b"\x02" * 13, 1514),
)
WORD = "<I"


def packets(largest_second: int) -> st.SearchStrategy[tuple[CapturedPacket, ...]]:
    one = st.builds(
        lambda time, data, cut: CapturedPacket(time, data, len(data) + cut),
        st.integers(0, largest_second * 1_000_000_000),
        st.binary(max_size=80),
        st.integers(0, 5),
    )
    return st.lists(one, max_size=6).map(tuple)


@given(packets(2**32 - 1), st.booleans())
def test_pcap_in_nanoseconds_is_read_as_written(
    written: tuple[CapturedPacket, ...], big_endian: bool
) -> None:
    read = read_capture(write_pcap(written, big_endian=big_endian))
    assert read.packets == written
    assert read.warnings == ()


@pytest.mark.parametrize("big_endian", [False, True])
def test_pcap_in_microseconds_loses_only_the_rest(big_endian: bool) -> None:
    read = read_capture(write_pcap(PACKETS, nanoseconds=False, big_endian=big_endian))
    assert [packet.timestamp_ns % 1_000_000_000 for packet in read.packets] == [123_456_000, 0, 999_999_000]
    assert [packet.data for packet in read.packets] == [packet.data for packet in PACKETS]


@given(packets(2**33), st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_pcapng_is_read_as_written(written: tuple[CapturedPacket, ...], interfaces: list[int]) -> None:
    several = tuple(
        CapturedPacket(packet.timestamp_ns, packet.data, packet.orig_len, interface)
        for packet, interface in zip(written, interfaces, strict=False)
    )
    assert read_capture(write_pcapng(several)).packets == several


def block(kind: int, body: bytes, order: str = "<") -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + size + body + size


def section(order: str = "<") -> bytes:
    return block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(link: int = 1, snaplen: int = 0, options: bytes = b"", order: str = "<") -> bytes:
    return block(1, struct.pack(f"{order}HHI", link, 0, snaplen) + options, order)


def enhanced(index: int, ticks: int, data: bytes, order: str = "<") -> bytes:
    head = struct.pack(f"{order}IIIII", index, ticks >> 32, ticks & 0xFFFFFFFF, len(data), len(data))
    return block(6, head + data, order)


def test_pcapng_in_big_endian_with_blocks_to_skip_and_two_sections() -> None:
    statistics, unknown = block(5, bytes(12), ">"), block(0x0BAD, b"anything", ">")
    first = section(">") + interface(order=">") + statistics + enhanced(0, 5, b"one", ">") + unknown
    second = section() + interface() + enhanced(0, 7, b"two!")
    read = read_capture(first + second)
    assert [(p.data, p.timestamp_ns, p.interface) for p in read.packets] == [
        (b"one", 5_000, 0),
        (b"two!", 7_000, 1),
    ]


@pytest.mark.parametrize(
    ("option", "ticks", "nanoseconds"),
    [
        (struct.pack("<HHB3x", 9, 1, 3), 5, 5_000_000),
        (struct.pack("<HHB3x", 9, 1, 0x80 | 10), 1024, 1_000_000_000),
        (struct.pack("<HHB3x", 9, 1, 12), 5_000, 5),
        (struct.pack("<HHq", 14, 8, 100), 1, 100_000_001_000),
        (struct.pack("<HHI", 2, 4, 0) + struct.pack("<HHB3x", 9, 1, 9), 5, 5),
        (struct.pack("<HH", 0, 0) + struct.pack("<HHB3x", 9, 1, 9), 5, 5_000),
        (struct.pack("<HH", 9, 60_000), 5, 5_000),
    ],
    ids=[
        "milliseconds",
        "powers of two",
        "picoseconds",
        "offset",
        "after another option",
        "after the end",
        "too long",
    ],
)
def test_pcapng_time_units(option: bytes, ticks: int, nanoseconds: int) -> None:
    read = read_capture(section() + interface(options=option) + enhanced(0, ticks, b"x"))
    assert read.packets[0].timestamp_ns == nanoseconds


def test_pcapng_simple_and_old_packets() -> None:
    simple = block(3, struct.pack(WORD, 9) + b"12345")
    old = block(2, struct.pack("<HHIIII", 0, 0, 0, 1, 2, 2) + b"ab")
    read = read_capture(section() + interface(snaplen=5) + simple + old)
    assert [(packet.data, packet.orig_len) for packet in read.packets] == [(b"12345", 9), (b"ab", 2)]


def test_pcapng_other_links_are_left_out_with_a_warning() -> None:
    mixed = section() + interface(113) + interface(1)
    read = read_capture(mixed + enhanced(0, 0, b"cooked") * 2 + enhanced(1, 0, b"ether"))
    assert [packet.data for packet in read.packets] == [b"ether"]
    assert read.warnings == ("packets of interface 0 are left out: they are not Ethernet (2 times)",)


@pytest.mark.parametrize("write", [write_pcap, write_pcapng])
def test_a_cut_file_yields_what_is_whole(write: object) -> None:
    assert callable(write)
    whole = write(PACKETS)
    starts_at = len(write(()))
    for end in range(starts_at, len(whole)):
        read = read_capture(whole[:end])
        assert read.packets == PACKETS[: len(read.packets)]
        ends_between = whole[:end] in (write(PACKETS[:count]) for count in range(3))
        assert bool(read.warnings) != ends_between
    assert "packet 3 is left out" in read_capture(write_pcap(PACKETS)[:-1]).warnings[0]


def with_header(link: int = 1, major: int = 2, rest: bytes = b"") -> bytes:
    return struct.pack("<IHHiIII", 0xA1B2C3D4, major, 4, 0, 0, 65535, link) + rest


UNREADABLE = {
    "empty": (b"", "the file is empty"),
    "text": (b"45 00 00 3c 1f 3b", "text, not a capture"),
    "gzip": (b"\x1f\x8b\x08\0", "compressed with gzip"),
    "ELF": (b"\x7fELF\2\1\1", "ELF program"),
    "old variant": (b"\xa1\xb2\xcd\x34", "old variant"),
    "unknown": (b"\x00\x01\x02\x03", "begins with 00 01 02 03"),
    "header cut": (with_header()[:20], "byte 20: the file ends after 20 bytes"),
    "version": (with_header(major=3), "version 3.4"),
    "cooked": (with_header(113), r"link type 113 \(Linux cooked capture\)"),
    "unknown link": (with_header(999), r"link type 999 \(unknown here\)"),
    "too long a packet": (
        write_pcap(PACKETS[:1]) + struct.pack("<IIII", 0, 0, 300_000, 300_000),
        r"packet 2, byte 100: the packet claims to have 300,000 bytes",
    ),
    "no byte order": (b"\x0a\x0d\x0d\x0a" + bytes(8), "no byte order"),
    "pcapng version": (block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 2, 0, -1)), "version 2"),
    "block too short": (section() + struct.pack("<III", 6, 8, 8), "claims to be 8 bytes"),
    "block not of words": (section() + struct.pack("<III", 6, 13, 13), "claims to be 13 bytes"),
    "block length differs": (section() + struct.pack("<III", 6, 12, 16), "says 16 at its end"),
    "unknown interface": (section() + enhanced(0, 0, b""), "names interface 0, of which there are 0"),
    "block holds less": (
        section() + interface() + block(6, struct.pack("<IIIII", 0, 0, 0, 9, 9)),
        "claims 9 bytes, its block holds 0",
    ),
    "packet block too short": (section() + interface() + block(6, b""), "too short"),
    "only other links": (
        section() + interface(113) + enhanced(0, 0, b"x"),
        "packet 1, byte 48: .* link type 113",
    ),
    "interface block too short": (section() + block(1, b""), "too short"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_says_why_and_what_to_try(name: str) -> None:
    data, message = UNREADABLE[name]
    with pytest.raises(CaptureError, match=message) as raised:
        read_capture(data)
    assert raised.value.diagnostic.hint


def test_too_many_packets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "MAX_PACKETS", 2)
    with pytest.raises(CaptureError, match=r"packet 3, byte .* more than 2 packets"):
        read_capture(write_pcap(PACKETS))


def test_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture, "MAX_BYTES", 70)
    with pytest.raises(CaptureError, match="packet 3"):
        read_capture(write_pcap(PACKETS))


def test_too_many_interfaces() -> None:
    with pytest.raises(CaptureError, match="more than 1,000 interfaces"):
        read_capture(section() + interface() * 1_001)


STARTS = st.sampled_from(
    [
        b"",
        with_header(),
        write_pcap(PACKETS),
        section(),
        section() + interface(),
        write_pcapng(PACKETS),
        b"\n\r\r\n",
    ]
)


@given(STARTS, st.binary(max_size=120))
def test_garbage_raises_nothing_but_capture_errors(start: bytes, garbage: bytes) -> None:
    with suppress(CaptureError):
        read_capture(start + garbage)


@given(st.sampled_from([write_pcap(PACKETS), write_pcapng(PACKETS)]), st.data())
def test_one_changed_byte_raises_nothing_but_capture_errors(data: bytes, draw: st.DataObject) -> None:
    place, value = draw.draw(st.integers(0, len(data) - 1)), draw.draw(st.integers(0, 255))
    changed = data[:place] + bytes((value,)) + data[place + 1 :]
    with suppress(CaptureError):
        read_capture(changed)
