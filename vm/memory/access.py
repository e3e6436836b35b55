"""Why an access is not permitted, in words: which object, and how far outside."""

from vm.memory.fault import Fault, FaultKind
from vm.memory.region import Place, Region

_NULL_PAGE = 4096


def refusal(place: Place, address: int, size: int, write: bool) -> Fault | None:
    """What is wrong with accessing ``size`` bytes at ``place``; None if nothing is."""
    region, off = place.region, place.off
    part = region.part(off)
    if not region.alive:
        return _fault(FaultKind.DEAD, place, address, size, write, 0, "which no longer exists")
    if part.why_not:
        return _fault(part.fault, place, address, size, write, 0, part.why_not)
    if off < part.lo or off + size > part.hi:
        outside = off - part.lo if off < part.lo else off + size - part.hi
        return _fault(
            FaultKind.BOUNDS, place, address, size, write, outside, _where(region, off, size, outside)
        )
    if write and not region.writable:
        return _fault(FaultKind.READ_ONLY, place, address, size, write, 0, "which is read-only")
    return None


def wild(address: int, size: int, write: bool) -> Fault:
    """The fault of an address that belongs to no object."""
    if address < _NULL_PAGE:
        message = f"{_verb(size, write)} at address {address:#x}: the pointer is null"
        return Fault(FaultKind.NULL, message, address, size, write)
    message = f"{_verb(size, write)} at {address:#x}, which belongs to no object of this run"
    return Fault(FaultKind.WILD, message, address, size, write)


def _fault(
    kind: FaultKind, place: Place, address: int, size: int, write: bool, outside: int, why: str
) -> Fault:
    message = f"{_verb(size, write)} at {place}, {why}"
    return Fault(kind, message, address, size, write, place.region.part(place.off).name, outside)


def _where(region: Region, off: int, size: int, outside: int) -> str:
    count = abs(outside)
    words = f"{count} byte{'s' if count > 1 else ''} {'past its end' if outside > 0 else 'before its start'}"
    if not region.stride:
        return words
    # An element's neighbour is another object, even though nothing lies in between.
    reached = region.part(off + size - 1 if outside > 0 else off)
    inside = reached.lo <= (off + size - 1 if outside > 0 else off) < reached.hi
    return f"{words}, in {reached.name}" if inside and reached.lo != region.part(off).lo else words


def _verb(size: int, write: bool) -> str:
    return f"{'writes' if write else 'reads'} {size} byte{'s' if size > 1 else ''}"
