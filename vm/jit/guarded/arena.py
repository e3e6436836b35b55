"""Where things lie in a runner's memory: 4 GiB that mirror the guest's addresses, and a header before them.

A guest address and its place in the arena agree in their low 32 bits. So native code reaches a place as
[arena + low half of the address]: whatever a program computes, the sum stays within the 4 GiB, of which
only the objects' own pages are there.
"""

from dataclasses import dataclass
from typing import Final

from vm.memory.region import ARENA, WINDOW_BITS

ARENA_SIZE: Final = 1 << 32
HEADER: Final = 1 << 18
"""Bytes before the arena; everything below lies there, at negative offsets."""
WINDOWS: Final = ARENA_SIZE >> WINDOW_BITS
WINDOW_BASE: Final = ARENA >> WINDOW_BITS

STATE: Final = -0x1000
"""Registers r0 to r10 as 64-bit words, then fuel, then the slot the code stopped at."""
FUEL: Final = STATE + 11 * 8
STOPPED_AT: Final = FUEL + 8
DIRTY: Final = -0x2000
"""A byte per window: 1 where something was stored."""
TABLES: Final = -0x20000
_TABLE: Final = WINDOWS * 8


def closed(window: int) -> int:
    """The first address to be told of a window that nothing may be accessed in, with a limit of 0.

    It lies in another window, and so no address of this one is as near as 0 to it.
    """
    return (window + 1) % WINDOWS << WINDOW_BITS


@dataclass(frozen=True, slots=True)
class Bounds:
    """The tables for one kind of access: at ``low`` the first address of each window's object, at ``limit``
    how far an access may begin behind it."""

    size: int
    write: bool

    @property
    def low(self) -> int:
        """Offset of the table of first addresses."""
        return TABLES + (self.size.bit_length() - 1 + 4 * self.write) * 2 * _TABLE

    @property
    def limit(self) -> int:
        """Offset of the table of limits."""
        return self.low + _TABLE


ALL_BOUNDS: Final = tuple(Bounds(size, write) for write in (False, True) for size in (1, 2, 4, 8))
