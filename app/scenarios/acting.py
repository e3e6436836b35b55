"""Behaviours in a script: entries that name one, made into events."""

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from app.scenarios.schema import Acting, nanoseconds
from vm.kernel.scenarios.behaviour import Kind
from vm.kernel.scenarios.behaviours import BEHAVIOURS
from vm.kernel.world.events import Event
from vm.source import HookscopeError, did_you_mean


def acting(entry: Acting, seed: int, start_ns: int, people: Mapping[str, int]) -> Iterator[Event]:
    """The events of a behaviour, as many as the entry says, from a time on.

    Raises HookscopeError for a behaviour there is none of, and for values it cannot have.
    """
    behaviour = BEHAVIOURS.get(entry.behaviour)
    if behaviour is None:
        hint = did_you_mean(entry.behaviour, BEHAVIOURS) or f"there are {', '.join(BEHAVIOURS)}"
        message = f"there is no behaviour `{entry.behaviour}`"
        raise HookscopeError.of("unknown-behaviour", message, hint)
    given = behaviour.given(seed, said(entry, people))
    events = heapq.merge(*behaviour.acts(given), key=_time)
    for event in islice(events, entry.repeat):
        yield replace(event, time_ns=event.time_ns + start_ns) if start_ns else event


def _time(event: Event) -> int:
    return event.time_ns


def said(entry: Acting, people: Mapping[str, int]) -> dict[str, Any]:
    """What an entry says of its behaviour, with times in ns and processes by their pids."""
    known = BEHAVIOURS[entry.behaviour].known
    found: dict[str, Any] = {}
    for name, value in entry.given.items():
        row = known.get(name)
        found[name] = _read(row.kind, value, people) if row is not None else value
    if entry.truth:
        found["truth"] = entry.truth
    return found


def _read(kind: Kind, value: Any, people: Mapping[str, int]) -> Any:
    match kind:
        case Kind.TIME:
            try:
                return nanoseconds(value)
            except ValueError as error:
                message, _, hint = str(error).partition("; ")
                raise HookscopeError.of("bad-behaviour", message, hint or None) from None
        case Kind.PROCESS:
            return _pid(value, people)
        case Kind.TABLE if isinstance(value, list):
            return [_row(row, people) for row in value]
        case _:
            return value


def _row(row: Any, people: Mapping[str, int]) -> Any:
    if isinstance(row, Mapping) and "process" in row:
        return {**row, "process": _pid(row["process"], people)}
    return row


def _pid(value: Any, people: Mapping[str, int]) -> Any:
    if not isinstance(value, str):
        return value
    if value not in people:
        hint = did_you_mean(value, people) or f"there are {', '.join(people)}"
        raise HookscopeError.of("unknown-process", f"there is no process named `{value[:40]}`", hint)
    return people[value]
