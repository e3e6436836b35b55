"""What of a step the browser has to know: its fold of a window ends where the next keyframe begins."""

from itertools import islice
from typing import Any

from app.workbench.values import Json, output_text, value_view
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
    OutputKind,
    PacketMoved,
    RegisterChanged,
)
from vm.isa import STACK_SIZE
from vm.maps.base import PER_CPU, BpfMap
from vm.maps.ringbuf import RingBufMap
from vm.memory.region import Place, RegionKind
from vm.story.names import Names, key_text, value_text
from vm.uapi.map_types import MapType
from vm.word import hex64

SHOWN_ENTRIES = 200
"""Map entries a keyframe holds, and of maps without keys those that changes keep up to date."""
_NO_KEYS = frozenset({MapType.QUEUE, MapType.STACK, MapType.RINGBUF})
"""Maps whose entries are numbered by their place, which one change may shift."""
_OUTPUT_KIND = {kind: kind.value for kind in OutputKind}


class Changes:
    """Tells the changes of one step after the other, from the state of a keyframe on.

    A context's fields and the places of queues follow from several numbers, so what they come to is compared
    with what it came to before.
    """

    def __init__(self, names: Names, keyframe: Json) -> None:
        self._names = names
        self._context: dict[str, str] = keyframe["context"]
        self._placed = {
            index: _Placed(bpf_map, keyframe["maps"][index]["count"])
            for index, bpf_map in enumerate(names.maps)
            if bpf_map.spec.type in _NO_KEYS
        }

    def of(self, changes: tuple[Change, ...], verdict: str) -> list[Json]:
        """The views of a step's changes. Asked of every step, when it has just been taken."""
        views: list[Json] = []
        kept: set[str] = set()
        moved, placed = False, set()
        for change in changes:
            match change:
                case RegisterChanged(n, _, after):
                    views.append({"k": "reg", "n": n, "v": value_view(self._names, after)})
                case MemoryChanged():
                    moved |= self._memory(change, views)
                case EntryChanged():
                    views += self._entry(change)
                case PacketMoved(before, after):
                    views.append({"k": "bounds", "a": before, "b": after})
                    moved = True
                case FieldChanged(name):
                    kept.add(name)
                case ListChanged(index) if index in self._placed:
                    placed.add(index)
                case FrameEntered() | FrameLeft():
                    views.append(self._frame())
                case Emitted():
                    views.append(_output(change))
                case Ended():
                    views.append(_end(change, verdict))
                case _:
                    pass
        if moved or kept:
            views += self._context_now(None if moved else kept)
        for index in placed:
            views += self._placed[index].now(changes)
        return views

    def _memory(self, change: MemoryChanged, views: list[Json]) -> bool:
        """Adds the view of written bytes; whether they are the context's own."""
        place = self._names.memory.locate(change.address)
        if place is None:
            return False
        region, off = place.region, place.off
        match region.kind:
            case RegionKind.STACK:
                views.append(_bytes(change, "stk", off - STACK_SIZE) | {"frame": region.owner})
            case RegionKind.PACKET:
                views.append(_bytes(change, "pkt", off))
            case RegionKind.MAP_VALUE if region.owner not in self._placed:
                views += self._value(change, place)
            case kind:
                return kind is RegionKind.CTX
        return False

    def _frame(self) -> Json:
        """FrameChange."""
        state = self._names.machine.state
        return {
            "k": "frame",
            "depth": len(state.frames),
            "function": self._names.function_at(state.pc),
            "return_pc": state.frames[-1].return_pc if state.frames else None,
        }

    def _context_now(self, kept: set[str] | None) -> list[Json]:
        """ContextChange, for each field that reads differently now."""
        before, after = self._context, self._names.context_fields(kept)
        self._context = before | after
        return [
            {"k": "ctx", "name": name, "a": before.get(name, ""), "b": text}
            for name, text in after.items()
            if before.get(name) != text
        ]

    def _value(self, change: MemoryChanged, place: Place) -> list[Json]:
        """A write into a value: the whole value before and after. Nothing while the value has no key."""
        bpf_map = self._names.maps[place.region.owner]
        found = bpf_map.key_at(place.region, place.off)
        if found is None:
            return []
        key, inside = found
        start = place.off - inside
        after = bytes(place.region.data[start : start + bpf_map.spec.value_size])
        before = after[:inside] + change.before + after[inside + len(change.before) :]
        cpu = bpf_map.cpu_of(place.region)
        if cpu is None and bpf_map.spec.type in PER_CPU:
            cpu = 0
        return [map_change(bpf_map, key, before, after, cpu)]

    def _entry(self, change: EntryChanged) -> list[Json]:
        """A key that came, went or means something else; of a per-CPU map, once for each CPU."""
        bpf_map = self._names.maps[change.map]
        cpus = range(bpf_map.cpus) if bpf_map.spec.type in PER_CPU else (None,)
        return [
            map_change(
                bpf_map,
                change.key,
                bpf_map.slot_value(change.before, cpu or 0) if change.before is not None else None,
                bpf_map.slot_value(change.after, cpu or 0) if change.after is not None else None,
                cpu,
            )
            for cpu in cpus
        ]


class _Placed:
    """The values of a map without keys, by place, as they were told last."""

    def __init__(self, bpf_map: BpfMap, count: int) -> None:
        self._map = bpf_map
        self._count = count
        self._values = self._first()
        self._opened = 2 if isinstance(bpf_map, RingBufMap) and bpf_map.reserved() else 0
        """Records reserved since none was; 2 stands for "more than one"."""

    def _first(self) -> list[bytes]:
        return [value for _, value, _ in islice(self._map.shown(), SHOWN_ENTRIES)]

    def now(self, changes: tuple[Change, ...]) -> list[Json]:
        """MapChange, for each place that holds something else than before the step's ``changes``."""
        records = self._records(self._map, changes) if isinstance(self._map, RingBufMap) else None
        return self._compared() if records is None else records

    def _records(self, ring: RingBufMap, changes: tuple[Change, ...]) -> list[Json] | None:
        """What became of a ring, which may hold very many records: nothing where one was only reserved; one
        that was sent while no other was reserved is the last. None where the ring must be looked at."""
        opened = [c for c in changes if isinstance(c, ListChanged) and c.name == "open"]
        self._opened += sum(c.after is not None for c in opened)
        if all(c.after is not None for c in opened):
            return []
        sent = [c.data for c in changes if isinstance(c, Emitted) and c.source == ring.spec.name]
        alone = self._opened == 1
        self._opened = 0 if not ring.reserved() else 2
        if not alone or len(sent) != 1:
            return None
        self._values += sent[: SHOWN_ENTRIES - len(self._values)]
        self._count += 1
        return [map_change(ring, _key(self._count - 1), None, sent[0], None)]

    def _compared(self) -> list[Json]:
        before, after = self._values, self._first()
        self._values = after
        views = [
            map_change(self._map, _key(place), before[place], after[place], None)
            for place in range(min(len(before), len(after)))
            if before[place] != after[place]
        ]
        was, self._count = self._count, self._map.count()
        views += [self._came(place, after) for place in range(was, self._count)]
        views += [self._went(place, before) for place in reversed(range(self._count, was))]
        return views

    def _came(self, place: int, values: list[bytes]) -> Json:
        return map_change(self._map, _key(place), None, self._at(place, values), None)

    def _went(self, place: int, values: list[bytes]) -> Json:
        return map_change(self._map, _key(place), self._at(place, values), None, None)

    def _at(self, place: int, values: list[bytes]) -> bytes:
        return values[place] if place < len(values) else b""


def _key(place: int) -> bytes:
    return place.to_bytes(4, "little")


def _bytes(change: MemoryChanged, k: str, off: int) -> Json:
    """PacketChange, and StackChange without its frame."""
    return {"k": k, "off": off, "a": change.before.hex(), "b": change.after.hex()}


def _output(change: Emitted) -> Json:
    """OutputChange."""
    return {
        "k": "out",
        "kind": _OUTPUT_KIND[change.kind],
        "source": change.source,
        "text": output_text(change.kind, change.data),
        "data": change.data.hex(),
    }


def _end(change: Ended, verdict: str) -> Json:
    """EndChange."""
    value = hex64(change.value)
    return {"k": "end", "how": change.how, "value": value, "verdict": verdict, "message": change.message}


def map_change(
    bpf_map: BpfMap, key: bytes, before: bytes | None, after: bytes | None, cpu: int | None
) -> Json:
    """MapChange."""
    return {
        "k": "map",
        "map": bpf_map.index,
        "key": key.hex(),
        "key_text": key_text(bpf_map, key),
        "cpu": cpu,
        **_side("a", bpf_map, before),
        **_side("b", bpf_map, after),
    }


def _side(name: str, bpf_map: BpfMap, value: bytes | None) -> dict[str, Any]:
    if value is None:
        return {name: None, f"{name}_text": None}
    return {name: value.hex(), f"{name}_text": value_text(bpf_map, value)}
