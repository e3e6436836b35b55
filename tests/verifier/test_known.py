"""What is shown as proved, over all paths and with the verifier's own pruning, holds for every run.

A register outside of its joined range must be one of those that ``unfollowed`` names, or unset on some path.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from random import Random

import pytest

from tests.verifier.proved import PACKETS, STEPS, Concrete, Walked, packet
from tests.verifier.recorded import Recorded, read
from vm.asm import assemble
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.machine.trace import Budget
from vm.program import Program
from vm.source import HookscopeError
from vm.verifier import verify
from vm.verifier.exploration import FrameSeen, Recorder
from vm.verifier.known import Known, joined
from vm.verifier.unfollowed import unfollowed

PROGRAMS = [one for one in read(67) if one.root.accepted and one.root.processed < 500]
Places = Mapping[int, tuple[Known, ...]]

CUT = """
    r2 = *(u32 *)(r1 + 0)
    r3 = *(u32 *)(r1 + 4)
    r6 = 1
    r4 = r2
    r4 += 14
    if r4 > r3 goto there
    r5 = *(u8 *)(r2 + 0)
    if r5 > 3 goto there
    r6 = 2
    *(u64 *)(r10 - 8) = r6
    r0 = 0
there:
    r7 = r6
    r7 += 5
    r0 = 2
    exit
"""
"""r6 is 1 or 2 at `there`; the verifier cuts the second path there, as nothing depends on it."""


def known(program: Program) -> tuple[Places, Mapping[int, int]]:
    recorder = Recorder()
    assert verify(program, observer=recorder).accepted
    seen = recorder.exploration()
    assert seen.whole
    states: dict[int, dict[FrameSeen, None]] = defaultdict(dict)
    for step in seen.steps:
        states[step.pc][step.frame] = None
    return {pc: joined(frames) for pc, frames in states.items()}, unfollowed(program, seen)


def outside(machine: Machine, places: Places, open_to: Mapping[int, int]) -> Iterator[str]:
    """What a run shows that is claimed to be impossible, in words."""
    concrete = Concrete(machine)
    while machine.ended is None:
        state = machine.state
        if state.program == 0:
            if state.pc not in places:
                yield f"slot {state.pc} was never walked"
                return
            for n, claim in enumerate(places[state.pc]):
                word = state.registers[n]
                quiet = claim.unset or not claim.parts or open_to.get(state.pc, 0) >> n & 1
                if not quiet and not any(concrete.has(part, word) for part in claim.parts):
                    yield f"slot {state.pc}: r{n}={word:#x}"
        machine.advance()


def runs(program: Program, seed: int) -> Iterator[Machine]:
    rng = Random(seed)
    packets = tuple(packet(rng) for _ in range(PACKETS))
    scenario = Scenario(Setup((program,), program.prog_type, packets, budget=Budget(steps=STEPS)))
    for index in range(PACKETS):
        try:
            yield Machine(scenario.world(index), STEPS)
        except HookscopeError:
            continue  # Linux, too, refuses to run such a packet


def test_there_are_programs_to_run() -> None:
    assert len(PROGRAMS) >= 60


@pytest.mark.parametrize("one", PROGRAMS, ids=lambda one: f"seed {one.seed}")
def test_every_run_stays_in_what_is_shown_as_proved(one: Recorded) -> None:
    places, open_to = known(one.program)
    found = [each for machine in runs(one.program, one.seed) for each in outside(machine, places, open_to)]
    assert found == []


def test_most_is_claimed_of_most_programs() -> None:
    """If everything were unfollowed the test above would say nothing."""
    claims = followed = 0
    for one in PROGRAMS:
        places, open_to = known(one.program)
        for pc, registers in places.items():
            given = [n for n, claim in enumerate(registers) if claim.parts and not claim.unset]
            claims += len(given)
            followed += sum(not open_to.get(pc, 0) >> n & 1 for n in given)
    assert followed > 0.8 * claims


def test_where_a_path_is_cut_other_values_are_not_followed() -> None:
    [program] = assemble(f".hook xdp\n{CUT}").programs
    places, open_to = known(program)
    there = program.labels["there"]
    assert open_to[there] >> 6 & 1
    assert open_to[there + 1] >> 7 & 1, "what is computed from it is not either"
    assert not open_to[there + 1] >> 10 & 1
    short = Setup((program,), program.prog_type, (bytes(14),), budget=Budget(steps=STEPS))
    machine = Machine(Scenario(short).world(0), STEPS)
    assert list(outside(machine, places, open_to)) == []
    assert places[there - 1][6].parts


def test_the_walk_of_the_other_observer_agrees_on_the_places() -> None:
    program = PROGRAMS[0].program
    other = Walked()
    verify(program, observer=other)
    assert {pc for pc, _depth in other.states} == set(known(program)[0])
