"""The rules that make maps into metrics, as a learner writes them in YAML.

The manner is ebpf_exporter's; names are held to what Prometheus allows.
"""

import re
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.manifests.located import PlacedError

MAX_METRICS: Final = 64
MAX_NAME: Final = 128
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*", re.ASCII)
_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)
_RESERVED: Final = ("_bucket", "_sum", "_count", "_created", "_info")


def allowed_name(text: str, *, colons: bool = False) -> str:
    """The name nearest to ``text`` that Prometheus takes; the empty text where there is none."""
    kept = re.sub(r"[^a-zA-Z0-9_:]+" if colons else r"[^a-zA-Z0-9_]+", "_", text).strip("_")
    return f"_{kept}"[:MAX_NAME] if kept[:1].isdigit() else kept[:MAX_NAME]


def _metric_name(text: str) -> str:
    return _named(text, _METRIC, "metric", "letters, digits, _ and :", allowed_name(text, colons=True))


def _label_name(text: str) -> str:
    return _named(text, _LABEL, "label", "letters, digits and _", allowed_name(text))


def _named(text: str, form: re.Pattern[str], what: str, letters: str, instead: str) -> str:
    if form.fullmatch(text) and len(text) <= MAX_NAME:
        return text
    shown = f"`{text[:60]}`" if text else "an empty text"
    suggestion = f": try `{instead[:60]}`" if instead and instead != text else ""
    raise ValueError(
        f"{shown} is no name that Prometheus allows for a {what}; use {letters}, no digit first, "
        f"at most {MAX_NAME}{suggestion}"
    )


MetricName = Annotated[str, AfterValidator(_metric_name)]
LabelName = Annotated[str, AfterValidator(_label_name)]


class Kind(StrEnum):
    """What a metric's number does: only grows, goes up and down, or counts by size."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Scale(StrEnum):
    """Which values a histogram's slot n counts: from 2^n up to 2^(n+1), or from n·width up to (n+1)·width."""

    LOG2 = "log2"
    LINEAR = "linear"


class Part(BaseModel):
    """The base: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Buckets(Part):
    """How a histogram's slots are laid out; a value of 1 in the map is ``unit`` of the metric."""

    slot: str = "key"
    scale: Scale = Scale.LOG2
    width: Annotated[int, Field(ge=1, le=1 << 62)] = 1
    unit: Annotated[float, Field(ge=1e-18, le=1e18, allow_inf_nan=False)] = 1.0
    slots: Annotated[int, Field(ge=1, le=64)] = 27
    sum_slot: int | None = None


class Metric(Part):
    """One metric: the map it comes from, and what its labels and its number are."""

    name: MetricName
    help: Annotated[str, Field(min_length=1, max_length=400)]
    type: Kind
    map: str
    labels: dict[LabelName, str] = {}
    value: str = "value"
    buckets: Buckets | None = None

    @model_validator(mode="after")
    def _as_prometheus_wants(self) -> "Metric":
        ending = next((ending for ending in _RESERVED if self.name.endswith(ending)), None)
        if ending is not None:
            said = f"a metric's name may not end in {ending}; Prometheus adds such endings itself"
            raise PlacedError(said, "name")
        if self.type is Kind.COUNTER and not self.name.endswith("_total"):
            raise PlacedError(f"a counter's name ends in _total; try `{self.name[:60]}_total`", "name")
        if self.type is not Kind.COUNTER and self.name.endswith("_total"):
            meant = self.name.removesuffix("_total")
            raise PlacedError(f"only counters end in _total; try `{meant[:60]}`, or type: counter", "name")
        if self.type is Kind.HISTOGRAM and self.buckets is None:
            raise PlacedError("a histogram needs its buckets; add `buckets: {scale: log2}`", "type")
        if self.type is not Kind.HISTOGRAM and self.buckets is not None:
            raise PlacedError(
                f"a {self.type} has no buckets; leave them out, or write type: histogram", "buckets"
            )
        for label in self.labels:
            if label.startswith("__") or (label == "le" and self.type is Kind.HISTOGRAM):
                raise PlacedError(
                    f"the label {label} is Prometheus's own; give it another name", "labels", label
                )
        return self


class Rules(Part):
    """All rules of a workspace."""

    metrics: Annotated[list[Metric], Field(min_length=1, max_length=MAX_METRICS)]

    @model_validator(mode="after")
    def _each_once(self) -> "Rules":
        seen: dict[str, int] = {}
        for number, metric in enumerate(self.metrics):
            base = metric.name.removesuffix("_total")
            if base in seen:
                other = self.metrics[seen[base]].name
                said = (
                    f"{metric.name} is there twice"
                    if other == metric.name
                    else f"{metric.name} is too near {other}"
                )
                raise PlacedError(f"{said}; give one of them another name", "metrics", number, "name")
            seen[base] = number
        return self
