"""Maps whose values refer to other objects: programs, perf events, maps, sockets.

User space gives a descriptor there; here a value is a number: the index of the program or map in the run,
or the number of the CPU a perf event is open on.
"""

from collections.abc import Iterator

from vm.maps.array import key_of, next_index
from vm.maps.base import EXIST, F_LOCK, NO_SUCH_OPERATION, NOEXIST, BpfMap
from vm.maps.order import next_by_hash
from vm.program import MapSpec
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapFlag, MapType


def compatible(template: MapSpec, given: MapSpec) -> bool:
    """Whether a map may be put where maps like ``template`` belong (arrays also need as many entries)."""
    if (given.type, given.key_size, given.value_size, given.flags) != (
        template.type, template.key_size, template.value_size, template.flags
    ):  # fmt: skip
        return False
    counted = template.type is MapType.ARRAY and not template.flags & MapFlag.INNER_MAP
    return not counted or given.max_entries == template.max_entries


class _References(BpfMap):
    """Entries of the book are key to number."""

    def reference(self, value: bytes) -> int:
        """The number in ``value`` if it refers to something that may be here, or -errno."""
        number = int.from_bytes(value[:4], "little")
        if self.spec.type not in (MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS):
            return number
        if number >= len(self.peers):
            return -Errno.EBADF
        inner = self.spec.inner
        fits = inner is not None and compatible(inner, self.peers[number].spec)
        return number if fits else -Errno.EINVAL

    def lookup(self, key: bytes, cpu: int) -> int:
        """See BpfMap."""
        number = self.book.entries.get(key)
        if number is None or self.spec.type not in (MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS):
            return 0
        return self.peers[number].address

    def referred(self, key: bytes) -> int | None:
        """The number at ``key``: of a program, map, CPU; None if there is nothing."""
        return self.book.entries.get(key)

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        if self.spec.type in (MapType.PERF_EVENT_ARRAY, MapType.CGROUP_ARRAY):
            return NO_SUCH_OPERATION
        number = self.book.entries.get(key)
        return -Errno.ENOENT if number is None else self.slot_value(number)

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """See BpfMap."""
        return ((key, self.slot_value(number)) for key, number in sorted(self.book.entries.items()))

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """See BpfMap."""
        return ((key, value, None) for key, value in self.items())


class ReferenceArray(_References):
    """BPF_MAP_TYPE_PROG_ARRAY, PERF_EVENT_ARRAY, CGROUP_ARRAY and ARRAY_OF_MAPS.

    ``referents`` is how many programs, CPUs or control groups there are to refer to; None: any number does.
    """

    referents: int | None = None

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        if flags:
            return -Errno.EINVAL
        if int.from_bytes(key, "little") >= self.spec.max_entries:
            return -Errno.E2BIG
        number = self.reference(value)
        if self.referents is not None and not self.spec.inner and number >= self.referents:
            return -Errno.EBADF
        if number < 0:
            return number
        self.book.set_entry(key, number)
        return 0

    def _user_delete(self, key: bytes) -> int:
        if int.from_bytes(key, "little") >= self.spec.max_entries:
            return -Errno.E2BIG
        if key not in self.book.entries:
            return -Errno.ENOENT
        self.book.set_entry(key, None)
        return 0

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        return next_index(key, self.spec.max_entries)


class PerfEventArray(ReferenceArray):
    """BPF_MAP_TYPE_PERF_EVENT_ARRAY: entry n is a perf event open on the CPU whose number is its value."""

    def open_all(self) -> None:
        """Opens an event on every CPU at its own index, as loaders do before they read."""
        for cpu in range(min(self.cpus, self.spec.max_entries)):
            self.book.set_entry(key_of(cpu), cpu)

    def output(self, index: int, cpu: int) -> int:
        """What bpf_perf_event_output to entry ``index`` from ``cpu`` answers: 0 if a record may go
        there."""
        if index >= self.spec.max_entries:
            return -Errno.E2BIG
        target = self.book.entries.get(key_of(index))
        if target is None:
            return -Errno.ENOENT
        return 0 if target == cpu else -Errno.EOPNOTSUPP


class HashOfMaps(_References):
    """BPF_MAP_TYPE_HASH_OF_MAPS."""

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        number = self.reference(value)
        if number < 0:
            return number
        if flags > EXIST or flags & F_LOCK:
            return -Errno.EINVAL
        there = key in self.book.entries
        if there and flags == NOEXIST:
            return -Errno.EEXIST
        if not there and flags == EXIST:
            return -Errno.ENOENT
        if not there and len(self.book.entries) >= self.spec.max_entries:
            return -Errno.E2BIG
        self.book.set_entry(key, number)
        return 0

    def delete(self, key: bytes, cpu: int = 0) -> int:
        """See BpfMap."""
        if key not in self.book.entries:
            return -Errno.ENOENT
        self.book.set_entry(key, None)
        return 0

    def _user_delete(self, key: bytes) -> int:
        return self.delete(key)

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        return next_by_hash(self.book.entries, key)
