"""The whole visible state of a machine as it goes over the wire: a window's keyframe."""

import re
from itertools import islice

from app.workbench.changes import SHOWN_ENTRIES
from app.workbench.values import Json, value_view
from vm.isa import REGISTERS, STACK_SIZE
from vm.machine.state import STACK_FILL
from vm.maps.base import BpfMap
from vm.story.names import Names, key_text, value_text

_WRITTEN = re.compile(rb"[^%c]+" % STACK_FILL)


def state_view(names: Names, written: list[bool]) -> Json:
    """StateView: the state as it is now. ``written`` tells the registers that have been written."""
    machine = names.machine
    state = machine.state
    return {
        "pc": state.pc,
        "program": state.program,
        "registers": [value_view(names, state.registers[n]) for n in range(REGISTERS)],
        "written": written,
        "frames": frames(names),
        "buffer": buffer(names).hex(),
        "bounds": names.bounds(),
        "context": names.context_fields(),
        "maps": [map_view(bpf_map) for bpf_map in machine.world.maps],
    }


def buffer(names: Names) -> bytes:
    """The packet's buffer from its start to the packet's end, or to the last byte beyond that is not 0.

    A change beyond what was sent says its offset, and what lies between is 0.
    """
    ctx = names.machine.world.ctx
    if ctx is None or ctx.buffer is None:
        return b""
    data, end = ctx.buffer.region.data, ctx.buffer.bounds[2]
    return bytes(data[: max(end, len(data.rstrip(b"\0")))])


def frames(names: Names) -> list[Json]:
    """FrameView: the stack frames under way, outermost first, with the bytes that were written."""
    state = names.machine.state
    entered = state.frames
    pcs = [*(frame.return_pc for frame in entered), state.pc]
    returns = [None, *(frame.return_pc for frame in entered)]
    return [
        {
            "function": names.function_at(pc),
            "return_pc": back,
            "bytes": _runs(state.stacks[depth].data),
        }
        for depth, (pc, back) in enumerate(zip(pcs, returns, strict=True))
    ]


def _runs(stack: bytearray) -> dict[int, str]:
    """The runs of bytes that were written, by offset from r10. One written with the very byte that unwritten
    stack holds is not told from it."""
    return {found.start() - STACK_SIZE: found[0].hex() for found in _WRITTEN.finditer(stack)}


def map_view(bpf_map: BpfMap) -> Json:
    """MapView: the first entries of a map, and how many there are."""
    entries = [
        {
            "key": key.hex(),
            "key_text": key_text(bpf_map, key),
            "value": value.hex(),
            "value_text": value_text(bpf_map, value),
            "cpu": cpu,
        }
        for key, value, cpu in islice(bpf_map.shown(), SHOWN_ENTRIES)
    ]
    return {"index": bpf_map.index, "entries": entries, "count": bpf_map.count()}
