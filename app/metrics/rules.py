"""The rules that make maps into metrics, as a learner writes them in YAML.

The manner is ebpf_exporter's; names are held to what Prometheus allows.
"""

from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_METRICS: Final = 64
_METRIC = r"^[a-zA-Z_:][a-zA-Z0-9_:]{0,127}$"
_LABEL = r"^[a-zA-Z_][a-zA-Z0-9_]{0,127}$"
_RESERVED: Final = ("_bucket", "_sum", "_count", "_created", "_info")


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
    width: Annotated[int, Field(ge=1)] = 1
    unit: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    slots: Annotated[int, Field(ge=1, le=64)] = 27
    sum_slot: int | None = None


class Metric(Part):
    """One metric: the map it comes from, and what its labels and its number are."""

    name: Annotated[str, Field(pattern=_METRIC)]
    help: Annotated[str, Field(min_length=1, max_length=400)]
    type: Kind
    map: str
    labels: dict[Annotated[str, Field(pattern=_LABEL)], str] = {}
    value: str = "value"
    buckets: Buckets | None = None

    @model_validator(mode="after")
    def _as_prometheus_wants(self) -> "Metric":
        ending = next((ending for ending in _RESERVED if self.name.endswith(ending)), None)
        if ending is not None:
            raise ValueError(f"a metric's name may not end in {ending}; Prometheus adds such endings itself")
        if (self.type is Kind.COUNTER) != self.name.endswith("_total"):
            need = (
                "a counter's name ends in _total"
                if self.type is Kind.COUNTER
                else "only counters end in _total"
            )
            raise ValueError(f"{need}; so does everybody who reads it expect")
        if (self.type is Kind.HISTOGRAM) != (self.buckets is not None):
            raise ValueError(
                "histograms have buckets, other metrics none; write type: histogram with buckets:"
            )
        for label in self.labels:
            if label.startswith("__") or (label == "le" and self.type is Kind.HISTOGRAM):
                raise ValueError(f"the label {label} is Prometheus's own; give it another name")
        return self


class Rules(Part):
    """All rules of a workspace."""

    metrics: Annotated[list[Metric], Field(min_length=1, max_length=MAX_METRICS)]

    @model_validator(mode="after")
    def _each_once(self) -> "Rules":
        names = [metric.name for metric in self.metrics]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"{twice} is there twice; give one of them another name")
        return self
