"""The whole visible state of a machine as a message: a window's keyframe."""

from itertools import islice

from app.schemas.trace import EntryView, FrameView, MapView, StateView
from app.workbench.values import value_view
from vm.isa import REGISTERS, STACK_SIZE
from vm.machine.state import UNWRITTEN_STACK
from vm.maps.base import BpfMap
from vm.story.names import Names, key_text, value_text

SHOWN_ENTRIES = 200
"""Map entries a keyframe holds; what is beyond is counted, and said."""


def state_view(names: Names, written: list[bool]) -> StateView:
    """The state as it is now. ``written`` tells the registers that have been written."""
    machine = names.machine
    state = machine.state
    ctx = machine.world.ctx
    return StateView.model_construct(
        pc=state.pc,
        program=state.program,
        registers=[value_view(names, state.registers[n]) for n in range(REGISTERS)],
        written=written,
        frames=frames(names),
        buffer=bytes(ctx.buffer.region.data).hex() if ctx is not None and ctx.buffer is not None else "",
        bounds=names.bounds(),
        context=names.context_fields(),
        maps=[map_view(bpf_map) for bpf_map in machine.world.maps],
    )


def frames(names: Names) -> list[FrameView]:
    """The stack frames under way, outermost first, with the bytes that were written."""
    state = names.machine.state
    entered = state.frames
    pcs = [*(frame.return_pc for frame in entered), state.pc]
    returns = [None, *(frame.return_pc for frame in entered)]
    return [
        FrameView.model_construct(
            function=names.function_at(pc), return_pc=back, bytes=_runs(bytes(state.stacks[depth].data))
        )
        for depth, (pc, back) in enumerate(zip(pcs, returns, strict=True))
    ]


def _runs(stack: bytes) -> dict[int, str]:
    """The 8-byte rows that were written, by offset from r10."""
    rows = ((start - STACK_SIZE, stack[start : start + 8]) for start in range(0, STACK_SIZE, 8))
    return {off: row.hex() for off, row in rows if row != UNWRITTEN_STACK[:8]}


def map_view(bpf_map: BpfMap) -> MapView:
    """The first entries of a map, and how many there are."""
    entries = [
        EntryView.model_construct(
            key=key.hex(),
            key_text=key_text(bpf_map, key),
            value=value.hex(),
            value_text=value_text(bpf_map, value),
            cpu=cpu,
        )
        for key, value, cpu in islice(bpf_map.shown(), SHOWN_ENTRIES)
    ]
    return MapView.model_construct(index=bpf_map.index, entries=entries, count=bpf_map.count())
