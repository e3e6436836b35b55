"""What a helper did can be taken back exactly, from any point: all state is as before the call."""

import random

import pytest

from tests.vm.helpers.build import Case
from tests.vm.helpers.cases import FAMILIES
from tests.vm.helpers.world import world_of
from vm.machine.machine import Machine

_SAMPLE = 120


def _sample(family: str) -> list[Case]:
    cases = list(FAMILIES[family]())
    return random.Random(6).sample(cases, min(_SAMPLE, len(cases)))


@pytest.mark.parametrize("family", FAMILIES)
def test_stepping_back_restores_every_state(family: str) -> None:
    for case in _sample(family):
        machine = Machine(world_of(case))
        states = [machine.snapshot()]
        while machine.step() is not None:
            states.append(machine.snapshot())
        for before in reversed(states[:-1]):
            machine.back()
            assert machine.snapshot() == before, case.name


@pytest.mark.parametrize("family", FAMILIES)
def test_a_run_repeats_exactly(family: str) -> None:
    for case in _sample(family)[:20]:
        first, second = (list(iter(Machine(world_of(case)).step, None)) for _ in range(2))
        assert first == second
