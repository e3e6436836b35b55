"""The data scenarios are made of, and what may be said of behaviours."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.discovery import TESTS
from vm.kernel.scenarios import data as module
from vm.kernel.scenarios.behaviour import Kind
from vm.kernel.scenarios.behaviours import BEHAVIOURS
from vm.kernel.scenarios.data import INDEX, number_of, scenario_of
from vm.kernel.scenarios.model import Values, make
from vm.kernel.scenarios.table import SCENARIOS
from vm.source import HookscopeError

FOLDER = Path(module.__file__).parent / "files"
FILES = {
    path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json") if path.name != INDEX
}
MISTAKES = yaml.safe_load((TESTS / "data/behaviour_mistakes.yaml").read_text("utf-8"))
FLOOD = {
    "id": "small", "title": "Small", "doc": "A flood.", "look_for": "It.",
    "parameters": [{"name": "rate", "doc": "How fast.", "default": 10, "low": 1, "high": 100}],
    "truths": {"bad": "a SYN"}, "wanted": ["bad"], "attach": ["xdp:eth0"],
    "sources": [{"behaviour": "flood", "rate": "$rate", "begin": "10ms", "truth": "bad"}],
}  # fmt: skip


def test_every_file_is_a_scenario_and_every_scenario_a_file() -> None:
    assert set(FILES) == set(json.loads((FOLDER / INDEX).read_text("utf-8"))) == set(SCENARIOS)
    assert all(data["id"] == name for name, data in FILES.items())


def test_every_behaviour_is_used_and_told() -> None:
    used = {source["behaviour"] for data in FILES.values() for source in data["sources"]}
    assert used == set(BEHAVIOURS)
    for row in BEHAVIOURS.values():
        assert row.doc.endswith(".")
        assert all(value.doc.endswith((".", "?")) for value in row.known.values())


@pytest.mark.parametrize("name", FILES)
def test_every_parameter_is_used(name: str) -> None:
    text = json.dumps([FILES[name]["sources"], FILES[name].get("world", {})])
    assert all(f'"${row["name"]}' in text for row in FILES[name]["parameters"])


def test_a_scenario_is_no_more_than_its_data() -> None:
    made = make(scenario_of(FLOOD), 1, {"events": 5, "rate": 50})
    events = list(made.events)
    assert len(events) == 5
    assert events[0].time_ns > 10_000_000


VALUES = Values(1, {"pause": 7})


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (3, 3),
        ("40ms", 40_000_000),
        ("$pause", 7),
        ("$pause ms", 7_000_000),
        ("$pause 100us", 700_000),
        ("2s", 2 * 10**9),
    ],
)
def test_numbers_parameters_and_times(said: int | str, number: int) -> None:
    assert number_of(said, VALUES) == number


@pytest.mark.parametrize("said", ["", "soon", "5 days", "-3"])
def test_what_is_no_number_is_refused(said: str) -> None:
    with pytest.raises(HookscopeError):
        number_of(said, VALUES)


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case["says"][:60])
def test_what_a_behaviour_cannot_do_is_told(case: dict[str, Any]) -> None:
    with pytest.raises(HookscopeError) as raised:
        BEHAVIOURS[case["behaviour"]].given(1, case["with"])
    assert str(raised.value.diagnostic) == f"error: {case['says']}"


def test_every_kind_of_value_is_used() -> None:
    assert {value.kind for row in BEHAVIOURS.values() for value in row.known.values()} == set(Kind)
