"""What the machine makes of a case."""

from tests.vm.helpers.answer import Answer, trimmed
from tests.vm.helpers.build import Case
from vm.encoding import decode, unpack
from vm.helpers.event import Event
from vm.helpers.table import HELPERS
from vm.kernel import context
from vm.machine.machine import Machine
from vm.machine.state import World
from vm.maps import create_all
from vm.memory.memory import Memory
from vm.program import Program


def world_of(case: Case, event: Event | None = None) -> World:
    """A run's surroundings as BPF_PROG_TEST_RUN makes them."""
    event = event or Event()
    memory = Memory([])
    fields: dict[str, int] = {}
    maps = create_all(case.maps, memory, 2)
    slots = unpack(case.code)
    program = Program(case.name, case.prog_type, slots, decode(slots), case.maps)
    ctx = context.create(case.prog_type, case.packet, memory, event, fields=fields)
    return World(
        (program,),
        memory,
        maps,
        (tuple(range(len(maps))),),
        event,
        ctx,
        ctx.address,
        fields=fields,
        helpers=HELPERS,
        map_at={made.address: made for made in maps},
    )


def of_machine(case: Case) -> Answer:
    """The machine's answer; a fault is ["fault", message]."""
    world = world_of(case)
    machine = Machine(world)
    ended = machine.outcome()
    if ended.how != "exit":
        return [ended.how, ended.message]
    value = world.maps[0].user_lookup(bytes(4))
    assert isinstance(value, bytes)
    assert isinstance(world.ctx, context.PacketContext)
    out = world.ctx.data_out()
    return [ended.value & 0xFFFFFFFF, trimmed(value, case.value), out.hex() if out != case.packet else None]
