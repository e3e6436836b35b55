"""LPM tries: values by prefix; a look-up finds the longest prefix that matches.

A key is a 32-bit prefix length in the machine's order, then the bits in network order. Two keys are the
same entry if length and the bits within it are equal; the entry keeps the bits behind as they were given.
"""

from collections.abc import Iterator, Sequence

from vm.change import EntryChanged, ListChanged
from vm.maps.base import EXIST, NOEXIST, BpfMap, round8
from vm.maps.display import key_text
from vm.maps.values import Values
from vm.memory.memory import Memory
from vm.memory.region import Region
from vm.program import MapSpec
from vm.uapi.errno import Errno

_SPARE = 64
"""Slots beyond max_entries: a replaced or deleted value is readable until this many others were
replaced."""


class LpmTrieMap(BpfMap):
    """BPF_MAP_TYPE_LPM_TRIE. Its book knows entries by their key with all bits behind the prefix zero."""

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: Sequence[BpfMap] = ()
    ) -> None:
        super().__init__(spec, index, memory, cpus, peers)
        self.bits = (spec.key_size - 4) * 8
        self.slots = spec.max_entries + _SPARE
        self.values = Values(self, self.slots, per_cpu=False)
        self._lengths: list[int] | None = None

    @classmethod
    def object_size(cls, spec: MapSpec) -> int:
        """The keys of all slots, as they were given."""
        return (spec.max_entries + _SPARE) * spec.key_size

    @classmethod
    def footprint(cls, spec: MapSpec, cpus: int) -> int:
        """See BpfMap."""
        return cls.object_size(spec) + (spec.max_entries + _SPARE) * round8(spec.value_size)

    # Programs.

    def lookup(self, key: bytes, cpu: int) -> int:
        """See BpfMap."""
        slot = self._longest(key)
        return 0 if slot is None else self.values.address(slot, cpu)

    def update(self, key: bytes, value: bytes, flags: int, cpu: int = 0) -> int:
        """See BpfMap."""
        if flags > EXIST or self._length(key) > self.bits:
            return -Errno.EINVAL
        prefix = self._prefix(key, self._length(key))
        old = self.book.entries.get(prefix)
        if old is not None and flags == NOEXIST:
            return -Errno.EEXIST
        if old is None and flags == EXIST:
            return -Errno.ENOENT
        if old is None and len(self.book.entries) >= self.spec.max_entries:
            return -Errno.ENOSPC
        slot = self._acquire()
        self.values.put(slot, value)
        if self.slot_key(slot) != key:
            self.memory.put(self.object, slot * self.spec.key_size, key)
        self._set(prefix, slot)
        if old is not None:
            self._release(old)
        return 0

    def delete(self, key: bytes, cpu: int = 0) -> int:
        """See BpfMap."""
        length = self._length(key)
        if length > self.bits:
            return -Errno.EINVAL
        prefix = self._prefix(key, length)
        slot = self.book.entries.get(prefix)
        if slot is None:
            return -Errno.ENOENT
        self._set(prefix, None)
        self._release(slot)
        return 0

    # Prefixes.

    @staticmethod
    def _length(key: bytes) -> int:
        return int.from_bytes(key[:4], "little")

    def _prefix(self, key: bytes, length: int) -> bytes:
        """``key`` cut to ``length`` bits."""
        behind = self.bits - length
        number = int.from_bytes(key[4:], "big") >> behind << behind
        return length.to_bytes(4, "little") + number.to_bytes(len(key) - 4, "big")

    def _longest(self, key: bytes) -> int | None:
        if self._lengths is None:
            self._lengths = sorted({self._length(prefix) for prefix in self.book.entries}, reverse=True)
        most = self._length(key)
        if most > self.bits:
            return None
        for length in self._lengths:
            if length <= most:
                slot = self.book.entries.get(self._prefix(key, length))
                if slot is not None:
                    return slot
        return None

    def _order(self, prefix: bytes) -> str:
        """Where a prefix comes in a walk that visits what is below a node before the node: 0, 1, then
        itself."""
        length = self._length(prefix)
        bits = f"{int.from_bytes(prefix[4:], 'big'):0{self.bits}b}"
        return bits[:length] + "2"

    # Slots: taken anew while there are some, then the one that has been free longest.

    def _acquire(self) -> int:
        fresh = self.book.get("fresh")
        if fresh < self.slots:
            self.book.set("fresh", fresh + 1)
            return fresh
        first = self.book.get("first")
        slot = self.book.get("free", first)
        self.book.set("free", None, first)
        self.book.set("first", first + 1)
        return slot

    def _release(self, slot: int) -> None:
        last = self.book.get("last")
        self.book.set("free", slot, last)
        self.book.set("last", last + 1)

    def _set(self, prefix: bytes, slot: int | None) -> None:
        self.book.set_entry(prefix, slot)
        self._lengths = None

    def slot_key(self, slot: int) -> bytes:
        """The key a slot belongs to, or belonged to last, as it was given."""
        at = slot * self.spec.key_size
        return bytes(self.object.data[at : at + self.spec.key_size])

    # User space.

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        slot = self._longest(key)
        return -Errno.ENOENT if slot is None else self.values.get_all(slot)

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        return self.update(key, value, flags)

    def _user_delete(self, key: bytes) -> int:
        return self.delete(key)

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        if not self.book.entries:
            return -Errno.ENOENT
        walk = sorted(self.book.entries, key=self._order)
        at = -1
        if key is not None and self._length(key) <= self.bits:
            prefix = self._prefix(key, self._length(key))
            at = walk.index(prefix) if prefix in self.book.entries else -1
        return self.slot_key(self.book.entries[walk[at + 1]]) if at + 1 < len(walk) else -Errno.ENOENT

    # For views.

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """See BpfMap."""
        found = ((self.slot_key(slot), self.values.get_all(slot)) for slot in self.book.entries.values())
        return iter(sorted(found))

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """See BpfMap; longest prefixes first within a shorter one, as look-ups prefer them."""
        for prefix in sorted(self.book.entries, key=self._order):
            yield prefix, self.values.get(self.book.entries[prefix]), None

    def key_at(self, region: Region, off: int) -> tuple[bytes, int] | None:
        """See BpfMap."""
        place = self.values.place(region, off)
        if place is None:
            return None
        prefix = self._slot_prefix(place[0])
        return (prefix, place[1]) if self.book.entries.get(prefix) == place[0] else None

    def _slot_prefix(self, slot: int) -> bytes:
        key = self.slot_key(slot)
        return self._prefix(key, self._length(key))

    def slot_value(self, slot: int, cpu: int = 0) -> bytes:
        """See BpfMap."""
        return self.values.get(slot)

    def slot_name(self, slot: int) -> str:
        """See BpfMap."""
        prefix = self._slot_prefix(slot)
        name = f"{self.spec.name}[{key_text(self.spec, prefix)}]"
        if self.book.entries.get(prefix) == slot:
            return name
        used = slot < self.book.get("fresh")
        return f"former {name}" if used else f"an unused slot of {self.spec.name}"

    # Time travel.

    def apply(self, change: EntryChanged | ListChanged, *, forwards: bool) -> None:
        """See BpfMap."""
        self._lengths = None
        super().apply(change, forwards=forwards)

    def restore(self, snapshot: object) -> None:
        """See BpfMap."""
        self._lengths = None
        super().restore(snapshot)
