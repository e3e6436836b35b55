"""Metrics as they are at one moment: each rule bound to its map, and that map's entries as samples."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf

from app.metrics.expression import Entry, Reading, parse_expression
from app.metrics.rules import Buckets, Kind, Metric, Rules, Scale
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


def bind(rules: Rules, maps: Iterable[MapSpec]) -> tuple[list[Bound], list[tuple[int, HookscopeError]]]:
    """The rules bound to their maps, and which (by number, from 0) cannot be, with why."""
    specs = {spec.name: spec for spec in maps}
    bound: list[Bound] = []
    refused: list[tuple[int, HookscopeError]] = []
    for number, metric in enumerate(rules.metrics):
        try:
            bound.append(_bind(metric, specs))
        except HookscopeError as error:
            refused.append((number, error))
    return bound, refused


def _bind(metric: Metric, specs: Mapping[str, MapSpec]) -> Bound:
    spec = specs.get(metric.map)
    if spec is None:
        hint = did_you_mean(metric.map, specs) or f"the program has {', '.join(specs) or 'no maps'}"
        raise HookscopeError.of("unknown-map", f"{metric.name}: there is no map `{metric.map[:60]}`", hint)
    labels = tuple(parse_expression(text, spec) for text in metric.labels.values())
    value = _number(metric.value, spec)
    if metric.type is not Kind.HISTOGRAM or metric.buckets is None:
        return Bound(metric, spec, labels, value, None)
    return Bound(metric, spec, labels, value, _number(metric.buckets.slot, spec))


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


def gather(bound: Iterable[Bound], maps: Mapping[str, Dump]) -> list[Family]:
    """All families, from what the maps hold now."""
    return [rule.family(maps.get(rule.spec.name, ())) for rule in bound]
