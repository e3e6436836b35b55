"""Map entries over time, sampled while a simulation goes on."""

from collections.abc import Iterable
from itertools import islice

from app.schemas.simulate import SeriesView
from vm.maps import BpfMap
from vm.maps.display import key_text
from vm.uapi.map_types import MapType

LOOKED_AT, KEPT = 512, 32
"""Entries of a map that are looked at in one sample, and those that are kept: the greatest."""
SERIES = 64
"""Entries of a map that are kept in all."""
_WITHOUT = frozenset(
    {MapType.RINGBUF, MapType.PROG_ARRAY, MapType.PERF_EVENT_ARRAY, MapType.BLOOM_FILTER, MapType.STACK_TRACE}
)


class Series:
    """Samples so far: for each map the values of its entries by time."""

    def __init__(self) -> None:
        self.times_ns: list[int] = []
        self._values: dict[str, dict[bytes, list[float | None]]] = {}
        self._maps: dict[str, BpfMap] = {}

    def sample(self, time_ns: int, maps: Iterable[BpfMap]) -> None:
        """Takes the greatest entries of each map."""
        before = len(self.times_ns)
        self.times_ns.append(time_ns)
        for found in maps:
            if found.spec.type in _WITHOUT or found.spec.name.startswith("."):
                continue
            self._maps[found.spec.name] = found
            kept = self._values.setdefault(found.spec.name, {})
            entries = _entries(found)
            known = {key: value for key, value in entries.items() if key in kept}
            greatest = sorted(entries.items(), key=lambda item: -item[1])[:KEPT]
            for key, value in [*known.items(), *((k, v) for k, v in greatest if k not in known)]:
                if key not in kept:
                    if len(kept) == SERIES:
                        continue
                    kept[key] = [None] * before
                kept[key].append(value)
            for values in kept.values():
                if len(values) == before:
                    values.append(None)

    def views(self, name: str) -> list[SeriesView]:
        """The series of one map, or of all."""
        chosen = [name] if name else sorted(self._values)
        return [
            SeriesView(
                map=found, key=key.hex(), key_text=key_text(self._maps[found].spec, key), values=list(values)
            )
            for found in chosen
            for key, values in self._values.get(found, {}).items()
            if any(values)
        ]


def _entries(found: BpfMap) -> dict[bytes, float]:
    """Keys with their values' first 8 bytes as a number, over all CPUs."""
    entries: dict[bytes, float] = {}
    for key, value, _ in islice(found.shown(), LOOKED_AT):
        entries[key] = entries.get(key, 0) + int.from_bytes(value[:8], "little")
    return entries
