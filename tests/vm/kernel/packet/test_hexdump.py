"""Hex text in every form people paste."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.kernel.packet.errors import PacketError
from vm.kernel.packet.form import from_form
from vm.kernel.packet.hexdump import MAX_HEX_TEXT, from_hex

SYN = from_form("tcp-syn-linux")


def ascii_of(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in data)


def lines_of(data: bytes, size: int = 16) -> list[tuple[int, bytes]]:
    return [(place, data[place : place + size]) for place in range(0, len(data), size)]


def hexdump_c(data: bytes) -> str:
    lines = [
        f"{place:08x}  {line[:8].hex(' '):23}  {line[8:].hex(' '):23}  |{ascii_of(line)}|"
        for place, line in lines_of(data)
    ]
    return "\n".join([*lines, f"{len(data):08x}"])


def xxd(data: bytes) -> str:
    return "\n".join(
        f"{place:08x}: {line.hex(' ', -2):39}  {ascii_of(line)}" for place, line in lines_of(data)
    )


def tcpdump_xx(data: bytes) -> str:
    lines = [f"\t0x{place:04x}:  {line.hex(' ', -2)}" for place, line in lines_of(data)]
    return "\n".join(["12:00:01.000001 IP 203.0.113.7.40000 > 198.51.100.20.80: Flags [S], length 0", *lines])


def tcpdump_capital_xx(data: bytes) -> str:
    return "\n".join(
        f"\t0x{place:04x}:  {line.hex(' ', -2):39}  {ascii_of(line)}" for place, line in lines_of(data)
    )


def wireshark(data: bytes) -> str:
    return "\n".join(f"{place:04x}   {line.hex(' '):47}   {ascii_of(line)}" for place, line in lines_of(data))


def wireshark_gap(data: bytes) -> str:
    return "\n".join(
        f"{place:04x}  {line[:8].hex(' '):23}  {line[8:].hex(' '):23}   {ascii_of(line)}"
        for place, line in lines_of(data)
    )


def od(data: bytes) -> str:
    return "\n".join(
        [*(f"{place:06x} {line.hex(' ')}" for place, line in lines_of(data)), f"{len(data):06x}"]
    )


def c_array(data: bytes) -> str:
    return "{ " + ", ".join(f"0x{byte:02x}" for byte in data) + " };".replace(";", "")


def c_string(data: bytes) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'


PLAIN = [
    bytes.hex,
    lambda data: data.hex(" "),
    lambda data: data.hex(":"),
    lambda data: data.hex("-").upper(),
]
DUMPS = [hexdump_c, xxd, tcpdump_xx, tcpdump_capital_xx, wireshark, wireshark_gap, od]


@pytest.mark.parametrize("form", [*PLAIN, *DUMPS, c_array, c_string])
def test_a_packet_is_read_back_from_every_form(form: object) -> None:
    assert callable(form)
    assert from_hex(form(SYN)) == SYN


@pytest.mark.parametrize("form", [hexdump_c, xxd, tcpdump_capital_xx, wireshark, wireshark_gap])
@given(data=st.binary(min_size=17, max_size=80), text=st.text("0123456789abcdef ", min_size=16, max_size=16))
def test_text_beside_the_bytes_is_no_part_of_them(form: object, data: bytes, text: str) -> None:
    assert callable(form)
    packet = text.encode() + data + bytes((0,))
    assert from_hex(form(packet)) == packet


@given(st.binary(max_size=64))
def test_plain_hex_is_read_back(data: bytes) -> None:
    assert from_hex(data.hex("\n")) == data
    assert from_hex(f"# a comment\n{data.hex(' ')} # and one more\n\n") == data


def test_a_star_repeats_the_line_before() -> None:
    zeros = "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|"
    assert from_hex(f"{zeros}\n*\n00000030  01\n00000031\n") == bytes(48) + b"\1"


WRONG = {
    "no hex": ("45 00\n00 3g", "line 2, column 5: `g`"),
    "after a prefix": ("0x45 x", "line 1, column 6"),
    "odd": ("45 0", "odd number"),
    "swapped words": ("0000000 5452 1200 5634", "hexdump -C"),
    "a jump": ("0000: 45 00\n0010: 11 22", "offset 0x10 where 0x2"),
    "a second packet": ("0000: 45 00\n0000: 11 22", "offset 0x0 where 0x2"),
    "a huge repetition": ("00000000  00 00\n*\n7ffffffe  00\n", "jumps to offset"),
    "too long": ("0" * (MAX_HEX_TEXT + 1), "1,000,001 characters"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_read_says_where(name: str) -> None:
    text, message = WRONG[name]
    with pytest.raises(PacketError, match=message):
        from_hex(text)


@given(st.text(max_size=200))
def test_any_text_raises_nothing_but_packet_errors(text: str) -> None:
    with suppress(PacketError):
        from_hex(text)


@given(st.text("0123456789abcdef :x*|#\n\t", max_size=200))
def test_text_that_is_nearly_a_dump_raises_nothing_else_either(text: str) -> None:
    with suppress(PacketError):
        from_hex(text)
