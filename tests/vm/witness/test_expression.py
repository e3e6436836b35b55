"""What an expression inverts to gives the wanted number, and solved conditions hold."""

from random import Random

import pytest

from vm.isa import AluOp, EndianOp, JumpOp
from vm.witness.condition import Condition
from vm.witness.expression import LENGTH, Converted, Element, Env, Extended, Number, Variable, Word, operation
from vm.witness.solve import Solver

BYTE = Variable(3)
WORD = Word(((Variable(12), 0), (Variable(13), 0)))
ENV = Env(bytes(range(64)), 64)


def op(kind: AluOp, left: Number, right: Number, bits: int = 64) -> Number:
    found = operation(kind, left, right, bits)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (BYTE, 0x45),
        (WORD, 0x0008),
        (Converted(EndianOp.BE, WORD, 16), 0x0800),
        (op(AluOp.ADD, BYTE, 14), 100),
        (op(AluOp.SUB, BYTE, 14), 100),
        (op(AluOp.SUB, 100, BYTE), 7),
        (op(AluOp.AND, BYTE, 15), 5),
        (op(AluOp.LSH, op(AluOp.AND, BYTE, 15), 2), 20),
        (op(AluOp.RSH, WORD, 4), 0x123),
        (op(AluOp.XOR, BYTE, 0xFF), 0x0F),
        (op(AluOp.MUL, BYTE, 3), 27),
        (op(AluOp.DIV, WORD, 10), 77),
        (Extended(BYTE, 8), (1 << 64) - 2),
        (Variable(LENGTH), 99),
        (Element(BYTE, 0x1000, 4), 0),
        (Element(BYTE, 0x1000, 4), 0x1000),
    ],
    ids=lambda value: None if isinstance(value, int) else type(value).__name__.lower(),
)
def test_what_is_inverted_gives_the_number(number: Variable, wanted: int) -> None:
    found = [ENV.with_(values) for values in number.invert(wanted, ENV)]
    assert any(number.value(env) == wanted for env in found)


@pytest.mark.parametrize("jump", JumpOp)
@pytest.mark.parametrize("wanted", [True, False])
def test_a_condition_is_met_after_solving(jump: JumpOp, wanted: bool) -> None:
    conditions = [
        Condition(JumpOp.JGE, Variable(LENGTH), 20),
        Condition(JumpOp.JEQ, WORD, 0x0008),
        Condition(jump, op(AluOp.ADD, BYTE, 1), 6, 64, wanted),
    ]
    found = Solver(14, 1514, Random(1)).solve(conditions, Env(bytes(64), 14))
    assert found is not None
    assert all(one.met(found) for one in conditions)


def test_what_cannot_be_met_is_given_up() -> None:
    conditions = [Condition(JumpOp.JGT, BYTE, 300)]
    assert Solver(14, 1514, Random(1)).solve(conditions, ENV) is None
