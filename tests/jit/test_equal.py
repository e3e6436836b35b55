"""Native code against the machine in a short form; `dev.py fuzz equal` is the long one."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from random import Random

import pytest

from tests.jit.equal import STEPS, differences, wild_differences, wild_maps
from tests.kernel_runs.recorded import read
from tests.kernel_runs.test_replay import setup_of
from tests.verifier.mutate import mutant
from vm.jit.runner.runner import Runner, unavailable
from vm.kernel.engine_native import Native

pytestmark = pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
EVERY = 20
WILD = 300


@pytest.fixture(scope="module")
def engines() -> Iterator[tuple[Runner, Native]]:
    with Runner() as runner, Native() as native:
        yield runner, native


def test_broken_programs_run_as_on_the_machine(engines: tuple[Runner, Native]) -> None:
    for record in islice(read(), 7, None, EVERY):
        setup = setup_of(record)
        broken = mutant(setup.programs[0], f"equal {record['seed']}")[1]
        setup = replace(setup, programs=(broken,), budget=replace(setup.budget, steps=STEPS))
        assert not list(differences(setup, *engines, Random(record["seed"]))), record["seed"]


@pytest.mark.parametrize("seed", range(3))
def test_wild_programs_run_as_on_the_machine(seed: int, engines: tuple[Runner, Native]) -> None:
    rnd = Random(seed)
    for number in range(WILD):
        assert not list(wild_differences(engines[0], rnd)), (seed, number)


@pytest.mark.parametrize("seed", range(3))
def test_wild_programs_do_with_maps_what_the_machine_does(seed: int, engines: tuple[Runner, Native]) -> None:
    for number in range(WILD // 5):
        rnd = Random(1_000 * seed + number)
        assert not list(differences(wild_maps(rnd), *engines, rnd)), (seed, number)
