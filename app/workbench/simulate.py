"""Simulations, and questions about them, as jobs of a simulation process."""

import gc
from collections import OrderedDict

from pydantic import TypeAdapter

from app.scenarios.read import read
from app.schemas.flights import FlightsRequest, TimelineRequest
from app.schemas.happening import EventRequest, OpenRequest
from app.schemas.outcome_pages import AuditRequest, RowsRequest, SeriesReply, SeriesRequest
from app.schemas.simulate import (
    ScenarioView,
    ScriptProblem,
    ScriptReply,
    ScriptRequest,
    SimulateRequest,
    SimulationInputs,
    SimulationRequest,
)
from app.workbench.keys import simulation_key
from app.workbench.opened import OpenedRun
from app.workbench.simulate_export import exported
from app.workbench.simulate_flights import flights as flown
from app.workbench.simulate_flights import timeline as lying
from app.workbench.simulate_inputs import plan_of
from app.workbench.simulate_one import event_view, opened, run_of
from app.workbench.simulate_summary import about_to_begin, progress, scenario_view, summary
from app.workbench.simulate_summary import audit as audited
from app.workbench.simulated import Preparing, Simulated
from app.workbench.watch import CancelledError, Watch
from vm.kernel.scenarios.table import SCENARIOS
from vm.source import HookscopeError

SLICE = 0.3
"""Seconds a simulation goes on before others get their turn, and progress is told."""
REMEMBERED = 3
"""Simulations a process keeps: each may hold a few hundred megabytes."""

_simulations: OrderedDict[str, Simulated] = OrderedDict()
_preparing: OrderedDict[str, Preparing] = OrderedDict()


def simulate(text: str, watch: Watch) -> tuple[bool, str]:
    """A SimulateRequest taken a slice further: whether it has ended, and its reply or progress as JSON.

    Events are made first, also in slices; then they happen.
    """
    request = SimulateRequest.model_validate_json(text)
    key = simulation_key(request.inputs)
    try:
        found = _known(key) or _prepared(key, request.inputs, watch)
        if found is None:
            return False, about_to_begin(key, request.revision).model_dump_json()
        ended = found.go_on(watch, SLICE)
    except CancelledError:
        found = _given_up(key)
        ended = True
    message = summary(found, request.revision) if ended else progress(found, request.revision)
    return ended, message.model_dump_json()


def _known(key: str) -> Simulated | None:
    """The simulation of that key, if it was begun and not stopped."""
    found = _simulations.get(key)
    if found is None or found.stopped_early:
        return None
    _simulations.move_to_end(key)
    return found


def _prepared(key: str, inputs: SimulationInputs, watch: Watch) -> Simulated | None:
    """The simulation, once all its events are made; until then some more of them are."""
    preparing = _preparing.pop(key, None) or Preparing(plan_of(inputs))
    if not preparing.go_on(watch, SLICE):
        _preparing[key] = preparing
        while len(_preparing) > REMEMBERED:
            _preparing.popitem(last=False)
        return None
    _simulations.pop(key, None)
    while len(_simulations) >= REMEMBERED:
        _simulations.popitem(last=False)
        gc.collect()
    found = _simulations[key] = Simulated(key, preparing.whole())
    return found


def _given_up(key: str) -> Simulated:
    """What there is of a simulation that was stopped; raises HookscopeError if nothing has happened."""
    found = _known(key)
    _preparing.pop(key, None)
    if found is None:
        raise HookscopeError.of("cancelled", "it was stopped before anything happened", "start it again")
    found.stop("it was stopped")
    return found


def get(key: str) -> Simulated:
    """The simulation of that key; raises HookscopeError when this process has forgotten it."""
    found = _simulations.get(key)
    if found is None:
        raise HookscopeError.of(
            "unknown-simulation",
            "this simulation is no longer in memory",
            "it is simulated again from its inputs",
        )
    _simulations.move_to_end(key)
    return found


def scenarios() -> str:
    """All scenarios to choose from."""
    views = [scenario_view(scenario) for scenario in SCENARIOS.values()]
    return TypeAdapter(list[ScenarioView]).dump_json(views).decode()


def whole(text: str) -> str:
    """A SimulationRequest answered by a SimulationReply: the summary as far as it is."""
    request = SimulationRequest.model_validate_json(text)
    return summary(get(request.simulation), 0).model_dump_json()


def rows(text: str) -> str:
    """A RowsRequest answered by a RowsReply."""
    request = RowsRequest.model_validate_json(text)
    return get(request.simulation).rows(request).model_dump_json()


def event(text: str) -> str:
    """An EventRequest answered by an EventView."""
    request = EventRequest.model_validate_json(text)
    return event_view(get(request.simulation), request.index).model_dump_json()


def open_(text: str) -> str:
    """An OpenRequest answered by an OpenReply; the run is then remembered as any other."""
    request = OpenRequest.model_validate_json(text)
    return opened(get(request.simulation), request.index, request.hop).model_dump_json()


def reopened(key: str) -> OpenedRun:
    """The run of key SIMULATION/INDEX/HOP, opened again."""
    simulation, *place = key.split("/")
    if len(place) != 2 or not all(part.isdecimal() and len(part) < 10 for part in place):
        raise HookscopeError.of("unknown-run", "there is no such run", "open an event of a simulation")
    return run_of(get(simulation), int(place[0]), int(place[1]))


def series(text: str) -> str:
    """A SeriesRequest answered by a SeriesReply."""
    request = SeriesRequest.model_validate_json(text)
    found = get(request.simulation).series
    return SeriesReply(
        simulation=request.simulation, times_ns=found.times_ns, series=found.views(request.map)
    ).model_dump_json()


def audit(text: str) -> str:
    """An AuditRequest answered by an AuditReply."""
    request = AuditRequest.model_validate_json(text)
    return audited(get(request.simulation), request).model_dump_json()


def timeline(text: str) -> str:
    """A TimelineRequest answered by a TimelineReply."""
    return lying(get(TimelineRequest.model_validate_json(text).simulation)).model_dump_json()


def flights(text: str) -> str:
    """A FlightsRequest answered by a FlightsReply."""
    request = FlightsRequest.model_validate_json(text)
    return flown(get(request.simulation), request.chunk).model_dump_json()


def script(text: str) -> str:
    """A ScriptRequest answered by a ScriptReply: its mistakes, or what it makes."""
    found, diagnostics = read(ScriptRequest.model_validate_json(text).text)
    problems = [
        ScriptProblem(
            line=item.span.line if item.span else 1,
            start=item.span.start if item.span else 0,
            end=item.span.end if item.span else 1,
            message=item.message,
            hint=item.hint,
        )
        for item in diagnostics
    ]
    if found is None:
        return ScriptReply(problems=problems).model_dump_json()
    return ScriptReply(problems=[], title=found.script.scenario, events=found.count).model_dump_json()


def packets(key: str, end: str) -> bytes:
    """The packets of a simulation as a pcapng file; ``end``: those that ended so, empty for all."""
    return b"".join(exported(get(key), end))
