"""What each shape of instruction does, held against the tables of ``vm.isa`` and against worked examples."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vm.machine.build import add, machine_of, mov, result, steps_of
from vm.change import MemoryChanged, PcChanged, RegisterChanged
from vm.instruction import (
    Alu,
    Atomic,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    MayGoto,
    Neg,
    Operand,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import AluOp, AtomicOp, EndianOp, ImmKind, JumpOp, Size, alu, atomic, endian, holds
from vm.machine.execute import BIND
from vm.machine.execute_jump import MAY_GOTO_BUDGET
from vm.machine.state import UNWRITTEN_STACK
from vm.word import MASK32, MASK64, sign_extend

words = st.one_of(
    st.sampled_from([0, 1, 0x7F, 0x80, 0x7FFF_FFFF, 0x8000_0000, MASK32, 1 << 63, MASK64]),
    st.integers(0, MASK64),
)
imms = st.one_of(st.sampled_from([0, 1, -1, 63, -(1 << 31)]), st.integers(-(1 << 31), (1 << 31) - 1))


def test_every_instruction_can_be_executed() -> None:
    assert set(BIND) == set(get_args(Instruction))


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("op", AluOp)
@given(dst=words, src=words, imm=imms)
def test_alu_is_the_table(op: AluOp, bits: int, dst: int, src: int, imm: int) -> None:
    registers = [(0, dst), (1, src)]
    assert result(Alu(op, bits, 0, Reg(1)), registers=registers) == alu(op, dst, src, bits)
    if op not in (AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32):
        assert result(Alu(op, bits, 0, Imm(imm)), registers=registers) == alu(op, dst, imm & MASK64, bits)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("op", JumpOp)
@given(dst=words, src=words, imm=imms)
def test_jumps_are_the_table(op: JumpOp, bits: int, dst: int, src: int, imm: int) -> None:
    operands: list[tuple[Operand, int]] = [(Reg(2), src), (Imm(imm), imm & MASK64)]
    for operand, word in operands:
        program = (mov(0, 1), Jump(op, bits, 1, operand, 1), mov(0, 0))
        taken = result(*program, registers=[(1, dst), (2, src)])
        assert taken == holds(op, dst, word, bits)


@given(words, st.sampled_from(list(EndianOp)), st.sampled_from([16, 32, 64]))
def test_endian_is_the_table(word: int, op: EndianOp, bits: int) -> None:
    assert result(Endian(op, bits, 0), registers=[(0, word)]) == endian(op, word, bits)


@given(words)
def test_negation(word: int) -> None:
    assert result(Neg(64, 0), registers=[(0, word)]) == -word & MASK64
    assert result(Neg(32, 0), registers=[(0, word)]) == -word & MASK32


@pytest.mark.parametrize("size", Size)
@given(word=words)
def test_what_is_stored_is_loaded(size: Size, word: int) -> None:
    store, load = Store(size, 10, -8, Reg(1)), Load(size, 0, 10, -8)
    assert result(store, load, registers=[(1, word)]) == word & ((1 << size.bits) - 1)
    acquire = (StoreRelease(size, 10, -8, 1), LoadAcquire(size, 0, 10, -8))
    assert result(*acquire, registers=[(1, word)]) == word & ((1 << size.bits) - 1)
    if size is not Size.DW:
        extended = Load(size, 0, 10, -8, signed=True)
        assert result(store, extended, registers=[(1, word)]) == sign_extend(word, size.bits)


@given(imms)
def test_a_stored_constant_is_sign_extended(imm: int) -> None:
    assert result(Store(Size.DW, 10, -8, Imm(imm)), Load(Size.DW, 0, 10, -8)) == imm & MASK64


@pytest.mark.parametrize("size", [Size.W, Size.DW])
@pytest.mark.parametrize("fetch", [False, True])
@pytest.mark.parametrize("op", AtomicOp)
@given(old=words, src=words, r0=words)
def test_atomics_are_the_table(op: AtomicOp, fetch: bool, size: Size, old: int, src: int, r0: int) -> None:
    fetch = fetch or op in (AtomicOp.XCHG, AtomicOp.CMPXCHG)
    word, bits = (1 << size.bits) - 1, size.bits
    machine = machine_of(Store(Size.DW, 10, -8, Reg(2)), Atomic(op, size, 10, -8, 1, fetch), Exit())
    machine.state.registers[:3] = [r0, src, old]
    machine.outcome()
    memory, registers = machine.world.memory, machine.state.registers
    assert memory.load(registers[10] - 8, size.bytes) == atomic(op, old, src, r0, bits)
    fetched = 0 if op is AtomicOp.CMPXCHG else 1
    expected = [r0, src]
    if fetch:
        expected[fetched] = old & word
    assert registers[:2] == expected


def test_a_64_bit_immediate_takes_two_slots() -> None:
    machine = machine_of(LoadImm64(0, ImmKind.VALUE, -1, 0x7FFF_FFFF), Exit())
    first = machine.step()
    assert first is not None
    assert first.changes == (RegisterChanged(0, 0, 0x7FFF_FFFF_FFFF_FFFF), PcChanged(0, 2))


def test_a_step_tells_what_changed() -> None:
    machine = machine_of(mov(1, 7), Store(Size.W, 10, -4, Reg(1)), Goto(1), add(0, 1), Exit())
    fp = machine.state.registers[10]
    assert [step.changes for step in steps_of(machine)[:3]] == [
        (RegisterChanged(1, 0, 7), PcChanged(0, 1)),
        (MemoryChanged(fp - 4, UNWRITTEN_STACK[:4], b"\7\0\0\0"), PcChanged(1, 2)),
        (PcChanged(2, 4),),
    ]


def test_may_goto_falls_through_until_its_budget_is_used_up() -> None:
    machine = machine_of(add(0, 1), MayGoto(1), Goto(-3), Exit())
    machine.state.fields["may_goto.0"] = 2
    assert machine.outcome().value == 3
    fresh = machine_of(MayGoto(0), Exit())
    fresh.step()
    assert fresh.state.fields["may_goto.0"] == MAY_GOTO_BUDGET - 1


def test_gotol_reaches_as_far_as_goto() -> None:
    assert result(Goto(1, wide=True), mov(0, 1), add(0, 2)) == 2
