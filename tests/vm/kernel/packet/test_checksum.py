"""The internet checksum: known answers, its laws, and updates by difference."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.kernel.packet.checksum import internet_checksum, is_valid, ones_sum, pseudo_header, update


def by_definition(data: bytes) -> int:
    """RFC 1071, word by word."""
    total = 0
    for place in range(0, len(data), 2):
        total += int.from_bytes(data[place : place + 2].ljust(2, b"\0"), "big")
        total = (total & 0xFFFF) + (total >> 16)
    return total


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("0001f203f4f5f6f7", 0x220D),  # the example of RFC 1071, section 3
        ("", 0xFFFF),
        ("0000", 0xFFFF),
        ("ffff", 0x0000),
        ("01", 0xFEFF),
        ("4500003c1f3b400034060000cb007107c6336414", 0xC131),
    ],
)
def test_known_answers(data: str, expected: int) -> None:
    assert internet_checksum(bytes.fromhex(data)) == expected


@given(st.binary(max_size=200))
def test_the_sum_is_that_of_its_definition(data: bytes) -> None:
    assert ones_sum(data) == by_definition(data)


@given(st.binary(max_size=64).filter(lambda data: len(data) % 2 == 0), st.binary(max_size=64))
def test_a_sum_can_be_gone_on_from(head: bytes, tail: bytes) -> None:
    assert ones_sum(tail, ones_sum(head)) == ones_sum(head + tail)


@given(st.binary(min_size=2, max_size=64).filter(any))
def test_data_with_its_checksum_is_valid(data: bytes) -> None:
    even = data + bytes(len(data) % 2)
    assert is_valid(even + internet_checksum(even).to_bytes(2, "big"))


@given(st.binary(min_size=8, max_size=40).filter(lambda data: len(data) % 2 == 0), st.data())
def test_an_update_equals_a_new_sum(data: bytes, draw: st.DataObject) -> None:
    size = draw.draw(st.sampled_from([2, 4]))
    place = 2 * draw.draw(st.integers(0, (len(data) - size) // 2))
    after = draw.draw(st.binary(min_size=size, max_size=size))
    changed = data[:place] + after + data[place + size :]
    updated = update(internet_checksum(data), data[place : place + size], after)
    # 0x0000 and 0xffff are both zero in ones' complement
    assert updated % 0xFFFF == internet_checksum(changed) % 0xFFFF


@pytest.mark.parametrize(("before", "after"), [(b"\0", b"\1"), (b"\0\0", b"\0\0\0\0")])
def test_an_update_needs_one_even_length(before: bytes, after: bytes) -> None:
    with pytest.raises(ValueError, match="even length"):
        update(0, before, after)


def test_pseudo_headers_of_both_versions() -> None:
    four = pseudo_header(IPv4Address("1.2.3.4"), IPv4Address("5.6.7.8"), 17, 9)
    assert four.hex() == "010203040506070800110009"
    six = pseudo_header(IPv6Address("::1"), IPv6Address("::2"), 58, 8)
    assert six.hex() == "00" * 15 + "01" + "00" * 15 + "02" + "00000008" + "0000003a"
