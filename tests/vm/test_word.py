"""Machine words as Python integers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.word import (
    MASK64,
    byte_swap,
    fits_imm32,
    fits_signed,
    hex64,
    mask,
    sign_extend,
    signed,
)

words = st.integers(0, MASK64)
widths = st.sampled_from([8, 16, 32, 64])


@given(words, widths)
def test_the_signed_reading_is_congruent_and_in_range(value: int, bits: int) -> None:
    found = signed(value, bits)
    assert (found - value) % (1 << bits) == 0
    assert fits_signed(found, bits)


@given(words, widths, widths)
def test_extending_a_sign_keeps_the_number(value: int, bits: int, to: int) -> None:
    if to >= bits:
        assert signed(sign_extend(value, bits, to), to) == signed(value, bits)


@given(words, st.sampled_from([16, 32, 64]))
def test_swapping_twice_is_nothing(value: int, bits: int) -> None:
    assert byte_swap(byte_swap(value, bits), bits) == value & mask(bits)


def test_swapping_reverses_bytes_and_cuts() -> None:
    assert byte_swap(0x1122334455667788, 64) == 0x8877665544332211
    assert byte_swap(0x1122334455667788, 32) == 0x88776655
    assert byte_swap(0x1122334455667788, 16) == 0x8877


@pytest.mark.parametrize(
    ("value", "bits", "fits"),
    [
        (127, 8, True),
        (128, 8, False),
        (-128, 8, True),
        (-129, 8, False),
        (32767, 16, True),
        (32768, 16, False),
    ],
)
def test_what_a_signed_field_holds(value: int, bits: int, fits: bool) -> None:
    assert fits_signed(value, bits) is fits


def test_an_immediate_may_be_written_signed_or_unsigned() -> None:
    assert [fits_imm32(value) for value in (-(1 << 31) - 1, -(1 << 31), (1 << 32) - 1, 1 << 32)] == [
        False,
        True,
        True,
        False,
    ]


def test_words_on_the_wire() -> None:
    assert hex64(-1) == "0xffffffffffffffff"
    assert hex64(42) == "0x000000000000002a"
