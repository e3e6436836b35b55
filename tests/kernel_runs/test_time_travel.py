"""Time travel through real programs: helpers, maps, packets moved and rewritten; the same every time."""

import subprocess
import sys
from hashlib import sha256
from itertools import islice

import pytest

from tests.kernel_runs.control import CASES, PACKET, assembled
from tests.kernel_runs.recorded import read
from tests.kernel_runs.test_replay import setup_of
from vm.kernel.scenario import Scenario, Setup
from vm.machine.apply import redo, undo
from vm.machine.machine import Machine
from vm.machine.snapshot import Snapshot
from vm.machine.trace import Trace

EVERY = 12
"""One of so many recorded programs is looked at step by step."""
SHORT = 400
"""Steps looked at one by one."""


def scenarios() -> list[Scenario]:
    """Some recorded programs with all their packets, and every case of control flow."""
    recorded = [Scenario(setup_of(record)) for record in islice(read(), 0, None, EVERY)]
    texts = [assembled(name).programs for name in CASES]
    return recorded + [Scenario(Setup(programs, programs[0].prog_type, (PACKET,))) for programs in texts]


def same(a: Snapshot, b: Snapshot) -> bool:
    """Whether two states are equal; a socket buffer that grew stays grown, with nothing in the new room."""
    return _visible(a) == _visible(b)


def _visible(state: Snapshot) -> tuple[object, ...]:
    memory = [
        (
            image.lo,
            image.hi,
            image.alive,
            b"".join(page for chunk in image.table for page in chunk).rstrip(b"\0"),
        )
        for image in state.memory.images
    ]
    return (
        state.number, state.program, state.pc, state.registers, state.frames, dict(state.fields),
        state.packet, state.maps, state.ended, state.fault, memory,
    )  # fmt: skip


@pytest.fixture(scope="module", params=range(4))
def part(request: pytest.FixtureRequest) -> list[Scenario]:
    number: int = request.param
    return scenarios()[number::4]


def test_n_steps_back_restore_every_state(part: list[Scenario]) -> None:
    for scenario in part:
        machine = Machine(scenario.world(len(scenario) - 1))
        states = [machine.snapshot()]
        while len(states) < SHORT and machine.step() is not None:
            states.append(machine.snapshot())
        for state in reversed(states[:-1]):
            machine.back()
            assert same(machine.snapshot(), state), scenario.setup.programs[0].name


def test_changes_carried_out_are_the_run(part: list[Scenario]) -> None:
    for scenario in part:
        trace = Trace(scenario.world(0))
        replayed = Machine(scenario.world(0))
        start = replayed.snapshot()
        steps = trace.window(0)
        for step in steps:
            redo(replayed.state, step.changes)
        replayed.number, replayed.fault = len(steps), trace.fault if len(steps) == len(trace) else None
        assert same(replayed.snapshot(), trace.state(len(steps))), scenario.setup.programs[0].name
        for step in reversed(steps):
            undo(replayed.state, step.changes)
        replayed.number, replayed.fault = 0, None
        assert same(replayed.snapshot(), start)


def test_seeking_is_stepping(part: list[Scenario]) -> None:
    for scenario in part:
        trace, machine = scenario.trace(len(scenario) - 1), Machine(scenario.world(len(scenario) - 1))
        assert trace.window(0) == tuple(machine.steps(min(1024, len(trace))))
        for number in range(0, len(trace) + 1, 37):
            fresh = Machine(scenario.world(len(scenario) - 1))
            fresh.run(number)
            assert same(trace.state(number), fresh.snapshot())


def digest() -> str:
    """All steps of some scenarios, and where they leave the maps."""
    told = []
    for scenario in scenarios()[::8]:
        trace = scenario.trace(len(scenario) - 1)
        told.append(repr(trace.window(0)))
        told.append(repr([list(found.items()) for found in scenario.maps(len(scenario))]))
    return sha256("\n".join(told).encode()).hexdigest()


@pytest.mark.parametrize("hash_seed", ["1", "815"])
def test_any_process_makes_the_same_trace(hash_seed: str) -> None:
    code = "from tests.kernel_runs.test_time_travel import digest; print(digest())"
    environment = {"PYTHONHASHSEED": hash_seed, "PATH": ""}
    out = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert out.stdout.strip() == digest()
