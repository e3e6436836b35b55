"""When the happenings of a simulation happened and which way each went, for many to be drawn in flight."""

from collections.abc import Sequence

from app.schemas.flights import FlightEnd, FlightRoute, FlightsReply, TimelineReply
from app.workbench.simulated import Simulated
from vm.kernel.simulation.outcome import Kind, Outcome, Route

CHUNK = 4_096
"""Happenings sent at a time."""
BINS = 240
"""Stretches of the time in which happenings are counted."""
HOPS = 64
"""Stations of a way that are drawn; one that goes in a circle has more."""


def timeline(found: Simulated) -> TimelineReply:
    """How the happenings so far lie in time."""
    outcomes = found.outcomes
    begin = outcomes[0].time_ns if outcomes else 0
    end = outcomes[-1].time_ns if outcomes else 0
    return TimelineReply(
        simulation=found.key,
        begin_ns=begin,
        end_ns=end,
        count=len(outcomes),
        size=CHUNK,
        starts_ns=[outcomes[at].time_ns for at in range(0, len(outcomes), CHUNK)],
        ended=_counted(outcomes, begin, end - begin + 1),
    )


def _counted(outcomes: Sequence[Outcome], begin: int, span: int) -> dict[str, list[int]]:
    ended: dict[str, list[int]] = {}
    for outcome in outcomes:
        name = ending(outcome)
        if name not in ended:
            ended[name] = [0] * BINS
        ended[name][(outcome.time_ns - begin) * BINS // span] += 1
    return ended


def ending(outcome: Outcome) -> str:
    """In a word: as its packet ended, else whether it was denied."""
    if outcome.kind is Kind.PACKET and outcome.fate is not None:
        return outcome.fate.end.value
    return "denied" if outcome.route.denied else "other"


def flights(found: Simulated, chunk: int) -> FlightsReply:
    """The happenings of a chunk that came to any station; ways that look alike are told once."""
    start = chunk * CHUNK
    seen: dict[int, int] = {}
    known: dict[tuple[object, ...], int] = {}
    routes: list[FlightRoute] = []
    ways: list[int] = []
    flying = [outcome for outcome in found.outcomes[start : start + CHUNK] if outcome.route.hops]
    for outcome in flying:
        route = outcome.route
        way = seen.get(id(route))
        if way is None:
            way = seen[id(route)] = known.setdefault(_looks(route), len(routes))
            if way == len(routes):
                routes.append(_view(route))
        ways.append(way)
    return FlightsReply(
        simulation=found.key,
        chunk=chunk,
        routes=routes,
        indexes=[outcome.index for outcome in flying],
        times_ns=[outcome.time_ns for outcome in flying],
        ways=ways,
    )


def _looks(route: Route) -> tuple[object, ...]:
    """What of a way can be seen from afar: not how many steps its programs took."""
    return (
        tuple((hop.station, hop.packet) for hop in route.hops[:HOPS]),
        tuple((fate.packet, fate.station, fate.end, fate.effect) for fate in route.fates),
        route.denied,
    )


def _view(route: Route) -> FlightRoute:
    hops = route.hops[:HOPS]
    return FlightRoute(
        stations=[hop.station for hop in hops],
        packets=[hop.packet for hop in hops],
        ends=[
            FlightEnd(packet=fate.packet, station=fate.station, end=fate.end.value, effect=fate.effect.value)
            for fate in route.fates
        ],
        denied=route.denied,
    )
