"""Maps made into metrics: what rules say of them, what Prometheus scrapes, what the graphs draw."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.schemas.base import HexBytes, Manifest, Message
from app.schemas.source import DiagnosticView
from app.schemas.trace import Inputs

ScenarioName = Annotated[str, StringConstraints(max_length=64)]


class MetricsRequest(Message):
    """Asks what ``rules`` (None: those suggested) make of the maps after ``at`` events (None: all): those of
    ``scenario``, by its id, or the program's own packets where none is named."""

    inputs: Inputs
    scenario: ScenarioName = ""
    rules: Manifest | None = None
    at: int | None = None
    revision: int = 0


class DashboardRequest(Message):
    """Asks for a Grafana dashboard of these rules."""

    inputs: Inputs
    scenario: ScenarioName = ""
    rules: Manifest | None = None
    title: Annotated[str, Field(max_length=200)] = "Hookscope"


class MapEntry(Message):
    """An entry of a map; ``number`` counts all entries from 0 and is what a series names it by."""

    number: int
    key: HexBytes
    key_text: str
    value: HexBytes
    value_text: str


class MeasuredMap(Message):
    """The first of a map's ``total`` entries; ``key_type`` and ``value_type`` as its directive has them."""

    name: str
    kind: str
    key_type: str | None
    value_type: str | None
    max_entries: int
    total: int
    entries: list[MapEntry]


class MetricBar(Message):
    """A slot of a histogram: what it counts from and up to, as text, and how many there were."""

    low: str
    high: str
    count: int


class MetricSeries(Message):
    """One line of numbers: its labels, its number now, and the entries it is made of."""

    labels: list[tuple[str, str]]
    value: str
    entries: list[int]
    points: list[float]
    """Empty where it is not drawn."""
    bars: list[MetricBar]


class MetricFamily(Message):
    """A metric. ``draw``: a rate a second, what each stretch of time added, its value, or bars."""

    name: str
    type: Literal["counter", "gauge", "histogram"]
    help: str
    map: str
    draw: Literal["rate", "stack", "value", "bars"]
    query: str
    """What one asks Prometheus of it."""
    first: int
    last: int
    lines: list[int]
    """Lines of the rules: ``first`` to ``last`` are this metric's, ``lines`` name its map and labels."""
    total: int
    """How many series there are; ``series`` are the first of them."""
    most: int
    """How many there could be: the map has no more entries."""
    drawn: int
    series: list[MetricSeries]


class ScrapeLine(Message):
    """A line of the exposition; a sample's names its family and series by number."""

    text: str
    value: str
    family: int
    series: int | None


class GraphAxis(Message):
    """The time that the graphs show: from 0 to ``end``, in ``points`` steps; ``now`` of them have passed."""

    end: str
    window: str
    """The stretch a rate looks back over."""
    stretch: str
    """What one bar of a stack covers."""
    points: int
    now: int


class MetricsReply(Message):
    """The maps after ``at`` of ``total`` events, and what the rules make of them.

    ``done``: how many have been run so far; asking again goes on. ``families`` is None where the text is no
    rules at all: then the ``diagnostics`` say why.
    """

    revision: int
    rules: str
    suggested: bool
    done: int
    total: int
    finished: bool
    at: int
    stops: list[int]
    """Numbers of events after which the maps are known."""
    diagnostics: list[DiagnosticView]
    maps: list[MeasuredMap]
    families: list[MetricFamily] | None
    axis: GraphAxis
    scrape: list[ScrapeLine]
    scrape_total: int
    series_total: int


class MetricsExample(Message):
    """A program with the rules that export its maps."""

    id: str
    title: str
    doc: str
    inputs: Inputs
    scenario: str
    rules: str


class Manifests(Message):
    """The YAML that belongs to a workspace; None: never written, so what is offered to start from stands."""

    rules: Manifest | None = None
    policies: Manifest | None = None
    cluster: Manifest | None = None
    scenario: ScenarioName = ""
    """What the program's maps are measured by; empty: its own packets."""


class ManifestsDoc(Message):
    """Manifests as they were saved; ``version`` counts saves, 0 before the first."""

    manifests: Manifests
    version: int


class ManifestsSave(Message):
    """Saves; ``base`` is the version it is based on."""

    manifests: Manifests
    base: int = 0


class ManifestsReply(Message):
    """The new version; ``conflict`` holds what another tab had saved since ``base``, now overwritten."""

    version: int
    conflict: Manifests | None = None
