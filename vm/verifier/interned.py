"""A table that keeps one object of each content as long as somebody else holds it."""

from typing import Final, Generic, TypeVar
from weakref import ref

Key = TypeVar("Key")
Value = TypeVar("Value")
_SWEEP_AT: Final = 1 << 11


class Interned(Generic[Key, Value]):
    """Weak references by content. Dead ones are swept when it has grown by a quarter.

    Faster than a ``WeakValueDictionary``, which pays for a callback at every death.
    """

    __slots__ = ("_refs", "_sweep_at")

    def __init__(self) -> None:
        self._refs: dict[Key, ref[Value]] = {}
        self._sweep_at = _SWEEP_AT

    def get(self, key: Key) -> Value | None:
        """The object of this content, if it still lives."""
        found = self._refs.get(key)
        return None if found is None else found()

    def add(self, key: Key, value: Value) -> Value:
        """Keeps and returns ``value``, which must be the only object of its content."""
        if len(self._refs) >= self._sweep_at:
            self.sweep()
        self._refs[key] = ref(value)
        return value

    def sweep(self) -> None:
        """Forgets those that are dead."""
        for dead in [key for key, held in self._refs.items() if held() is None]:
            del self._refs[dead]  # in place: two tables at once would be the highest use of memory
        self._sweep_at = max(_SWEEP_AT, len(self._refs) + len(self._refs) // 4)

    def __len__(self) -> int:
        return len(self._refs)
