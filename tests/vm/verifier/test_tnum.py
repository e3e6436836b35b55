"""Tristate numbers: all pairs of a few bits against the words they stand for, and the printed text."""

from collections.abc import Callable, Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vm.verifier.scalar_strategies import words
from vm.verifier import tnum
from vm.verifier.tnum import Tnum
from vm.word import MASK32, MASK64, byte_swap, signed

_BITS = 4
SMALL = [Tnum(value, mask) for value, mask in product(range(1 << _BITS), repeat=2) if not value & mask]
TOP = [tnum.lshift(small, 64 - _BITS) for small in SMALL]
"""The same in the highest bits, where sums wrap around."""


def words_of(number: Tnum) -> Iterator[int]:
    return (word for shift in (0, 60) for word in _range(shift) if tnum.has(number, word))


def _range(shift: int) -> range:
    return range(0, 1 << _BITS + shift, 1 << shift)


Operation = tuple[Callable[[Tnum, Tnum], Tnum], Callable[[int, int], int]]
OPERATIONS: dict[str, Operation] = {
    "add": (tnum.add, lambda a, b: a + b),
    "sub": (tnum.sub, lambda a, b: a - b),
    "mul": (tnum.mul, lambda a, b: a * b),
    "and": (tnum.and_, lambda a, b: a & b),
    "or": (tnum.or_, lambda a, b: a | b),
    "xor": (tnum.xor, lambda a, b: a ^ b),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("numbers", [SMALL, TOP], ids=["low", "high"])
def test_operations_have_every_result(name: str, numbers: list[Tnum]) -> None:
    abstract, concrete = OPERATIONS[name]
    for a, b in product(numbers, repeat=2):
        result = abstract(a, b)
        assert not result.value & result.mask
        for x, y in product(words_of(a), words_of(b)):
            assert tnum.has(result, concrete(x, y) & MASK64), (a, b, x, y)


@pytest.mark.parametrize("name", ["add", "sub", "and", "or", "xor"])
def test_all_but_products_are_the_least_such_number(name: str) -> None:
    abstract, concrete = OPERATIONS[name]
    for a, b in product(SMALL, repeat=2):
        results = [concrete(x, y) & MASK64 for x, y in product(words_of(a), words_of(b))]
        varying = 0
        for result in results:
            varying |= result ^ results[0]
        assert abstract(a, b) == Tnum(results[0] & ~varying, varying)


def test_relations_agree_with_the_words() -> None:
    for a, b in product(SMALL, repeat=2):
        mine, others = set(words_of(a)), set(words_of(b))
        assert tnum.overlap(a, b) == bool(mine & others)
        assert tnum.includes(a, b) == (others <= mine)
        assert mine | others <= set(words_of(tnum.union(a, b)))
        if mine & others:
            assert set(words_of(tnum.intersect(a, b))) == mine & others


def test_intersection_of_what_contradicts_itself_is_one_bits() -> None:
    assert tnum.intersect(tnum.const(1), tnum.const(2)) == tnum.const(3)


def test_next_member_against_the_words() -> None:
    for number in SMALL:
        members = sorted(words_of(number))
        for at in range(20):
            above = [word for word in members if word > at]
            assert tnum.next_member(number, at) == (above[0] if above else members[-1])


@given(words, words, words)
def test_next_member_of_wide_numbers(value: int, mask: int, at: int) -> None:
    number = Tnum(value & ~mask, mask)
    found = tnum.next_member(number, at)
    assert tnum.has(number, found)
    if at < number.value | number.mask:
        assert found > at
        assert not tnum.has(number, at + 1) or found == at + 1


@given(words, words)
def test_between_keeps_both_ends(a: int, b: int) -> None:
    low, high = sorted((a, b))
    number = tnum.between(low, high)
    assert tnum.has(number, low)
    assert tnum.has(number, high)
    assert low ^ high == 0 or number.mask.bit_length() == (low ^ high).bit_length()


@given(words, words, st.integers(0, 63))
def test_shifts_and_halves(word: int, mask: int, count: int) -> None:
    number = Tnum(word & ~mask, mask)
    assert tnum.has(tnum.lshift(number, count), word << count & MASK64)
    assert tnum.has(tnum.rshift(number, count), word >> count)
    assert tnum.has(tnum.arshift(number, count, 64), signed(word) >> count & MASK64)
    low = signed(word, 32) >> count % 32 & MASK32
    assert tnum.has(tnum.arshift(tnum.subreg(number), count % 32, 32), low)
    assert tnum.with_subreg(number, tnum.subreg(number)) == number
    assert tnum.has(tnum.neg(number), -word & MASK64)
    assert tnum.const_subreg(number, 7) == tnum.with_subreg(tnum.clear_subreg(number), tnum.const(7))
    for bits in (16, 32, 64):
        assert tnum.has(tnum.byte_swap(number, bits), byte_swap(word, bits))
        assert tnum.has(tnum.cast(number, bits // 8), word & ((1 << bits) - 1))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Tnum(0, 0xFF), "(0x0; 0xff)"),
        (Tnum(0xFFFFFFFF80000000, 1), "(0xffffffff80000000; 0x1)"),
        (tnum.const(65535), "65535"),
        (tnum.const(65536), "0x10000"),
    ],
)
def test_text(number: Tnum, text: str) -> None:
    assert tnum.text(number) == text


@pytest.mark.parametrize(("size", "aligned"), [(0, True), (1, True), (4, True), (8, False)])
def test_alignment(size: int, aligned: bool) -> None:
    assert tnum.is_aligned(Tnum(0x10, 0xC), size) is aligned
