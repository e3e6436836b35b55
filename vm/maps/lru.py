"""LRU hash maps: full, they forget the entry least recently used.

Exact here: the victim is the entry whose last look-up by a program, insertion or replacement is longest
ago. Linux approximates this with lists per CPU and one reference bit, so it may forget another entry, and
earlier. As in Linux, replacing a value first takes a new slot, and so forgets an entry if none is free;
user space's look-ups do not count as use.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush

from vm.change import EntryChanged, ListChanged
from vm.maps.base import BpfMap
from vm.maps.hash import HashMap
from vm.memory.memory import Memory
from vm.program import MapSpec


class LruHashMap(HashMap):
    """BPF_MAP_TYPE_LRU_HASH and BPF_MAP_TYPE_LRU_PERCPU_HASH."""

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: Sequence[BpfMap] = ()
    ) -> None:
        super().__init__(spec, index, memory, cpus, peers)
        self._heap: list[tuple[int, int]] | None = None
        """(time, slot) of uses, some outdated; None: to be made from the book's ``used``."""

    def lookup(self, key: bytes, cpu: int) -> int:
        """See BpfMap."""
        slot = self.book.entries.get(key)
        if slot is None:
            return 0
        self._use(slot)
        return self.values.address(slot, cpu)

    def update(self, key: bytes, value: bytes, flags: int, cpu: int) -> int:
        """See BpfMap."""
        result = super().update(key, value, flags, cpu)
        if not result:
            self._use(self.book.entries[key])
        return result

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        result = super()._user_update(key, value, flags)
        if not result:
            self._use(self.book.entries[key])
        return result

    def _replace(self, key: bytes, value: bytes, flags: int, cpu: int) -> int:
        self._link_new(key, value)
        return 0

    def _link_new(self, key: bytes, value: bytes) -> None:
        slot = self.acquire()
        old = self.book.entries.get(key)  # asked only now: the victim may have been this very entry
        self._link(key, slot, value)
        if old is not None:
            self.release(old)

    def _slot_in_place(self, key: bytes) -> int | None:
        slot = self.book.entries.get(key)
        if slot is None:
            slot = self.acquire()
            self.set_key(slot, key)
        return slot

    def acquire(self) -> int:
        """See HashMap; forgets an entry if every slot is in use."""
        if not self.book.get("freed") and self.book.get("fresh") >= self.spec.max_entries:
            victim = self._least_recent()
            self.delete(self.slot_key(victim))
        return super().acquire()

    def release(self, slot: int) -> None:
        """See HashMap."""
        self.book.set("used", None, slot)
        super().release(slot)

    def _use(self, slot: int) -> None:
        now = self.book.get("clock")
        if self.book.find("used", slot) == now:
            return
        self.book.set("clock", now + 1)
        self.book.set("used", now + 1, slot)
        if self._heap is not None:
            heappush(self._heap, (now + 1, slot))
            if len(self._heap) > 4 * self.spec.max_entries + 64:
                self._heap = None

    def _least_recent(self) -> int:
        if self._heap is None:
            self._heap = [(time, slot) for slot, time in self.book.list("used").items()]
            heapify(self._heap)
        while True:
            time, slot = heappop(self._heap)
            if self.book.find("used", slot) == time:
                return slot

    def apply(self, change: EntryChanged | ListChanged, *, forwards: bool) -> None:
        """See BpfMap."""
        self._heap = None
        super().apply(change, forwards=forwards)

    def restore(self, snapshot: object) -> None:
        """See BpfMap."""
        self._heap = None
        super().restore(snapshot)
