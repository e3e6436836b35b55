"""Told values and changes as they go over the wire.

Windows hold tens of thousands of small objects, so these are plain dictionaries with the keys of the models
in ``app.schemas.trace``; a test holds windows against the model. Each model is named where its dictionary is
made.
"""

from typing import Any

from vm.change import (
    Change,
    Emitted,
    Ended,
    EntryChanged,
    FieldChanged,
    FrameEntered,
    FrameLeft,
    MemoryChanged,
    OutputKind,
    PacketMoved,
    RegisterChanged,
)
from vm.isa import STACK_SIZE
from vm.memory.region import Region, RegionKind
from vm.story.names import Names, key_text, value_text
from vm.story.part import PartKind, Sentence
from vm.story.value import describe
from vm.word import hex64

Json = dict[str, Any]
"""An object of the wire, with every key its model has."""

_PART_KIND = {kind: kind.value for kind in PartKind}
_OUTPUT_KIND = {kind: kind.value for kind in OutputKind}


def value_view(names: Names, word: int) -> Json:
    """ValueView: a word with its meaning."""
    value = describe(names, word)
    return {"word": hex64(word), "kind": value.kind, "text": value.text, "note": value.note}


def parts(sentence: Sentence) -> list[Json]:
    """Part, for each piece of a sentence."""
    return [{"text": part.text, "kind": _PART_KIND[part.kind], "pc": part.pc} for part in sentence]


def change_views(names: Names, changes: tuple[Change, ...], verdict: str) -> list[Json]:
    """What of a step the browser has to know, in order."""
    found = [change_view(names, change, verdict) for change in changes]
    return [view for view in found if view is not None]


def change_view(names: Names, change: Change, verdict: str) -> Json | None:
    """RegChange, StackChange …: one change; None for bookkeeping that no view shows."""
    match change:
        case RegisterChanged(n, _, after):
            return {"k": "reg", "n": n, "v": value_view(names, after)}
        case MemoryChanged():
            return _memory(names, change)
        case EntryChanged():
            return _entry(names, change)
        case PacketMoved(before, after):
            return {"k": "bounds", "a": before, "b": after}
        case FieldChanged(name, before, after) if name.startswith("skb."):
            return _context(name[4:], str(before), str(after))
        case FrameEntered() | FrameLeft():
            return _frame(names)
        case Emitted(kind, source, data):
            text = output_text(kind, data)
            return {
                "k": "out",
                "kind": _OUTPUT_KIND[kind],
                "source": source,
                "text": text,
                "data": data.hex(),
            }
        case Ended(how, value, message):
            return {"k": "end", "how": how, "value": hex64(value), "verdict": verdict, "message": message}
        case _:
            return None


def output_text(kind: OutputKind, data: bytes) -> str:
    """An output record as a person reads it."""
    if kind is OutputKind.TRACE_PIPE:
        return data.decode("utf-8", "replace").rstrip("\n\0")
    return data.hex(" ")


def _frame(names: Names) -> Json:
    state = names.machine.state
    frames = state.frames
    return {
        "k": "frame",
        "depth": len(frames),
        "function": names.function_at(state.pc),
        "return_pc": frames[-1].return_pc if frames else None,
    }


def _context(name: str, before: str, after: str) -> Json:
    return {"k": "ctx", "name": name, "a": before, "b": after}


def _memory(names: Names, change: MemoryChanged) -> Json | None:
    place = names.memory.locate(change.address)
    if place is None:
        return None
    region, off = place.region, place.off
    a, b = change.before.hex(), change.after.hex()
    match region.kind:
        case RegionKind.STACK:
            return {"k": "stk", "frame": region.owner, "off": off - STACK_SIZE, "a": a, "b": b}
        case RegionKind.PACKET:
            return {"k": "pkt", "off": off, "a": a, "b": b}
        case RegionKind.CTX:
            return _context(names.context_field(off), _number(change.before), _number(change.after))
        case RegionKind.MAP_VALUE:
            return _map_value(names, change, region, off)
        case _:
            return None


def _number(data: bytes) -> str:
    return str(int.from_bytes(data, "little"))


def _map_value(names: Names, change: MemoryChanged, region: Region, off: int) -> Json | None:
    """A write into a value: the whole value before and after. None while the value belongs to no key."""
    bpf_map = names.maps[region.owner]
    found = bpf_map.key_at(region, off)
    if found is None:
        return None
    key, inside = found
    start = off - inside
    after = bytes(region.data[start : start + bpf_map.spec.value_size])
    before = after[:inside] + change.before + after[inside + len(change.before) :]
    return _map_change(names, region.owner, key, before, after, bpf_map.cpu_of(region))


def _entry(names: Names, change: EntryChanged) -> Json:
    bpf_map = names.maps[change.map]
    before = bpf_map.slot_value(change.before) if change.before is not None else None
    after = bpf_map.slot_value(change.after) if change.after is not None else None
    return _map_change(names, change.map, change.key, before, after, None)


def _map_change(
    names: Names, index: int, key: bytes, before: bytes | None, after: bytes | None, cpu: int | None
) -> Json:
    """MapChange."""
    bpf_map = names.maps[index]
    return {
        "k": "map",
        "map": index,
        "key": key.hex(),
        "key_text": key_text(bpf_map, key),
        "cpu": cpu,
        "a": None if before is None else before.hex(),
        "b": None if after is None else after.hex(),
        "a_text": None if before is None else value_text(bpf_map, before),
        "b_text": None if after is None else value_text(bpf_map, after),
    }
