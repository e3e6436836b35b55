"""What maps hold between two packets, read as user space would read them all at once."""

from collections.abc import Iterable
from typing import Final

from vm.kernel.loading import cpus_for, load_maps
from vm.kernel.scenario import Carry, Setup
from vm.maps import BpfMap
from vm.memory.memory import Memory
from vm.uapi.map_types import MapType

Entry = tuple[bytes, bytes]
Contents = tuple[Entry, ...]

COUNTING: Final = frozenset(
    {MapType.HASH, MapType.ARRAY, MapType.LRU_HASH, MapType.LPM_TRIE}
    | (PER_CPU := {MapType.PERCPU_HASH, MapType.PERCPU_ARRAY, MapType.LRU_PERCPU_HASH})
)
"""Kinds of maps whose entries are keys and plain values, which user space can read."""


def maps_after(setup: Setup, carry: Carry | None) -> tuple[BpfMap, ...]:
    """The maps of a setup's programs as ``carry`` left them (None: as they begin).

    Raises HookscopeError for maps that cannot be made.
    """
    memory = Memory([])
    loaded = load_maps(setup.programs, memory, cpus_for(setup.event), fresh=carry is None)
    if carry is not None:
        memory.snapshot()
        memory.restore(carry.memory)
        for made, book in zip(loaded.maps, carry.books, strict=True):
            made.restore(book)
    return loaded.maps


def contents_of(maps: Iterable[BpfMap]) -> tuple[Contents | None, ...]:
    """The entries of each map; None for a map of another kind.

    A per-CPU map's entry is there once for each CPU that has more than zeros in it, and once at least.
    """
    return tuple(_entries(found) for found in maps)


def _entries(found: BpfMap) -> Contents | None:
    if found.spec.type not in COUNTING:
        return None
    if found.spec.type not in PER_CPU:
        return tuple((bytes(key), bytes(value)) for key, value in found.items())
    size = found.spec.value_size
    stride = (size + 7) & ~7
    entries: list[Entry] = []
    for key, values in found.items():
        each = [bytes(values[at : at + size]) for at in range(0, len(values), stride)]
        entries += [(bytes(key), value) for value in each if any(value)] or [(bytes(key), each[0])]
    return tuple(entries)
