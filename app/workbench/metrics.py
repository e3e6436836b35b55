"""Metrics of a run's maps, as jobs of a simulation process."""

import json
import time
from collections.abc import Callable
from typing import Final

from app.metrics.exposition import exposition
from app.metrics.families import gather
from app.metrics.grafana import dashboard as grafana
from app.metrics.read import Read, read
from app.metrics.suggest import suggest
from app.metrics.timeline import POINTS, duration
from app.schemas.metrics import DashboardRequest, GraphAxis, MetricsReply, MetricsRequest
from app.schemas.trace import Inputs
from app.workbench.check import diagnostic_view
from app.workbench.metrics_run import Observation, Observations
from app.workbench.metrics_views import Moment, families_of, maps_of, scrape_of
from vm.program import MapSpec
from vm.source import Diagnostic, HookscopeError

SLICE: Final = 0.5
"""Seconds a run goes on before its answer so far is given, and others get their turn."""
SCRAPE_SECONDS: Final = 6.0
"""A scraper gives up after 10."""

_observations = Observations()


def look(text: str) -> str:
    """A MetricsRequest answered by a MetricsReply, as far as the run has come; asked again, it goes on."""
    request = MetricsRequest.model_validate_json(text)
    found = _watched(request.inputs, request.scenario, SLICE)
    maps = _exported(found.maps)
    rules = suggest(maps) if request.rules is None else request.rules
    told = read(rules, maps)
    at, _ = found.after(found.done if request.at is None else max(0, request.at))
    moment = Moment(found, told, at)
    families = None if told.rules is None else families_of(moment)
    lines, total = scrape_of(moment)
    reply = MetricsReply(
        revision=request.revision,
        rules=rules,
        suggested=request.rules is None,
        done=found.done,
        total=found.total,
        finished=found.finished,
        at=at,
        stops=found.stops,
        diagnostics=[diagnostic_view(one) for one in told.diagnostics],
        maps=maps_of(moment, maps),
        families=families,
        axis=_axis(found, moment),
        scrape=lines,
        scrape_total=total,
        series_total=sum(family.total for family in families or ()),
    )
    return reply.model_dump_json()


def _axis(found: Observation, moment: Moment) -> GraphAxis:
    axis = found.axis
    return GraphAxis(
        end=duration(axis.end), window=axis.window, stretch=axis.stretch, points=POINTS, now=moment.now
    )


def scrape(inputs: str, scenario: str, rules: str | None, elapsed_ns: int | None = None) -> str:
    """The exposition of a run's maps when everything has happened; raises HookscopeError.

    With ``elapsed_ns`` the run happens again and again in its own time, and they are as they are so long
    after its first beginning.
    """
    found = _watched(Inputs.model_validate_json(inputs), scenario, SCRAPE_SECONDS)
    _, reading = found.after(found.done if elapsed_ns is None else found.come_by(elapsed_ns))
    told = _sound(found.maps, rules)
    entries = {spec.name: one for spec, one in zip(found.maps, reading, strict=True)}
    so_far = "" if found.finished else f"# {found.done:,} of {found.total:,} events so far\n"
    return so_far + exposition(gather(told.bound, entries))


def dashboard(text: str) -> str:
    """A DashboardRequest answered by a dashboard as Grafana imports it; raises HookscopeError."""
    request = DashboardRequest.model_validate_json(text)
    told = _sound(_observations.of(request.inputs, request.scenario).maps, request.rules)
    assert told.rules is not None  # noqa: S101 - sound rules are rules
    return json.dumps(grafana(told.rules, request.title), indent=2)


def _sound(maps: tuple[MapSpec, ...], rules: str | None) -> Read:
    """Rules without a mistake; raises HookscopeError with the first."""
    exported = _exported(maps)
    told = read(suggest(exported) if rules is None else rules, exported)
    if told.diagnostics:
        raise HookscopeError(_whole(told.diagnostics[0]))
    return told


def _whole(first: Diagnostic) -> Diagnostic:
    """The mistake with its line in its words: whoever scrapes sees no editor."""
    where = f"line {first.span.line} of the rules: " if first.span is not None else ""
    return Diagnostic(first.code, f"{where}{first.message}", first.span, first.hint)


def _exported(maps: tuple[MapSpec, ...]) -> tuple[MapSpec, ...]:
    """The maps a learner declared, without those of sections such as .rodata."""
    return tuple(spec for spec in maps if not spec.name.startswith("."))


def _watched(inputs: Inputs, scenario: str, seconds: float) -> Observation:
    found = _observations.of(inputs, scenario)
    found.go_on(_after(seconds))
    return found


def _after(seconds: float) -> Callable[[], bool]:
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() > deadline
