"""What becomes text to be executed: integers and our own text, and nothing that could be a learner's."""

import re
from enum import IntEnum
from typing import Any

import pytest

from vm.asm import assemble
from vm.instruction import Alu, Endian, Imm, Jump, Neg, Reg
from vm.isa import AluOp, EndianOp, JumpOp, alu, endian, holds
from vm.jit.fallback import templates
from vm.jit.fallback.code import Code, fill
from vm.jit.fallback.stretch import LONGEST, Stretch, made, surroundings
from vm.memory.memory import Memory
from vm.word import mask

WORDS = (0, 1, 2, 7, 63, 64, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 32, (1 << 63) - 1, 1 << 63, mask(64))
NAMES = surroundings(Memory([]))
VOCABULARY = {
    "def", "stretch", "R", "fuel", "at", "try", "while", "True", "except", "Fault", "to", "PCS", "return",
    "if", "else", "break", "continue", "load", "store", "atomic", "alu", "endian", "M", "W", "S", "T",
}  # fmt: skip


class Sly(str):
    """Text that says it is something else."""


class Number(int):
    """A number that prints as something else."""

    def __format__(self, spec: str) -> str:
        return "__import__('os')"


class Choice(IntEnum):
    ONE = 1


@pytest.mark.parametrize("part", ["1", Sly("1"), Number(1), Choice.ONE, 1.0, True, None, b"1", ("1",)])
def test_only_integers_and_our_own_text_are_filled_in(part: Any) -> None:
    with pytest.raises(TypeError, match="neither an integer nor our own code"):
        fill(templates.NUMBER, n=part)


def test_what_was_filled_can_be_filled_in() -> None:
    assert fill(templates.LINE, code=fill(templates.SET, d=3, value=-4)).strip() == "r3 = -4"
    assert type(fill(templates.NUMBER, n=1)) is Code


@pytest.mark.parametrize("name", ["__import__", "exec", "R", "Fault", "stretch"])
def test_no_name_a_learner_writes_gets_into_the_text(name: str) -> None:
    head = f".map {name} array key=u32 value=u64 entries=1\n    goto {name}_\n{name}_:\n"
    source = f"{head}    r1 = {name} ll\n    r0 = 1\n    exit\n"
    program = assemble(source).program
    assert program is not None
    for start in (0, 1):
        found = made(program.insns, ((1, 5),), start, NAMES)
        assert found is not None
        assert words(found) <= VOCABULARY


def words(found: Stretch) -> set[str]:
    """Every name in the text but registers."""
    return {word for word in re.findall(r"[A-Za-z_]\w*", found.text) if not re.fullmatch(r"r(\d|10)", word)}


def test_a_stretch_reaches_no_builtins_and_no_module() -> None:
    program = assemble("r0 = 1\nexit").program
    assert program is not None
    found = made(program.insns, (), 0, NAMES)
    assert found is not None
    assert found.run.__globals__["__builtins__"] == {}


def test_a_stretch_has_an_end() -> None:
    program = assemble("r0 += 1\n" * (LONGEST + 5) + "exit").program
    assert program is not None
    found = made(program.insns, (), 0, NAMES)
    assert found is not None
    assert (found.length, found.run([0] * 11, LONGEST)) == (LONGEST, (LONGEST, 0))


def run(insns: list[Any], registers: list[int]) -> list[int]:
    found = made(insns, (), 0, NAMES)
    assert found is not None
    after = list(registers)
    assert found.run(after, found.length) == (len(insns), 0)
    return after


@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("op", list(AluOp))
def test_arithmetic_is_the_machines(op: AluOp, bits: int) -> None:
    for a in WORDS:
        for b in WORDS:
            expected = alu(op, a, b, bits)
            assert run([Alu(op, bits, 1, Reg(2))], [0, a, b, *[0] * 8])[1] == expected
            number = b - (1 << 32) if 1 << 31 <= b < 1 << 32 else b
            if -(1 << 31) <= number < 1 << 31:
                constant = alu(op, a, Imm(number).word, bits)
                assert run([Alu(op, bits, 1, Imm(number))], [0, a, *[0] * 9])[1] == constant


@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("op", list(JumpOp))
def test_comparisons_are_the_machines(op: JumpOp, bits: int) -> None:
    insns: list[Any] = [Jump(op, bits, 1, Reg(2), 1), Neg(64, 0), Neg(64, 0)]
    found = made(insns, (), 0, NAMES)
    assert found is not None
    for a in WORDS:
        for b in WORDS:
            taken = holds(op, a, b, bits)
            assert found.run([1, a, b, *[0] * 8], 3) == ((2, 2) if taken else (3, 0))


@pytest.mark.parametrize("bits", [16, 32, 64])
@pytest.mark.parametrize("op", list(EndianOp))
def test_byte_orders_are_the_machines(op: EndianOp, bits: int) -> None:
    for a in WORDS:
        assert run([Endian(op, bits, 1)], [0, a, *[0] * 9])[1] == endian(op, a, bits)
