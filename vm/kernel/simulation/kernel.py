"""The engine: one happening at a time, its packets from station to station, the programs on their way.

The stations' own work stands in the modules beside (``ingress``, ``egress``, ``tcp`` …) as functions of the
kernel and a packet that answer with the next station. What happened is kept as numbers of hops and
fates (see ``ways``); with a ``recording``, also bytes and what each run began with.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from vm.change import OutputKind
from vm.helpers.event import Event, Task
from vm.kernel.context import Frame
from vm.kernel.hooks import Effect
from vm.kernel.simulation.attached import Attached
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.finder import Finder
from vm.kernel.simulation.outcome import End, Output
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.runner import Run, Runner
from vm.kernel.simulation.start import Start, What
from vm.kernel.simulation.tables import Tables
from vm.kernel.simulation.topology import Dev, Netns, Topology
from vm.kernel.simulation.ways import Ways
from vm.kernel.world.spec import WorldSpec
from vm.source import HookscopeError

HOP_NS = 1_000
"""How much later each station comes than the one before."""
MAX_REDIRECTS = 8
"""How often programs may send one packet elsewhere: the limit of nested transmits (XMIT_RECURSION_LIMIT)."""
MAX_HOPS = 4_096
"""Stations one happening may come to, whatever goes round in it."""

_PASS, _DROP = Effect.PASS, Effect.DROP

Step = Callable[["Kernel", Packet], str | None]
"""What a station does to a packet; answers with the station it goes to, None at its end."""


@dataclass(frozen=True, slots=True)
class Visited:
    """A hop in full: the frame as it was when the packet left the station, and what its run began with."""

    hop: int
    frame: Frame | None
    start: Start | None


@dataclass(slots=True)
class Recording:
    """All visits of one happening."""

    visits: list[Visited] = field(default_factory=list)
    start: Start | None = None
    """Of the run that the next hop tells of."""
    runs: bool = True
    """Whether what runs begin with is kept as well."""


class Kernel:
    """The state of a simulation, and the verbs of its stations."""

    def __init__(
        self,
        spec: WorldSpec,
        topology: Topology,
        tables: Tables,
        attached: Attached,
        steps: Mapping[str, Step],
    ) -> None:
        self.spec = spec
        self.topology = topology
        self.tables = tables
        self.attached = attached
        self.steps = steps
        self.ways = Ways()
        self.recording: Recording | None = None
        self.outputs: list[Output] = []
        self.timers: list[tuple[int, int, int, object]] = []
        self.index = 0
        self.event_index = 0
        self.now_ns = 0
        self.cpu = 0
        self.pid = 0
        self.denied = False
        self.quiet = False
        """Nobody but the trail is told of a hop."""
        self.packets = 0
        self.trail: list[int] = []
        self.ends: list[int] = []
        self._later: deque[tuple[str, Packet]] = deque()

    # A happening.

    def begin(self, index: int, time_ns: int, cpu: int) -> None:
        """Starts happening ``index``."""
        self.index, self.now_ns, self.cpu = index, time_ns, cpu
        self.quiet = self.recording is None and not self.attached.probes.tracing
        self.denied = False
        self.packets = 0
        self.pid = 0
        self.trail = []
        self.ends = []

    def finish(self) -> int:
        """Lets all packets go their way; the number of the route that was taken."""
        later = self._later
        while later:
            station, packet = later.popleft()
            self.go(station, packet)
        number = self.ways.route(tuple(self.trail), tuple(self.ends), self.denied)
        self.ways.counts[number] += 1
        return number

    def go(self, station: str | None, packet: Packet) -> None:
        """Takes a packet from station to station to its end."""
        steps = self.steps
        for _ in range(max(MAX_HOPS - len(self.trail), 1)):
            if station is None:
                return
            station = steps[station](self, packet)
        if station is not None:
            self.drop(packet, station, Reason.RECURSION_LIMIT, "it goes round and round")

    def later(self, station: str, packet: Packet) -> None:
        """Lets a packet start from a station once those before it have come to their ends."""
        self._later.append((station, packet))

    def packet(self, data: bytes, dev: Dev) -> Packet:
        """A new packet of this happening."""
        made = Packet(data, dev, self.packets)
        self.packets += 1
        return made

    # What is told of it.

    def hop(
        self,
        station: str,
        packet: Packet | None,
        effect: Effect = Effect.PASS,
        program: str | None = None,
        steps: int = 0,
        pc: int | None = None,
        verdict: str | None = None,
        note: str = "",
    ) -> None:
        """The packet came to a station, and ``effect`` is what comes of it there."""
        trail = self.trail
        at, plain = len(trail), None
        name, netns, which = "", "", 0
        if packet is not None:
            dev = packet.dev
            if program is None and (effect is _PASS or effect is _DROP):
                plain = station, at, packet.number, note, effect is _PASS
                known = dev.plain.get(plain) if self.recording is None else None
                if known is not None:
                    trail.append(known)
                    if not self.quiet:
                        self.attached.probes.packets.passes(self, packet, station, note)
                    return
            name, netns, which = dev.spec.name, dev.netns.name, packet.number
        number = self.ways.hop(
            station, name, netns, at * HOP_NS, effect, program, steps, pc, verdict, note, which
        )
        if plain is not None:
            dev.plain[plain] = number
        trail.append(number)
        if self.recording is not None:
            frame = packet.frame() if packet is not None else None
            self.recording.visits.append(Visited(number, frame, self.recording.start))
            self.recording.start = None
        if self.attached.probes.tracing and packet is not None and program is None:
            self.attached.probes.packets.passes(self, packet, station, note)

    def end(
        self,
        packet: Packet,
        station: str,
        end: End,
        reason: Reason | None = None,
        effect: Effect = Effect.PASS,
        runner: Runner | None = None,
        pc: int | None = None,
        note: str = "",
    ) -> None:
        """The packet's way ends."""
        name = None
        if runner is not None:
            name = runner.name
            self.denied = True
        dev = packet.dev
        self.ends.append(
            self.ways.fate(
                station, end, effect, reason, name, pc, note, packet.number, dev.spec.name, dev.netns.name
            )
        )

    def drop(self, packet: Packet, station: str, reason: Reason, note: str = "") -> None:
        """The kernel itself drops the packet at a station."""
        self.hop(station, packet, Effect.DROP, note=note)
        self.end(packet, station, End.DROPPED, reason, Effect.DROP, note=note)
        if self.attached.watches_drops:
            self.attached.probes.packets.dropped(self, packet, station, reason)

    # Programs.

    def event_for(self, dev: Dev | None, netns: Netns | None = None, queue: int = 0) -> Event:
        """The outside world as a program sees it here and now."""
        at = len(self.trail)
        where = dev.netns if dev is not None else netns or self.topology.namespaces[""]
        return Event(
            self.spec.boot_ns + self.now_ns + at * HOP_NS,
            self.cpu,
            (self.spec.seed * 1_000_003 + self.index) * 1_000_003 + at,
            self.task(),
            dev.ifindex if dev is not None else 1,
            queue,
            where.network,
        )

    def task(self) -> Task:
        """The process that is running."""
        return self.attached.task(self.tables, self.pid or self.tables.running[self.cpu], self.cpu)

    def execute(self, runner: Runner, what: What, event: Event) -> Run:
        """Runs a place's programs; what they send is kept."""
        if runner.finds:
            event = replace(event, sockets=self.finder(event, runner))
        if self.recording is not None and self.recording.runs:
            self.recording.start = runner.start(what, event)
        try:
            run = runner.run(what, event)
        except HookscopeError as refused:
            return Run(None, 0, 0, refused.diagnostic.message)
        if run.outputs:
            time_ns = event.time_ns - self.spec.boot_ns
            self.outputs += [
                Output(self.index, time_ns, runner.name, sent.kind, sent.source, sent.data)
                for sent in run.outputs
                if sent.kind is not OutputKind.CLONE
            ]
        return run

    def finder(self, event: Event, runner: Runner) -> Finder:
        """The sockets that a program can look up here; those of a recorded run stay as they are now."""
        spaces = self.topology.namespaces.values()
        netns = next((found.name for found in spaces if found.network is event.network), "")
        at_ingress = runner.point.station != "tc_egress"
        found = Finder(self.tables, netns, self.attached.groups, at_ingress)
        return found if self.recording is None else found.frozen()
