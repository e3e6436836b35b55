"""Queues and stacks: values without keys, first in first out or last in first out."""

from collections.abc import Iterator, Sequence

from vm.maps.array import key_of
from vm.maps.base import EXIST, NOEXIST, BpfMap, round8
from vm.maps.values import Values
from vm.memory.memory import Memory
from vm.memory.region import Region
from vm.program import MapSpec
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapType


class QueueStackMap(BpfMap):
    """BPF_MAP_TYPE_QUEUE and BPF_MAP_TYPE_STACK: a ring of slots, ``head`` the next to write, ``tail``
    the oldest.

    Both count up and never wrap; the slot is their rest by max_entries.
    """

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: Sequence[BpfMap] = ()
    ) -> None:
        super().__init__(spec, index, memory, cpus, peers)
        self.values = Values(self, spec.max_entries, per_cpu=False)
        self.values.regions[0].alive = False  # programs get copies, never pointers

    @classmethod
    def footprint(cls, spec: MapSpec, cpus: int) -> int:
        """See BpfMap."""
        return spec.max_entries * round8(spec.value_size)

    def update(self, key: bytes, value: bytes, flags: int, cpu: int) -> int:
        """See BpfMap: queues and stacks are pushed to instead."""
        return -Errno.EINVAL

    def push(self, value: bytes, flags: int) -> int:
        """See BpfMap; BPF_EXIST makes room by dropping the oldest value."""
        if flags & NOEXIST or flags > EXIST:
            return -Errno.EINVAL
        head, tail = self.book.get("head"), self.book.get("tail")
        if head - tail == self.spec.max_entries:
            if flags != EXIST:
                return -Errno.E2BIG
            self.book.set("tail", tail + 1)
        self.values.put(head % self.spec.max_entries, value)
        self.book.set("head", head + 1)
        return 0

    def peek(self, value: bytes = b"") -> bytes | None:
        """See BpfMap."""
        position = self._next()
        return None if position is None else self.values.get(position % self.spec.max_entries)

    def pop(self) -> bytes | None:
        """See BpfMap."""
        value = self.peek()
        if value is not None:
            if self.spec.type is MapType.QUEUE:
                self.book.set("tail", self.book.get("tail") + 1)
            else:
                self.book.set("head", self.book.get("head") - 1)
        return value

    def _next(self) -> int | None:
        head, tail = self.book.get("head"), self.book.get("tail")
        if head == tail:
            return None
        return tail if self.spec.type is MapType.QUEUE else head - 1

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        found = self.peek()
        return -Errno.ENOENT if found is None else found

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        return self.push(value, flags)

    def _user_delete(self, key: bytes) -> int:
        return -Errno.EINVAL

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        return -Errno.EINVAL

    def _user_lookup_and_delete(self, key: bytes, flags: int) -> bytes | int:
        if flags:
            return -Errno.EINVAL
        found = self.pop()
        return -Errno.ENOENT if found is None else found

    def _order(self) -> list[int]:
        """Positions of the values in the order they would be popped."""
        positions = list(range(self.book.get("tail"), self.book.get("head")))
        return positions if self.spec.type is MapType.QUEUE else positions[::-1]

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """The values in the order they would be popped, each with an empty key."""
        return ((b"", self.values.get(at % self.spec.max_entries)) for at in self._order())

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """The values in the order they would be popped, numbered from 0."""
        for place, (_, value) in enumerate(self.items()):
            yield key_of(place), value, None

    def count(self) -> int:
        """See BpfMap."""
        return self.book.get("head") - self.book.get("tail")

    def key_at(self, region: Region, off: int) -> tuple[bytes, int] | None:
        """See BpfMap."""
        place = self.values.place(region, off)
        if place is None:
            return None
        for number, position in enumerate(self._order()):
            if position % self.spec.max_entries == place[0]:
                return key_of(number), place[1]
        return None
