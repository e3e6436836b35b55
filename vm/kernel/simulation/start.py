"""What a run begins with: context and surroundings, for a runner, or again from nothing for stepping."""

from dataclasses import dataclass

from vm.helpers.event import Event
from vm.helpers.table import HELPERS
from vm.kernel import context
from vm.kernel.context import EventContext, Frame, HookInput, PacketContext
from vm.kernel.context.objects import Kept
from vm.kernel.hooks import HookPoint
from vm.kernel.loading import Loaded
from vm.kernel.scenario import Carry
from vm.kernel.simulation.maps import Maps
from vm.kernel.simulation.needs import asks_for_task
from vm.kernel.world.attach import Attachment
from vm.machine.state import World
from vm.memory.memory import Memory
from vm.program import Program

CONTEXT_WINDOWS = 256
"""Windows of the address space between the maps and the stacks: room for what a context is made of."""
What = Frame | HookInput
"""What a run is over: a packet, or an event."""


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
        ctx = context_of(point, self.what, maps.memory, self.event, fields, task=task)
        maps.memory.skip_to(mark.window + CONTEXT_WINDOWS)
        maps.memory.journal.clear()
        loaded = maps.loaded(self.attachment.programs)
        return world_of(self.attachment.programs, maps, loaded, maps.memory, self.event, ctx, fields)


def context_of(
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


def world_of(
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
