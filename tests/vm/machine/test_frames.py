"""Calls of local functions: what the callee sees, and what the caller finds again."""

from tests.vm.machine.build import add, machine_of, mov, result, steps_of
from vm.change import FrameEntered, FrameLeft, MemoryChanged, RegionChanged, RegisterChanged
from vm.instruction import Call, Exit, Imm, Jump, Load, Reg, Store
from vm.isa import MAX_FRAMES, STACK_SIZE, CallKind, JumpOp, Size
from vm.machine.state import UNWRITTEN_STACK


def call(distance: int) -> Call:
    return Call(CallKind.LOCAL, distance)


def test_arguments_go_in_and_r0_comes_back() -> None:
    assert result(mov(1, 40), mov(2, 2), call(1), Exit(), mov(0, Reg(1)), add(0, Reg(2))) == 42


def test_the_caller_finds_r6_to_r9_and_its_stack_again() -> None:
    caller = (mov(6, 6), mov(7, 7), mov(8, 8), mov(9, 9), Store(Size.DW, 10, -8, Imm(5)), call(5))
    after = (Load(Size.DW, 0, 10, -8), add(0, Reg(6)), add(0, Reg(7)), add(0, Reg(9)), Exit())
    callee = (mov(6, 0), mov(7, 0), mov(9, 0), Store(Size.DW, 10, -8, Imm(1)), Exit())
    machine = machine_of(*caller, *after, *callee)
    assert machine.outcome().value == 5 + 6 + 7 + 9


def test_a_callee_starts_with_a_stack_nobody_wrote() -> None:
    store, load = Store(Size.DW, 10, -8, Imm(7)), Load(Size.DW, 0, 10, -8)
    machine = machine_of(call(2), call(1), Exit(), load, store, Exit())
    steps = steps_of(machine)
    assert machine.state.registers[0] == int.from_bytes(UNWRITTEN_STACK[:8], "little")
    entering = [step.changes for step in steps if any(isinstance(c, FrameEntered) for c in step.changes)]
    assert not any(isinstance(change, MemoryChanged) for change in entering[0])
    cleared = [change for change in entering[1] if isinstance(change, MemoryChanged)]
    assert [(change.before, change.after) for change in cleared] == [
        ((7).to_bytes(8, "little"), UNWRITTEN_STACK[:8])
    ]


def test_what_a_call_and_a_return_change() -> None:
    machine = machine_of(mov(6, 1), call(1), Exit(), mov(6, 2), Exit())
    steps = steps_of(machine)
    fp, stacks = machine.state.registers[10], machine.state.stacks
    saved = (1, 0, 0, 0)
    assert FrameEntered(2, saved, False) in steps[1].changes
    assert RegionChanged(stacks[1].id, True) in steps[1].changes
    assert RegisterChanged(10, fp, stacks[1].base + STACK_SIZE) in steps[1].changes
    assert FrameLeft(2, saved, False) in steps[3].changes
    assert RegisterChanged(6, 2, 1) in steps[3].changes
    assert [step.depth for step in steps] == [0, 0, 1, 1, 0]


def test_calls_nest_eight_deep() -> None:
    # Each frame counts down in r1 and calls itself; the deepest returns.
    body = (add(0, 1), add(1, -1), Jump(JumpOp.JEQ, 64, 1, Imm(0), 1), call(-4), Exit())
    for frames, how in ((MAX_FRAMES, "exit"), (MAX_FRAMES + 1, "fault")):
        machine = machine_of(mov(1, frames), *body)
        assert machine.outcome().how == how
        assert machine.state.registers[0] == MAX_FRAMES
