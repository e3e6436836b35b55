"""All regions of a run, and the only way to their bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Final

from vm.change import Change, MemoryChanged, RegionChanged
from vm.memory.access import refusal, wild
from vm.memory.fault import MachineFault
from vm.memory.pages import PAGE, PAGE_BITS
from vm.memory.region import (
    ARENA,
    LEAD,
    MAX_WINDOWS,
    WINDOW,
    WINDOW_BITS,
    Place,
    Pointer,
    Region,
    RegionKind,
)
from vm.memory.snapshot import MemorySnapshot, Snapshots
from vm.memory.user import UserMemory
from vm.source import HookscopeError
from vm.word import MASK64

MEMORY_LIMIT: Final = 64 << 20
"""Bytes all regions of a run may take unless told otherwise."""

_UNPACK: Final = {
    size: Struct(code).unpack_from for size, code in ((1, "<B"), (2, "<H"), (4, "<I"), (8, "<Q"))
}
_MASK: Final = {size: (1 << size * 8) - 1 for size in (1, 2, 4, 8)}
_LAST: Final = PAGE - 1


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a memory was filled: regions, the next free window, bytes."""

    regions: int
    window: int
    used: int


class Memory:
    """Regions by address, ``limit`` bytes at most. Every write leaves a change in ``journal``."""

    __slots__ = ("_by_window", "_next_window", "_snapshots", "journal", "limit", "regions", "used", "user")

    def __init__(self, journal: list[Change], limit: int = MEMORY_LIMIT) -> None:
        self.regions: list[Region] = []
        self.journal = journal
        self.limit = limit
        self.used = 0
        self._by_window: dict[int, Region] = {}
        self._next_window = ARENA >> WINDOW_BITS
        self._snapshots = Snapshots()
        self.user = UserMemory()

    def add(
        self,
        kind: RegionKind,
        name: str,
        data: bytearray,
        *,
        writable: bool = True,
        stride: int = 0,
        value_size: int = 0,
        owner: int = -1,
        origin: int = 0,
    ) -> Region:
        """A new region holding ``data`` itself (not a copy), at the next free address."""
        self.reserve(len(data))
        windows = (LEAD + len(data) + LEAD + WINDOW - 1) >> WINDOW_BITS
        base = (self._next_window << WINDOW_BITS) + LEAD
        region = Region(
            len(self.regions),
            kind,
            name,
            base,
            data,
            0,
            len(data),
            writable,
            stride,
            value_size,
            owner,
            origin=origin,
        )
        self.regions.append(region)
        self._by_window.update(dict.fromkeys(range(self._next_window, self._next_window + windows), region))
        self._next_window += windows
        self.used += len(data)
        return region

    def add_zeroed(
        self, kind: RegionKind, name: str, size: int, *, stride: int = 0, value_size: int = 0, owner: int = -1
    ) -> Region:
        """A new region of ``size`` zero bytes, of which only those written take memory and time."""
        self.reserve(size)
        region = self.add(kind, name, bytearray(size), stride=stride, value_size=value_size, owner=owner)
        self._snapshots.zeroed(region)
        return region

    def reserve(self, size: int) -> None:
        """Raises HookscopeError if ``size`` more bytes would not fit."""
        windows = (2 * LEAD + size + WINDOW - 1) >> WINDOW_BITS
        in_use = self._next_window - (ARENA >> WINDOW_BITS)
        if self.used + size > self.limit or in_use + windows > MAX_WINDOWS:
            raise HookscopeError.of(
                "memory-limit",
                f"this needs {self.used + size:,} bytes of guest memory; a run may use {self.limit:,}",
                "use smaller maps or a smaller packet",
            )

    def beside(self) -> "Memory":
        """Another memory with the same regions, and the same journal: what is added to one, only it has."""
        twin = Memory(self.journal, self.limit)
        twin.regions.extend(self.regions)
        twin._by_window.update(self._by_window)
        twin._next_window, twin.used = self._next_window, self.used
        return twin

    def mark(self) -> Mark:
        """How far the memory is filled now."""
        return Mark(len(self.regions), self._next_window, self.used)

    def skip_to(self, window: int) -> None:
        """Lets the next region begin at a window, which must be free."""
        if window < self._next_window:
            raise ValueError(f"window {window} is taken: the next free one is {self._next_window}")
        self._next_window = window

    def rewind(self, mark: Mark) -> None:
        """Forgets the regions added since there were ``mark.regions``; the next begins at ``mark.window``."""
        for region in self.regions[mark.regions :]:
            first = (region.base - LEAD) >> WINDOW_BITS
            windows = (2 * LEAD + len(region.data) + WINDOW - 1) >> WINDOW_BITS
            for window in range(first, first + windows):
                del self._by_window[window]
        del self.regions[mark.regions :]
        self._next_window, self.used = mark.window, mark.used
        self.user = UserMemory()

    def adopt(self, regions: Sequence[Region]) -> None:
        """Takes regions back that lay here before ``rewind``; what is before them must be as it was then."""
        for region in regions:
            first = (region.base - LEAD) >> WINDOW_BITS
            windows = (2 * LEAD + len(region.data) + WINDOW - 1) >> WINDOW_BITS
            for window in range(first, first + windows):
                self._by_window[window] = region
            self.used += len(region.data)
            self._next_window = first + windows
        self.regions += regions

    def locate(self, address: int) -> Place | None:
        """The region whose windows hold ``address``, and the offset in it; None if there is none."""
        region = self._by_window.get(address >> WINDOW_BITS)
        return Place(region, address - region.base) if region is not None else None

    def describe(self, address: int) -> Pointer | None:
        """What the word ``address`` points at; None if it is no pointer into this run's memory."""
        place = self.locate(address)
        if place is None:
            return None
        region, off = place.region, place.off
        part = region.part(off)
        grouped = region.stride or region.parts is not None
        return Pointer(
            region.kind,
            region.id,
            part.name,
            off - (part.lo if grouped else region.origin),
            region.owner,
            part.hi - part.lo,
            region.alive and not part.why_not and part.lo <= off < part.hi,
            off == part.hi,
        )

    def load(self, address: int, size: int) -> int:
        """The little-endian word of ``size`` (1, 2, 4, 8) bytes at ``address``; raises MachineFault."""
        region = self._by_window.get(address >> WINDOW_BITS)
        if region is not None:
            off = address - region.base
            if region.view is not None:
                return region.view.load(off, size)
            if region.lo <= off <= region.hi - size and region.alive:
                stride = region.stride
                if (off % stride + size <= region.value_size) if stride else region.parts is None:
                    value: int = _UNPACK[size](region.data, off)[0]
                    return value
        region, off = self.check(address, size, write=False)
        return int.from_bytes(region.data[off : off + size], "little")

    def store(self, address: int, size: int, value: int) -> None:
        """Writes the low ``size`` (1, 2, 4, 8) bytes of ``value`` at ``address``; raises MachineFault."""
        region = self._by_window.get(address >> WINDOW_BITS)
        if region is not None and region.view is not None:
            region.view.store(address - region.base, size, value)
            return
        after = (value & _MASK[size]).to_bytes(size, "little")
        if region is not None:
            off = address - region.base
            if region.lo <= off <= region.hi - size and region.alive and region.writable:
                stride = region.stride
                if (off % stride + size <= region.value_size) if stride else region.parts is None:
                    data, end = region.data, off + size
                    self.journal.append(MemoryChanged(address, bytes(data[off:end]), after))
                    data[off:end] = after
                    region.dirty.add(off >> PAGE_BITS)
                    region.dirty.add((end - 1) >> PAGE_BITS)
                    return
        self.write(address, after)

    def read(self, address: int, size: int) -> bytes:
        """``size`` bytes at ``address`` (a helper's argument); raises MachineFault."""
        if size == 0:
            return b""
        region, off = self.check(address, size, write=False)
        return bytes(region.data[off : off + size])

    def write(self, address: int, data: bytes) -> None:
        """Writes ``data`` at ``address``; raises MachineFault."""
        if not data:
            return
        region, off = self.check(address, len(data), write=True)
        self.put(region, off, data)

    def put(self, region: Region, off: int, data: bytes) -> None:
        """Writes ``data`` into ``region`` without asking whether the program might (helpers, maps)."""
        end = off + len(data)
        before = bytes(region.data[off:end])
        self.journal.append(MemoryChanged(region.base + off, before, data))
        _poke(region, off, data)

    def set_alive(self, region: Region, alive: bool) -> None:
        """Brings a region to life or ends it (frames, ring-buffer records)."""
        region.alive = alive
        self.journal.append(RegionChanged(region.id, alive))

    def apply(self, change: MemoryChanged | RegionChanged, *, forwards: bool) -> None:
        """Takes memory from one side of its own change to the other; leaves no trace in the journal."""
        if isinstance(change, RegionChanged):
            self.regions[change.region].alive = change.alive is forwards
            return
        region = self._by_window[change.address >> WINDOW_BITS]
        _poke(region, change.address - region.base, change.after if forwards else change.before)

    def snapshot(self) -> MemorySnapshot:
        """All bytes, bounds and lives now; unwritten pages are shared with the snapshot before."""
        return self._snapshots.take(self.regions)

    def restore(self, snapshot: MemorySnapshot) -> None:
        """Takes everything back (or on) to a snapshot of this memory; leaves no trace in the journal."""
        self._snapshots.restore(self.regions, snapshot)

    def check_any(self, address: int) -> tuple[Region, int]:
        """The region an address lies in and the offset there, whatever a program may do with it."""
        place = self.locate(address & MASK64)
        if place is None:
            raise MachineFault(wild(address, 0, False))
        return place.region, place.off

    def check(self, address: int, size: int, *, write: bool) -> tuple[Region, int]:
        """The region and offset of a permitted access, or the MachineFault that says why it is not."""
        address &= MASK64
        place = self.locate(address)
        if place is None:
            raise MachineFault(wild(address, size, write))
        fault = refusal(place, address, size, write)
        if fault is not None:
            raise MachineFault(fault)
        return place.region, place.off


def _poke(region: Region, off: int, data: bytes) -> None:
    end = off + len(data)
    region.data[off:end] = data
    first = off >> PAGE_BITS
    region.dirty.add(first)
    if (off & _LAST) + len(data) > PAGE:
        region.dirty.update(range(first + 1, ((end - 1) >> PAGE_BITS) + 1))
