"""A word as a person reads it: the number, or the object and place it points at."""

from functools import lru_cache

from vm.change import record
from vm.isa import STACK_SIZE
from vm.memory.region import ARENA, Place, RegionKind
from vm.story.names import Names
from vm.word import signed

_SMALL = 1 << 16


@record
class Value:
    """``kind`` is the badge (num, ctx, pkt, end, stk, map, mapobj, ring, ro, mem, func), ``text`` the value,
    ``note`` what else is worth saying."""

    word: int
    kind: str
    text: str
    note: str = ""


def describe(names: Names, word: int) -> Value:
    """What ``word`` means in the run that ``names`` knows."""
    if word < ARENA:
        return _number(word)
    if label := names.functions.get(word):
        return Value(word, "func", label)
    for index, address in names.map_addresses:
        if word == address:
            return Value(
                word, "mapobj", names.maps[index].spec.name, names.maps[index].spec.type.name.lower()
            )
    place = names.memory.locate(word)
    return _number(word) if place is None else _pointer(names, word, place)


@lru_cache(maxsize=4096)
def _number(word: int) -> Value:
    minus = signed(word)
    if minus < 0:
        text = str(minus) if minus > -_SMALL else f"{word:#x}"
        return Value(word, "num", text, f"{word:#x}" if minus > -_SMALL else str(word))
    return Value(word, "num", str(word), f"{word:#x}" if word > 9 else "")


def _pointer(names: Names, word: int, place: Place) -> Value:
    region, off = place.region, place.off
    match region.kind:
        case RegionKind.STACK:
            return Value(word, "stk", f"{region.name} {off - STACK_SIZE:+d}")
        case RegionKind.PACKET:
            return _packet_pointer(names, word, off)
        case RegionKind.CTX:
            return Value(word, "ctx", f"ctx {off:+d}", f"struct {names.context.name}" if not off else "")
        case RegionKind.MAP_VALUE:
            cell, inside = names.cell(region, off)
            return Value(word, "map", f"{cell} {inside:+d}" if inside else cell)
        case kind:
            return Value(word, kind.value, f"{region.name} {off:+d}")


def _packet_pointer(names: Names, word: int, off: int) -> Value:
    meta, data, end = names.bounds()
    if off == end:
        return Value(word, "end", f"pkt {off - data:+d}", "= data_end")
    note = "= data" if off == data else "= data_meta" if off == meta else ""
    return Value(word, "pkt", f"pkt {off - data:+d}", note)
