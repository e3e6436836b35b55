"""A packet's way from the network card to a socket, through the programs attached on it.

``send`` is a pure function of its arguments: the same packet, programs, event and maps give the same journey.
Each run on it can be had again in full, for stepping, from ``Journey.world``.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vm.change import Emitted, Ended
from vm.helpers.event import Event
from vm.helpers.table import HELPERS
from vm.kernel import context
from vm.kernel.context import Frame, HookInput
from vm.kernel.context.ethernet import ETHERNET
from vm.kernel.destination import destination
from vm.kernel.hooks import Effect, HookPoint, Verdict
from vm.kernel.loading import cpus_for, load_maps
from vm.kernel.receive import for_socket, for_tc, leaving, make_skb
from vm.kernel.scenario import Carry
from vm.kernel.stations import START, WAY_IN, Station
from vm.machine.machine import STEP_LIMIT, Machine
from vm.machine.state import World
from vm.machine.trace import WINDOW, Trace
from vm.maps import BpfMap
from vm.maps.references import PerfEventArray
from vm.maps.ringbuf import RingBufMap
from vm.memory.fault import Fault
from vm.memory.memory import Memory
from vm.memory.snapshot import MemorySnapshot
from vm.program import Program

Attachments = Mapping[str, Sequence[Program]]
"""Programs by the name of their hook; the first is run, the others are there for tail calls."""

Tracer = Callable[[World], Trace]
"""Runs a program to its end and keeps how; it may be given budgets, and a clock to look at while it runs."""
HOP_NS = 1_000
"""How much later each station's programs run than the one before's."""
MAX_FRAME = 65_535 + ETHERNET
_PREPARE: Mapping[str, Callable[[Frame], Frame]] = {"tc": for_tc, "cgroup": for_socket, "filter": for_socket}


@dataclass(frozen=True, slots=True)
class ProgramRun:
    """A run of a station's program: how it ended, after how many steps, and what it sent to user space."""

    hook: HookPoint
    ended: Ended
    steps: int
    fault: Fault | None
    outputs: tuple[Emitted, ...]
    maps: Carry | None
    """The maps as the run found them; None: fresh."""
    trace: Trace | None = field(default=None, repr=False, compare=False)
    """The whole run, if the journey was asked to keep it."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A station the packet came to, ``frame`` as it came; ``run`` and ``verdict`` where a program decided."""

    station: Station
    frame: Frame
    effect: Effect
    note: str
    run: ProgramRun | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """The stations of a packet, the last one its end. ``maps`` is what it leaves to the next packet."""

    visits: tuple[Visit, ...]
    maps: Carry | None
    attachments: Attachments = field(repr=False)
    event: Event = field(repr=False)

    @property
    def fate(self) -> Visit:
        """Where the packet ended, and why."""
        return self.visits[-1]

    @property
    def run(self) -> ProgramRun | None:
        """The first run of a program on the way; None if the packet came to none."""
        return next((visit.run for visit in self.visits if visit.run is not None), None)

    def world(self, index: int) -> World:
        """The surroundings of visit ``index``'s run before its first step; it must have a run."""
        visit = self.visits[index]
        if visit.run is None:
            raise ValueError(f"no program ran at {visit.station.title}")
        return _Way(self.attachments, self.event, visit.run.maps).world(visit.run.hook, visit.frame, index)


def send(
    packet: bytes,
    attachments: Attachments,
    event: Event,
    maps: Carry | None = None,
    limit: int = STEP_LIMIT,
    tracer: Tracer | None = None,
) -> Journey:
    """Sends ``packet`` in at the event's device, past the programs attached.

    ``maps`` is what an earlier journey left, None for fresh maps; ``limit`` bounds each program's steps;
    with a ``tracer`` each run's trace is kept. User space reads ring buffers and perf events between runs.
    Raises HookscopeError for maps that cannot be made.
    """
    way = _Way(attachments, event, maps, tracer)
    station: Station | None = WAY_IN[START]
    frame, visits = Frame(packet), list[Visit]()
    while station is not None and station.leads:
        visit, left = way.pass_by(station, frame, len(visits), limit)
        visits.append(visit)
        reason, frame = visit.note, left
        station = WAY_IN[station.leads[visit.effect]]
        if not station.leads:
            visits.append(Visit(station, frame, visit.effect, way.farewell(station, frame, reason)))
    return Journey(tuple(visits), way.maps, attachments, event)


def send_to(
    hook: HookPoint,
    what: bytes | HookInput,
    attachments: Attachments,
    event: Event,
    maps: Carry | None = None,
    limit: int = STEP_LIMIT,
    tracer: Tracer | None = None,
) -> Journey:
    """Gives ``what`` to the programs of one hook beside the way in: a packet on its way out, or an event."""
    way = _Way(attachments, event, maps, tracer)
    here = Station(hook.station, hook.title, hook.function, hook.file, hook.doc)
    given = leaving(Frame(what), hook.station) if isinstance(what, bytes) else what
    visit, left = way.run(here, hook, given, 0, limit)
    words = visit.verdict.doc if visit.verdict is not None else visit.note
    end = Station("end", _ENDS[visit.effect], hook.function, hook.file, words)
    return Journey((visit, Visit(end, left, visit.effect, visit.note)), way.maps, attachments, event)


_ENDS: Mapping[Effect, str] = {
    Effect.PASS: "goes on",
    Effect.DROP: "dropped",
    Effect.TX: "sent",
    Effect.REDIRECT: "redirected",
    Effect.ABORTED: "aborted",
    Effect.DENY: "denied",
    Effect.IGNORED: "goes on",
}


class _Way:
    """A journey under way: which programs stand on it, and the maps as they are now."""

    def __init__(
        self, attachments: Attachments, event: Event, maps: Carry | None, tracer: Tracer | None = None
    ) -> None:
        self.attachments = attachments
        self.event = event
        self.maps = maps
        self.tracer = tracer
        self._kept: int | None = None

    def pass_by(self, station: Station, frame: Frame, hop: int, limit: int) -> tuple[Visit, Frame]:
        """What happens to ``frame`` at a station, and what leaves it."""
        hook = station.hook
        if hook is not None and self.attachments.get(hook.name):
            return self.run(station, hook, _PREPARE.get(station.id, _as_it_is)(frame), hop, limit)
        if station.id == "nic" and not ETHERNET <= len(frame.data) <= MAX_FRAME:
            size = "short" if len(frame.data) < ETHERNET else "long"
            return Visit(
                station, frame, Effect.DROP, f"{len(frame.data)} bytes are too {size} for a frame"
            ), frame
        event = self.event
        left = make_skb(frame, event.ifindex, event.rx_queue) if station.id == "skb" else frame
        note = "no program is attached" if hook is not None else station.doc
        return Visit(station, frame, Effect.PASS, note), left

    def run(
        self, station: Station, hook: HookPoint, what: Frame | HookInput, hop: int, limit: int
    ) -> tuple[Visit, Frame]:
        """Runs a hook's programs over a packet or an event: the visit, and the packet they leave."""
        found = self.maps
        frame = what if isinstance(what, Frame) else Frame(b"")
        machine, outputs, trace = _execute(self.world(hook, what, hop), limit, self.tracer)
        ended = machine.outcome()
        self.maps = self._carry(machine)
        run = ProgramRun(hook, ended, machine.number, machine.fault, outputs, found, trace)
        if ended.how != "exit":
            return Visit(station, frame, Effect.ABORTED, ended.message, run), frame
        verdict = hook.verdict(ended.value)
        left = machine.world.ctx.leave() if isinstance(machine.world.ctx, context.PacketContext) else frame
        effect, note = verdict.effect, verdict.doc
        if effect is Effect.REDIRECT:
            effect, note = destination(machine.world, self.event.network)
        elif hook.station == "filter" and effect is Effect.PASS:
            left, note = trimmed(left, ended.value)
        return Visit(station, frame, effect, note, run, verdict), left

    def farewell(self, station: Station, frame: Frame, reason: str) -> str:
        """What is said of a packet's end."""
        match station.id:
            case "socket":
                return f"{len(frame.data) - ETHERNET} bytes behind the link header wait to be read"
            case "sent":
                device = self.event.network.device(self.event.ifindex)
                return f"sent back out of {device.name if device else f'device {self.event.ifindex}'}"
            case _:
                return reason

    def world(self, hook: HookPoint, what: Frame | HookInput, hop: int) -> World:
        """The surroundings of the run of a hook's programs over a packet or an event."""
        event = replace(
            self.event, time_ns=self.event.time_ns + hop * HOP_NS, seed=self.event.seed * 1_000_003 + hop
        )
        memory, fields = Memory([]), dict[str, int]()
        everybody = [program for programs in self.attachments.values() for program in programs]
        loaded = load_maps(everybody, memory, cpus_for(event), fresh=self.maps is None)
        self._kept = len(memory.regions)
        if self.maps is not None:
            memory.snapshot()
            memory.restore(self.maps.memory)
            for made, book in zip(loaded.maps, self.maps.books, strict=True):
                made.restore(book)
        _read_by_user_space(loaded.maps)
        programs = tuple(self.attachments[hook.name])
        first = everybody.index(programs[0])
        ctx = context.create(hook.prog_type, what, memory, event, fields=fields)
        memory.journal.clear()
        return World(
            programs=programs,
            memory=memory,
            maps=tuple(loaded.maps),
            map_indices=loaded.indices[first : first + len(programs)],
            event=event,
            ctx=ctx,
            r1=ctx.address,
            fields=fields,
            helpers=HELPERS,
            map_at={made.address: made for made in loaded.maps},
        )

    def _carry(self, machine: Machine) -> Carry:
        end = machine.snapshot()
        books = tuple(book.flat() for book in end.maps)
        return Carry(MemorySnapshot(end.memory.images[: self._kept]), books)


def _read_by_user_space(maps: Sequence[BpfMap]) -> None:
    """A reader waits for what programs send: it has opened all events, and has read all records so far."""
    for found in maps:
        if isinstance(found, PerfEventArray):
            found.open_all()
        elif isinstance(found, RingBufMap):
            found.consume()


def _execute(
    world: World, limit: int, tracer: Tracer | None
) -> tuple[Machine, tuple[Emitted, ...], Trace | None]:
    """The machine at the end of a run, what the run sent to user space, and its trace if it is wanted."""
    if tracer is None:
        machine = Machine(world, limit)
        return machine, tuple(_outputs(machine)), None
    trace = tracer(world)
    return trace.seek(len(trace)), tuple(output for _, output in trace.outputs), trace


def _outputs(machine: Machine) -> Iterator[Emitted]:
    """Runs to the end and gives what is sent to user space on the way."""
    while machine.ended is None:
        for changes in machine.run(WINDOW):
            yield from (change for change in changes if isinstance(change, Emitted))


def _as_it_is(frame: Frame) -> Frame:
    return frame


def trimmed(frame: Frame, value: int) -> tuple[Frame, str]:
    """The packet cut to what a socket filter allows of it, counted from the network header."""
    link = frame.numbers.get("network_offset", ETHERNET)
    whole, wanted = len(frame.data) - link, value & 0xFFFFFFFF
    kept = min(whole, wanted)
    note = (
        f"the socket gets all {whole} bytes" if kept == whole else f"the socket gets {kept} of {whole} bytes"
    )
    return replace(frame, data=frame.data[: link + kept]), note
