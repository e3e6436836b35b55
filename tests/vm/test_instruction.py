"""What can be asked of any instruction."""

from hypothesis import given

from tests.vm.asm.generate import instructions
from vm.instruction import (
    Call,
    Goto,
    Imm,
    Instruction,
    Jump,
    LoadImm64,
    MayGoto,
    jump_target,
    width,
)
from vm.isa import CallKind, ImmKind, JumpOp


def test_targets_count_from_the_next_slot() -> None:
    assert jump_target(Jump(JumpOp.JEQ, 64, 1, Imm(0), 3), 10) == 14
    assert jump_target(Goto(-1), 10) == 10
    assert jump_target(Goto(100_000, wide=True), 0) == 100_001
    assert jump_target(MayGoto(0), 5) == 6
    assert jump_target(Call(CallKind.LOCAL, 3), 5) is None


@given(instructions())
def test_only_ld_imm64_is_wide(insn: Instruction) -> None:
    assert width(insn) == (2 if isinstance(insn, LoadImm64) else 1)


def test_the_halves_of_a_64_bit_constant() -> None:
    assert LoadImm64(1, ImmKind.VALUE, -1, 0).value == 0xFFFFFFFF
    assert LoadImm64(1, ImmKind.VALUE, 1, -1).value == 0xFFFFFFFF00000001


def test_an_immediate_as_a_word() -> None:
    assert Imm(-1).word == 0xFFFFFFFFFFFFFFFF
