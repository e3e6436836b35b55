"""Whatever a program computes lies in what the verifier knows, for every operation and comparison."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vm.verifier.scalar_strategies import Member, assert_in, bounded, members, worked
from vm.isa import AluOp, EndianOp, JumpOp, alu, endian, holds
from vm.verifier.arithmetic import TRANSFER, converted, forked, negated
from vm.verifier.compare import decide, outcomes, outcomes_same
from vm.verifier.resize import coerce_to_size, sign_extend_to_32, sign_extend_to_64, zext_32_to_64
from vm.verifier.scalar import UNKNOWN, Scalar, const, has, sync
from vm.word import MASK32, MASK64, sign_extend

WIDTHS = (32, 64)
widths = st.sampled_from(WIDTHS)
_SHIFTS = (AluOp.LSH, AluOp.RSH, AluOp.ARSH)


def test_every_operation_has_a_transfer() -> None:
    assert set(TRANSFER) == set(AluOp)


@given(bounded())
def test_deduction_loses_no_member(value: Member) -> None:
    scalar, member = value
    assert_in(member, scalar)
    assert_in(member, sync(scalar))


@given(worked())
def test_members_survive_chains(value: Member) -> None:
    assert_in(value[1], value[0])


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("op", AluOp)
@given(left=members, right=members, count=st.integers(0, 63))
@settings(max_examples=60)
def test_transfer_is_sound(op: AluOp, bits: int, left: Member, right: Member, count: int) -> None:
    (a, x), (b, y) = left, right
    if op in _SHIFTS and count % 4:
        b, y = const(count % bits), count % bits
    if op is AluOp.MOVSX32 and bits == 32:
        return  # there is no such instruction
    assert_in(alu(op, x, y, bits), TRANSFER[op](a, b, bits))


@given(value=members, bits=widths)
def test_negation_is_sound(value: Member, bits: int) -> None:
    scalar, member = value
    assert_in(alu(AluOp.SUB, 0, member, bits), negated(scalar, bits))


@given(value=members, op=st.sampled_from(EndianOp), bits=st.sampled_from((16, 32, 64)))
def test_byte_order_is_sound(value: Member, op: EndianOp, bits: int) -> None:
    scalar, member = value
    assert_in(endian(op, member, bits), converted(scalar, op, bits))


@given(value=members, size=st.sampled_from((1, 2, 4)))
def test_resizing_is_sound(value: Member, size: int) -> None:
    scalar, member = value
    assert_in(member & MASK32, zext_32_to_64(scalar))
    assert_in(member & ((1 << 8 * size) - 1), coerce_to_size(scalar, size))
    assert_in(sign_extend(member, 8 * size), sign_extend_to_64(scalar, size))
    if size < 4:
        assert_in(sign_extend(member, 8 * size, 32), sign_extend_to_32(scalar, size))


@pytest.mark.parametrize("bits", WIDTHS)
@pytest.mark.parametrize("op", JumpOp)
@given(left=members, right=members)
@settings(max_examples=100)
def test_comparison_is_sound(op: JumpOp, bits: int, left: Member, right: Member) -> None:
    (a, x), (b, y) = left, right
    truth = holds(op, x, y, bits)
    assert decide(op, a, b, bits) in (None, truth)
    if decide(op, a, b, bits) is None:
        found = outcomes(op, a, b, bits)
        after_a, after_b = found.taken if truth else found.fallthrough
        assert_in(x, after_a)
        assert_in(y, after_b)


@given(value=members, op=st.sampled_from(JumpOp), bits=widths)
def test_comparison_with_itself_is_sound(value: Member, op: JumpOp, bits: int) -> None:
    scalar, member = value
    if decide(op, scalar, scalar, bits) is None:
        found = outcomes_same(op, scalar, bits)
        truth = holds(op, member, member, bits)
        assert_in(member, (found.taken if truth else found.fallthrough)[1])


@given(st.sampled_from((0, MASK64)), st.integers(0, MASK64), st.sampled_from((AluOp.AND, AluOp.OR)))
def test_both_halves_of_a_fork_together_are_sound(member: int, other: int, op: AluOp) -> None:
    shifted = TRANSFER[AluOp.ARSH](UNKNOWN, const(63), 64)
    halves = forked(op, shifted, const(other))
    assert halves is not None
    results = [TRANSFER[op](half, const(other), 64) for half in halves if has(half, member)]
    assert len(results) == 1
    assert_in(alu(op, member, other, 64), results[0])


@given(value=members, other=members)
def test_precision_grows_with_knowledge(value: Member, other: Member) -> None:
    """A comparison never forgets a bit that was known (its ranges may be dropped after a false ``&``)."""
    (a, _), (b, _) = value, other
    for op in JumpOp:
        for pair in outcomes(op, a, b, 64)[:2]:
            assert isinstance(pair[0], Scalar)
            assert pair[0].var_off.mask & ~a.var_off.mask == 0
