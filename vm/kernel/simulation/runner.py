"""Programs at one place, ready to be run again and again on shared maps.

A runner keeps its machine: memory, bound instructions and stacks are made once. What a program sees does not
depend on that: contexts lie at the same addresses at every run, and ``Run.world`` makes the same surroundings
from nothing, for stepping.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from vm.change import Change, Emitted, PcChanged
from vm.helpers.event import Event
from vm.helpers.table import HELPERS
from vm.instruction import Jump
from vm.kernel.context import EventContext, Frame, PacketContext
from vm.kernel.context.objects import Kept
from vm.kernel.context.xdp import XdpContext
from vm.kernel.hooks import HookPoint, Verdict
from vm.kernel.simulation.maps import Maps
from vm.kernel.simulation.needs import asks_for_task, finds_sockets
from vm.kernel.simulation.start import CONTEXT_WINDOWS, Start, What, context_of, world_of
from vm.kernel.world.attach import Attachment
from vm.machine.machine import Machine
from vm.machine.state import World
from vm.memory.fault import Fault
from vm.memory.memory import Mark
from vm.program import Program

_AT_ONCE = 1024
_VERDICTS = 64


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


class Runner:
    """The programs of an attachment on the maps of a simulation. ``limit`` bounds the steps of a run."""

    def __init__(self, attachment: Attachment, point: HookPoint, maps: Maps, limit: int) -> None:
        self.attachment = attachment
        self.point = point
        self.maps = maps
        self.limit = limit
        self.name = attachment.programs[0].name or point.name
        self.finds = any(finds_sockets(program) for program in attachment.programs)
        self._fields: dict[str, int] = {}
        self._loaded = maps.loaded(attachment.programs)
        self._memory = maps.memory.beside()
        start = self._memory.mark()
        self._memory.skip_to(start.window + CONTEXT_WINDOWS)
        self._world = world_of(
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
            ctx = self._ctx = context_of(self.point, what, memory, event, fields, self._kept, task=self._task)
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
