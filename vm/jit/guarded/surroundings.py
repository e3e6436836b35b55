"""What native code may count on beyond the program itself: its maps, its context, helpers."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from vm.memory.region import ARENA

LOGGED: Final = 2048
"""Slots of a map that native code notes down one by one; more are told of only as "many"."""
_FIELDS: Final = 128
"""Bytes before a table's arrays: single words."""


class Shape(Enum):
    """The kinds of maps that native code knows."""

    ARRAY = "array"
    HASH = "hash"
    LRU = "lru"


@dataclass(frozen=True, slots=True)
class MapPlan:
    """A map as native code sees it.

    ``address`` is the map object's, where a hash map keeps its slots' keys; ``values`` the address of the
    first slot's value on this ``cpu``; ``all_values`` of those on every CPU. ``table`` is the offset in the
    header of what native code keeps about a hash map.
    """

    shape: Shape
    per_cpu: bool
    preallocated: bool
    key_size: int
    value_size: int
    entries: int
    slots: int
    address: int
    all_values: tuple[int, ...]
    cpu: int
    table: int

    @property
    def stride(self) -> int:
        """Bytes from one slot's value to the next one's."""
        return (self.value_size + 7) & ~7

    @property
    def values(self) -> int:
        """The address of the first slot's value on this CPU."""
        return self.all_values[self.cpu if self.per_cpu else 0]

    @property
    def layout(self) -> "Layout":
        """Where the words of its table are."""
        return Layout(self.slots, self.shape is Shape.LRU)


@dataclass(frozen=True, slots=True)
class Layout:
    """The table of a hash map: offsets from its start. Slots are numbered from 1 here; 0 is none.

    Words of 64 bits: how many slots were given back and are free, how many were never used so far, how many
    entries there are, the time of uses, what happened (1: a slot given back, 2: the spare slot changed), the
    slots noted in ``log``, the spare slot, and the fewest free slots since the table was made.
    Arrays of 32-bit words: the first slot of each chain (``heads``), the next one in the chain, the free
    slots (numbered from 0), and, of an LRU map, the neighbours by use and, 64 bits wide, the times.
    """

    slots: int
    lru: bool

    freed, fresh, count, clock, happened, logged, spare, fewest = range(0, 64, 8)

    @property
    def bits(self) -> int:
        """There are 2 to this many chains: twice the slots."""
        return max(4, (2 * self.slots - 1).bit_length())

    @property
    def heads(self) -> int:
        return _FIELDS

    @property
    def next(self) -> int:
        return self.heads + (4 << self.bits)

    @property
    def _array(self) -> int:
        return (4 * (self.slots + 1) + 7) & ~7

    @property
    def free(self) -> int:
        return self.next + self._array

    @property
    def live(self) -> int:
        """1 for each slot that has an entry."""
        return self.free + self._array

    @property
    def log(self) -> int:
        return self.live + self._array

    @property
    def older(self) -> int:
        return self.log + 4 * LOGGED

    @property
    def newer(self) -> int:
        return self.older + self._array

    @property
    def used(self) -> int:
        return self.newer + self._array

    @property
    def size(self) -> int:
        return self.used + 2 * self._array if self.lru else self.older


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Of one program of a run.

    ``constants`` gives the value of each ld_imm64 that is no number, by slot; ``context`` the loads (offset,
    size) of the context whose values are kept for native code; ``helpers`` the numbers of those it may
    answer itself. Accesses at ``proved`` slots go unchecked: they stay within the arena, whatever the proof
    is worth.
    """

    constants: tuple[tuple[int, int], ...] = ()
    context: tuple[tuple[int, int], ...] = ()
    maps: tuple[MapPlan, ...] = ()
    helpers: frozenset[int] = frozenset()
    cpu: int = 0
    proved: frozenset[int] = field(default_factory=frozenset)


def place(address: int) -> int:
    """Where a guest address is in the arena."""
    return address - ARENA
