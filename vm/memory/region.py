"""One object of guest memory and where it lies.

Guest addresses are 64-bit numbers. Each region owns whole windows of 16 MiB from ``ARENA``, and begins
64 KiB into its first one: so every address within reach of a 16-bit offset tells its region, also when it
is before the start or behind the end, and native code can find a region by a shift and a table.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from vm.memory.fault import FaultKind

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
        """The 64-bit word a load of ``size`` bytes gives; raises MachineFault."""
        ...

    def store(self, off: int, size: int, value: int) -> None:
        """Writes the low ``size`` bytes of ``value``; raises MachineFault."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """One of the objects that share a region (a map's element, a ring-buffer record).

    It may be accessed from offset ``lo`` to ``hi`` of the region unless ``why_not`` says why it may not;
    pointers into it are told relative to ``lo``.
    """

    name: str
    lo: int
    hi: int
    why_not: str = ""
    fault: FaultKind = FaultKind.DEAD


class Parts(Protocol):
    """Tells the objects within a region apart."""

    def part(self, off: int) -> Part:
        """The object that offset ``off`` lies in, or else the nearest one."""
        ...


@dataclass(slots=True, eq=False)
class Region:
    """An object, or several alike: ``data`` holds the bytes, of which ``lo`` to ``hi`` may be accessed.

    ``id`` is its place in Memory.regions, ``base`` the guest address of ``data[0]``, ``origin`` the offset
    that people count from (the end of a stack frame, the start of packet data). ``stride`` cuts the region
    into elements of which the first ``value_size`` bytes may be accessed, never across two of them.
    ``parts``, where given, names the objects inside; it also decides about every access if there is no
    stride. ``owner`` is the map index or frame number. A dead region (not ``alive``) faults on every access.
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
    parts: Parts | None = field(default=None, repr=False)
    origin: int = 0
    dirty: set[int] = field(default_factory=set, repr=False)
    """Pages written since the last snapshot (see vm.memory.pages)."""

    def part(self, off: int) -> Part:
        """The object that ``off`` lies in, or else the nearest one, and its bounds."""
        if self.parts is not None:
            return self.parts.part(off)
        if self.stride:
            start = max(0, min(off, self.hi - 1)) // self.stride * self.stride
            return Part(f"{self.name}[{start // self.stride}]", start, start + self.value_size)
        return Part(self.name, self.lo, self.hi)


@dataclass(frozen=True, slots=True)
class Place:
    """A guest address as region and offset from its start."""

    region: Region
    off: int

    def __str__(self) -> str:
        region = self.region
        if region.parts is None and not region.stride:
            return f"{region.name}{self.off - region.origin:+d}"
        part = region.part(self.off)
        return f"{part.name}{self.off - part.lo:+d}"


@dataclass(frozen=True, slots=True)
class Pointer:
    """What a register's word points at, for display.

    ``name`` is the object's (``pkt``, ``fp``, ``syn_count[203.0.113.7]``), ``offset`` counts from where
    people count (see Region.origin), ``size`` is how many bytes the object has. ``inside`` tells whether a
    byte may be read there; ``at_end`` that the pointer is just behind the last one, as data_end is.
    """

    kind: RegionKind
    region: int
    name: str
    offset: int
    owner: int
    size: int
    inside: bool
    at_end: bool

    def __str__(self) -> str:
        return f"{self.name}{self.offset:+d}" if self.offset else self.name
