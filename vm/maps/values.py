"""Storage of map values: equal slots in guest memory, one region for all CPUs or one for each."""

from vm.maps.base import BpfMap, round8
from vm.maps.locks import with_lock_of
from vm.memory.region import Part, Region, RegionKind
from vm.uapi.map_types import MapFlag


class _Names:
    """Names the values of one region after their keys."""

    __slots__ = ("bpf_map", "region", "suffix")

    def __init__(self, bpf_map: BpfMap, region: Region, suffix: str) -> None:
        self.bpf_map = bpf_map
        self.region = region
        self.suffix = suffix

    def part(self, off: int) -> Part:
        """The value at or nearest to ``off``."""
        region = self.region
        slot = max(0, min(off, region.hi - 1)) // region.stride
        start = slot * region.stride
        return Part(self.bpf_map.slot_name(slot) + self.suffix, start, start + region.value_size)


class Values:
    """``count`` slots of a map's ``value_size``, numbered from 0."""

    __slots__ = ("lock", "memory", "regions", "size", "stride")

    def __init__(self, bpf_map: BpfMap, count: int, per_cpu: bool) -> None:
        self.memory = bpf_map.memory
        self.size = bpf_map.spec.value_size
        self.stride = round8(self.size)
        self.lock = bpf_map.lock
        self.regions = [
            self._region(bpf_map, count, f" on CPU {cpu}" if per_cpu else "")
            for cpu in range(bpf_map.cpus if per_cpu else 1)
        ]

    def _region(self, bpf_map: BpfMap, count: int, suffix: str) -> Region:
        region = self.memory.add_zeroed(
            RegionKind.MAP_VALUE,
            bpf_map.spec.name,
            count * self.stride,
            stride=self.stride,
            value_size=self.size,
            owner=bpf_map.index,
        )
        region.parts = _Names(bpf_map, region, suffix)
        region.writable = not bpf_map.spec.flags & MapFlag.RDONLY_PROG
        return region

    def address(self, slot: int, cpu: int = 0) -> int:
        """The guest address of a slot's value."""
        regions = self.regions
        return regions[cpu if cpu < len(regions) else 0].base + slot * self.stride

    def get(self, slot: int, cpu: int = 0) -> bytes:
        """The value in a slot."""
        off = slot * self.stride
        return bytes(self.regions[cpu].data[off : off + self.size])

    def put(self, slot: int, value: bytes, cpu: int = 0) -> None:
        """Writes a slot's value but for its spin lock, journaled; nothing if it is there already."""
        current = self.get(slot, cpu)
        value = with_lock_of(value, current, self.lock)
        if value != current:
            self.memory.put(self.regions[cpu], slot * self.stride, value)

    def get_all(self, slot: int) -> bytes:
        """What user space reads: the value without its lock, or those of all CPUs, each padded to 8 bytes."""
        if len(self.regions) == 1 and self.lock is not None:
            return with_lock_of(self.get(slot), bytes(self.size), self.lock)
        if len(self.regions) == 1:
            return self.get(slot)
        return b"".join(self.get(slot, cpu).ljust(self.stride, b"\0") for cpu in range(len(self.regions)))

    def put_all(self, slot: int, values: bytes) -> None:
        """What user space writes; see ``get_all``."""
        for cpu in range(len(self.regions)):
            at = cpu * self.stride
            self.put(slot, values[at : at + self.size], cpu)

    def place(self, region: Region, off: int) -> tuple[int, int] | None:
        """The slot at ``off`` of one of these regions and the offset in its value; None outside."""
        if region not in self.regions or not 0 <= off < len(region.data):
            return None
        slot, inside = divmod(off, self.stride)
        return (slot, inside) if inside < self.size else None

    def cpu_of(self, region: Region) -> int | None:
        """Which CPU's values a region holds; None where all share them."""
        return self.regions.index(region) if len(self.regions) > 1 and region in self.regions else None
