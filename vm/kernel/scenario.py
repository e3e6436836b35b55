"""Packets through one attached program, one after the other: maps stay, everything else begins anew.

A scenario is a pure function of its setup. What one packet leaves behind for the next is its ``Carry``: the
bytes and the bookkeeping of the maps. Any packet's trace can be had again from the carry before it.
"""

from dataclasses import dataclass, field, replace

from vm.helpers.event import Event
from vm.helpers.table import HELPERS
from vm.kernel import context
from vm.kernel.context import HookInput
from vm.kernel.engine import STEPPING, Engine
from vm.kernel.happening import Happening
from vm.kernel.loading import Loaded, cpus_for, load_maps
from vm.machine.machine import Machine
from vm.machine.snapshot import Snapshot
from vm.machine.state import World
from vm.machine.trace import Budget, Trace
from vm.maps import BpfMap
from vm.maps.book import BookSnapshot
from vm.memory.memory import Memory
from vm.memory.snapshot import MemorySnapshot
from vm.program import Program
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Setup:
    """What a scenario depends on. ``times_ns`` count from the first packet; missing ones come 1 ms apart."""

    programs: tuple[Program, ...]
    prog_type: ProgType
    packets: tuple[bytes, ...]
    times_ns: tuple[int, ...] = ()
    event: Event = field(default_factory=Event)
    budget: Budget = field(default_factory=Budget)
    happenings: tuple[Happening, ...] = ()
    """What happens, at a hook without packets; there are no ``packets`` then."""

    def __len__(self) -> int:
        return len(self.happenings or self.packets)

    def what(self, index: int) -> bytes | HookInput:
        """What number ``index`` gives the program: a packet, or an event."""
        return self.happenings[index].what if self.happenings else self.packets[index]

    def at(self, index: int) -> Event:
        """The outside world as number ``index`` finds it."""
        since = self.times_ns[index] if index < len(self.times_ns) else index * MILLISECOND
        event = replace(
            self.event, time_ns=self.event.time_ns + since, seed=self.event.seed * 1_000_003 + index
        )
        return self.happenings[index].event(event) if self.happenings else event


@dataclass(frozen=True, slots=True)
class Carry:
    """What the next packet finds: the maps' memory (the first regions of every run) and their bookkeeping."""

    memory: MemorySnapshot
    books: tuple[BookSnapshot, ...]


class Scenario:
    """A setup, and the carries found so far. Packets are run in order; any may then be traced."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self._carries: list[Carry | None] = [None]
        self._map_regions = 0

    def __len__(self) -> int:
        return len(self.setup)

    def event(self, index: int) -> Event:
        """The outside world as packet ``index`` finds it."""
        return self.setup.at(index)

    def world(self, index: int) -> World:
        """The surroundings of packet ``index`` before its first step; runs those before it if need be."""
        self._reach(index)
        return self._world(index, self._carries[index])

    def maps(self, index: int) -> tuple[BpfMap, ...]:
        """The maps as packet ``index`` finds them; for ``len``, as the last packet leaves them."""
        self._reach(index)
        return self._maps(Memory([]), self._carries[index]).maps

    def _reach(self, index: int) -> None:
        """Runs the packets before ``index``; one that no such program gets to see leaves the maps alone."""
        while len(self._carries) <= index:
            before = len(self._carries) - 1
            try:
                self.finished(before)
            except HookscopeError:
                self._carries.append(self._carries[before])

    def trace(self, index: int) -> Trace:
        """The whole run of packet ``index``; what it leaves to the next is kept."""
        world = self.world(index)
        trace = Trace(world, self.setup.budget)
        if len(self._carries) == index + 1:
            self._carries.append(self._carry(trace.end))
        return trace

    def finished(self, index: int, engine: Engine = STEPPING) -> Machine:
        """The machine at the end of packet ``index``'s run, without a trace; what it leaves is kept."""
        machine = Machine(self.world(index), self.setup.budget.steps)
        engine.outcome(machine)
        if len(self._carries) == index + 1:
            self._carries.append(self._carry(machine.snapshot()))
        return machine

    def _carry(self, end: Snapshot) -> Carry:
        books = tuple(book.flat() for book in end.maps)
        return Carry(MemorySnapshot(end.memory.images[: self._map_regions]), books)

    def _maps(self, memory: Memory, carry: Carry | None) -> Loaded:
        setup = self.setup
        loaded = load_maps(setup.programs, memory, cpus_for(setup.event), fresh=carry is None)
        self._map_regions = len(memory.regions)
        if carry is not None:
            memory.snapshot()
            memory.restore(carry.memory)
            for bpf_map, book in zip(loaded.maps, carry.books, strict=True):
                bpf_map.restore(book)
        return loaded

    def _world(self, index: int, carry: Carry | None) -> World:
        setup, event = self.setup, self.event(index)
        memory = Memory([])
        loaded = self._maps(memory, carry)
        fields: dict[str, int] = {}
        ctx = context.create(setup.prog_type, setup.what(index), memory, event, fields=fields)
        memory.journal.clear()
        return World(
            programs=setup.programs,
            memory=memory,
            maps=tuple(loaded.maps),
            map_indices=loaded.indices,
            event=event,
            ctx=ctx,
            r1=ctx.address,
            fields=fields,
            helpers=HELPERS,
            map_at={bpf_map.address: bpf_map for bpf_map in loaded.maps},
        )
