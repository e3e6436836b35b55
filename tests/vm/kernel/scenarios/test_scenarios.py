"""Each scenario: its known answer, in order at every end of its parameters, equal for equal seeds."""

import hashlib
from collections import Counter
from itertools import islice, pairwise

import pytest
import yaml

from tests.discovery import TESTS
from vm.kernel.scenarios.model import Scenario, make
from vm.kernel.scenarios.table import SCENARIOS, scenario_named
from vm.kernel.world.attach import parse_place
from vm.kernel.world.events import PacketArrives
from vm.source import HookscopeError

KNOWN = yaml.safe_load((TESTS / "data/scenarios.yaml").read_text(encoding="utf-8"))
ALL = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


def digest(scenario: Scenario, seed: int) -> str:
    found = hashlib.sha256()
    for event in make(scenario, seed).events:
        found.update(repr(event).encode())
    return found.hexdigest()[:16]


@ALL
def test_it_is_as_recorded(scenario: Scenario) -> None:
    known = KNOWN[scenario.id]
    assert dict(Counter(event.truth for event in make(scenario).events)) == known["truths"]
    assert digest(scenario, 1) == known["digest"]
    assert digest(scenario, 2) != known["digest"]


@ALL
def test_its_description_is_whole(scenario: Scenario) -> None:
    made = make(scenario)
    assert scenario.wanted <= set(scenario.truths)
    assert {event.truth for event in made.events} <= set(scenario.truths)
    for text in (scenario.doc, scenario.look_for, *(row.doc for row in scenario.parameters)):
        assert text[0].isupper()
        assert text.endswith((".", "?", "…"))
    for row in scenario.parameters:
        assert row.low <= row.default <= row.high


def ends(scenario: Scenario) -> list[dict[str, int]]:
    return [{row.name: value} for row in scenario.parameters for value in (row.low, row.high)]


@ALL
def test_events_come_in_order_at_both_ends_of_every_parameter(scenario: Scenario) -> None:
    for given in ends(scenario):
        made = make(scenario, 3, {"events": 3_000, **given})
        events = list(made.events)
        assert len(events) <= made.count == 3_000
        assert all(a.time_ns <= b.time_ns for a, b in pairwise(events)), given
        assert all(event.time_ns >= 0 for event in events)


@ALL
def test_events_are_of_its_world(scenario: Scenario) -> None:
    made = make(scenario)
    devices = {device.id for device in made.world.devices}
    pids = {process.pid for process in made.world.processes}
    for event in made.events:
        if isinstance(event, PacketArrives):
            assert event.device in devices
            continue
        pid = getattr(event, "pid", 0)
        assert pid in pids, event
        if getattr(event, "name", "") == "clone":
            pids.add(getattr(event, "result", 0))


@ALL
def test_it_can_be_attached_to_where_it_says(scenario: Scenario) -> None:
    device_hooks = [text for text in scenario.attach if text.startswith(("xdp", "tc"))]
    for text in device_hooks:
        assert make(scenario).world.device(parse_place(text).target) is not None


def test_a_hundred_thousand_events_are_made_as_they_are_asked_for() -> None:
    made = make(SCENARIOS["syn-flood"], 1, {"events": 100_000})
    assert made.count == 100_000
    assert len(list(islice(made.events, 5))) == 5


@pytest.mark.parametrize(
    ("given", "code", "hint"),
    [
        ({"attacker": 3}, "unknown-parameter", "attackers"),
        ({"attackers": 0}, "parameter-range", "1 to 10,000"),
        ({"events": 100_001}, "parameter-range", "1 to 100,000"),
    ],
)
def test_a_parameter_that_cannot_be_is_refused(given: dict[str, int], code: str, hint: str) -> None:
    with pytest.raises(HookscopeError) as caught:
        make(SCENARIOS["syn-flood"], 1, given)
    assert caught.value.diagnostic.code == code
    assert hint in (caught.value.diagnostic.hint or "")


def test_a_name_that_is_unknown_gets_a_suggestion() -> None:
    with pytest.raises(HookscopeError) as caught:
        scenario_named("syn-flod")
    assert "syn-flood" in (caught.value.diagnostic.hint or "")


def test_the_issue_s_scenarios_are_all_there() -> None:
    assert len(SCENARIOS) == 14
