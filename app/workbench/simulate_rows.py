"""Happenings as rows: where each ended and why, and those that fit filters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from errno import errorcode
from typing import Any, Protocol

from app.schemas.outcome_pages import RowsRequest
from app.schemas.outcomes import OutcomeRow
from app.workbench.simulate_inputs import Attached, Replaced
from app.workbench.tally import STEP_LIMIT
from vm.kernel.hooks import Effect
from vm.kernel.simulation.outcome import Fate, Hop, Kind, Outcome, Route
from vm.kernel.stations import STATIONS
from vm.program import Program


@dataclass(frozen=True, slots=True)
class Known:
    """A program of a simulation: the number of its attachment, itself, and the lines of its text."""

    attachment: int
    program: Program
    lines: tuple[str, ...]

    def line(self, pc: int | None) -> int | None:
        """The line (from 1) that slot ``pc`` was written as."""
        span = self.program.spans.get(pc) if pc is not None else None
        return span.line if span is not None and self.lines else None

    def text(self, pc: int | None) -> str:
        """What is written there, without a comment; or nothing."""
        span = self.program.spans.get(pc) if pc is not None else None
        if span is None or not 0 < span.line <= len(self.lines):
            return ""
        return self.lines[span.line - 1][span.start : span.end].strip()


def known_programs(attached: Sequence[Attached], replaced: Sequence[Replaced] = ()) -> Mapping[str, Known]:
    """All programs by name."""
    first = {
        program.name: Known(number, program, item.lines)
        for number, item in enumerate(attached)
        for program in item.attachment.programs
    }
    return first | {
        program.name: Known(item.number, program, item.lines)
        for item in replaced
        for program in item.programs
    }


def error_name(result: int) -> str:
    """``-EPERM`` for -1; a number where it has no name."""
    return f"-{errorcode[-result]}" if -result in errorcode else str(result)


@dataclass(frozen=True, slots=True)
class Ending:
    """What all happenings that went one way share of their rows."""

    station: str
    place: str
    end: str
    effect: str
    verdict: str
    reason: str
    note: str
    attachment: int | None
    program: str
    pc: int | None
    line: int | None
    stopped: bool
    spent: bool
    """A run on the way was out of steps."""


class Endings:
    """The endings of routes, found once each: nearly all happenings go one of a few ways."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = known
        self._found: dict[int, tuple[Route, Ending]] = {}

    def of(self, route: Route) -> Ending:
        """How a route ends."""
        found = self._found.get(id(route))
        if found is None:  # the route is kept, so that its id stays its own
            found = self._found[id(route)] = route, self._ending(route)
        return found[1]

    def _ending(self, route: Route) -> Ending:
        fate = route.fates[0] if route.fates else None
        decided = _decided(route, fate)
        ended = fate.program if fate is not None else None
        name, pc = (ended, fate.pc if fate is not None else None) if ended else (None, None)
        if decided is not None and (fate is None or (route.denied and not ended)):
            name, pc = decided.program, decided.pc
        known = self._known.get(name or "")
        station = fate.station if fate is not None else decided.station if decided is not None else ""
        device = fate.device if fate is not None else ""
        return Ending(
            station=station,
            place=_place(station, device),
            end=fate.end.value if fate is not None else "",
            effect=(
                fate.effect if fate is not None else decided.effect if decided is not None else Effect.PASS
            ).value,
            verdict=(decided.verdict or "") if decided is not None else "",
            reason=fate.reason.name if fate is not None and fate.reason is not None else "",
            note=fate.note if fate is not None else decided.note if decided is not None else "",
            attachment=known.attachment if known is not None else None,
            program=name or "",
            pc=pc,
            line=known.line(pc) if known is not None else None,
            stopped=route.denied,
            spent=any(hop.steps >= STEP_LIMIT for hop in route.hops),
        )


def _place(station: str, device: str) -> str:
    title = STATIONS[station].title if station in STATIONS else station
    return f"{title}, {device}" if device else title


def _decided(route: Route, fate: Fate | None) -> Hop | None:
    """The hop at which a program decided how it ended: that of the fate, or the last with a verdict."""
    judged = [hop for hop in route.hops if hop.verdict and (fate is None or hop.packet == fate.packet)]
    if fate is not None and fate.program:
        judged = [hop for hop in judged if hop.program == fate.program] or judged
    denied = [hop for hop in judged if hop.effect.value in ("drop", "deny", "aborted")]
    return (denied or judged or [None])[-1]  # type: ignore[list-item]


@dataclass(frozen=True, slots=True)
class Said:
    """What is told of a happening beside its ending."""

    title: str
    truth: str
    reported: bool


def row_of(outcome: Outcome, ending: Ending, said: Said) -> dict[str, Any]:
    """The OutcomeRow of a happening, as plain data."""
    verdict = ending.verdict
    if outcome.result is not None and outcome.result < 0 and not ending.end:
        verdict = error_name(outcome.result)
    return {
        "index": outcome.index,
        "event": outcome.event,
        "time_ns": outcome.time_ns,
        "kind": outcome.kind.value,
        "title": said.title,
        "truth": said.truth,
        "station": ending.station,
        "place": ending.place,
        "end": ending.end,
        "effect": ending.effect,
        "verdict": verdict,
        "reason": ending.reason,
        "note": ending.note,
        "attachment": ending.attachment,
        "program": ending.program,
        "pc": ending.pc,
        "line": ending.line,
        "stopped": ending.stopped,
        "reported": said.reported,
    }


class Sayings(Protocol):
    """Tells what is said of happenings; see Said."""

    def title(self, outcome: Outcome) -> str:
        """Its line."""

    def truth(self, outcome: Outcome) -> str:
        """The ground truth of its event."""

    def reported(self, outcome: Outcome) -> bool:
        """Whether a program told user space of it."""


def fits(request: RowsRequest, ending: Ending, kind: Kind) -> bool:
    """Whether a happening fits the filters that look at how it ended."""
    return (
        (not request.ends or ending.end in request.ends)
        and (not request.effects or ending.effect in request.effects)
        and (not request.stations or ending.station in request.stations)
        and (not request.kinds or kind.value in request.kinds)
        and request.stopped in (None, ending.stopped)
    )


def matching(
    request: RowsRequest, outcomes: Sequence[Outcome], endings: Endings, said: Sayings
) -> Iterator[int]:
    """The places (in ``outcomes``) of those that fit all filters, in order."""
    text = request.text.casefold().strip()
    for at, outcome in enumerate(outcomes):
        ending = endings.of(outcome.route)
        if not fits(request, ending, outcome.kind):
            continue
        if request.truths and said.truth(outcome) not in request.truths:
            continue
        if request.reported is not None and said.reported(outcome) != request.reported:
            continue
        if text and text not in f"{said.title(outcome)} {ending.reason} {ending.verdict}".casefold():
            continue
        yield at


def view(row: dict[str, Any]) -> OutcomeRow:
    """A row as a message."""
    return OutcomeRow.model_construct(**row)
