"""Many happenings in flight at once, as the path screen draws them: which way each went, and when."""

from typing import Literal

from app.schemas.base import Message
from app.schemas.outcomes import Count, EffectName


class TimelineRequest(Message):
    """How a simulation's happenings lie in time."""

    simulation: str


class TimelineReply(Message):
    """Happenings from the first to the last, ``size`` of them in a chunk.

    ``starts_ns``: when each chunk begins. ``ended``: by how they ended (``denied`` and ``other`` for what is
    no packet), how many did in each of equal stretches of the time.
    """

    simulation: str
    begin_ns: int
    end_ns: int
    count: int
    size: int
    starts_ns: list[int]
    ended: dict[str, list[int]]


class FlightEnd(Message):
    """Where and how one packet of a way ended."""

    packet: int
    station: str
    end: Literal["delivered", "dropped", "sent", "queued"]
    effect: EffectName


class FlightRoute(Message):
    """One way through the kernel: stations in order, each with the number of the packet that came there."""

    stations: list[str]
    packets: list[int]
    ends: list[FlightEnd]
    denied: bool


class FlightsRequest(Message):
    """The happenings of one chunk."""

    simulation: str
    chunk: Count = 0


class FlightsReply(Message):
    """Those that came to any station: their numbers, times and ways (places in ``routes``), in order."""

    simulation: str
    chunk: int
    routes: list[FlightRoute]
    indexes: list[int]
    times_ns: list[int]
    ways: list[int]
