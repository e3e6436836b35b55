"""The one place where a recorded change is carried out, forwards or backwards."""

from collections.abc import Iterable
from typing import assert_never

from vm.change import (
    Change,
    Emitted,
    Ended,
    EntryChanged,
    FieldChanged,
    FrameEntered,
    FrameLeft,
    ListChanged,
    MemoryChanged,
    PacketMoved,
    PcChanged,
    ProgramChanged,
    RegionChanged,
    RegisterChanged,
)
from vm.machine.state import State


def redo(state: State, changes: Iterable[Change]) -> None:
    """Carries out a step's changes."""
    for change in changes:
        apply(state, change, forwards=True)


def undo(state: State, changes: Iterable[Change]) -> None:
    """Takes a step's changes back, last first."""
    for change in reversed(tuple(changes)):
        apply(state, change, forwards=False)


def apply(state: State, change: Change, *, forwards: bool) -> None:
    """Takes ``state`` from one side of ``change`` to the other."""
    match change:
        case RegisterChanged(n, before, after):
            state.registers[n] = after if forwards else before
        case PcChanged(before, after):
            state.pc = after if forwards else before
        case MemoryChanged() | RegionChanged():
            state.world.memory.apply(change, forwards=forwards)
        case PacketMoved(was, now):
            _place_packet(state, now if forwards else was)
        case EntryChanged() | ListChanged():
            state.world.maps[change.map].apply(change, forwards=forwards)
        case FieldChanged(name, was_kept, kept):
            _keep(state, name, kept if forwards else was_kept)
        case FrameEntered():
            _frame(state, change, forwards)
        case FrameLeft(return_pc, saved, callback, program, loop):
            _frame(state, FrameEntered(return_pc, saved, callback, program, loop), not forwards)
        case ProgramChanged(before, after):
            state.enter_program(after if forwards else before)
        case Ended():
            state.ended = change if forwards else None
        case Emitted():
            pass  # it left the machine; the trace keeps it
        case _ as unhandled:
            assert_never(unhandled)


def _frame(state: State, frame: FrameEntered, enter: bool) -> None:
    if enter:
        state.frames.append(frame)
    else:
        state.frames.pop()


def _keep(state: State, name: str, value: int | None) -> None:
    if value is None:
        del state.fields[name]
    else:
        state.fields[name] = value


def _place_packet(state: State, bounds: tuple[int, int, int]) -> None:
    ctx = state.world.ctx
    if ctx is None or ctx.buffer is None:
        raise AssertionError("a change of another run: this one has no packet")
    ctx.buffer.place(bounds)
