"""The order in which hash maps are walked."""

from collections.abc import Collection
from zlib import crc32

from vm.uapi.errno import Errno


def order(key: bytes) -> tuple[int, bytes]:
    """Where iteration visits a key: by a hash, so that nobody relies on more than that each comes once."""
    return crc32(key), key


def next_by_hash(keys: Collection[bytes], key: bytes | None) -> bytes | int:
    """The key after ``key``; the first one after none or one that is not there; -ENOENT after the last."""
    if not keys:
        return -Errno.ENOENT
    if key is None or key not in keys:
        return min(keys, key=order)
    here = order(key)
    later = [found for found in keys if order(found) > here]
    return min(later, key=order) if later else -Errno.ENOENT
