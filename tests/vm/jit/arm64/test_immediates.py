"""Constants within A64 instructions: what is said to fit is what a decoder reads back."""

import pytest

from tests.jit.a64 import text_of
from vm.jit.arm64 import encode as a64
from vm.jit.arm64.constants import load_constant, load_constant64
from vm.jit.arm64.encode import Op, Reg
from vm.jit.arm64.immediates import bitmask, fits_arithmetic, fits_offset

_MASK64 = (1 << 64) - 1


def _masks(bits: int) -> set[int]:
    """Every run of ones, rotated, repeated: by the definition."""
    found = set()
    for size in (2, 4, 8, 16, 32, 64):
        for ones in range(1, size):
            run = (1 << ones) - 1
            for turn in range(size):
                element = (run << turn | run >> (size - turn)) & ((1 << size) - 1)
                if size <= bits:
                    found.add(sum(element << at for at in range(0, bits, size)))
    return found


@pytest.mark.parametrize(("bits", "count"), [(32, 1302), (64, 5334)])
def test_every_bitmask_is_encoded_and_read_back(bits: int, count: int) -> None:
    masks = _masks(bits)
    assert len(masks) == count
    for value in masks:
        mask = bitmask(value, bits)
        assert mask is not None, hex(value)
        text = text_of(a64.logical_imm(Op.EOR_IMM, Reg.X3, Reg.X4, mask, wide=bits == 64))
        assert int(text.split("#")[1], 0) & ((1 << bits) - 1) == value


@pytest.mark.parametrize("value", [0, -1, 5, 0b1011, 0x12345678, 0xFF00FF01])
def test_other_patterns_have_no_bitmask(value: int) -> None:
    assert bitmask(value, 64) is None


def _value(code: bytes) -> int:
    """What a row of mov, movn and movk leaves, by the decoder's texts."""
    value = 0
    for at in range(0, len(code), 4):
        verb, rest = text_of(code[at : at + 4]).split(maxsplit=1)
        reg, constant, *shift = rest.split(", ")
        up = int(shift[0].split("#")[1], 0) if shift else 0
        number = int(constant[1:], 0)
        width = (1 << 32) - 1 if reg.startswith("w") else _MASK64
        match verb:
            case "movk":
                value = value & ~(0xFFFF << up) | number << up
            case "movn":
                value = ~(number << up) & width
            case _:
                value = (number << up) & width
    return value


CONSTANTS = [0, 1, -1, 0xFFFF, 0x10000, -0x10000, -0x10001, 0x12345678, -0x12345678, 0x7FFFFFFF, -0x80000000]


@pytest.mark.parametrize("value", CONSTANTS)
@pytest.mark.parametrize("wide", [True, False])
def test_a_constant_of_32_bits_is_put_together(value: int, wide: bool) -> None:
    assert _value(load_constant(Reg.X9, value, wide=wide)) == value & (_MASK64 if wide else 0xFFFFFFFF)


WORDS = [0, 1, _MASK64, 1 << 63, 0xFFFF_0000_FFFF_0000, 0x1234_5678_9ABC_DEF0, 0xFFFF_FFFF_1234_FFFF,
         0xFFFF_8000_1234_5678, 0x0000_FFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF_0000, 1 << 48]  # fmt: skip


@pytest.mark.parametrize("value", WORDS)
def test_a_constant_of_64_bits_is_put_together(value: int) -> None:
    code = load_constant64(Reg.X9, value)
    assert _value(code) == value
    assert len(code) <= 16


@pytest.mark.parametrize(
    ("value", "fits"), [(0, True), (4095, True), (4096, True), (4097, False), (0xFFF000, True), (-1, False)]
)
def test_what_add_takes(value: int, fits: bool) -> None:
    assert fits_arithmetic(value) is fits


@pytest.mark.parametrize(
    ("offset", "size", "fits"),
    [
        (0, 8, True),
        (8, 8, True),
        (4, 8, False),
        (-8, 8, False),
        (32760, 8, True),
        (32768, 8, False),
        (4095, 1, True),
    ],
)
def test_what_a_load_takes(offset: int, size: int, fits: bool) -> None:
    assert fits_offset(offset, size) is fits
