"""Metrics in Prometheus' text format: what a scrape gets, and what a learner reads line by line.

Source: the text-based format of Prometheus' exposition formats, version 0.0.4.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from prometheus_client.utils import floatToGoString

from app.metrics.families import Family, Histogram, Labels

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_IN_HELP: Final = str.maketrans({"\\": r"\\", "\n": r"\n"})
_IN_LABEL: Final = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a scrape: a comment without ``value``, or a sample of the family's ``series``, from 0."""

    text: str
    value: str = ""
    series: int | None = None

    def __str__(self) -> str:
        return f"{self.text} {self.value}" if self.value else self.text


def exposition(families: Iterable[Family]) -> str:
    """The answer to a scrape; every line ends with a newline."""
    return "".join(f"{line}\n" for family in families for line in lines(family))


def lines(family: Family) -> Iterator[Line]:
    """The lines of one metric: what it is, then every sample."""
    metric = family.metric
    yield Line(f"# HELP {metric.name} {metric.help.translate(_IN_HELP)}")
    yield Line(f"# TYPE {metric.name} {metric.type}")
    names = tuple(metric.labels)
    for number, sample in enumerate(family.samples):
        yield Line(metric.name + _braced(names, sample.labels), str(sample.value), number)
    for number, one in enumerate(family.histograms):
        yield from _histogram(metric.name, names, one, number)


def _histogram(name: str, names: tuple[str, ...], one: Histogram, number: int) -> Iterator[Line]:
    for bound, count in one.counts:
        labels = _braced((*names, "le"), (*one.labels, bound_text(bound)))
        yield Line(f"{name}_bucket{labels}", str(count), number)
    if one.total is not None:
        yield Line(f"{name}_sum{_braced(names, one.labels)}", bound_text(one.total), number)
    yield Line(f"{name}_count{_braced(names, one.labels)}", str(one.counts[-1][1]), number)


def _braced(names: Sequence[str], texts: Labels) -> str:
    pairs = (f'{name}="{text.translate(_IN_LABEL)}"' for name, text in zip(names, texts, strict=True))
    return "{" + ",".join(pairs) + "}" if names else ""


def bound_text(bound: float) -> str:
    """A number with a fraction as Go writes it, and so the label `le`: 8e-06, 0.25, +Inf."""
    return str(floatToGoString(bound))  # type: ignore[no-untyped-call]
