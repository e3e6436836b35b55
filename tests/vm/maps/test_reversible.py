"""Every map operation can be taken back and done again, exactly; snapshots restore any state."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vm.maps.on_simulator import OnSimulator
from tests.vm.maps.sequences import KINDS, MapSequence, Operation, op, sequence
from vm.change import Change
from vm.maps import create
from vm.memory.memory import Memory
from vm.program import MapSpec
from vm.uapi.map_types import MapType

CPUS = 2
KIND = st.sampled_from(sorted(KINDS))
NUMBER = st.integers(0, 100_000)


def crowded(kind: MapType, number: int) -> MapSequence:
    """A sequence whose LRU maps are so small that they forget."""
    found = sequence(kind, number, CPUS)
    spec = found.spec
    if kind in (MapType.LRU_HASH, MapType.LRU_PERCPU_HASH):
        spec = MapSpec(spec.name, kind, spec.key_size, spec.value_size, 1 + number % 4, spec.flags)
    return MapSequence(spec, found.operations, found.inner)


@given(KIND, NUMBER)
def test_all_can_be_undone_and_done_again(kind: MapType, number: int) -> None:
    asked = crowded(kind, number)
    run = OnSimulator(asked, CPUS)
    run.journal.clear()
    states, steps = [run.state()], list[tuple[Change, ...]]()
    for operation in asked.operations:
        run.do(operation)
        steps.append(tuple(run.journal))
        run.journal.clear()
        states.append(run.state())
    for place in reversed(range(len(steps))):
        run.apply(steps[place], forwards=False)
        assert run.state() == states[place], asked.operations[place]
    for place, step in enumerate(steps):
        run.apply(step, forwards=True)
        assert run.state() == states[place + 1], asked.operations[place]
    assert not run.journal


@given(KIND, NUMBER, st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), min_size=1, max_size=6))
def test_going_back_and_on_by_another_way_gives_equal_answers(
    kind: MapType, number: int, visits: list[tuple[int, int]]
) -> None:
    """What a map answers after a snapshot was restored is what it answered the first time."""
    asked = crowded(kind, number)
    run = OnSimulator(asked, CPUS)
    snapshots = [(run.memory.snapshot(), [m.snapshot() for m in run.maps])]
    results = []
    for operation in asked.operations:
        results.append(run.do(operation))
        snapshots.append((run.memory.snapshot(), [m.snapshot() for m in run.maps]))
    for first, count in visits:
        memory, books = snapshots[first]
        run.memory.restore(memory)
        for made, book in zip(run.maps, books, strict=True):
            made.restore(book)
            made.frozen = any(one.name == "freeze" for one in asked.operations[:first])
        last = min(first + count, len(results))
        assert [run.do(operation) for operation in asked.operations[first:last]] == results[first:last]
        assert [m.snapshot() for m in run.maps] == snapshots[last][1]
        assert run.memory.snapshot() == snapshots[last][0]


def test_equal_states_have_equal_snapshots_however_they_came_about() -> None:
    spec = MapSpec("m", MapType.HASH, 4, 8, 10)
    one, two = (create(spec, 0, Memory([]), 1) for _ in range(2))
    for key in (b"aaaa", b"bbbb"):
        one.update(key, bytes(8), 0, 0)
        two.update(key, bytes(8), 0, 0)
        two.snapshot()
    assert one.snapshot() == two.snapshot()
    assert hash(one.snapshot()) == hash(two.snapshot())
    two.delete(b"aaaa")
    assert one.snapshot() != two.snapshot()


def test_a_snapshot_costs_what_changed() -> None:
    made = create(MapSpec("m", MapType.HASH, 4, 8, 20_000), 0, Memory([]), 1)
    for number in range(10_000):
        made.update(number.to_bytes(4, "little"), bytes(8), 0, 0)
    full = made.snapshot()
    assert made.snapshot() == full
    made.update(b"\xff" * 4, bytes(8), 0, 0)
    assert made.snapshot().__sizeof__() < 5_000 < full.__sizeof__()


def test_only_snapshots_are_restored() -> None:
    made = create(MapSpec("m", MapType.HASH, 4, 8, 4), 0, Memory([]), 1)
    with pytest.raises(TypeError, match="int"):
        made.restore(3)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)
def test_what_changes_nothing_journals_nothing(kind: MapType) -> None:
    run = OnSimulator(sequence(kind, 1, CPUS), CPUS)
    run.journal.clear()
    reading: tuple[Operation, ...] = (op("lookup", bytes(run.spec.key_size)), op("next", None))
    for operation in reading:
        run.do(operation)
    assert not run.journal
