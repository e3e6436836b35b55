"""Metrics in Prometheus' text format: what a scrape gets, and what a learner reads line by line."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

from app.metrics.families import Family, Histogram
from app.metrics.rules import Kind


class _Moment(Collector):
    """What is scraped: the families as they were gathered."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterator[Metric]:
        return map(_family, self._families)


def exposition(families: Iterable[Family]) -> str:
    """The answer to a scrape, version 0.0.4 of the format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Moment(families))
    return generate_latest(registry).decode()


def _family(family: Family) -> Metric:
    metric, labels = family.metric, list(family.metric.labels)
    if metric.type is Kind.HISTOGRAM:
        histograms = HistogramMetricFamily(metric.name, metric.help, labels=labels)
        for one in family.histograms:
            histograms.add_metric(one.labels, _buckets(one), one.total)
            if one.total is None:
                _count(histograms, metric.name, labels, one)
        return histograms
    made = CounterMetricFamily if metric.type is Kind.COUNTER else GaugeMetricFamily
    found: CounterMetricFamily | GaugeMetricFamily = made(metric.name, metric.help, labels=labels)
    for sample in family.samples:
        found.add_metric(sample.labels, sample.value)
    return found


def _buckets(one: Histogram) -> list[tuple[str, float]]:
    return [(bound_text(bound), float(count)) for bound, count in one.counts]


def bound_text(bound: float) -> str:
    """A bucket's bound as the label `le` has it: 8e-06, 0.25, +Inf."""
    return str(floatToGoString(bound))  # type: ignore[no-untyped-call]


def _count(family: HistogramMetricFamily, name: str, labels: list[str], one: Histogram) -> None:
    """The number of values is known even where their sum is not; the client leaves both out together."""
    family.add_sample(f"{name}_count", dict(zip(labels, one.labels, strict=True)), float(one.counts[-1][1]))
