"""Bloom filters: a set that answers "surely not" or "perhaps", in few bits.

Built as in Linux (as many bits and hashes), but with another hash function: which values are wrongly said
to be in the set differs.
"""

from collections.abc import Iterator
from hashlib import blake2b

from vm.maps.base import BpfMap
from vm.program import MapSpec
from vm.uapi.errno import Errno

_DEFAULT_HASHES = 5
_MIN_BITS = 64


def hash_count(spec: MapSpec) -> int:
    """How many bits each value sets: the low four bits of map_extra, or 5."""
    return spec.map_extra & 15 or _DEFAULT_HASHES


def bit_count(spec: MapSpec) -> int:
    """Bits of the set: entries by hashes by 7/5, rounded up to a power of two; at most 2**32."""
    wanted = spec.max_entries * hash_count(spec) // 5 * 7
    return min(max(_MIN_BITS, 1 << (wanted - 1).bit_length()), 1 << 32) if wanted > 0 else _MIN_BITS


class BloomFilterMap(BpfMap):
    """BPF_MAP_TYPE_BLOOM_FILTER; the bits stand in the map object."""

    @classmethod
    def object_size(cls, spec: MapSpec) -> int:
        """The bits."""
        return bit_count(spec) // 8

    def bits_of(self, value: bytes) -> Iterator[int]:
        """The numbers of the bits that ``value`` sets."""
        count, bits = hash_count(self.spec), bit_count(self.spec)
        digest = blake2b(value, digest_size=4 * count).digest()
        for at in range(0, 4 * count, 4):
            yield int.from_bytes(digest[at : at + 4], "little") % bits

    def push(self, value: bytes, flags: int) -> int:
        """See BpfMap."""
        if flags:
            return -Errno.EINVAL
        for bit in self.bits_of(value):
            byte = self.object.data[bit >> 3]
            if not byte >> (bit & 7) & 1:
                self.memory.put(self.object, bit >> 3, bytes([byte | 1 << (bit & 7)]))
        return 0

    def peek(self, value: bytes = b"") -> bytes | None:
        """See BpfMap."""
        data = self.object.data
        return value if all(data[bit >> 3] >> (bit & 7) & 1 for bit in self.bits_of(value)) else None

    def pop(self) -> bytes | None:
        """See BpfMap: nothing can be taken out."""
        return None

    def _user_lookup(self, key: bytes, value: bytes) -> bytes | int:
        return -Errno.ENOENT if self.peek(value) is None else value

    def _user_update(self, key: bytes, value: bytes, flags: int) -> int:
        return self.push(value, flags)

    def _user_delete(self, key: bytes) -> int:
        return -Errno.EOPNOTSUPP

    def _user_next_key(self, key: bytes | None) -> bytes | int:
        return -Errno.EOPNOTSUPP

    def count(self) -> int:
        """See BpfMap: a bloom filter does not know."""
        return 0
