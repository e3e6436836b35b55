"""Traces: windows, keyframes under a budget, counts, and how a run is ended from outside."""

import pytest

from tests.vm.machine.build import add, mov, program
from vm.change import Ended
from vm.instruction import Exit, Goto, Imm, Jump, Reg, Store
from vm.isa import JumpOp, Size
from vm.kernel.bare import bare_world
from vm.machine.coverage import branch_counts, edge_counts, packed_path, slot_counts, unpacked_path
from vm.machine.machine import Machine
from vm.machine.trace import WINDOW, Budget, Trace

ROUNDS = 2_000
# r0 counts up, and every round is stored on the stack.
COUNTING = program(
    mov(1, ROUNDS),
    add(0, 1),
    Store(Size.DW, 10, -8, Reg(0)),
    add(1, -1),
    Jump(JumpOp.JNE, 64, 1, Imm(0), -4),
    Exit(),
)
STEPS = 1 + ROUNDS * 4 + 1


def counting(budget: Budget | None = None) -> Trace:
    return Trace(bare_world(COUNTING, b""), budget)


def test_windows_are_the_run_in_pieces() -> None:
    trace, machine = counting(), Machine(bare_world(COUNTING, b""))
    pieces = [trace.window(index) for index in range(-(-STEPS // WINDOW))]
    assert [len(piece) for piece in pieces[:-1]] == [WINDOW] * (STEPS // WINDOW)
    steps = [step for piece in pieces for step in piece]
    assert steps == list(machine.steps(STEPS))
    assert trace.step(1_500) == steps[1_500]
    assert (trace.ended, trace.fault) == (Ended("exit", ROUNDS), None)


def test_keyframes_become_fewer_to_fit_the_budget() -> None:
    roomy, tight = counting(), counting(Budget(bytes=10_000))
    assert roomy.stride == WINDOW < tight.stride
    for number in (0, 1, WINDOW - 1, WINDOW, 3 * WINDOW + 7, STEPS - 1, STEPS):
        assert tight.state(number) == roomy.state(number)
    assert tight.window(5) == roomy.window(5)


def test_there_are_no_states_beyond_the_end() -> None:
    trace = counting()
    assert trace.state(STEPS) == trace.end
    with pytest.raises(IndexError):
        trace.state(STEPS + 1)
    with pytest.raises(IndexError):
        trace.seek(-1)


def test_the_clock_is_a_safety_net_that_says_so() -> None:
    times = iter([0.0, 1.0, 2.0, 99.0])
    trace = Trace(bare_world(program(Goto(-1)), b""), Budget(seconds=10), lambda: next(times))
    assert trace.ended == Ended("budget", 0, "stopped after 10 seconds")
    assert len(trace) == 2 * WINDOW + 1
    assert trace.step(2 * WINDOW).changes == (trace.ended,)


def test_the_budget_of_steps_ends_a_run() -> None:
    trace = Trace(bare_world(program(Goto(-1)), b""), Budget(steps=3))
    assert trace.ended == Ended("budget", 0, "stopped after 3 steps")
    assert [step.number for step in trace.window(0)] == [0, 1, 2, 3]


def test_counts() -> None:
    trace = counting()
    assert slot_counts(trace.path) == {0: 1, 1: ROUNDS, 2: ROUNDS, 3: ROUNDS, 4: ROUNDS, 5: 1}
    assert edge_counts(trace.path)[4, 1] == ROUNDS - 1
    assert branch_counts(trace.path, COUNTING) == {4: (ROUNDS - 1, 1)}


def test_a_path_packs_small() -> None:
    trace = counting()
    packed = packed_path(trace.path)
    assert unpacked_path(packed) == tuple(trace.path)
    assert len(packed) < len(trace) // 20
