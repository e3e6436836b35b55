"""A world in which events happen, with programs attached: run bit by bit, any event opened again.

A simulation is a pure function of its world, events and attachments. It keeps what became of every event, and
every so often the whole state: any happening can be had again in full from the state before it.
"""

import heapq
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from vm.kernel.hooks.point import HookPoint
from vm.kernel.simulation.attached import Attached, point_of
from vm.kernel.simulation.happen import KINDS, happen, timer
from vm.kernel.simulation.kept import Checkpoint, Opened, Visit
from vm.kernel.simulation.kernel import Kernel, Recording
from vm.kernel.simulation.maps import Maps
from vm.kernel.simulation.outcome import Counters, Denial, Outcome, Output
from vm.kernel.simulation.probes import Probes
from vm.kernel.simulation.scheduler import is_stale
from vm.kernel.simulation.start import Start
from vm.kernel.simulation.steps import STEPS
from vm.kernel.simulation.tables import initial
from vm.kernel.simulation.topology import build
from vm.kernel.simulation.who import denial
from vm.kernel.world.attach import Attachment
from vm.kernel.world.events import Event, ProgramReplaced
from vm.kernel.world.spec import WorldSpec
from vm.machine.trace import Budget
from vm.maps import BpfMap
from vm.program import Program
from vm.source import HookscopeError

CHECKPOINT = 256
"""Happenings between two states that are kept; more where the tables are long, one per 8 entries."""
MAX_CHECKPOINTS = 512
MAX_ENTRIES = 600_000
"""Entries of tables that all states kept may have: about 64 MiB."""
MAX_OUTPUTS = 100_000
MAX_HAPPENINGS = 1_000_000
"""Events, and what follows from them; a simulation ends there."""


class Simulation:
    """A world under way. ``keep`` bounds the outcomes kept; ``budget`` the steps of a run."""

    def __init__(
        self,
        world: WorldSpec,
        events: Iterable[Event],
        attachments: Sequence[Attachment],
        *,
        budget: Budget | None = None,
        keep: int = 200_000,
    ) -> None:
        self.spec = world
        self.events = tuple(events)
        self.attachments = tuple(attachments)
        self.keep = keep
        self._limit = (budget or Budget()).steps
        self._programs = _programs(self.attachments, self.events)
        self._kernel = self._fresh(None)
        self.outcomes: list[Outcome] = []
        self.dropped_outputs = 0
        self._next = 0
        self._index = 0
        self._kept: list[Checkpoint] = []
        self._entries = 0
        self._due = 0

    # Running.

    @property
    def done(self) -> int:
        """How many of the given events have happened."""
        return self._next

    @property
    def total(self) -> int:
        """How many events were given."""
        return len(self.events)

    @property
    def finished(self) -> bool:
        """Whether everything has happened."""
        if self._next < len(self.events):
            return self._index >= MAX_HAPPENINGS
        drop_stale(self._kernel)
        return not self._kernel.timers or self._index >= MAX_HAPPENINGS

    def advance(self, count: int = 1) -> int:
        """Lets up to ``count`` more happen; how many did."""
        done = 0
        while done < count and not self.finished:
            self._one()
            done += 1
        return done

    def run(self) -> "Simulation":
        """Lets everything happen."""
        while not self.finished:
            self._one()
        return self

    def _one(self) -> None:
        index = self._index
        if index >= self._due:
            self._checkpoint()
        outcome, self._next = self._happen(self._kernel, index, self._next)
        self._index = index + 1
        if len(self.outcomes) < self.keep:
            self.outcomes.append(outcome)
        outputs = self._kernel.outputs
        if len(outputs) > MAX_OUTPUTS:
            self.dropped_outputs += len(outputs) - MAX_OUTPUTS
            del outputs[MAX_OUTPUTS:]

    def _happen(self, k: Kernel, index: int, following: int) -> tuple[Outcome, int]:
        """The next happening: a timer, if one is due before the next event."""
        event = self.events[following] if following < len(self.events) else None
        if k.timers:
            drop_stale(k)
        if k.timers and (event is None or k.timers[0][0] <= event.time_ns):
            time_ns, _, cause, what = heapq.heappop(k.timers)
            k.event_index = cause
            kind, result = timer(k, index, time_ns, what)
            number = k.finish()
            return Outcome(index, cause, time_ns, kind, k.ways.routes[number], result), following
        if event is None:
            raise AssertionError("there is nothing left to happen")
        k.event_index = following
        result = happen(k, index, event)
        number = k.finish()
        kind = KINDS[type(event)]
        return Outcome(index, following, event.time_ns, kind, k.ways.routes[number], result), following + 1

    # What there is.

    def counters(self) -> Counters:
        """The sums so far."""
        return self._kernel.ways.counters(self._next)

    @property
    def outputs(self) -> Sequence[Output]:
        """What programs sent to user space so far, in order."""
        return self._kernel.outputs

    @property
    def maps(self) -> tuple[BpfMap, ...]:
        """The maps as they are now; programs of the attachments share those that agree."""
        return self._kernel.attached.maps.maps

    def denials(self, start: int = 0, count: int = 100) -> tuple[list[Denial], int]:
        """Part of the audit list, and how long it is: one entry per happening in which a program denied."""
        chosen = [outcome for outcome in self.outcomes if outcome.route.denied]
        return [
            denial(self.spec, self.events[outcome.event], outcome)
            for outcome in chosen[start : start + count]
        ], len(chosen)

    def conserved(self) -> bool:
        """Whether every packet that came in or was made has ended exactly once."""
        return all(
            len({fate.packet for fate in outcome.route.fates}) == len(outcome.route.fates)
            for outcome in self.outcomes
        )

    # Again.

    def open(self, index: int) -> Opened:
        """Happening ``index`` again, with frames and runs; raises HookscopeError if it has not happened."""
        if not 0 <= index < min(self._index, self.keep):
            raise HookscopeError.of(
                "no-event", f"event {index} has not happened", "run the simulation further"
            )
        return next(self.replay(index, index + 1))

    def replay(self, first: int, end: int, *, runs: bool = True) -> Iterator[Opened]:
        """Happenings from ``first`` to before ``end`` again, in one pass; without ``runs`` frames only."""
        k, following = self._reached(first)
        for index in range(first, min(end, self._index)):
            k.recording = recording = Recording(runs=runs)
            k.outputs = []
            outcome, following = self._happen(k, index, following)
            visits = tuple(
                Visit(k.ways.hops[seen.hop], seen.frame, seen.start, _point(seen.start))
                for seen in recording.visits
            )
            yield Opened(outcome, visits, tuple(k.outputs))

    def maps_before(self, index: int) -> tuple[BpfMap, ...]:
        """The maps as happening ``index`` finds them."""
        return self._reached(index)[0].attached.maps.maps

    def _reached(self, index: int) -> tuple[Kernel, int]:
        """The kernel as happening ``index`` finds it, and the event that comes next."""
        start = self._kept[bisect_right(self._kept, index, key=lambda kept: kept.index) - 1]
        k, following = self._fresh(start), start.event
        for at in range(start.index, index):
            _, following = self._happen(k, at, following)
        return k, following

    def _fresh(self, at: Checkpoint | None) -> Kernel:
        """The kernel at the start, or at a checkpoint."""
        topology = build(self.spec)
        maps = Maps(self._programs, self.spec.cpus, at.maps if at is not None else None)
        attached = Attached(self.spec, topology, self.attachments, maps, self._limit)
        attached.probes = Probes(attached)
        tables = at.tables.copy() if at is not None else initial(self.spec)
        kernel = Kernel(self.spec, topology, tables, attached, STEPS)
        if at is not None:
            kernel.timers = list(at.timers)
            for number, programs in enumerate(at.programs):
                if programs != attached.current[number].programs:
                    attached.replace(number, programs)
        return kernel

    def _checkpoint(self) -> None:
        k = self._kernel
        programs = tuple(attachment.programs for attachment in k.attached.current)
        self._kept.append(
            Checkpoint(
                self._index, self._next, k.tables.copy(), tuple(k.timers), k.attached.maps.carry(), programs
            )
        )
        weight = k.tables.weight()
        self._entries += weight
        self._due = self._index + max(CHECKPOINT, weight // 8)
        while len(self._kept) > MAX_CHECKPOINTS or (self._entries > MAX_ENTRIES and len(self._kept) > 2):
            self._kept = self._kept[::2]
            self._entries = sum(kept.tables.weight() for kept in self._kept)


def simulate(
    world: WorldSpec,
    events: Iterable[Event],
    attachments: Sequence[Attachment],
    *,
    budget: Budget | None = None,
    keep: int = 200_000,
) -> Simulation:
    """A world with programs attached and events to come; ``advance`` lets them happen.

    Raises HookscopeError for a world that does not hold together, a place that does not exist, a map Linux
    would refuse.
    """
    return Simulation(world, events, attachments, budget=budget, keep=keep)


def drop_stale(k: Kernel) -> None:
    """Forgets what was due but no longer is."""
    while k.timers and is_stale(k, k.timers[0][3]):
        heapq.heappop(k.timers)


def _programs(attachments: Sequence[Attachment], events: Sequence[Event]) -> tuple[Program, ...]:
    """All programs there will ever be, each once: their maps exist from the start."""
    found: list[Program] = []
    groups = [attachment.programs for attachment in attachments]
    groups += [event.programs for event in events if isinstance(event, ProgramReplaced)]
    for group in groups:
        found += [program for program in group if not any(program is known for known in found)]
    return tuple(found)


def _point(start: Start | None) -> HookPoint | None:
    return point_of(start.attachment) if start is not None else None
