"""Scalars as objects: one of each content, no ill-formed ones unseen, and bounds changed by name."""

import copy
import gc

import pytest
from hypothesis import given

from tests.vm.verifier.scalar_strategies import Member, bounded, words
from vm.isa import AluOp
from vm.verifier import tnum
from vm.verifier.arithmetic import TRANSFER
from vm.verifier.interned import Interned
from vm.verifier.scalar import (
    UNBOUNDED,
    UNKNOWN,
    Scalar,
    const,
    has,
    raw,
    sanitized,
    sync,
    unbounded,
    violation,
    with_bounds,
)
from vm.verifier.scalar_text import format_scalar
from vm.word import MASK64


@given(bounded())
def test_equal_content_is_one_object(value: Member) -> None:
    scalar = value[0]
    assert raw(scalar.var_off, *scalar.bounds) is scalar
    assert copy.deepcopy(scalar) is copy.copy(scalar) is scalar
    remake, parts = scalar.__reduce__()
    assert remake(*parts) is scalar  # a pickled copy is the same object again


@given(words)
def test_constants(word: int) -> None:
    scalar = const(word)
    assert scalar is const(word - (1 << 64))
    assert scalar is raw(tnum.const(word), *scalar.bounds)
    assert scalar.exact
    assert scalar.is_const
    assert scalar.value == word
    assert has(scalar, word)
    assert not has(scalar, word ^ 1)
    assert not violation(scalar)


def test_unknown_has_everything_and_says_nothing() -> None:
    assert all(has(UNKNOWN, word) for word in (0, 1, MASK64, 1 << 63, 1 << 31))
    assert sync(UNKNOWN) is UNKNOWN


def test_bounds_by_name() -> None:
    byte = with_bounds(UNKNOWN, umax=255)
    assert byte is TRANSFER[AluOp.AND](UNKNOWN, const(255), 64)
    with pytest.raises(TypeError, match="umaximum"):
        with_bounds(UNKNOWN, umaximum=3)


def test_contradictions_are_named_and_given_up() -> None:
    crossed = raw(tnum.UNKNOWN, 9, 3, *with_bounds(UNKNOWN, umax=255).bounds[2:])
    assert violation(crossed) == "range bounds violation"
    assert sanitized(crossed) is UNKNOWN
    loose = unbounded(const(5))
    assert loose.is_const
    assert not loose.exact
    assert violation(loose) == "const tnum out of sync with range bounds"
    half = raw(tnum.const_subreg(tnum.UNKNOWN, 5), *UNBOUNDED)
    assert violation(half) == "const subreg tnum out of sync with range bounds"
    assert sanitized(const(5)) is const(5)
    assert format_scalar(loose) == "5"


def test_the_table_forgets_what_nobody_holds() -> None:
    table: Interned[int, Scalar] = Interned()
    kept = [table.add(n, raw(tnum.Tnum(0, 6), n, *UNBOUNDED[1:])) for n in range(10)]
    for n in range(10, 100_000):
        table.add(n, raw(tnum.Tnum(0, 6), n, *UNBOUNDED[1:]))
    gc.collect()
    assert len(table) < 70_000
    assert [table.get(n) for n in range(10)] == kept
    assert table.get(-1) is None
