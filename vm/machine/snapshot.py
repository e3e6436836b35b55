"""The whole state of a run at one moment, as an immutable value."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vm.change import Ended, FrameEntered
from vm.machine.state import State
from vm.maps.book import BookSnapshot
from vm.memory.fault import Fault
from vm.memory.snapshot import MemorySnapshot


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state before step ``number``. ``packet`` are the packet's bounds; ``maps`` the maps' bookkeeping.

    Equal states have equal snapshots, however they were reached.
    """

    number: int
    program: int
    pc: int
    registers: tuple[int, ...]
    frames: tuple[FrameEntered, ...]
    fields: Mapping[str, int]
    packet: tuple[int, int, int] | None
    memory: MemorySnapshot
    maps: tuple[BookSnapshot, ...]
    ended: Ended | None
    fault: Fault | None


def take(state: State, number: int, fault: Fault | None) -> Snapshot:
    """The state as it is now, at the cost of what changed since the last one was taken."""
    world = state.world
    buffer = world.ctx.buffer if world.ctx is not None else None
    return Snapshot(
        number,
        state.program,
        state.pc,
        tuple(state.registers),
        tuple(state.frames),
        MappingProxyType(dict(state.fields)),
        buffer.bounds if buffer is not None else None,
        world.memory.snapshot(),
        tuple(found.snapshot() for found in world.maps),
        state.ended,
        fault,
    )


def restore(state: State, snapshot: Snapshot) -> None:
    """Makes the state what it was."""
    world = state.world
    state.enter_program(snapshot.program)
    state.pc = snapshot.pc
    state.registers[:] = snapshot.registers
    state.frames[:] = snapshot.frames
    state.fields.clear()
    state.fields.update(snapshot.fields)
    state.ended = snapshot.ended
    world.memory.restore(snapshot.memory)
    for found, bookkeeping in zip(world.maps, snapshot.maps, strict=True):
        found.restore(bookkeeping)
    if snapshot.packet is not None and world.ctx is not None and world.ctx.buffer is not None:
        world.ctx.buffer.place(snapshot.packet)
