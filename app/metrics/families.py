"""Metrics as they are at one moment: each rule bound to its map, and that map's entries as samples."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf

from app.metrics.expression import Entry, Reading, parse_expression
from app.metrics.rules import Buckets, Metric, Rules, Scale
from vm.kernel.run import Dump
from vm.program import MapSpec
from vm.source import HookscopeError, did_you_mean

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A number, the texts of its labels, and which entries of the map it came from."""

    labels: Labels
    value: int
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many values were at most ``bounds``, the last one infinite; ``total`` is their sum, if known."""

    labels: Labels
    counts: tuple[tuple[float, int], ...]
    total: float | None
    entries: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Family:
    """A metric and all its samples; ``most`` is how many series its map has room for."""

    metric: Metric
    samples: tuple[Sample, ...]
    histograms: tuple[Histogram, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Bound:
    """A rule bound to the map it reads."""

    metric: Metric
    spec: MapSpec
    labels: tuple[Reading, ...]
    value: Reading
    slot: Reading | None

    def family(self, entries: Sequence[Entry]) -> Family:
        """The samples of ``entries``; those with the same labels are added up."""
        grouped: dict[Labels, list[int]] = {}
        for at, entry in enumerate(entries):
            grouped.setdefault(tuple(label.label(entry) for label in self.labels), []).append(at)
        if self.slot is None:
            samples = tuple(
                Sample(labels, sum(self.value.number(entries[at]) for at in places), tuple(places))
                for labels, places in grouped.items()
            )
            return Family(self.metric, samples, (), self.spec.max_entries)
        histograms = tuple(self._histogram(labels, places, entries) for labels, places in grouped.items())
        return Family(self.metric, (), histograms, self.spec.max_entries)

    def _histogram(self, labels: Labels, places: list[int], entries: Sequence[Entry]) -> Histogram:
        buckets, slot = self.metric.buckets, self.slot
        assert buckets is not None  # noqa: S101 - a bound slot says so
        assert slot is not None  # noqa: S101
        by_slot: dict[int, int] = {}
        for at in places:
            number = slot.number(entries[at])
            by_slot[number] = by_slot.get(number, 0) + self.value.number(entries[at])
        total = by_slot.pop(buckets.sum_slot, 0) * buckets.unit if buckets.sum_slot is not None else None
        below = list(accumulate(by_slot.get(number, 0) for number in range(buckets.slots)))
        everything = sum(by_slot.values())
        bounds = [upper_bound(buckets, number) for number in range(buckets.slots)]
        counts = (*zip(bounds, below, strict=True), (inf, everything))
        return Histogram(labels, counts, total, tuple(places))


def upper_bound(buckets: Buckets, slot: int) -> float:
    """The upper bound of what slot ``slot`` counts, in the metric's unit."""
    upper = 1 << (slot + 1) if buckets.scale is Scale.LOG2 else (slot + 1) * buckets.width
    return upper * buckets.unit


@dataclass(frozen=True, slots=True)
class Unbound:
    """A part of a rule that does not fit its map: ``path`` leads to it from all rules, ``why`` says more."""

    path: tuple[str | int, ...]
    why: HookscopeError


def bind(rules: Rules, maps: Iterable[MapSpec]) -> tuple[list[Bound], list[Unbound]]:
    """The rules bound to their maps, and what keeps the others from it."""
    specs = {spec.name: spec for spec in maps}
    bound: list[Bound] = []
    refused: list[Unbound] = []
    for number, metric in enumerate(rules.metrics):
        binder = _Binder(("metrics", number), metric, specs)
        found = binder.bind()
        if found is not None:
            bound.append(found)
        refused += binder.refused
    return bound, refused


class _Binder:
    """Binds one rule, and keeps what is wrong with each of its parts."""

    def __init__(self, path: tuple[str | int, ...], metric: Metric, specs: Mapping[str, MapSpec]) -> None:
        self.path = path
        self.metric = metric
        self.specs = specs
        self.refused: list[Unbound] = []

    def bind(self) -> Bound | None:
        """The rule bound to its map, or None."""
        metric, spec = self.metric, self.specs.get(self.metric.map)
        if spec is None:
            self._refuse(_no_such_map(metric.map, self.specs), "map")
            return None
        labels = tuple(
            self._try(lambda text=text: parse_expression(text, spec), "labels", label)  # type: ignore[misc]
            for label, text in metric.labels.items()
        )
        value = self._try(lambda: _number(metric.value, spec), "value")
        slot = None
        if metric.buckets is not None:
            text = metric.buckets.slot
            slot = self._try(lambda: _number(text, spec), "buckets", "slot")
        if self.refused or value is None:
            return None
        return Bound(metric, spec, tuple(label for label in labels if label is not None), value, slot)

    def _try(self, work: Callable[[], Reading], *path: str) -> Reading | None:
        try:
            return work()
        except HookscopeError as error:
            self._refuse(error, *path)
            return None

    def _refuse(self, why: HookscopeError, *path: str) -> None:
        self.refused.append(Unbound((*self.path, *path), why))


def _no_such_map(name: str, specs: Mapping[str, MapSpec]) -> HookscopeError:
    hint = did_you_mean(name, specs) or f"the program has {', '.join(specs) or 'no maps'}"
    return HookscopeError.of("unknown-map", f"there is no map `{name[:60]}`", hint)


def _number(text: str, spec: MapSpec) -> Reading:
    reading = parse_expression(text, spec)
    if not reading.is_number:
        shown = reading.type.text if reading.type is not None else f"{reading.end - reading.first} bytes"
        raise HookscopeError.of(
            "not-a-number",
            f"`{text[:60]}` of {spec.name} is {shown}, and a metric is a number",
            "name the field, or the bytes and their type: u64(value[0:8])",
        )
    return reading


def gather(bound: Iterable[Bound], maps: Mapping[str, Dump | None]) -> list[Family]:
    """All families, from what the maps hold now."""
    return [rule.family(maps.get(rule.spec.name) or ()) for rule in bound]
