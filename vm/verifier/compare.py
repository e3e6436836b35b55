"""Comparisons of what is known: which way a jump must go, and what each way teaches, as in Linux 6.18.

decide(JumpOp, a, b, bits) -> bool | None           True: always taken; False: never; None: both ways
outcomes(JumpOp, a, b, bits) -> Outcomes            both ways out: .taken, .fallthrough, .complaints
outcomes_same(JumpOp, a, bits) -> Outcomes          the same where both operands are one register
refine(JumpOp, a, b, bits, taken) -> (a', b')       one of the ways
refine_same(JumpOp, a, bits, taken) -> a'

An immediate is ``const(imm)``, sign-extended. Only scalars: pointers compare elsewhere. Memoised (bounded).
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from vm.isa import JumpOp, holds
from vm.verifier import tnum
from vm.verifier.refine import Draft, learn
from vm.verifier.scalar import Scalar, sanitized, sync, violation
from vm.word import MASK32

_CACHED: Final = 1 << 12


def decide(op: JumpOp, a: Scalar, b: Scalar, bits: int) -> bool | None:
    """Whether ``a op b`` holds for all members, for none (False), or must be walked both ways (None)."""
    if a.exact and b.exact:
        return holds(op, a.var_off.value, b.var_off.value, bits)
    return _decide(op, a, b, bits)


@lru_cache(_CACHED)
def _decide(op: JumpOp, a: Scalar, b: Scalar, bits: int) -> bool | None:
    if op is JumpOp.JSET:
        return _decide_bits(a, b, bits)
    if op in (JumpOp.JEQ, JumpOp.JNE):
        equal = _decide_equal(a, b, bits)
        return equal if equal is None or op is JumpOp.JEQ else not equal
    return _decide_order(op, a, b, bits)


def is_known(scalar: Scalar, bits: int) -> bool:
    """Whether all of the low ``bits`` are known (is_reg_const)."""
    return not scalar.var_off.mask if bits == 64 else not scalar.var_off.mask & MASK32


def _decide_bits(a: Scalar, b: Scalar, bits: int) -> bool | None:
    if not is_known(b, bits):
        a, b = b, a
    if not is_known(b, bits):
        return None
    word = b.value if bits == 64 else b.value & MASK32
    if a.value & word:
        return True
    return None if (a.value | a.var_off.mask) & word else False


def _decide_equal(a: Scalar, b: Scalar, bits: int) -> bool | None:
    left, right = a.var_off, b.var_off
    if bits == 32:
        left, right = tnum.subreg(left), tnum.subreg(right)
    if not left.mask and not right.mask:
        return left.value == right.value
    if not tnum.overlap(left, right):
        return False
    # 64-bit words differ if their low halves do, so a 64-bit comparison looks at all four ranges.
    disjoint = a.umin32 > b.umax32 or a.umax32 < b.umin32 or a.smin32 > b.smax32 or a.smax32 < b.smin32
    if bits == 64:
        disjoint = disjoint or a.umin > b.umax or a.umax < b.umin or a.smin > b.smax or a.smax < b.smin
    return False if disjoint else None


@dataclass(frozen=True, slots=True)
class _Order:
    """A comparison as ``<`` (strict) or ``<=``, or as the negation of one."""

    signed: bool
    strict: bool
    negated: bool


_ORDER: Final = {
    JumpOp.JLT: _Order(False, True, False),
    JumpOp.JLE: _Order(False, False, False),
    JumpOp.JGE: _Order(False, True, True),
    JumpOp.JGT: _Order(False, False, True),
    JumpOp.JSLT: _Order(True, True, False),
    JumpOp.JSLE: _Order(True, False, False),
    JumpOp.JSGE: _Order(True, True, True),
    JumpOp.JSGT: _Order(True, False, True),
}


def _decide_order(op: JumpOp, a: Scalar, b: Scalar, bits: int) -> bool | None:
    order = _ORDER[op]
    (low_a, high_a), (low_b, high_b) = _range(a, order.signed, bits), _range(b, order.signed, bits)
    always, never = (high_a < low_b, low_a >= high_b) if order.strict else (high_a <= low_b, low_a > high_b)
    if order.negated:
        always, never = never, always
    return True if always else False if never else None


def _range(scalar: Scalar, is_signed: bool, bits: int) -> tuple[int, int]:
    if is_signed:
        return (scalar.smin, scalar.smax) if bits == 64 else (scalar.smin32, scalar.smax32)
    return (scalar.umin, scalar.umax) if bits == 64 else (scalar.umin32, scalar.umax32)


Complaint = tuple[str, Scalar, str]
"""Where (true_reg1, true_reg2, false_reg1 or false_reg2), the scalar, and what contradicts itself in it."""


class Outcomes(NamedTuple):
    """Both ways out of a comparison: (a, b) where it holds, (a, b) where not, and what Linux complains of.

    Contradictory bounds have been given up (reg_bounds_sanity_check), which is what the complaints are about;
    with BPF_F_TEST_REG_INVARIANTS the first of them is an error (EFAULT).
    """

    taken: tuple[Scalar, Scalar]
    fallthrough: tuple[Scalar, Scalar]
    complaints: tuple[Complaint, ...]


@lru_cache(_CACHED)
def outcomes(op: JumpOp, a: Scalar, b: Scalar, bits: int) -> Outcomes:
    """What ``a op b`` teaches of two operands, on both ways out at once."""
    taken, fallthrough = _learnt(op, a, b, bits, True), _learnt(op, a, b, bits, False)
    return _checked(taken, fallthrough)


@lru_cache(_CACHED)
def outcomes_same(op: JumpOp, a: Scalar, bits: int) -> Outcomes:
    """The same of ``a op a``, one register: it is narrowed as both sides at once, then deduced twice."""
    results: list[Scalar] = []
    for taken in (True, False):
        draft = Draft(a)
        learn(op, taken, draft, draft, bits)
        results.append(sync(draft.synced()))
    yes, no = results
    # The register is looked at twice, the second time after its bounds were given up.
    return _checked((yes, sanitized(yes)), (no, sanitized(no)))


def refine(op: JumpOp, a: Scalar, b: Scalar, bits: int, taken: bool) -> tuple[Scalar, Scalar]:
    """Both operands where ``a op b`` holds (``taken``) or where it does not."""
    found = outcomes(op, a, b, bits)
    return found.taken if taken else found.fallthrough


def refine_same(op: JumpOp, a: Scalar, bits: int, taken: bool) -> Scalar:
    """The one operand of ``a op a`` where that holds (``taken``) or where it does not."""
    found = outcomes_same(op, a, bits)
    return found.taken[1] if taken else found.fallthrough[1]


def _learnt(op: JumpOp, a: Scalar, b: Scalar, bits: int, taken: bool) -> tuple[Scalar, Scalar]:
    left, right = Draft(a), Draft(b)
    learn(op, taken, left, right, bits)
    return left.synced(), right.synced()


def _checked(
    taken: tuple[Scalar, Scalar],
    fallthrough: tuple[Scalar, Scalar],
) -> Outcomes:
    """The outcomes after reg_bounds_sanity_check has looked at all four."""
    (a, b), (c, d) = taken, fallthrough
    if not (violation(a) or violation(b) or violation(c) or violation(d)):
        return Outcomes(taken, fallthrough, ())
    sides = zip(("true_reg1", "true_reg2", "false_reg1", "false_reg2"), (a, b, c, d), strict=True)
    complaints = tuple((place, scalar, what) for place, scalar in sides if (what := violation(scalar)))
    return Outcomes((sanitized(a), sanitized(b)), (sanitized(c), sanitized(d)), complaints)
