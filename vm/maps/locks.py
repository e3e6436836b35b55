"""Where a value has its spin lock, which updates leave alone and look-ups do not show."""

from functools import lru_cache
from typing import Final

from vm.program import MapSpec
from vm.source import HookscopeError
from vm.typetext import Struct, parse_type
from vm.uapi.map_types import MapType

LOCK_SIZE: Final = 4
_WITH_LOCKS: Final = frozenset({
    MapType.HASH, MapType.ARRAY, MapType.CGROUP_STORAGE, MapType.SK_STORAGE, MapType.INODE_STORAGE,
    MapType.TASK_STORAGE, MapType.CGRP_STORAGE,
})  # fmt: skip
"""Maps whose values may hold one (map_check_btf)."""


@lru_cache(maxsize=256)
def lock_offset(value_type: str | None) -> int | None:
    """The offset of the ``spin_lock`` field in a value of that type; None if there is none, or no type."""
    if not value_type:
        return None
    try:
        found = parse_type(value_type)
    except HookscopeError:
        return None  # the assembler has said so; a map works without a type
    if not isinstance(found, Struct):
        return None
    return next((field.offset for field in found.fields if field.type.text == "spin_lock"), None)


def known_lock(spec: MapSpec) -> int | None:
    """Where Linux finds the lock of a map's values: only such a map is made with types (BTF)."""
    return lock_offset(spec.value_type) if spec.type in _WITH_LOCKS else None


def with_lock_of(value: bytes, current: bytes, lock: int | None) -> bytes:
    """``value`` with the lock as ``current`` has it."""
    if lock is None:
        return value
    end = lock + LOCK_SIZE
    return value[:lock] + current[lock:end] + value[end:]
