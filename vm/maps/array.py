"""Arrays: all values exist from the start, zeroed, and cannot be deleted. Per CPU or shared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import overload

from vm.maps.base import EXIST, F_LOCK, NOEXIST, BpfMap, round8
from vm.maps.values import Values
from vm.memory.memory import Memory
from vm.memory.region import Region
from vm.program import MapSpec
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapType


def key_of(index: int) -> bytes:
    """The key of an array's element."""
    return index.to_bytes(4, "little")


def next_index(key: bytes | None, count: int) -> bytes | int:
    """The key after ``key`` in an array; the first after none or one outside, -ENOENT after the last."""
    index = int.from_bytes(key, "little") if key is not None else count
    if index >= count:
        return key_of(0)
    return key_of(index + 1) if index + 1 < count else -Errno.ENOENT


@dataclass(frozen=True, slots=True)
class Elements(Sequence[tuple[bytes, int]]):
    """(key, address) of every element, made when asked for."""

    base: int
    stride: int
    total: int

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, at: int) -> tuple[bytes, int]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[bytes, int]]: ...
    def __getitem__(self, at: int | slice) -> tuple[bytes, int] | Sequence[tuple[bytes, int]]:
        if isinstance(at, slice):
            return [self[index] for index in range(*at.indices(self.total))]
        index = range(self.total)[at]
        return key_of(index), self.base + index * self.stride


class ArrayMap(BpfMap):
    """BPF_MAP_TYPE_ARRAY and BPF_MAP_TYPE_PERCPU_ARRAY."""

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: Sequence[BpfMap] = ()
    ) -> None:
        super().__init__(spec, index, memory, cpus, peers)
        self.per_cpu = spec.type is MapType.PERCPU_ARRAY
        self.values = Values(self, spec.max_entries, self.per_cpu)

    @classmethod
    def footprint(cls, spec: MapSpec, cpus: int) -> int:
        """See BpfMap."""
        copies = cpus if spec.type is MapType.PERCPU_ARRAY else 1
        return spec.max_entries * round8(spec.value_size) * copies

    def lookup(self, key: bytes, cpu: int) -> int:
        """See BpfMap."""
        index = int.from_bytes(key, "little")
        return self.values.address(index, cpu) if index < self.spec.max_entries else 0

    def update(self, key: bytes, value: bytes, flags: int, cpu: int) -> int:
        """See BpfMap."""
        refused = self._refusal(key, flags)
        if not refused:
            self.values.put(int.from_bytes(key, "little"), value, cpu if self.per_cpu else 0)
        return refused

    def _refusal(self, key: bytes, flags: int) -> int:
        if flags & ~F_LOCK > EXIST:
            return -Errno.EINVAL
        if int.from_bytes(key, "little") >= self.spec.max_entries:
            return -Errno.E2BIG
        if flags & NOEXIST:
            return -Errno.EEXIST
        return -Errno.EINVAL if flags & F_LOCK and self.lock is None else 0

    def entries(self) -> Sequence[tuple[bytes, int]]:
        """See BpfMap."""
        return Elements(self.values.address(0), self.values.stride, self.spec.max_entries)

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        index = int.from_bytes(key, "little")
        return self.values.get_all(index) if index < self.spec.max_entries else -Errno.ENOENT

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        refused = self._refusal(key, flags)
        if not refused:
            self.values.put_all(int.from_bytes(key, "little"), value)
        return refused

    def _user_delete(self, key: bytes) -> int:
        return -Errno.EINVAL

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        return next_index(key, self.spec.max_entries)

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """See BpfMap."""
        for index in range(self.spec.max_entries):
            for cpu in range(len(self.values.regions)):
                yield key_of(index), self.values.get(index, cpu), cpu if self.per_cpu else None

    def count(self) -> int:
        """See BpfMap."""
        return self.spec.max_entries * len(self.values.regions)

    def key_at(self, region: Region, off: int) -> tuple[bytes, int] | None:
        """See BpfMap."""
        place = self.values.place(region, off)
        return (key_of(place[0]), place[1]) if place is not None else None

    def cpu_of(self, region: Region) -> int | None:
        """See BpfMap."""
        return self.values.cpu_of(region)

    def slot_value(self, slot: int, cpu: int = 0) -> bytes:
        """See BpfMap."""
        return self.values.get(slot, cpu)
