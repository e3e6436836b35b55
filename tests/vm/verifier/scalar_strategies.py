"""Hypothesis strategies: scalars with a member, as the verifier comes to know them."""

from hypothesis import strategies as st

from vm.isa import AluOp, JumpOp, alu, holds
from vm.verifier.arithmetic import TRANSFER
from vm.verifier.compare import refine
from vm.verifier.resize import coerce_to_size, sign_extend_to_64
from vm.verifier.scalar import UNBOUNDED, UNKNOWN, Scalar, const, has, synced
from vm.verifier.tnum import Tnum
from vm.word import MASK32, MASK64, sign_extend, signed

Member = tuple[Scalar, int]

_edges = st.builds(
    lambda bit, step, flip: ((1 << bit) + step ^ (MASK64 if flip else 0)) & MASK64,
    st.integers(0, 64),
    st.integers(-2, 2),
    st.booleans(),
)
words = st.one_of(st.integers(0, MASK64), st.integers(0, 40), st.integers(MASK64 - 300, MASK64), _edges)
"""64-bit words, often small, negative, or next to a power of two."""
masks = st.one_of(st.just(0), st.just(MASK64), words, st.builds(lambda a, b: a & b, words, words))


@st.composite
def bounded(draw: st.DrawFn) -> Member:
    """A word, unknown in some bits and with any of the eight bounds around it."""
    member = draw(words)
    mask = draw(masks)
    bounds = list(UNBOUNDED)
    low = member & MASK32
    around = (signed(member), member, signed(low, 32), low)
    for at, number in enumerate(around):
        for side in (0, 1):
            if draw(st.booleans()):
                reach = draw(st.one_of(st.integers(0, 40), words))
                least, most = UNBOUNDED[2 * at], UNBOUNDED[2 * at + 1]
                bounds[2 * at + side] = min(number + reach, most) if side else max(number - reach, least)
    return synced(Tnum(member & ~mask, mask), *bounds), member


def constants() -> st.SearchStrategy[Member]:
    """A known word."""
    return words.map(lambda word: (const(word), word))


@st.composite
def loaded(draw: st.DrawFn) -> Member:
    """What a load of some width leaves."""
    member, size = draw(words), draw(st.sampled_from((1, 2, 4, 8)))
    if size < 8 and draw(st.booleans()):
        return sign_extend_to_64(UNKNOWN, size), sign_extend(member, 8 * size)
    return coerce_to_size(UNKNOWN, size), member & ((1 << 8 * size) - 1)


@st.composite
def worked(draw: st.DrawFn) -> Member:
    """What a few operations and comparisons leave, their soundness taken for granted."""
    scalar, member = draw(loaded())
    for _ in range(draw(st.integers(1, 3))):
        bits, other = draw(st.sampled_from((32, 64))), draw(words)
        if draw(st.booleans()):
            jump = draw(st.sampled_from(tuple(JumpOp)))
            scalar, _ = refine(jump, scalar, const(other), bits, holds(jump, member, other, bits))
        else:
            op = draw(st.sampled_from(tuple(AluOp)))
            scalar, member = TRANSFER[op](scalar, const(other), bits), alu(op, member, other, bits)
    return scalar, member


members = st.one_of(bounded(), bounded(), constants(), loaded(), worked())
"""A scalar and one of its words."""


def assert_in(member: int, scalar: Scalar) -> None:
    """Fails with both in words a reader can use."""
    assert has(scalar, member), f"{member:#x} is not in {scalar}"
