"""The ways packets take, each kept once: an outcome is a reference to one, and sums are counts of them."""

from vm.kernel.hooks import Effect
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.outcome import (
    Counters,
    End,
    Fate,
    Hop,
    ProgramCount,
    Route,
    StationCount,
)


class Ways:
    """Hops, fates and routes by number. Equal ones are the same object."""

    def __init__(self) -> None:
        self.hops: list[Hop] = []
        self.fates: list[Fate] = []
        self.routes: list[Route] = []
        self.counts: list[int] = []
        self._hop: dict[tuple[object, ...], int] = {}
        self._fate: dict[tuple[object, ...], int] = {}
        self._route: dict[tuple[tuple[int, ...], tuple[int, ...], bool], int] = {}

    def hop(
        self,
        station: str,
        device: str,
        netns: str,
        after_ns: int,
        effect: Effect,
        program: str | None,
        steps: int,
        pc: int | None,
        verdict: str | None,
        note: str,
        packet: int,
    ) -> int:
        """The number of the hop with these fields."""
        # An enum's member hashes by a function of Python; its id does as well, and at once.
        key = station, device, netns, after_ns, id(effect), program, steps, pc, verdict, note, packet
        found = self._hop.get(key)
        if found is None:
            found = self._hop[key] = len(self.hops)
            self.hops.append(
                Hop(station, device, netns, after_ns, effect, program, steps, pc, verdict, note, packet)
            )
        return found

    def fate(
        self,
        station: str,
        end: End,
        effect: Effect,
        reason: Reason | None,
        program: str | None,
        pc: int | None,
        note: str,
        packet: int,
        device: str,
        netns: str,
    ) -> int:
        """The number of the fate with these fields."""
        key = station, id(end), id(effect), id(reason), program, pc, note, packet, device, netns
        found = self._fate.get(key)
        if found is None:
            found = self._fate[key] = len(self.fates)
            self.fates.append(Fate(station, end, effect, reason, program, pc, note, packet, device, netns))
        return found

    def route(self, hops: tuple[int, ...], fates: tuple[int, ...], denied: bool) -> int:
        """The number of the route of those hops and fates."""
        key = hops, fates, denied
        found = self._route.get(key)
        if found is None:
            found = self._route[key] = len(self.routes)
            ends = sorted((self.fates[at] for at in fates), key=lambda fate: fate.packet)
            self.routes.append(Route(tuple(self.hops[at] for at in hops), tuple(ends), denied))
            self.counts.append(0)
        return found

    def counters(self, events: int) -> Counters:
        """The sums of all routes taken."""
        sums = Counters(events)
        for route, count in zip(self.routes, self.counts, strict=True):
            for hop in route.hops:
                _count_hop(sums, hop, count)
            for fate in route.fates:
                sums.packets += count
                sums.ends[fate.end] = sums.ends.get(fate.end, 0) + count
                if fate.end is End.DROPPED and fate.reason is not None:
                    sums.reasons[fate.reason] = sums.reasons.get(fate.reason, 0) + count
        return sums


def _count_hop(sums: Counters, hop: Hop, count: int) -> None:
    place = (hop.station, f"{hop.netns}/{hop.device}" if hop.netns and hop.device else hop.device)
    station = sums.stations.get(place)
    if station is None:
        station = sums.stations[place] = StationCount()
    station.seen += count
    match hop.effect.value:
        case "drop" | "aborted":
            station.dropped += count
        case "tx":
            station.sent += count
        case "redirect":
            station.redirected += count
        case "deny":
            station.denied += count
        case _:
            station.passed += count
    if hop.program is not None:
        program = sums.programs.setdefault(hop.program, ProgramCount())
        program.runs += count
        program.steps += count * hop.steps
        verdict = hop.verdict or "fault"
        program.verdicts[verdict] = program.verdicts.get(verdict, 0) + count
