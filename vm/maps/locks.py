"""Where a value has its spin lock, which updates leave alone and look-ups do not show."""

from functools import lru_cache
from typing import Final

from vm.source import HookscopeError
from vm.typetext import Struct, parse_type

LOCK_SIZE: Final = 4


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


def with_lock_of(value: bytes, current: bytes, lock: int | None) -> bytes:
    """``value`` with the lock as ``current`` has it."""
    if lock is None:
        return value
    end = lock + LOCK_SIZE
    return value[:lock] + current[lock:end] + value[end:]
