"""Told values and changes as messages. Built without validation: they are ours, and there are many."""

from app.schemas.trace import (
    BoundsChange,
    ChangeView,
    ContextChange,
    EndChange,
    FrameChange,
    MapChange,
    OutputChange,
    PacketChange,
    Part,
    RegChange,
    StackChange,
    ValueView,
)
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
from vm.story.part import Sentence
from vm.story.value import describe
from vm.word import hex64


def value_view(names: Names, word: int) -> ValueView:
    """A word with its meaning."""
    value = describe(names, word)
    return ValueView.model_construct(word=hex64(word), kind=value.kind, text=value.text, note=value.note)


def parts(sentence: Sentence) -> tuple[Part, ...]:
    """A sentence's pieces."""
    return tuple(Part.model_construct(text=part.text, kind=part.kind.value, pc=part.pc) for part in sentence)


def change_views(names: Names, changes: tuple[Change, ...], verdict: str) -> tuple[ChangeView, ...]:
    """What of a step the browser has to know, in order."""
    found = (change_view(names, change, verdict) for change in changes)
    return tuple(view for view in found if view is not None)


def change_view(names: Names, change: Change, verdict: str) -> ChangeView | None:
    """One change; None for bookkeeping that no view shows."""
    match change:
        case RegisterChanged(n, _, after):
            return RegChange.model_construct(k="reg", n=n, v=value_view(names, after))
        case MemoryChanged():
            return _memory(names, change)
        case EntryChanged():
            return _entry(names, change)
        case PacketMoved(before, after):
            return BoundsChange.model_construct(k="bounds", a=before, b=after)
        case FieldChanged(name, before, after) if name.startswith("skb."):
            return ContextChange.model_construct(k="ctx", name=name[4:], a=str(before), b=str(after))
        case FrameEntered() | FrameLeft():
            return _frame(names)
        case Emitted(kind, source, data):
            return OutputChange.model_construct(
                k="out", kind=kind.value, source=source, text=output_text(kind, data), data=data.hex()
            )
        case Ended(how, value, message):
            return EndChange.model_construct(
                k="end", how=how, value=hex64(value), verdict=verdict, message=message
            )
        case _:
            return None


def output_text(kind: OutputKind, data: bytes) -> str:
    """An output record as a person reads it."""
    if kind is OutputKind.TRACE_PIPE:
        return data.decode("utf-8", "replace").rstrip("\n\0")
    return data.hex(" ")


def _frame(names: Names) -> FrameChange:
    state = names.machine.state
    frames = state.frames
    return FrameChange.model_construct(
        k="frame",
        depth=len(frames),
        function=names.function_at(state.pc),
        return_pc=frames[-1].return_pc if frames else None,
    )


def _memory(names: Names, change: MemoryChanged) -> ChangeView | None:
    place = names.memory.locate(change.address)
    if place is None:
        return None
    region, off = place.region, place.off
    a, b = change.before.hex(), change.after.hex()
    match region.kind:
        case RegionKind.STACK:
            return StackChange.model_construct(k="stk", frame=region.owner, off=off - STACK_SIZE, a=a, b=b)
        case RegionKind.PACKET:
            return PacketChange.model_construct(k="pkt", off=off, a=a, b=b)
        case RegionKind.CTX:
            name = names.context_field(off)
            return ContextChange.model_construct(
                k="ctx", name=name, a=_number(change.before), b=_number(change.after)
            )
        case RegionKind.MAP_VALUE:
            return _map_value(names, change, region, off)
        case _:
            return None


def _number(data: bytes) -> str:
    return str(int.from_bytes(data, "little"))


def _map_value(names: Names, change: MemoryChanged, region: Region, off: int) -> MapChange | None:
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


def _entry(names: Names, change: EntryChanged) -> MapChange:
    bpf_map = names.maps[change.map]
    before = bpf_map.slot_value(change.before) if change.before is not None else None
    after = bpf_map.slot_value(change.after) if change.after is not None else None
    return _map_change(names, change.map, change.key, before, after, None)


def _map_change(
    names: Names, index: int, key: bytes, before: bytes | None, after: bytes | None, cpu: int | None
) -> MapChange:
    bpf_map = names.maps[index]
    return MapChange.model_construct(
        k="map",
        map=index,
        key=key.hex(),
        key_text=key_text(bpf_map, key),
        cpu=cpu,
        a=None if before is None else before.hex(),
        b=None if after is None else after.hex(),
        a_text=None if before is None else value_text(bpf_map, before),
        b_text=None if after is None else value_text(bpf_map, after),
    )
