"""What every map can do, for programs and for user space.

Kinds differ in a file each; ``vm.maps.create`` picks the class by ``MapSpec.type``. All mutation goes
through ``memory.put`` (values) and the map's ``book`` (``EntryChanged``, ``ListChanged``), so that every
operation can be undone. Methods return 0 or a negative error number, as the kernel's do.
"""

from collections.abc import Iterator, Sequence

from vm.change import EntryChanged, ListChanged
from vm.maps.book import Book, BookSnapshot
from vm.maps.locks import lock_offset
from vm.memory.fault import FaultKind
from vm.memory.memory import Memory
from vm.memory.region import Part, Region, RegionKind
from vm.program import MapSpec
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapFlag, MapType

ANY, NOEXIST, EXIST, F_LOCK = 0, 1, 2, 4
"""Update flags, as the user API has them."""

NO_SUCH_OPERATION = -Errno.ENOTSUPP

PER_CPU = frozenset(
    {MapType.PERCPU_ARRAY, MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH, MapType.PERCPU_CGROUP_STORAGE}
)
"""Types whose values exist once per CPU."""


def round8(size: int) -> int:
    """``size`` rounded up to the kernel's alignment of values."""
    return (size + 7) & ~7


class _Opaque:
    """The map object: programs hold its address, and nothing else can be done with it."""

    def __init__(self, name: str) -> None:
        why = "which is the map itself, not a value: its values are had by bpf_map_lookup_elem"
        self._part = Part(f"map {name}", 0, 0, why, FaultKind.OPAQUE)

    def part(self, _off: int) -> Part:
        """Always the map."""
        return self._part


class BpfMap:
    """One map of a run.

    ``index`` is its place in the run's maps and in its changes; ``address`` is what a ``ld_imm64`` of the map
    puts in a register (the map object, opaque to programs). ``peers`` are all maps of the run, which a map of
    maps refers to by index. ``lock`` is the offset of the spin lock in each value, or None.
    """

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: "Sequence[BpfMap]" = ()
    ) -> None:
        self.spec = spec
        self.index = index
        self.memory = memory
        self.cpus = cpus
        self.peers = peers
        self.book = Book(index, memory.journal)
        self.frozen = False
        self.lock = lock_offset(spec.value_type)
        self.object = memory.add_zeroed(RegionKind.MAP, spec.name, self.object_size(spec), owner=index)
        self.object.parts = _Opaque(spec.name)
        self.address = self.object.base

    @classmethod
    def object_size(cls, spec: MapSpec) -> int:
        """Bytes of the map object: what the map keeps where programs cannot reach."""
        return 0

    @classmethod
    def footprint(cls, spec: MapSpec, cpus: int) -> int:
        """Bytes of guest memory that a map of this kind takes; asked before it is made."""
        return cls.object_size(spec)

    @property
    def user_value_size(self) -> int:
        """Bytes of a value as user space reads and writes it: of all CPUs, for per-CPU maps."""
        if self.spec.type not in PER_CPU:
            return self.spec.value_size
        return round8(self.spec.value_size) * self.cpus

    def for_all_cpus(self, value: bytes) -> bytes:
        """What user space writes to give every CPU the same ``value``."""
        if self.spec.type not in PER_CPU:
            return value
        return value.ljust(round8(self.spec.value_size), b"\0") * self.cpus

    # Programs.

    def lookup(self, key: bytes, cpu: int) -> int:
        """The guest address of the value for ``key`` as a program on ``cpu`` sees it, or 0.

        For a map of maps it is the address of the inner map's object.
        """
        return 0

    def update(self, key: bytes, value: bytes, flags: int, cpu: int) -> int:
        """bpf_map_update_elem from a program on ``cpu``: 0 or -errno."""
        return -Errno.EINVAL

    def delete(self, key: bytes, cpu: int = 0) -> int:
        """bpf_map_delete_elem: 0 or -errno."""
        return -Errno.EINVAL

    def push(self, value: bytes, flags: int) -> int:
        """bpf_map_push_elem of queues, stacks and bloom filters: 0 or -errno."""
        return NO_SUCH_OPERATION

    def pop(self) -> bytes | None:
        """bpf_map_pop_elem: the value taken, or None (-ENOENT) if there is none."""
        return None

    def peek(self, value: bytes = b"") -> bytes | None:
        """bpf_map_peek_elem: the next value, left there; of a bloom filter, ``value`` if it may be in it."""
        return None

    def entries(self) -> Sequence[tuple[bytes, int]]:
        """(key, address of the value on CPU 0) in the order that bpf_for_each_map_elem visits them."""
        return ()

    # User space (bpf(2)): the same operations, with the checks that the system call makes first.

    def user_lookup(self, key: bytes, flags: int = 0, value: bytes = b"") -> bytes | int:
        """BPF_MAP_LOOKUP_ELEM: the value, or -errno. ``value`` is what a bloom filter is asked about."""
        if flags & ~F_LOCK:
            return -Errno.EINVAL
        if self.spec.flags & MapFlag.WRONLY:
            return -Errno.EPERM
        if flags and self.lock is None:
            return -Errno.EINVAL
        return self._user_lookup(key, value)

    def user_update(self, key: bytes, value: bytes, flags: int = 0) -> int:
        """BPF_MAP_UPDATE_ELEM: 0 or -errno."""
        if not self._user_may_write():
            return -Errno.EPERM
        if flags & F_LOCK and self.lock is None:
            return -Errno.EINVAL
        return self._user_update(key, value, flags)

    def user_delete(self, key: bytes) -> int:
        """BPF_MAP_DELETE_ELEM: 0 or -errno."""
        return self._user_delete(key) if self._user_may_write() else -Errno.EPERM

    def user_next_key(self, key: bytes | None) -> bytes | int:
        """BPF_MAP_GET_NEXT_KEY: the key after ``key`` (None: the first); -ENOENT after the last."""
        if self.spec.flags & MapFlag.WRONLY:
            return -Errno.EPERM
        return self._user_next_key(key)

    def user_lookup_and_delete(self, key: bytes, flags: int = 0) -> bytes | int:
        """BPF_MAP_LOOKUP_AND_DELETE_ELEM: the value taken out, or -errno."""
        if flags & ~F_LOCK:
            return -Errno.EINVAL
        if not self._user_may_write() or self.spec.flags & MapFlag.WRONLY:
            return -Errno.EPERM
        if flags and self.lock is None:
            return -Errno.EINVAL
        return self._user_lookup_and_delete(key, flags)

    def freeze(self) -> int:
        """BPF_MAP_FREEZE: user space may not write from now on."""
        if not self._user_may_write():
            return -Errno.EPERM
        self.frozen = True
        return 0

    def _user_may_write(self) -> bool:
        return not self.frozen and not self.spec.flags & MapFlag.RDONLY

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        return NO_SUCH_OPERATION

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        return NO_SUCH_OPERATION

    def _user_delete(self, key: bytes) -> int:
        return NO_SUCH_OPERATION

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        return NO_SUCH_OPERATION

    def _user_lookup_and_delete(self, key: bytes, flags: int) -> bytes | int:
        return NO_SUCH_OPERATION

    # For views.

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """(key, value, CPU or None) of every entry, as a person sees them. Values without keys have their
        place as a 4-byte key."""
        return iter(())

    def count(self) -> int:
        """How many entries ``shown`` gives."""
        return len(self.book.entries)

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """(key, value) pairs as user space reads them, in order of keys; per-CPU values of all CPUs joined,
        each padded to 8 bytes."""
        key = self._user_next_key(None)
        found: list[tuple[bytes, bytes]] = []
        while isinstance(key, bytes):
            value = self._user_lookup(key, b"")
            if isinstance(value, bytes):
                found.append((key, value))
            key = self._user_next_key(key)
        return iter(sorted(found))

    def key_at(self, region: Region, off: int) -> tuple[bytes, int] | None:
        """The key whose value lies at ``off`` of a region of this map, and the offset in the value; None if
        that place belongs to no key now."""
        return None

    def cpu_of(self, region: Region) -> int | None:
        """Which CPU's values a region of this map holds; None where all CPUs share them."""
        return None

    def slot_value(self, slot: int, cpu: int = 0) -> bytes:
        """The value in a slot, as EntryChanged names slots; of maps that refer to objects, the number."""
        return slot.to_bytes(max(self.spec.value_size, 4), "little")

    def slot_name(self, slot: int) -> str:
        """What the value in a slot is called in faults and pointers."""
        return f"{self.spec.name}[{slot}]"

    # Time travel.

    def apply(self, change: EntryChanged | ListChanged, *, forwards: bool) -> None:
        """Takes the map from one side of its own change to the other."""
        self.book.apply(change, forwards=forwards)

    def snapshot(self) -> BookSnapshot:
        """The map's bookkeeping (not its values, which are memory) as an immutable value."""
        return self.book.snapshot()

    def restore(self, snapshot: object) -> None:
        """Takes the bookkeeping back to ``snapshot``."""
        if not isinstance(snapshot, BookSnapshot):
            raise TypeError(f"not the snapshot of a map: {type(snapshot).__name__}")
        self.book.restore(snapshot)
