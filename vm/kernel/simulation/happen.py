"""Events begin here: each kind of event, and what is due later."""

from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.outcome import Kind
from vm.kernel.simulation.packet import Packet
from vm.kernel.world.events import (
    ANY_CPU,
    Event,
    FunctionCall,
    MapUpdated,
    PacketArrives,
    ProgramReplaced,
    Runs,
    Sample,
    Syscall,
    Wakes,
)
from vm.source import HookscopeError, did_you_mean

KINDS: dict[type[Event], Kind] = {
    PacketArrives: Kind.PACKET,
    Syscall: Kind.SYSCALL,
    Wakes: Kind.WAKE,
    Runs: Kind.RUN,
    Sample: Kind.SAMPLE,
    FunctionCall: Kind.CALL,
    ProgramReplaced: Kind.REPLACE,
    MapUpdated: Kind.MAP,
}


def happen(k: Kernel, index: int, event: Event) -> int | None:
    """Lets an event happen; what a system call returned. Raises HookscopeError for one that cannot."""
    match event:
        case PacketArrives():
            arrive(k, index, event)
        case ProgramReplaced():
            k.begin(index, event.time_ns, max(event.cpu, 0))
            k.attached.replace(event.attachment, event.programs)
        case MapUpdated():
            k.begin(index, event.time_ns, max(event.cpu, 0))
            return _update(k, event)
        case _:
            return k.attached.probes.happen(k, index, event)
    return None


def arrive(k: Kernel, index: int, event: PacketArrives) -> None:
    """A frame comes in at a device, on the CPU its queue belongs to."""
    cpu = event.queue % k.spec.cpus if event.cpu == ANY_CPU else event.cpu % k.spec.cpus
    k.begin(index, event.time_ns, cpu)
    dev = k.topology.devices.get(event.device)
    if dev is None:
        hint = did_you_mean(event.device, k.topology.devices) or "name a device of the world"
        raise HookscopeError.of("unknown-device", f"there is no device {event.device!r}", hint)
    packet = Packet(event.data, dev, 0, event.queue)
    k.packets = 1
    k.go("nic", packet)


def _update(k: Kernel, event: MapUpdated) -> int:
    for found in k.attached.maps.maps:
        if found.spec.name == event.map:
            if event.value is None:
                result = found.user_delete(event.key)
            else:
                result = found.user_update(event.key, found.for_all_cpus(event.value))
            k.attached.maps.memory.journal.clear()
            return result
    names = [found.spec.name for found in k.attached.maps.maps]
    hint = did_you_mean(event.map, names) or f"there are {', '.join(names) or 'none'}"
    raise HookscopeError.of("unknown-map", f"there is no map {event.map!r}", hint)


def timer(k: Kernel, index: int, time_ns: int, what: object) -> tuple[Kind, int | None]:
    """Something that was due happens."""
    return k.attached.probes.due(k, index, time_ns, what)
