"""What a moment of a run looks like on the metrics screen: maps, families with their history, the scrape."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Final, Literal

from app.metrics.exposition import Line, lines
from app.metrics.expression import Entry
from app.metrics.families import Bound, Family, Histogram, Labels, gather
from app.metrics.grafana import query
from app.metrics.read import Read
from app.metrics.rules import Kind
from app.metrics.timeline import duration, rates, stretches
from app.schemas.metrics import MapEntry, MeasuredMap, MetricBar, MetricFamily, MetricSeries, ScrapeLine
from app.workbench.metrics_run import Observation
from vm.kernel.contents import Contents
from vm.program import MapSpec
from vm.source import HookscopeError
from vm.typetext import parse_type

ENTRIES: Final = 200
SERIES: Final = 200
LINES: Final = 1_000
DRAWN: Final = 12
"""What is sent of each: entries of a map, series of a metric, lines of a scrape, series with a history."""
_STACKED: Final = frozenset({"xdp_action", "tc_action"})
Drawing = Literal["rate", "stack", "value", "bars"]


@dataclass(slots=True)
class Moment:
    """A run's maps after ``at`` packets, and the rules that are read of them."""

    run: Observation
    told: Read
    at: int
    families: list[Family] = field(init=False)

    def __post_init__(self) -> None:
        self.families = gather(self.told.bound, self.entries_after(self.at))

    def entries_after(self, count: int) -> dict[str, Contents | None]:
        """The entries of every map by its name."""
        _, reading = self.run.after(count)
        return {spec.name: entries for spec, entries in zip(self.run.maps, reading, strict=True)}

    @property
    def counts(self) -> list[int]:
        """Numbers of packets at the axis's points, up to this moment."""
        found = self.run.counts()
        reached = [count for count in found if count <= self.at]
        ends = self.run.finished and self.at == self.run.done
        return found if ends else reached

    @property
    def now(self) -> int:
        """The last point of the axis that has been reached."""
        return max(0, len(self.counts) - 1)


def maps_of(moment: Moment, maps: Iterable[MapSpec]) -> list[MeasuredMap]:
    """The maps that have entries to show."""
    held = moment.entries_after(moment.at)
    return [_map(spec, entries) for spec in maps if (entries := held[spec.name]) is not None]


def _map(spec: MapSpec, entries: Contents) -> MeasuredMap:
    return MeasuredMap(
        name=spec.name,
        kind=spec.type.label,
        key_type=spec.key_type,
        value_type=spec.value_type,
        max_entries=spec.max_entries,
        total=len(entries),
        entries=[
            MapEntry(
                number=number,
                key=key.hex(),
                key_text=_text(spec.key_type, key),
                value=value.hex(),
                value_text=_text(spec.value_type, value),
            )
            for number, (key, value) in enumerate(entries[:ENTRIES])
        ],
    )


def _text(kind: str | None, data: bytes) -> str:
    """Bytes as their type has them; without one as a number, or as they are where they are too many."""
    if kind is not None:
        try:
            return parse_type(kind).format(data)
        except HookscopeError:
            return data.hex(" ")
    return str(int.from_bytes(data, "little")) if len(data) <= 8 else data.hex(" ")


def scrape_of(moment: Moment) -> tuple[list[ScrapeLine], int]:
    """The first lines of the exposition, and how many there are in all."""
    every = [(number, line) for number, family in enumerate(moment.families) for line in lines(family)]
    return [_line(number, line) for number, line in every[:LINES]], len(every)


def _line(family: int, line: Line) -> ScrapeLine:
    return ScrapeLine(text=line.text, value=line.value, family=family, series=line.series)


def families_of(moment: Moment) -> list[MetricFamily]:
    """Every metric that could be read, with how it went."""
    pairs = zip(moment.told.bound, moment.families, strict=True)
    return [_family(moment, bound, family) for bound, family in pairs]


def _family(moment: Moment, bound: Bound, family: Family) -> MetricFamily:
    metric, place = bound.metric, moment.told.places[bound.metric.name]
    draw = _drawing(bound)
    made = _histograms(bound, family) if draw == "bars" else _lines(moment, bound, family, draw)
    return MetricFamily(
        name=metric.name,
        type=metric.type.value,
        help=metric.help,
        map=bound.spec.name,
        draw=draw,
        query=query(metric),
        first=place.first,
        last=place.last,
        lines=list(place.lines),
        total=len(family.samples) + len(family.histograms),
        most=family.most if metric.labels else 1,
        drawn=sum(1 for one in made if one.points or one.bars),
        series=made,
    )


def _drawing(bound: Bound) -> Drawing:
    match bound.metric.type:
        case Kind.HISTOGRAM:
            return "bars"
        case Kind.GAUGE:
            return "value"
        case Kind.COUNTER if len(bound.labels) == 1 and bound.labels[0].table in _STACKED:
            return "stack"
        case _:
            return "rate"


def _named(bound: Bound, labels: Labels) -> list[tuple[str, str]]:
    return list(zip(bound.metric.labels, labels, strict=True))


def _lines(moment: Moment, bound: Bound, family: Family, draw: Drawing) -> list[MetricSeries]:
    largest = sorted(family.samples, key=lambda one: -one.value)[:DRAWN]
    history = _history(moment, bound, [one.labels for one in largest])
    drawn = {labels: _points(moment, values, draw) for labels, values in history.items()}
    return [
        MetricSeries(
            labels=_named(bound, one.labels),
            value=str(one.value),
            entries=list(one.entries),
            points=drawn.get(one.labels, []),
            bars=[],
        )
        for one in family.samples[:SERIES]
    ]


def _points(moment: Moment, values: Sequence[int], draw: Drawing) -> list[float]:
    before, rest = float(values[0]), [float(value) for value in values[1:]]
    match draw:
        case "rate":
            return rates(before, rest, moment.run.axis)
        case "stack":
            return stretches(before, rest)
        case _:
            return rest


def _history(moment: Moment, bound: Bound, wanted: Sequence[Labels]) -> dict[Labels, list[int]]:
    """The numbers of some series before the first packet, and then at each point; 0 before it was there."""
    known: dict[Entry, Labels] = {}
    found: dict[Labels, list[int]] = {labels: [] for labels in wanted}
    sums_after: dict[int, dict[Labels, int]] = {}
    for count in (0, *moment.counts):
        if count not in sums_after:
            entries = moment.entries_after(count)[bound.spec.name] or ()
            sums_after[count] = _sums(bound, entries, known)
        for labels, values in found.items():
            values.append(sums_after[count].get(labels, 0))
    return found


def _sums(bound: Bound, entries: Contents, known: dict[Entry, Labels]) -> dict[Labels, int]:
    sums: dict[Labels, int] = {}
    for entry in entries:
        labels = known.get(entry)
        if labels is None:
            labels = known[entry] = tuple(label.label(entry) for label in bound.labels)
        sums[labels] = sums.get(labels, 0) + bound.value.number(entry)
    return sums


def _histograms(bound: Bound, family: Family) -> list[MetricSeries]:
    return [
        MetricSeries(
            labels=_named(bound, one.labels),
            value=str(one.counts[-1][1]),
            entries=list(one.entries),
            points=[],
            bars=_bars(one, bound.metric.name),
        )
        for one in family.histograms[:SERIES]
    ]


def _bars(one: Histogram, name: str) -> list[MetricBar]:
    """The slots from the first that counted something to the last, and what lies beyond all."""
    below = [0, *(count for _, count in one.counts)]
    bounds = ["0", *(_bound(bound, name) for bound, _ in one.counts)]
    slots = [
        MetricBar(low=bounds[at], high=bounds[at + 1], count=below[at + 1] - below[at])
        for at in range(len(one.counts))
    ]
    used = [at for at, slot in enumerate(slots) if slot.count]
    return slots[used[0] : used[-1] + 1] if used else []


def _bound(bound: float, name: str) -> str:
    """A bound as a person reads it; by Prometheus' custom a metric's name ends in its unit."""
    if name.endswith("_seconds") and 1e-9 <= bound < inf:
        return duration(round(bound * 1e9))
    return f"{bound:g}"
