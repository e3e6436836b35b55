"""Runs of assembled programs, for helpers whose answers no kernel can be asked for."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.vm.helpers.build import ipv4_packet
from vm.asm import assemble
from vm.change import Emitted
from vm.helpers.event import Event
from vm.helpers.table import HELPERS
from vm.kernel import context
from vm.machine.machine import Machine
from vm.machine.state import World
from vm.maps import BpfMap, create_all
from vm.memory.memory import Memory


@dataclass(frozen=True, slots=True)
class Done:
    """A run that is over: r0, how it ended, what it sent, and the world it leaves."""

    value: int
    how: str
    message: str
    outputs: tuple[Emitted, ...]
    world: World

    def map(self, name: str) -> BpfMap:
        """The map of that name."""
        return next(found for found in self.world.maps if found.spec.name == name)


def run(
    text: str,
    packet: bytes | None = None,
    event: Event | None = None,
    hook: str = "tc",
    prepare: Callable[[tuple[BpfMap, ...]], None] | None = None,
) -> Done:
    """Assembles and runs a program over a packet; ``prepare`` does to the maps what user space would."""
    made = assemble(f".hook {hook}\n{text}")
    assert made.program is not None, made.errors
    event, memory, fields = event or Event(), Memory([]), dict[str, int]()
    maps = create_all(made.program.maps, memory, 2)
    if prepare is not None:
        prepare(maps)
    data = ipv4_packet() if packet is None else packet
    ctx = context.create(made.program.prog_type, data, memory, event, fields=fields)
    world = World(
        (made.program,),
        memory,
        maps,
        (tuple(range(len(maps))),),
        event,
        ctx,
        ctx.address,
        fields=fields,
        helpers=HELPERS,
        map_at={found.address: found for found in maps},
    )
    machine = Machine(world)
    outputs = [c for step in iter(machine.step, None) for c in step.changes if isinstance(c, Emitted)]
    ended = machine.outcome()
    return Done(ended.value, ended.how, ended.message, tuple(outputs), world)
