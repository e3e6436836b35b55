"""Detection measured by the ground truth, and what was dropped why."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.schemas.outcomes import DropCount, LabelScore, Rate, ScoreView
from app.workbench.simulate_rows import Endings, Known
from vm.kernel.simulation.outcome import End, Outcome, Route

DROPS = 200
"""Kinds of drops that are told."""


@dataclass(slots=True)
class Marks:
    """What was done about each event, by its number: any of its happenings counts."""

    stopped: set[int] = field(default_factory=set)
    reported: set[int] = field(default_factory=set)
    prevented: set[int] = field(default_factory=set)


def score(truths: Sequence[str], wanted: frozenset[str], marks: Marks) -> ScoreView:
    """The score over events whose truths these are."""
    events: Counter[str] = Counter(truths)
    counted = {
        name: Counter(truths[index] for index in found if index < len(truths))
        for name, found in (
            ("stopped", marks.stopped),
            ("reported", marks.reported),
            ("prevented", marks.prevented),
        )
    }
    labels = [
        LabelScore(
            label=label,
            wanted=label in wanted,
            events=count,
            stopped=counted["stopped"][label],
            reported=counted["reported"][label],
            prevented=counted["prevented"][label],
        )
        for label, count in sorted(events.items())
    ]
    stopped = marks.stopped | marks.prevented
    return ScoreView(
        labels=labels,
        stopped=rate(truths, wanted, stopped),
        detected=rate(truths, wanted, stopped | marks.reported),
    )


def rate(truths: Sequence[str], wanted: frozenset[str], caught: Iterable[int]) -> Rate:
    """Precision and recall of what was caught."""
    found = [truths[index] in wanted for index in caught if index < len(truths)]
    right, all_wanted = sum(found), sum(truth in wanted for truth in truths)
    return Rate(
        caught=len(found),
        right=right,
        missed=all_wanted - right,
        false_alarms=len(found) - right,
        precision=right / len(found) if found and wanted else None,
        recall=right / all_wanted if all_wanted else None,
    )


def _lost(route: Route, endings: Endings) -> Iterator[tuple[str, str, str, int | None]]:
    """Reason, station, program and slot of each packet that was dropped on the way, or of the call denied."""
    ending = endings.of(route)
    if route.denied and ending.end != End.DROPPED.value:
        yield ending.verdict, ending.station, ending.program, ending.pc
    for number, fate in enumerate(route.fates):
        if fate.end is End.DROPPED:
            verdict = ending.verdict if number == 0 else ""
            yield fate.reason.name if fate.reason else verdict, fate.station, fate.program or "", fate.pc


def drops(outcomes: Sequence[Outcome], endings: Endings, known: Mapping[str, Known]) -> Iterator[DropCount]:
    """Drops and denials by reason, station and program line, the most frequent first."""
    counts: Counter[tuple[str, str, str, int | None]] = Counter()
    routes = Counter(id(outcome.route) for outcome in outcomes)
    known_routes = {id(outcome.route): outcome.route for outcome in outcomes}
    for number, times in routes.items():
        for kind in _lost(known_routes[number], endings):
            counts[kind] += times
    for (reason, station, program, pc), count in counts.most_common(DROPS):
        found = known.get(program)
        yield DropCount(
            reason=reason,
            station=station,
            count=count,
            attachment=found.attachment if found else None,
            program=program,
            pc=pc,
            line=found.line(pc) if found else None,
            text=found.text(pc) if found else "",
        )
