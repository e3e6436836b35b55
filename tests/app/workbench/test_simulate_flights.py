"""Happenings as they are drawn in flight: each once, in the order of time, on the way it went."""

import pytest

from app.schemas.simulate import SimulationInputs
from app.workbench.simulate_examples import load
from app.workbench.simulate_flights import CHUNK, flights, timeline
from app.workbench.simulate_inputs import plan_of
from app.workbench.simulated import Simulated
from app.workbench.watch import unwatched

EXAMPLES = {view.id: view.inputs for view, _ in load()}


def simulated(inputs: SimulationInputs) -> Simulated:
    found = Simulated("test", plan_of(inputs))
    while not found.go_on(unwatched(), 60):
        pass
    return found


@pytest.mark.parametrize("example", ["flood_limit", "secret_guard", "runq_delay", "balancer"])
def test_every_happening_with_a_station_flies_its_way_in_order(example: str) -> None:
    found = simulated(EXAMPLES[example])
    chunks = [flights(found, chunk) for chunk in range(-(-len(found.outcomes) // CHUNK))]
    indexes = [index for chunk in chunks for index in chunk.indexes]
    times = [time for chunk in chunks for time in chunk.times_ns]
    assert indexes == [outcome.index for outcome in found.outcomes if outcome.hops]
    assert times == sorted(times)
    for chunk in chunks:
        assert len(chunk.routes) < 200
        for index, way in zip(chunk.indexes, chunk.ways, strict=True):
            outcome, route = found.outcomes[index], chunk.routes[way]
            assert route.stations == [hop.station for hop in outcome.hops]
            assert [end.end for end in route.ends] == [fate.end.value for fate in outcome.route.fates]


def test_the_timeline_counts_each_happening_once() -> None:
    found = simulated(EXAMPLES["flood_limit"])
    told = timeline(found)
    assert {name: sum(bins) for name, bins in told.ended.items()} == {"delivered": 257, "dropped": 743}
    assert told.count == 1_000
    assert told.starts_ns == [told.begin_ns]
    assert told.ended["dropped"][0] == 0  # the flood begins after a second
    assert sum(told.ended["dropped"][120:]) > 300


def test_a_chunk_behind_the_last_is_empty() -> None:
    found = simulated(EXAMPLES["flood_limit"])
    assert flights(found, 1).indexes == []
    assert flights(found, 2**30).routes == []
