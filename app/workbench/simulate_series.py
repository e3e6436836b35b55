"""Map entries over time, sampled while a simulation goes on."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

from app.schemas.outcome_pages import SeriesView
from vm.maps import BpfMap
from vm.maps.display import key_text, type_of
from vm.typetext.types import Struct
from vm.uapi.map_types import MapType

LOOKED_AT, KEPT = 512, 32
"""Entries of a map that are looked at in one sample, and those that are kept: the greatest."""
SERIES = 64
"""Entries of a map that are kept in all."""
FIELDS = 3
"""Fields of a structure that are kept."""
_COUNTS = frozenset({"u8", "u16", "u32", "u64"})
Name = tuple[bytes, str]
"""A key, and the field of its value."""
_WITHOUT = frozenset(
    {MapType.RINGBUF, MapType.PROG_ARRAY, MapType.PERF_EVENT_ARRAY, MapType.BLOOM_FILTER, MapType.STACK_TRACE}
)


class Series:
    """Samples so far: for each map the values of its entries by time."""

    def __init__(self) -> None:
        self.times_ns: list[int] = []
        self._values: dict[str, dict[Name, list[float | None]]] = {}
        self._maps: dict[str, BpfMap] = {}

    def sample(self, time_ns: int, maps: Iterable[BpfMap]) -> None:
        """Takes the greatest entries of each map, and those taken before."""
        before = len(self.times_ns)
        self.times_ns.append(time_ns)
        for found in maps:
            if found.spec.type in _WITHOUT or found.spec.name.startswith("."):
                continue
            self._maps[found.spec.name] = found
            kept = self._values.setdefault(found.spec.name, {})
            for name, value in _chosen(_entries(found), kept):
                kept.setdefault(name, [None] * before).append(value)
            for values in kept.values():
                if len(values) == before:
                    values.append(None)

    def views(self, name: str) -> list[SeriesView]:
        """The series of one map, or of all."""
        return [
            SeriesView(
                map=found,
                key=key.hex(),
                key_text=key_text(self._maps[found].spec, key),
                field=field,
                values=list(values),
            )
            for found in ([name] if name else sorted(self._values))
            for (key, field), values in self._values.get(found, {}).items()
            if any(values)
        ]


def _chosen(entries: Mapping[Name, float], kept: Mapping[Name, object]) -> Iterator[tuple[Name, float]]:
    """Those that are kept already, and the greatest others while there is room."""
    yield from ((name, value) for name, value in entries.items() if name in kept)
    others = sorted(((-value, name) for name, value in entries.items() if name not in kept))
    room = max(0, SERIES - len(kept))
    yield from ((name, -value) for value, name in others[: min(KEPT, room)])


def _entries(found: BpfMap) -> dict[Name, float]:
    """The numbers of each value, over all CPUs, by key and field."""
    entries: dict[Name, float] = {}
    numbers = _numbers(found.spec.value_type, found.spec.value_size)
    for key, value, _ in islice(found.shown(), LOOKED_AT):
        for field, start, end in numbers:
            name = key, field
            entries[name] = entries.get(name, 0) + int.from_bytes(value[start:end], "little")
    return entries


@lru_cache(maxsize=256)
def _numbers(text: str | None, size: int) -> tuple[tuple[str, int, int], ...]:
    """The numbers of a value: name, first byte, end. One without a name where it has no fields."""
    kind = type_of(text, size)
    if isinstance(kind, Struct):
        found = [
            (field.name, field.offset, field.offset + field.type.size)
            for field in kind.fields
            if field.type.text in _COUNTS
        ]
        return tuple(found[:FIELDS])
    return (("", 0, min(kind.size, 8)),)
