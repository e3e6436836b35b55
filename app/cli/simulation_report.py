"""A simulation on a terminal: its figures in the order in which one asks for them."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from app.schemas.outcome_pages import AuditLine
from app.schemas.outcomes import Rate, SimulationReply, StationCount
from app.workbench.simulated import Simulated
from vm.kernel.scenarios.model import Scenario
from vm.kernel.stations import STATIONS

ENTRIES, DROPS, OUTPUTS, STATION_ROWS = 12, 12, 6, 48
"""How many of each are printed."""
_COUNTS = ("seen", "passed", "dropped", "sent", "redirected", "denied")
WIDTH = 100


def scenario_list(scenarios: Iterable[Scenario]) -> Iterator[str]:
    """What there is to simulate, with its parameters."""
    for scenario in scenarios:
        yield f"{scenario.id}: {scenario.title}"
        yield from textwrap.wrap(scenario.doc, WIDTH, initial_indent="  ", subsequent_indent="  ")
        yield f"  attach at {', '.join(scenario.attach)}"
        for row in scenario.all_parameters.values():
            unit = f" {row.unit}" if row.unit else ""
            yield f"  --set {row.name}={row.default}{unit} ({row.low:,} to {row.high:,}): {row.doc}"
        yield ""


def report(
    found: Simulated, reply: SimulationReply, audit: Sequence[AuditLine], seconds: float
) -> Iterator[str]:
    """The lines to print."""
    rate = f", {reply.done / seconds:,.0f} a second" if seconds > 0.5 else ""
    yield f"{reply.title}: {reply.done:,} events in {reply.time_ns / 1e9:,.3f} s of its clock{rate}"
    if reply.stopped_early:
        yield f"not all of {reply.total:,}: {reply.stopped_early}"
    yield from (f"note: {warning}" for warning in reply.warnings)
    if reply.ends:
        yield "packets " + ", ".join(f"{name} {count:,}" for name, count in sorted(reply.ends.items()))
    yield from _stations(reply)
    yield from _programs(reply)
    yield from _drops(reply)
    yield from _maps(reply)
    yield from _outputs(reply)
    yield from _score(reply)
    yield from _audit(reply, audit)


def _stations(reply: SimulationReply) -> Iterator[str]:
    rows = [row for row in reply.stations if row.seen]
    if not rows:
        return
    if len(rows) > STATION_ROWS:
        rows = list(_together(rows))
    yield ""
    heads = ("came", "passed", "dropped", "sent", "denied")
    yield f"{'station':28} {'device':14} {' '.join(f'{head:>9}' for head in heads)}"
    for row in rows:
        title = STATIONS[row.station].title if row.station in STATIONS else row.station
        counts = (row.seen, row.passed, row.dropped, row.sent + row.redirected, row.denied)
        told = " ".join(f"{count:9,}" if count else f"{'.':>9}" for count in counts)
        yield f"{title[:28]:28} {row.device[:14]:14} {told}"


def _together(rows: Sequence[StationCount]) -> Iterator[StationCount]:
    """The rows of one station in one, where there are too many devices to tell them apart."""
    for station in dict.fromkeys(row.station for row in rows):
        same = [row for row in rows if row.station == station]
        yield StationCount(
            station=station,
            device=same[0].device if len(same) == 1 else f"{len(same)} devices",
            **{name: sum(getattr(row, name) for row in same) for name in _COUNTS},
        )


def _programs(reply: SimulationReply) -> Iterator[str]:
    for row in reply.programs:
        verdicts = ", ".join(f"{name} {count:,}" for name, count in sorted(row.verdicts.items()))
        steps = f", {row.steps / row.runs:,.1f} steps each" if row.runs else ""
        yield ""
        yield f"{row.name} at {row.place}: {row.runs:,} runs{steps}"
        if verdicts:
            yield f"  {verdicts}"


def _drops(reply: SimulationReply) -> Iterator[str]:
    if reply.drops:
        yield ""
        yield "dropped or denied"
    for row in reply.drops[:DROPS]:
        yield f"  {row.count:9,}  {row.reason} at {row.station}{_by(row.program, row.pc, row.line, row.text)}"
    if len(reply.drops) > DROPS:
        yield f"  and {len(reply.drops) - DROPS:,} other kinds"


def _by(program: str, pc: int | None, line: int | None, text: str) -> str:
    if not program:
        return ""
    place = f", pc {pc}" if pc is not None else ""
    said = f", line {line}: {text}" if line is not None else ""
    return f" by {program}{place}{said}"


def _maps(reply: SimulationReply) -> Iterator[str]:
    for shown in reply.maps:
        entries = [entry for entry in shown.entries if entry.value.strip("0")]
        if not entries:
            continue
        yield ""
        yield f"map {reply.map_names[shown.index]}, {shown.count:,} entries"
        for entry in entries[:ENTRIES]:
            cpu = f" cpu {entry.cpu}" if entry.cpu is not None else ""
            yield f"  {entry.key_text}{cpu}: {entry.value_text}"
        if len(entries) > ENTRIES:
            yield "  …"


def _outputs(reply: SimulationReply) -> Iterator[str]:
    if reply.outputs_total:
        yield ""
        yield f"told user space {reply.outputs_total:,} times"
    for row in reply.outputs[:OUTPUTS]:
        yield f"  event {row.index:,} {row.source or row.kind}: {row.text[:WIDTH]}"


def _score(reply: SimulationReply) -> Iterator[str]:
    if not any(label.label for label in reply.score.labels):
        return
    yield ""
    yield f"{'truth':14} {'events':>9} {'stopped':>9} {'reported':>9} {'prevented':>9}"
    for label in reply.score.labels:
        mark = " (wanted)" if label.wanted else ""
        counts = (label.events, label.stopped, label.reported, label.prevented)
        yield f"{label.label[:14]:14} {' '.join(f'{count:9,}' for count in counts)}{mark}"
    if any(label.wanted for label in reply.score.labels):
        yield f"stopped: {_rate(reply.score.stopped)}"
        yield f"stopped or reported: {_rate(reply.score.detected)}"


def _rate(rate: Rate) -> str:
    def share(value: float | None) -> str:
        return "none" if value is None else f"{value:.3f}"

    return (
        f"precision {share(rate.precision)}, recall {share(rate.recall)} "
        f"({rate.right:,} right, {rate.missed:,} missed, {rate.false_alarms:,} false alarms)"
    )


def _audit(reply: SimulationReply, audit: Sequence[AuditLine]) -> Iterator[str]:
    if not reply.denials:
        return
    yield ""
    yield f"denied {reply.denials:,} times"
    for line in audit:
        by = _by(line.program, line.pc, line.line, line.text)
        yield f"  {line.time_ns / 1e9:11.6f} s  {line.who}: {line.what}: {line.answer}{by}"
    if reply.denials > len(audit):
        yield "  …"
