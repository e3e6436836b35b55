"""Programs at one place, ready to be run again and again on shared maps.

A runner keeps its machine: memory, bound instructions and stacks are made once. What a program sees does not
depend on that: contexts lie at the same addresses at every run, and ``Run.world`` makes the same surroundings
from nothing, for stepping.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vm.change import Change, Emitted, PcChanged
from vm.helpers import lookups
from vm.helpers.event import Event
from vm.helpers.table import HELPERS
from vm.instruction import Call, Jump
from vm.isa import CallKind
from vm.kernel import context
from vm.kernel.context import EventContext, Frame, HookInput, PacketContext
from vm.kernel.context.objects import Kept
from vm.kernel.context.xdp import XdpContext
from vm.kernel.hooks import HookPoint, Verdict
from vm.kernel.loading import Loaded, load_maps
from vm.kernel.scenario import Carry
from vm.kernel.world.attach import Attachment
from vm.machine.machine import Machine
from vm.machine.state import World
from vm.maps import BpfMap
from vm.maps.references import PerfEventArray
from vm.maps.ringbuf import RingBufMap
from vm.memory.fault import Fault
from vm.memory.memory import Mark, Memory
from vm.memory.snapshot import MemorySnapshot
from vm.program import Program
from vm.uapi.helper_ids import HelperId
from vm.uapi.map_types import MapType

CONTEXT_WINDOWS = 256
"""Windows of the address space between the maps and the stacks: room for what a context is made of."""
_AT_ONCE = 1024
_VERDICTS = 64

What = Frame | HookInput
"""What a run is over: a packet, or an event."""


class Maps:
    """The maps of all attachments, shared by name as libbpf would, and what user space reads from them."""

    def __init__(self, programs: Sequence[Program], cpus: int, carry: Carry | None = None) -> None:
        self.programs = tuple(programs)
        self.cpus = cpus
        self.memory = Memory([])
        loaded = load_maps(self.programs, self.memory, cpus, fresh=carry is None)
        self.maps: tuple[BpfMap, ...] = loaded.maps
        self.indices = loaded.indices
        self.at = {made.address: made for made in loaded.maps}
        self.rings = tuple(made for made in loaded.maps if isinstance(made, RingBufMap))
        self._end = self.memory.mark()
        if carry is not None:
            self.memory.snapshot()
            self.restore(carry)
        else:
            self._open()

    def _open(self) -> None:
        """A reader waits for what programs send: it has opened all perf events."""
        for made in self.maps:
            if isinstance(made, PerfEventArray):
                made.open_all()
        self.memory.journal.clear()

    def read(self) -> None:
        """User space reads all records there are."""
        for ring in self.rings:
            ring.consume()

    def carry(self) -> Carry:
        """What the maps hold now; it shares what has not changed since the last one."""
        images = self.memory.snapshot().images
        return Carry(MemorySnapshot(images), tuple(made.snapshot() for made in self.maps))

    def restore(self, carry: Carry) -> None:
        """Makes the maps hold what they held."""
        self.memory.restore(carry.memory)
        for made, book in zip(self.maps, carry.books, strict=True):
            made.restore(book)
        self.memory.journal.clear()

    def loaded(self, programs: Sequence[Program]) -> Loaded:
        """The maps, with the places of those of ``programs``."""
        return Loaded(self.maps, tuple(self.indices[self._index(program)] for program in programs))

    def _index(self, program: Program) -> int:
        return next(at for at, known in enumerate(self.programs) if known is program)


@dataclass(slots=True)
class Run:
    """A run of a place's programs: the answer (None: it did not come to its exit), and how it got there.

    ``pc`` is the slot of the conditional jump that decided, or where it failed; ``outputs`` what it sent to
    user space.
    """

    answer: int | None
    steps: int
    pc: int
    message: str = ""
    fault: Fault | None = None
    outputs: tuple[Emitted, ...] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """What a run begins with, from which its surroundings can be made again."""

    attachment: Attachment
    what: What
    event: Event
    maps: Carry
    programs: tuple[Program, ...]
    cpus: int

    def world(self, point: HookPoint) -> World:
        """The surroundings before the first step: maps as they were, a context of its own."""
        maps = Maps(self.programs, self.cpus, self.maps)
        maps.read()
        maps.memory.journal.clear()
        fields: dict[str, int] = {}
        mark = maps.memory.mark()
        task = asks_for_task(self.attachment.programs)
        ctx = _context(point, self.what, maps.memory, self.event, fields, task=task)
        maps.memory.skip_to(mark.window + CONTEXT_WINDOWS)
        maps.memory.journal.clear()
        loaded = maps.loaded(self.attachment.programs)
        return _world(self.attachment.programs, maps, loaded, maps.memory, self.event, ctx, fields)


class Runner:
    """The programs of an attachment on the maps of a simulation. ``limit`` bounds the steps of a run."""

    def __init__(self, attachment: Attachment, point: HookPoint, maps: Maps, limit: int) -> None:
        self.attachment = attachment
        self.point = point
        self.maps = maps
        self.limit = limit
        self.name = attachment.programs[0].name or point.name
        self.finds = any(_finds(program) for program in attachment.programs)
        self._fields: dict[str, int] = {}
        self._loaded = maps.loaded(attachment.programs)
        self._memory = maps.memory.beside()
        start = self._memory.mark()
        self._memory.skip_to(start.window + CONTEXT_WINDOWS)
        self._world = _world(
            attachment.programs, maps, self._loaded, self._memory, Event(), None, self._fields
        )
        self._live = self._world
        self._machine = Machine(self._world, limit)
        self._mark = Mark(len(self._memory.regions), start.window, self._memory.used)
        self._emits = bool(maps.rings)
        self._ctx: PacketContext | EventContext | None = None
        self._kept = Kept()
        self._task = asks_for_task(attachment.programs)
        self._regions = 0
        self._verdicts: dict[int, Verdict] = {}

    def run(self, what: What, event: Event) -> Run:
        """Runs over ``what`` in ``event``; raises HookscopeError where it cannot be seen."""
        memory, fields = self._memory, self._fields
        fields.clear()
        if self._emits:
            self.maps.read()
        machine, base = self._machine, self._world
        if self._same(what, event):
            # Of the runner's own world only the event is another: a whole new one takes 2 us.
            object.__setattr__(self._live, "event", event)
        else:
            memory.rewind(self._mark)
            ctx = self._ctx = _context(self.point, what, memory, event, fields, self._kept, task=self._task)
            self._regions = len(memory.regions)
            self._live = World(
                base.programs, memory, base.maps, base.map_indices, event, ctx, ctx.address, 0, fields,
                HELPERS, base.map_at,
            )  # fmt: skip
        machine.restart(self._live)
        outputs: list[Emitted] = []
        state = machine.state
        done: Sequence[tuple[Change, ...]] = ()
        while state.ended is None:
            done = machine.run(_AT_ONCE)
            _gather(done, outputs)
        ended = state.ended
        if ended.how != "exit":
            return Run(None, machine.number, state.pc, ended.message, machine.fault, tuple(outputs))
        pc = _decided(done, base.programs[state.program], state.pc)
        return Run(ended.value, machine.number, pc, "", None, tuple(outputs))

    def _same(self, what: What, event: Event) -> bool:
        """Whether the last run's context could be begun anew, and nothing else needs to be done."""
        ctx = self._ctx
        if type(ctx) is not XdpContext or not isinstance(what, Frame):
            return False
        return len(self._memory.regions) == self._regions and ctx.again(what, event)

    @property
    def world(self) -> World:
        """The surroundings of the last run, as it left them."""
        return self._machine.world

    def verdict(self, answer: int) -> Verdict:
        """What an answer means at this hook."""
        found = self._verdicts.get(answer)
        if found is None:
            found = self.point.verdict(answer)
            if len(self._verdicts) < _VERDICTS:
                self._verdicts[answer] = found
        return found

    def leave(self, frame: Frame) -> Frame:
        """The packet as the last run left it."""
        ctx = self._machine.world.ctx
        return ctx.leave() if isinstance(ctx, PacketContext) else frame

    def start(self, what: What, event: Event) -> Start:
        """What a run over ``what`` would begin with."""
        carry = self.maps.carry()
        return Start(self.attachment, what, event, carry, self.maps.programs, self.maps.cpus)


_SOCKET_CALLS = frozenset(row.id for row in lookups.ROWS)


def _finds(program: Program) -> bool:
    """Whether a program calls helpers that look at sockets, or has maps of them."""
    if any(spec.type in (MapType.SOCKMAP, MapType.SOCKHASH) for spec in program.maps):
        return True
    return not _SOCKET_CALLS.isdisjoint(_called(program))


def _decided(done: Sequence[tuple[Change, ...]], program: Program, end: int) -> int:
    """The slot of the last conditional jump, which decided about the answer; without one, where it ended."""
    for changes in reversed(done):
        change = changes[0] if len(changes) == 1 else None
        if type(change) is PcChanged and isinstance(program.insns[change.before], Jump):
            return change.before
    return end


def _gather(done: Sequence[tuple[Change, ...]], outputs: list[Emitted]) -> None:
    for changes in done:
        if len(changes) > 2:  # a step that sends something sets r0 and goes on as well
            outputs.extend(change for change in changes if type(change) is Emitted)


def _context(
    point: HookPoint,
    what: What,
    memory: Memory,
    event: Event,
    fields: dict[str, int],
    kept: Kept | None = None,
    *,
    task: bool,
) -> PacketContext | EventContext:
    if isinstance(what, Frame):
        return context.create(point.prog_type, what, memory, event, fields=fields)
    return context.create(point.prog_type, what, memory, event, fields=fields, kept=kept, task=task)


_TASK_CALLS = frozenset({HelperId.GET_CURRENT_TASK, HelperId.GET_CURRENT_TASK_BTF})


def asks_for_task(programs: Sequence[Program]) -> bool:
    """Whether a program can get at the running task's structure: it is made for those only."""
    return any(not _TASK_CALLS.isdisjoint(_called(program)) for program in programs)


def _called(program: Program) -> set[int]:
    calls = (insn for insn in program.insns if isinstance(insn, Call))
    return {insn.imm for insn in calls if insn.kind is CallKind.HELPER}


def _world(
    programs: tuple[Program, ...],
    maps: Maps,
    loaded: Loaded,
    memory: Memory,
    event: Event,
    ctx: PacketContext | EventContext | None,
    fields: dict[str, int],
) -> World:
    return World(
        programs=programs,
        memory=memory,
        maps=maps.maps,
        map_indices=loaded.indices,
        event=event,
        ctx=ctx,
        r1=ctx.address if ctx is not None else 0,
        fields=fields,
        helpers=HELPERS,
        map_at=maps.at,
    )
