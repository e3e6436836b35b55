"""Sentences about instructions."""

import pytest
from hypothesis import given

from tests.vm.asm.generate import instructions
from vm.asm import assemble
from vm.asm.describe import describe
from vm.instruction import Instruction, Invalid, Slot
from vm.isa import AluOp, AtomicOp, EndianOp, ImmKind, JumpOp


@given(instructions())
def test_every_instruction_is_one_sentence(insn: Instruction) -> None:
    said = describe(insn)
    assert said[0].isupper()
    assert said.endswith(".")
    assert "{" not in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("r1 += r2", "Adds r2 to r1."),
        ("w1 = 5", "Puts 5 in w1; the upper 32 bits of r1 become 0."),
        ("r3 = *(u16 *)(r7 + 12)", "Loads the 2 bytes at r7 + 12 into r3, filling up with 0."),
        ("*(u8 *)(r10 - 1) = 7", "Stores 7 in the 1 byte at -1 from the top of the stack frame."),
        ("if r1 s> -4 goto +1", "If r1 is greater than -4 (signed), jumps 1 slot ahead; otherwise goes on."),
        ("call 1", "Calls the helper bpf_map_lookup_elem: r1 to r5 go in, the result comes back in r0."),
        ("call 999", "Calls helper 999, which does not exist: r1 to r5 go in, the result comes back in r0."),
        ("lock *(u64 *)(r0 + 0) += r1", "Adds r1 to the 8 bytes at r0 + 0, in one step."),
        ("lock *(u32 *)(r1 + 8) |= r2", "Sets the bits of r2 in the 4 bytes at r1 + 8, in one step."),
        ("exit", "Returns r0 to the caller, or ends the program with it."),
    ],
)  # fmt: skip
def test_sentences(line: str, said: str) -> None:
    program = assemble(line).program
    assert program is not None
    assert program.insns[0] is not None
    assert describe(program.insns[0]) == said


def test_what_is_no_instruction_says_why() -> None:
    assert describe(Invalid(Slot(0xFF), "unknown opcode ff")) == "Not an instruction: unknown opcode ff."


def test_every_operation_has_its_words() -> None:
    from vm.asm import describe as module

    for table, ops in (
        (module._ALU, AluOp),
        (module._JUMP, JumpOp),
        (module._ATOMIC, AtomicOp),
        (module._ENDIAN, EndianOp),
        (module._IMM64, ImmKind),
    ):
        assert set(table) == set(ops)
