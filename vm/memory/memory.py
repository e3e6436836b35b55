"""All regions of a run, and the only way to their bytes."""

from vm.change import Change, MemoryChanged, RegionChanged
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.memory.region import ARENA, LEAD, MAX_WINDOWS, WINDOW, WINDOW_BITS, Place, Region, RegionKind
from vm.source import HookscopeError
from vm.word import MASK64


class Memory:
    """Regions by address. Writes go through here and leave a change in ``journal``."""

    __slots__ = ("_windows", "journal", "regions")

    def __init__(self, journal: list[Change]) -> None:
        self.regions: list[Region] = []
        self._windows: list[Region] = []
        self.journal = journal

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
    ) -> Region:
        """A new region holding ``data`` itself (not a copy), at the next free address."""
        windows = (LEAD + len(data) + LEAD + WINDOW - 1) >> WINDOW_BITS
        if len(self._windows) + windows > MAX_WINDOWS:
            raise HookscopeError.of("memory-limit", "the program's maps need more memory than a run may use")
        base = ARENA + (len(self._windows) << WINDOW_BITS) + LEAD
        region = Region(
            len(self.regions), kind, name, base, data, 0, len(data), writable, stride, value_size, owner
        )
        self.regions.append(region)
        self._windows.extend([region] * windows)
        return region

    def locate(self, address: int) -> Place | None:
        """The region whose windows hold ``address``, with the offset from its start; None for a wild pointer."""
        index = (address - ARENA) >> WINDOW_BITS
        if 0 <= index < len(self._windows):
            region = self._windows[index]
            return Place(region, address - region.base)
        return None

    def load(self, address: int, size: int) -> int:
        """The little-endian word of ``size`` bytes at ``address``; raises MachineFault."""
        index = (address - ARENA) >> WINDOW_BITS
        if 0 <= index < len(self._windows):
            region = self._windows[index]
            off = address - region.base
            if region.view is not None:
                return region.view.load(off, size)
            if region.lo <= off and off + size <= region.hi and region.alive and not region.stride:
                return int.from_bytes(region.data[off : off + size], "little")
        region, off = self.check(address, size, write=False)
        return int.from_bytes(region.data[off : off + size], "little")

    def store(self, address: int, size: int, value: int) -> None:
        """Writes the low ``size`` bytes of ``value`` at ``address``; raises MachineFault."""
        place = self.locate(address)
        if place is not None and place.region.view is not None:
            place.region.view.store(place.off, size, value)
            return
        self.write(address, (value & ((1 << (size * 8)) - 1)).to_bytes(size, "little"))

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
        before = bytes(region.data[off : off + len(data)])
        region.data[off : off + len(data)] = data
        self.journal.append(MemoryChanged(region.base + off, before, data))

    def set_alive(self, region: Region, alive: bool) -> None:
        """Brings a region to life or ends it (frames, ring-buffer records)."""
        region.alive = alive
        self.journal.append(RegionChanged(region.id, alive))

    def check(self, address: int, size: int, *, write: bool) -> tuple[Region, int]:
        """The region and offset of a permitted access, or the MachineFault that says why it is not."""
        place = self.locate(address & MASK64)
        if place is None:
            raise MachineFault(_wild(address, size, write))
        region, off = place.region, place.off
        lo, hi = _bounds(region, off)
        if not region.alive:
            raise MachineFault(
                _fault(FaultKind.DEAD, place, address, size, write, 0, "which no longer exists")
            )
        if off < lo or off + size > hi:
            outside = off - lo if off < lo else off + size - hi
            raise MachineFault(
                _fault(FaultKind.BOUNDS, place, address, size, write, outside, _where(outside))
            )
        if write and not region.writable:
            raise MachineFault(
                _fault(FaultKind.READ_ONLY, place, address, size, write, 0, "which is read-only")
            )
        return region, off


def _bounds(region: Region, off: int) -> tuple[int, int]:
    if not region.stride:
        return region.lo, region.hi
    start = max(0, min(off, region.hi - 1)) // region.stride * region.stride
    return start, start + region.value_size


def _where(outside: int) -> str:
    count = abs(outside)
    return f"{count} byte{'s' if count > 1 else ''} {'past its end' if outside > 0 else 'before its start'}"


def _verb(size: int, write: bool) -> str:
    return f"{'writes' if write else 'reads'} {size} byte{'s' if size > 1 else ''}"


def _wild(address: int, size: int, write: bool) -> Fault:
    if address < 4096:
        return Fault(
            FaultKind.NULL,
            f"{_verb(size, write)} at address {address:#x}: the pointer is null",
            address,
            size,
            write,
        )
    return Fault(
        FaultKind.WILD,
        f"{_verb(size, write)} at {address:#x}, which belongs to no object of this run",
        address,
        size,
        write,
    )


def _fault(
    kind: FaultKind, place: Place, address: int, size: int, write: bool, outside: int, why: str
) -> Fault:
    message = f"{_verb(size, write)} at {place}, {why}"
    return Fault(kind, message, address, size, write, place.region.name, outside)
