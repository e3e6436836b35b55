"""Maps that XDP redirects by: network devices by index or key, and CPUs by number.

A value is ``ifindex`` (devices) or ``qsize`` (CPUs), with a program's descriptor behind it where values
have 8 bytes. No program can be run on a redirected packet here, so a descriptor other than "none" is
refused.
"""

from collections.abc import Collection, Iterator, Sequence

from vm.maps.array import key_of, next_index
from vm.maps.base import EXIST, NO_SUCH_OPERATION, NOEXIST, BpfMap, round8
from vm.maps.hash import HashMap
from vm.maps.values import Values
from vm.memory.memory import Memory
from vm.memory.region import Region
from vm.program import MapSpec
from vm.uapi.errno import Errno

MAX_QUEUE = 16_384
"""Packets that a CPU's queue may hold (CPUMAP)."""


def _word(value: bytes, at: int) -> int:
    return int.from_bytes(value[at : at + 4], "little", signed=bool(at))


class _Devices:
    """Which devices there are; None: every index above 0 is one."""

    known: Collection[int] | None = None

    def refused(self, value: bytes) -> bool:
        """Whether ``value`` names no device, or a program."""
        ifindex = _word(value, 0)
        return (self.known is not None and ifindex not in self.known) or _word(value, 4) > 0

    @staticmethod
    def stored(value: bytes) -> bytes:
        """The value as look-ups show it: the second word is the id of the program, of which there is
        none."""
        return value[:4].ljust(len(value), b"\0")


class DevMap(BpfMap, _Devices):
    """BPF_MAP_TYPE_DEVMAP; programs may read its values."""

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: Sequence[BpfMap] = ()
    ) -> None:
        super().__init__(spec, index, memory, cpus, peers)
        self.values = Values(self, spec.max_entries, per_cpu=False)
        self.values.regions[0].writable = False

    @classmethod
    def footprint(cls, spec: MapSpec, cpus: int) -> int:
        """See BpfMap."""
        return spec.max_entries * round8(spec.value_size)

    def lookup(self, key: bytes, cpu: int) -> int:
        """See BpfMap."""
        slot = self.book.entries.get(key)
        return 0 if slot is None else self.values.address(slot, cpu)

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        slot = self.book.entries.get(key)
        return -Errno.ENOENT if slot is None else self.values.get(slot)

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        index = int.from_bytes(key, "little")
        if flags > EXIST:
            return -Errno.EINVAL
        if index >= self.spec.max_entries:
            return -Errno.E2BIG
        if flags == NOEXIST:
            return -Errno.EEXIST
        if not _word(value, 0):
            if _word(value, 4) > 0:
                return -Errno.EINVAL
            self.book.set_entry(key, None)
            return 0
        if self.refused(value):
            return -Errno.EINVAL
        self.values.put(index, self.stored(value))
        self.book.set_entry(key, index)
        return 0

    def _user_delete(self, key: bytes) -> int:
        if int.from_bytes(key, "little") >= self.spec.max_entries:
            return -Errno.EINVAL
        self.book.set_entry(key, None)
        return 0

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        return next_index(key, self.spec.max_entries)

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """See BpfMap."""
        for key, slot in sorted(self.book.entries.items()):
            yield key, self.values.get(slot), None

    def key_at(self, region: Region, off: int) -> tuple[bytes, int] | None:
        """See BpfMap."""
        place = self.values.place(region, off)
        if place is None or key_of(place[0]) not in self.book.entries:
            return None
        return key_of(place[0]), place[1]

    def slot_value(self, slot: int, cpu: int = 0) -> bytes:
        """See BpfMap."""
        return self.values.get(slot)


class DevMapHash(HashMap, _Devices):
    """BPF_MAP_TYPE_DEVMAP_HASH; programs may read its values."""

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: Sequence[BpfMap] = ()
    ) -> None:
        super().__init__(spec, index, memory, cpus, peers)
        self.preallocated = False
        self.values.regions[0].writable = False

    def update(self, key: bytes, value: bytes, flags: int, cpu: int) -> int:
        """See BpfMap: only user space writes here."""
        return -Errno.EINVAL

    def delete(self, key: bytes, cpu: int = 0) -> int:
        """See BpfMap: only user space writes here."""
        return -Errno.EINVAL

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        if flags > EXIST or not _word(value, 0):
            return -Errno.EINVAL
        if key in self.book.entries and flags == NOEXIST:
            return -Errno.EEXIST
        if self.refused(value):
            return -Errno.EINVAL
        # BPF_EXIST does not ask for an entry here.
        return self._replace(key, self.stored(value), 0, 0)

    def _user_delete(self, key: bytes) -> int:
        return super().delete(key)

    def _user_lookup_and_delete(self, key: bytes, flags: int) -> bytes | int:
        return NO_SUCH_OPERATION


class CpuMap(BpfMap):
    """BPF_MAP_TYPE_CPUMAP: the book's entries are CPU to queue size."""

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        qsize = self.book.entries.get(key)
        return -Errno.ENOENT if qsize is None else self.slot_value(qsize)

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        index, qsize = int.from_bytes(key, "little"), int.from_bytes(value[:4], "little")
        if flags > EXIST:
            return -Errno.EINVAL
        if index >= self.spec.max_entries:
            return -Errno.E2BIG
        if flags == NOEXIST:
            return -Errno.EEXIST
        if qsize > MAX_QUEUE:
            return -Errno.EOVERFLOW
        if index >= self.cpus:
            return -Errno.ENODEV
        if qsize and _word(value, 4) > 0:
            return -Errno.ENOMEM  # what the kernel says to any program it cannot take
        self.book.set_entry(key, qsize or None)
        return 0

    def _user_delete(self, key: bytes) -> int:
        if int.from_bytes(key, "little") >= self.spec.max_entries:
            return -Errno.EINVAL
        self.book.set_entry(key, None)
        return 0

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        return next_index(key, self.spec.max_entries)

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """See BpfMap."""
        return ((key, self.slot_value(qsize), None) for key, qsize in sorted(self.book.entries.items()))
