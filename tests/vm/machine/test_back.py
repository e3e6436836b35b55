"""Time travel: n steps forward and n back restore the exact state, from anywhere and past anything."""

import random
import subprocess
import sys
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vm.machine.build import program, steps_of
from tests.vm.machine.random_programs import instructions
from vm.kernel.bare import bare_world
from vm.machine.apply import redo, undo
from vm.machine.machine import Machine
from vm.machine.snapshot import Snapshot
from vm.machine.state import World
from vm.machine.trace import Budget, Trace

LIMIT = 200


def world_of(seed: int) -> World:
    return bare_world(program(*instructions(seed)), bytes(range(32)))


def machine_of(seed: int) -> Machine:
    return Machine(world_of(seed), LIMIT)


seeds = st.integers(0, 1 << 32)


@given(seeds)
def test_n_steps_back_restore_the_state_before_each(seed: int) -> None:
    machine = machine_of(seed)
    states = [machine.snapshot()]
    while machine.step() is not None:
        states.append(machine.snapshot())
    for state in reversed(states[:-1]):
        assert machine.back() is not None
        assert machine.snapshot() == state
    assert machine.back() is None


@given(seeds, st.integers(0, LIMIT))
def test_forwards_again_is_the_same(seed: int, turn: int) -> None:
    machine = machine_of(seed)
    steps = steps_of(machine)
    for _ in range(turn):
        machine.back()
    assert steps[max(0, len(steps) - turn) :] == steps_of(machine)


@given(seeds)
def test_a_step_is_its_changes(seed: int) -> None:
    """Carrying the recorded changes out does what executing did; taking them back undoes it."""
    executed, replayed = machine_of(seed), machine_of(seed)
    start = replayed.snapshot()
    steps = steps_of(executed)
    for step in steps:
        redo(replayed.state, step.changes)
    assert _state(replayed.snapshot()) == _state(executed.snapshot())
    for step in reversed(steps):
        undo(replayed.state, step.changes)
    assert replayed.snapshot() == start


def _state(snapshot: Snapshot) -> tuple[object, ...]:
    """All of a snapshot but the count of steps and the fault, which belong to the machine."""
    return (
        snapshot.program, snapshot.pc, snapshot.registers, snapshot.frames, dict(snapshot.fields),
        snapshot.packet, snapshot.memory, snapshot.maps, snapshot.ended,
    )  # fmt: skip


@given(seeds, st.randoms(use_true_random=False))
def test_seek_is_stepping(seed: int, rnd: random.Random) -> None:
    trace = Trace(world_of(seed), Budget(steps=3_000))
    machine = Machine(world_of(seed), 3_000)
    states = [machine.snapshot()]
    while machine.advance() is not None:
        states.append(machine.snapshot())
    assert len(trace) == len(states) - 1
    for _ in range(4):
        number = rnd.randrange(len(states))
        assert trace.state(number) == states[number]


@given(seeds)
def test_a_bad_program_ends_in_a_fault_and_never_an_error(seed: int) -> None:
    ended = machine_of(seed).outcome()
    assert ended.how in ("exit", "fault", "budget")


DIGEST = """
import sys
from hashlib import sha256
from tests.vm.machine.test_back import digest
print(digest())
"""


def digest() -> str:
    """What 40 runs did, in every change of every step."""
    traces = [repr(steps_of(machine_of(seed))) for seed in range(40)]
    return sha256("\n".join(traces).encode()).hexdigest()


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_any_process_makes_the_same_trace(hash_seed: str) -> None:
    environment = {"PYTHONHASHSEED": hash_seed, "PATH": ""}
    out = subprocess.run(
        [sys.executable, "-c", DIGEST], env=environment, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == digest()
