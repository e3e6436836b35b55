"""A dictionary whose states can be kept and gone back to at the cost of what changed between them."""

from collections.abc import ItemsView
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Version(Generic[K, V]):
    """A state that was kept: how it differs from ``parent``.

    ``before`` and ``after`` hold the replaced items on both sides, ``before`` also those ``removed``
    and ``after`` those ``added``. Versions are equal if their dictionaries are, however they came about.
    """

    __slots__ = ("added", "after", "before", "depth", "parent", "removed")

    def __init__(self, parent: "Version[K, V] | None", before: dict[K, V], after: dict[K, V]) -> None:
        self.parent = parent
        self.before = before
        self.after = after
        self.added = tuple(key for key in after if key not in before)
        self.removed = tuple(key for key in before if key not in after)
        self.depth: int = parent.depth + 1 if parent is not None else 0

    def undo(self, found: dict[K, V]) -> None:
        """Takes ``found`` from this state to its parent's."""
        for key in self.added:
            found.pop(key, None)
        found.update(self.before)

    def redo(self, found: dict[K, V]) -> None:
        """Takes ``found`` from the parent's state to this one."""
        for key in self.removed:
            found.pop(key, None)
        found.update(self.after)

    def content(self) -> dict[K, V]:
        """The whole dictionary of this state."""
        line: list[Version[K, V]] = []
        version: Version[K, V] | None = self
        while version is not None:
            line.append(version)
            version = version.parent
        found: dict[K, V] = {}
        for step in reversed(line):
            step.redo(found)
        return found

    def flat(self) -> "Version[K, V]":
        """The same state, one change away from nothing: short to go to from another dictionary."""
        return Version(Version(None, {}, {}), {}, self.content())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self is other or self.content() == other.content()

    def __hash__(self) -> int:
        return hash(frozenset(self.content().items()))

    def __sizeof__(self) -> int:
        return 128 + 100 * (len(self.before) + len(self.after))


class Versioned(Generic[K, V]):
    """``now`` is the dictionary; write to it only by ``set``. Its order means nothing."""

    __slots__ = ("_at", "_before", "now")

    def __init__(self) -> None:
        self.now: dict[K, V] = {}
        self._at: Version[K, V] = Version(None, {}, {})
        self._before: dict[K, V | None] = {}

    def set(self, key: K, value: V | None) -> None:
        """Sets or (None) removes an item."""
        if key not in self._before:
            self._before[key] = self.now.get(key)
        _put(self.now, key, value)

    def items(self) -> ItemsView[K, V]:
        """What is in it now."""
        return self.now.items()

    def keep(self) -> Version[K, V]:
        """The state as it is now."""
        before, after = dict[K, V](), dict[K, V]()
        for key, was in self._before.items():
            now = self.now.get(key)
            if now != was:
                if was is not None:
                    before[key] = was
                if now is not None:
                    after[key] = now
        self._before.clear()
        if before or after:
            self._at = Version(self._at, before, after)
        return self._at

    def go(self, target: Version[K, V]) -> None:
        """Back, on or across to a state kept of this dictionary, or of another: all begin with nothing."""
        for key, before in self._before.items():
            _put(self.now, key, before)
        self._before.clear()
        here, there, down = self._at, target, list[Version[K, V]]()
        while here is not there and (here.parent is not None or there.parent is not None):
            if here.parent is not None and here.depth >= there.depth:
                here.undo(self.now)
                here = here.parent
            elif there.parent is not None:
                down.append(there)
                there = there.parent
        for version in reversed(down):
            version.redo(self.now)
        self._at = target


def _put(found: dict[K, V], key: K, value: V | None) -> None:
    if value is None:
        found.pop(key, None)
    else:
        found[key] = value
