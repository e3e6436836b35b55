"""The state of all memory at one moment, cheap to take every few thousand steps."""

from dataclasses import dataclass
from typing import NamedTuple

from vm.memory.pages import Table, full_table, restored, updated, zero_table
from vm.memory.region import Region


class _Image(NamedTuple):
    """A region's state: bytes, bounds, and whether it lives."""

    table: Table
    size: int
    lo: int
    hi: int
    alive: bool


@dataclass(frozen=True, slots=True)
class MemorySnapshot:
    """An immutable state of all regions; give it back to the Memory it came from."""

    images: tuple[_Image, ...]


class Snapshots:
    """Takes and restores snapshots; remembers for each region the pages its bytes are known to equal."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, tuple[Table, int]] = {}

    def zeroed(self, region: Region) -> None:
        """Takes note that a new region holds only zeros, so that nobody needs to look."""
        self._known[region.id] = (zero_table(len(region.data)), len(region.data))

    def take(self, regions: list[Region]) -> MemorySnapshot:
        """The state of ``regions`` now."""
        return MemorySnapshot(tuple(self._image(region) for region in regions))

    def _image(self, region: Region) -> _Image:
        size = len(region.data)
        table, known = self._known.get(region.id, ((), -1))
        if size != known:
            table = full_table(region.data)
        elif region.dirty:
            table = updated(table, region.data, region.dirty)
        self._known[region.id] = (table, size)
        region.dirty.clear()
        return _Image(table, size, region.lo, region.hi, region.alive)

    def restore(self, regions: list[Region], snapshot: MemorySnapshot) -> None:
        """Takes ``regions`` back to ``snapshot``; regions added since stay as they are."""
        for region, image in zip(regions, snapshot.images, strict=False):
            table, known = self._known[region.id]
            if known == image.size == len(region.data):
                restored(region.data, table, region.dirty, image.table)
            else:
                region.data[:] = b"".join(page for chunk in image.table for page in chunk)
            self._known[region.id] = (image.table, image.size)
            region.dirty.clear()
            region.lo, region.hi, region.alive = image.lo, image.hi, image.alive
