"""What became of it, page by page: filtered rows, numbers over time, who was denied what."""

from typing import Annotated

from pydantic import Field

from app.schemas.base import HexBytes, Message
from app.schemas.outcomes import Count, OutcomeRow

PAGE = 200
"""Rows of a page."""

Label = Annotated[str, Field(max_length=64)]


class RowsRequest(Message):
    """A page of the events that fit all filters; an empty filter fits every event."""

    simulation: str
    offset: Count = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = 50
    ends: Annotated[tuple[Label, ...], Field(max_length=16)] = ()
    effects: Annotated[tuple[Label, ...], Field(max_length=16)] = ()
    stations: Annotated[tuple[Label, ...], Field(max_length=64)] = ()
    truths: Annotated[tuple[Label, ...], Field(max_length=32)] = ()
    kinds: Annotated[tuple[Label, ...], Field(max_length=16)] = ()
    stopped: bool | None = None
    reported: bool | None = None
    text: Annotated[str, Field(max_length=200)] = ""
    """Part of the title, reason or verdict, in any case of letters."""
    after: int | None = None
    """Give the page that begins with the first match at or after this event, in place of ``offset``."""


class RowsReply(Message):
    """The page, and how many events fit in all; ``offset`` is that of the first row."""

    simulation: str
    offset: int
    total: int
    rows: list[OutcomeRow]


class SeriesRequest(Message):
    """How the entries of a map went over time; without a map, that of all maps."""

    simulation: str
    map: Annotated[str, Field(max_length=64)] = ""


class SeriesView(Message):
    """A number of one entry over time, all CPUs together: one for each time. ``field`` of its value."""

    map: str
    key: HexBytes
    key_text: str
    field: str
    values: list[float | None]


class SeriesReply(Message):
    """Sampled values, ``times_ns`` apart as the simulation chose."""

    simulation: str
    times_ns: list[int]
    series: list[SeriesView]


class AuditRequest(Message):
    """A page of who was denied what."""

    simulation: str
    offset: Count = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = 50


class AuditLine(Message):
    """Who was denied what, by which instruction of which line of which program."""

    index: int
    time_ns: int
    who: str
    what: str
    station: str
    attachment: int | None
    program: str
    place: str
    pc: int | None
    line: int | None
    text: str
    answer: str
    """``XDP_DROP``, ``-EPERM``."""
    truth: str


class AuditReply(Message):
    """The page, and how many lines there are."""

    simulation: str
    offset: int
    total: int
    lines: list[AuditLine]
