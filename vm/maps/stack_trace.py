"""BPF_MAP_TYPE_STACK_TRACE: call stacks by the ids of bpf_get_stackid (kernel/bpf/stackmap.c)."""

from collections.abc import Iterator, Sequence
from struct import pack
from zlib import crc32

from vm.maps.array import key_of, next_index
from vm.maps.base import BpfMap, round8
from vm.maps.values import Values
from vm.memory.memory import Memory
from vm.program import MapSpec
from vm.uapi.errno import Errno

FAST_COMPARE, REUSE = 1 << 9, 1 << 10
"""Flags of bpf_get_stackid: compare hashes only; take the place of another stack."""


class StackTraceMap(BpfMap):
    """Stacks lie in buckets numbered by their hash: the number of the bucket is the stack's id.

    The kernel's hash is another; ids tell stacks apart and mean nothing else.
    """

    def __init__(
        self, spec: MapSpec, index: int, memory: Memory, cpus: int, peers: Sequence[BpfMap] = ()
    ) -> None:
        super().__init__(spec, index, memory, cpus, peers)
        self.buckets = 1 << max(spec.max_entries - 1, 0).bit_length()
        self.values = Values(self, self.buckets, False)

    @classmethod
    def footprint(cls, spec: MapSpec, cpus: int) -> int:
        """See BpfMap."""
        return round8(spec.value_size) << max(spec.max_entries - 1, 0).bit_length()

    def slot_name(self, slot: int) -> str:
        """How a stack is called."""
        return f"{self.spec.name}[{slot}]"

    def stack_id(self, addresses: Sequence[int], flags: int) -> int:
        """The id of a stack, innermost first; -EEXIST where another has it and may not be replaced."""
        kept = addresses[: self.spec.value_size // 8]
        data = pack(f"<{len(kept)}Q", *kept)
        number = crc32(data)
        slot = number & self.buckets - 1
        key = key_of(slot)
        if key in self.book.entries:
            same = self.book.get("hash", slot) == number
            if same and (flags & FAST_COMPARE or self._stack(slot) == data.ljust(self.values.stride, b"\0")):
                return slot
            if not flags & REUSE:
                return -Errno.EEXIST
        self.book.set_entry(key, slot)
        self.book.set("hash", number, slot)
        self.memory.put(
            self.values.regions[0], slot * self.values.stride, data.ljust(self.values.stride, b"\0")
        )
        return slot

    def _stack(self, slot: int) -> bytes:
        return self.values.get(slot).ljust(self.values.stride, b"\0")

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        slot = self.book.entries.get(key)
        return -Errno.ENOENT if slot is None else self.values.get(slot)

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        return -Errno.EINVAL

    def _user_delete(self, key: bytes) -> int:
        if int.from_bytes(key, "little") >= self.buckets:
            return -Errno.E2BIG
        if key not in self.book.entries:
            return -Errno.ENOENT
        self.book.set_entry(key, None)
        return 0

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        found = next_index(key, self.buckets)
        while isinstance(found, bytes) and found not in self.book.entries:
            if int.from_bytes(found, "little") + 1 >= self.buckets:
                return -Errno.ENOENT
            found = next_index(found, self.buckets)
        return found

    def count(self) -> int:
        """How many stacks there are."""
        return len(self.book.entries)

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """See BpfMap."""
        return ((key, self.values.get(slot)) for key, slot in sorted(self.book.entries.items()))

    def shown(self) -> Iterator[tuple[bytes, bytes, int | None]]:
        """See BpfMap."""
        return ((key, value, None) for key, value in self.items())
