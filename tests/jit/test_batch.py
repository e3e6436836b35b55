"""Packets given to native code all at once come to what each comes to alone, and so do the maps."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.jit.programs import program
from vm.jit.runner.runner import Runner, unavailable
from vm.kernel import native_batch, native_portions
from vm.kernel.engine_native import Native
from vm.kernel.native_batch import can_batch
from vm.kernel.run import ended_runs, run_all
from vm.kernel.scenario import Scenario, Setup
from vm.machine.trace import Budget
from vm.uapi.prog_types import ProgType

pytestmark = pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))


@pytest.fixture(scope="module")
def native() -> Iterator[Native]:
    with Native() as engine:
        yield engine


def packets(rnd: Random) -> tuple[bytes, ...]:
    """Of many lengths, or the same one again and again."""
    if rnd.random() < 0.3:
        return (rnd.randbytes(rnd.choice([17, 64, 1500])),) * 6
    return tuple(rnd.randbytes(rnd.choice([14, 15, 20, 60, 64, 1500])) for _ in range(rnd.randint(1, 9)))


def setup_of(seed: int) -> Setup:
    rnd = Random(seed)
    made = program(rnd)
    return Setup((made,), ProgType.XDP, packets(rnd), budget=Budget(rnd.choice([100_000, 300, 60])))


@pytest.mark.parametrize("seed", range(40))
def test_a_batch_is_its_packets_one_by_one(seed: int, native: Native) -> None:
    setup = setup_of(seed)
    alone, together = run_all(setup), run_all(setup, native)
    assert list(together.runs) == list(alone.runs)
    assert together.maps == alone.maps


@pytest.mark.parametrize("seed", range(100, 110))
def test_the_maps_books_are_the_same_too(seed: int, native: Native) -> None:
    """Which slot an entry has, and which was used last, later packets can tell."""
    setup = setup_of(seed)
    scenario, batch = Scenario(setup), native.batch(setup)
    assert batch is not None
    for one, other in zip(scenario.maps(len(scenario)), batch.maps, strict=True):
        assert (one.book.all_items(), one.book.entries) == (other.book.all_items(), other.book.entries)


@pytest.mark.parametrize("seed", range(200, 206))
def test_portions_make_no_difference(seed: int, native: Native, monkeypatch: pytest.MonkeyPatch) -> None:
    setup = setup_of(seed)
    whole = list(run_all(setup, native).runs)
    monkeypatch.setattr(native_portions, "MOST", 2)
    assert list(run_all(setup, native).runs) == whole


def test_ends_and_steps_are_the_machine_s(native: Native) -> None:
    setup = setup_of(7)
    scenario = Scenario(setup)
    machines = [scenario.finished(index) for index in range(len(scenario))]
    ends, _ = ended_runs(setup, native)
    assert list(ends) == [(machine.outcome(), machine.number) for machine in machines]


@pytest.mark.parametrize(
    ("prog_type", "sizes", "fits"),
    [
        (ProgType.XDP, (14, 3520), True),
        (ProgType.XDP, (13, 64), False),
        (ProgType.XDP, (3521,), False),
        (ProgType.XDP, (), False),
        (ProgType.SCHED_CLS, (64,), False),
    ],
)
def test_what_can_be_a_batch(prog_type: ProgType, sizes: tuple[int, ...], fits: bool) -> None:
    assert can_batch(Setup((program(Random(1)),), prog_type, tuple(map(bytes, sizes)))) is fits


def test_what_is_no_batch_runs_all_the_same(native: Native) -> None:
    setup = Setup((program(Random(1)),), ProgType.XDP, (bytes(64), bytes(4000)))
    assert run_all(setup, native).runs == run_all(setup).runs


def test_the_runner_outlives_a_batch(native: Native) -> None:
    with Runner() as runner:
        for seed in (3, 4, 3):
            setup = setup_of(seed)
            found = native_batch.run_batch(setup, runner)
            assert len(found.values) == len(setup.packets)
