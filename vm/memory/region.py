"""One object of guest memory and where it lies.

Guest addresses are 64-bit numbers. Each region owns whole windows of 16 MiB from ``ARENA``, and begins
64 KiB into its first one: so every address within reach of a 16-bit offset tells its region, also when it
is before the start or behind the end, and native code can find a region by a shift and a table.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

ARENA: Final = 0xFFFF_C900_0000_0000
WINDOW_BITS: Final = 24
WINDOW: Final = 1 << WINDOW_BITS
LEAD: Final = 1 << 16
MAX_WINDOWS: Final = 1 << 14


class RegionKind(StrEnum):
    """What an object is; the tint and the letters of a register badge."""

    CTX = "ctx"
    PACKET = "pkt"
    STACK = "stk"
    MAP_VALUE = "map"
    MAP = "mapobj"
    RINGBUF = "ring"
    RODATA = "ro"
    MEM = "mem"


class View(Protocol):
    """Access to a region whose bytes are not what a program sees: a context with converted fields."""

    def load(self, off: int, size: int) -> int:
        """The 64-bit word a load of ``size`` bytes gives; raises MemoryFault."""
        ...

    def store(self, off: int, size: int, value: int) -> None:
        """Writes the low ``size`` bytes of ``value``; raises MemoryFault."""
        ...


@dataclass(slots=True, eq=False)
class Region:
    """An object: ``data`` holds its bytes, of which ``lo`` to ``hi`` may be accessed.

    ``id`` is its place in Memory.regions, ``base`` the guest address of ``data[0]``. ``stride`` cuts the region into
    equal values (map values): an access may not cross from one to the next. ``owner`` is the map index
    or frame number. A dead region (``alive`` false) faults on every access.
    """

    id: int
    kind: RegionKind
    name: str
    base: int
    data: bytearray
    lo: int
    hi: int
    writable: bool = True
    stride: int = 0
    value_size: int = 0
    owner: int = -1
    alive: bool = True
    view: View | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A guest address as region and offset from its start."""

    region: Region
    off: int

    def __str__(self) -> str:
        return f"{self.region.name}{self.off:+d}"
