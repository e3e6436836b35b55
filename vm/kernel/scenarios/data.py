"""Scenarios as data: in ``files``, each a world, parameters, and the behaviours that make its events.

A value is a number, a text, ``$name`` for a parameter, or a time: ``40ms``, ``$pause ms``, ``$gap 100us``.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from vm.kernel.scenarios.behaviour import Kind
from vm.kernel.scenarios.behaviours import BEHAVIOURS
from vm.kernel.scenarios.model import Parameter, Scenario, Values
from vm.kernel.scenarios.worlds import world_of
from vm.kernel.world.events import Event
from vm.source import HookscopeError

_UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
_SPELLED = re.compile(r"(?:\$(?P<name>\w+) ?)?(?P<times>\d*)(?P<unit>ns|us|ms|s)?")
INDEX = "index.json"
"""Names the files in the order of the list."""


def scenario_of(data: Mapping[str, Any]) -> Scenario:
    """A scenario from its data; mistakes in it are told when it is made."""
    return Scenario(
        data["id"],
        data["title"],
        data["doc"],
        data["look_for"],
        lambda values: _sources(data, values),
        tuple(Parameter(**row) for row in data["parameters"]),
        MappingProxyType(dict(data["truths"])),
        frozenset(data.get("wanted", ())),
        tuple(data["attach"]),
        data.get("events", 1_000),
        lambda values: world_of(data.get("world", {}), lambda said: number_of(said, values)),
    )


def _sources(data: Mapping[str, Any], values: Values) -> Iterable[Iterator[Event]]:
    for said in data["sources"]:
        behaviour = BEHAVIOURS[said["behaviour"]]
        known = behaviour.known
        given = {
            name: number_of(value, values) if _is_number(known[name].kind) else value
            for name, value in said.items()
            if name != "behaviour"
        }
        yield from behaviour.acts(behaviour.given(values.seed, given))


def _is_number(kind: Kind) -> bool:
    return kind in (Kind.NUMBER, Kind.TIME, Kind.PROCESS)


def number_of(said: int | str, values: Values) -> int:
    """A number, a parameter, or a time in ns; raises HookscopeError for anything else."""
    if isinstance(said, int):
        return said
    found = _SPELLED.fullmatch(said)
    if found is None or not said:
        raise HookscopeError.of("bad-scenario", f"`{said}` is no number, parameter or time")
    number = int(found["times"] or 1) * _UNITS.get(found["unit"] or "", 1)
    return number * values[found["name"]] if found["name"] else number


def all_scenarios() -> Iterator[Scenario]:
    """Every scenario that is shipped, in order."""
    folder = files("vm.kernel.scenarios").joinpath("files")
    for name in json.loads(folder.joinpath(INDEX).read_text("utf-8")):
        yield scenario_of(json.loads(folder.joinpath(f"{name}.json").read_text("utf-8")))
