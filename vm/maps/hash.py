"""Hash maps: any key to a value, entries come and go. Shared or per CPU, with or without preallocation.

As in Linux, replacing a value does not overwrite it: the entry moves to another slot, and a pointer had
before still reads the old value until its slot is used again. A deleted entry's slot is the next one used.
Per-CPU values are replaced in place.
"""

from collections.abc import Iterator, Sequence

from vm.maps.base import EXIST, F_LOCK, NOEXIST, PER_CPU, BpfMap, round8
from vm.maps.display import key_text
from vm.maps.order import next_by_hash, order
from vm.maps.values import Values
from vm.memory.memory import Memory
from vm.memory.region import Region
from vm.program import MapSpec
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapFlag, MapType

_LRU = (MapType.LRU_HASH, MapType.LRU_PERCPU_HASH)


class HashMap(BpfMap):
    """BPF_MAP_TYPE_HASH and BPF_MAP_TYPE_PERCPU_HASH; its slots' keys stand in the map object."""

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: Sequence[BpfMap] = ()
    ) -> None:
        super().__init__(spec, index, memory, cpus, peers)
        self.per_cpu = spec.type in PER_CPU
        self.preallocated = not spec.flags & MapFlag.NO_PREALLOC
        self.values = Values(self, self.slots(spec, cpus), self.per_cpu)

    @staticmethod
    def slots(spec: MapSpec, cpus: int) -> int:
        """How many slots the kernel keeps: some maps have a spare one per CPU, to replace values with."""
        if spec.type in PER_CPU or spec.type in _LRU:
            return spec.max_entries
        return spec.max_entries + cpus

    @classmethod
    def object_size(cls, spec: MapSpec) -> int:
        """The keys of all slots, spare ones of at most 64 CPUs included."""
        return (spec.max_entries + 64) * spec.key_size

    @classmethod
    def footprint(cls, spec: MapSpec, cpus: int) -> int:
        """See BpfMap."""
        copies = cpus if spec.type in PER_CPU else 1
        return cls.object_size(spec) + cls.slots(spec, cpus) * round8(spec.value_size) * copies

    # Programs.

    def lookup(self, key: bytes, cpu: int) -> int:
        """See BpfMap."""
        slot = self.book.entries.get(key)
        return 0 if slot is None else self.values.address(slot, cpu)

    def update(self, key: bytes, value: bytes, flags: int, cpu: int) -> int:
        """See BpfMap."""
        refused = self._refusal(key, flags)
        if refused:
            return refused
        if not self.per_cpu:
            return self._replace(key, value, flags, cpu)
        slot = self._slot_in_place(key)
        if slot is None:
            return -Errno.E2BIG
        if key not in self.book.entries:
            self.values.put_all(slot, bytes(self.values.stride * self.cpus))
        self.values.put(slot, value, cpu)
        self.book.set_entry(key, slot)
        return 0

    def delete(self, key: bytes, cpu: int = 0) -> int:
        """See BpfMap."""
        slot = self.book.entries.get(key)
        if slot is None:
            return -Errno.ENOENT
        self.book.set_entry(key, None)
        self.release(slot)
        return 0

    def entries(self) -> Sequence[tuple[bytes, int]]:
        """See BpfMap."""
        return [(key, self.values.address(self.book.entries[key])) for key in self._keys()]

    # How entries get their slots.

    def _refusal(self, key: bytes, flags: int) -> int:
        plain = flags & ~F_LOCK if type(self) is HashMap and not self.per_cpu else flags
        if plain > EXIST:
            return -Errno.EINVAL
        if flags & F_LOCK and self.lock is None:
            return -Errno.EINVAL
        if plain == NOEXIST and key in self.book.entries:
            return -Errno.EEXIST
        if plain == EXIST and key not in self.book.entries:
            return -Errno.ENOENT
        return 0

    def _replace(self, key: bytes, value: bytes, flags: int, cpu: int) -> int:
        old = self.book.entries.get(key)
        if old is not None and flags & F_LOCK:
            self.values.put(old, value)
            return 0
        if old is not None and self.preallocated:
            slot = self.book.get("spare", cpu, self.spec.max_entries + cpu)
            self.book.set("spare", old, cpu)
            self._link(key, slot, value)
            return 0
        if old is None and len(self.book.entries) >= self.spec.max_entries:
            return -Errno.E2BIG
        self._link(key, self.acquire(), value)
        if old is not None:
            self.release(old)
        return 0

    def _link(self, key: bytes, slot: int, value: bytes) -> None:
        self.values.put(slot, value)
        self.set_key(slot, key)
        self.book.set_entry(key, slot)

    def _slot_in_place(self, key: bytes) -> int | None:
        """The slot of ``key``, or a new one with its key written; None if the map is full."""
        slot = self.book.entries.get(key)
        if slot is not None:
            return slot
        if len(self.book.entries) >= self.spec.max_entries:
            return None
        slot = self.acquire()
        self.set_key(slot, key)
        return slot

    def acquire(self) -> int:
        """A slot without an entry: the one given back last, else one never used. There must be one."""
        freed = self.book.get("freed")
        if freed:
            slot = self.book.get("free", freed - 1)
            self.book.set("free", None, freed - 1)
            self.book.set("freed", freed - 1)
            return slot
        slot = self.book.get("fresh")
        self.book.set("fresh", slot + 1)
        return slot

    def release(self, slot: int) -> None:
        """Gives a slot back; its value stays readable."""
        freed = self.book.get("freed")
        self.book.set("free", slot, freed)
        self.book.set("freed", freed + 1)

    def set_key(self, slot: int, key: bytes) -> None:
        """Writes down whose slot it is."""
        at = slot * self.spec.key_size
        if self.slot_key(slot) != key:
            self.memory.put(self.object, at, key)

    def slot_key(self, slot: int) -> bytes:
        """The key a slot belongs to, or belonged to last."""
        at = slot * self.spec.key_size
        return bytes(self.object.data[at : at + self.spec.key_size])

    # User space.

    def _keys(self) -> list[bytes]:
        return sorted(self.book.entries, key=order)

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        slot = self.book.entries.get(key)
        return -Errno.ENOENT if slot is None else self.values.get_all(slot)

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        refused = self._refusal(key, flags)
        if refused:
            return refused
        if not self.per_cpu:
            return self._replace(key, value, flags, 0)
        slot = self._slot_in_place(key)
        if slot is None:
            return -Errno.E2BIG
        self.values.put_all(slot, value)
        self.book.set_entry(key, slot)
        return 0

    def _user_delete(self, key: bytes) -> int:
        return self.delete(key)

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        return next_by_hash(self.book.entries, key)

    def _user_lookup_and_delete(self, key: bytes, flags: int) -> bytes | int:
        value = self._user_lookup(key, b"")
        if isinstance(value, bytes):
            self.delete(key)
        return value

    # For views.

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """See BpfMap."""
        return ((key, self.values.get_all(slot)) for key, slot in sorted(self.book.entries.items()))

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """See BpfMap."""
        for key, slot in sorted(self.book.entries.items()):
            for cpu in range(len(self.values.regions)):
                yield key, self.values.get(slot, cpu), cpu if self.per_cpu else None

    def count(self) -> int:
        """See BpfMap."""
        return len(self.book.entries) * len(self.values.regions)

    def key_at(self, region: Region, off: int) -> tuple[bytes, int] | None:
        """See BpfMap."""
        place = self.values.place(region, off)
        if place is None:
            return None
        key = self.slot_key(place[0])
        return (key, place[1]) if self.book.entries.get(key) == place[0] else None

    def cpu_of(self, region: Region) -> int | None:
        """See BpfMap."""
        return self.values.cpu_of(region)

    def slot_value(self, slot: int, cpu: int = 0) -> bytes:
        """See BpfMap."""
        return self.values.get(slot, cpu)

    def slot_name(self, slot: int) -> str:
        """See BpfMap."""
        key, spare = self.slot_key(slot), slot - self.spec.max_entries
        name = f"{self.spec.name}[{key_text(self.spec, key)}]"
        if self.book.entries.get(key) == slot:
            return name
        used = slot < self.book.get("fresh") if spare < 0 else self.book.find("spare", spare) is not None
        return f"former {name}" if used else f"an unused slot of {self.spec.name}"
