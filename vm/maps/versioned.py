"""A dictionary whose states can be kept and gone back to at the cost of what changed between them."""

from collections.abc import ItemsView, Sequence
from typing import Final, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


LEAP: Final = 32
"""Every so many versions, one knows how it differs from the one that many before it."""


class Difference(Generic[K, V]):
    """How two states differ: the items replaced, ``before`` with those that went, ``after`` with those that
    came."""

    __slots__ = ("added", "after", "before", "removed")

    def __init__(self, before: dict[K, V], after: dict[K, V]) -> None:
        self.before = before
        self.after = after
        self.added = tuple(key for key in after if key not in before)
        self.removed = tuple(key for key in before if key not in after)

    def undo(self, found: dict[K, V]) -> None:
        """Takes ``found`` from the later state to the earlier."""
        for key in self.added:
            del found[key]
        found.update(self.before)

    def redo(self, found: dict[K, V]) -> None:
        """Takes ``found`` from the earlier state to the later."""
        for key in self.removed:
            del found[key]
        found.update(self.after)

    def __sizeof__(self) -> int:
        return 100 * (len(self.before) + len(self.after))


def _joined(line: Sequence[Difference[K, V]]) -> Difference[K, V]:
    """Differences in a row, the latest first, as one."""
    before, after = dict[K, V](), dict[K, V]()
    for step in line:
        for key in step.added:
            before.pop(key, None)
        before.update(step.before)
    for step in reversed(line):
        for key in step.removed:
            after.pop(key, None)
        after.update(step.after)
    return Difference(before, after)


class Version(Generic[K, V]):
    """A state that was kept: how it differs from its ``parent``, or by a ``leap`` from one ``far`` before.

    Versions are equal if their dictionaries are, however they came about.
    """

    __slots__ = ("depth", "far", "leap", "own", "parent")

    def __init__(self, parent: "Version[K, V] | None", own: Difference[K, V]) -> None:
        self.parent = parent
        self.own = own
        self.depth: int = parent.depth + 1 if parent is not None else 0
        self.far: Version[K, V] | None = None
        self.leap: Difference[K, V] | None = None
        if self.depth and self.depth % LEAP == 0:
            self._find_leap()

    def _find_leap(self) -> None:
        line: list[Difference[K, V]] = []
        version: Version[K, V] = self
        while version.parent is not None and len(line) < LEAP:
            line.append(version.own)
            version = version.parent
        self.far, self.leap = version, _joined(line)

    def up(self, floor: int, steps: list[Difference[K, V]]) -> "Version[K, V]":
        """The next version towards the beginning, not above depth ``floor``; adds the way to ``steps``."""
        if self.far is not None and self.leap is not None and self.far.depth >= floor:
            steps.append(self.leap)
            return self.far
        if self.parent is None:
            raise ValueError("nothing comes before the beginning")
        steps.append(self.own)
        return self.parent

    def content(self) -> dict[K, V]:
        """The whole dictionary of this state."""
        line: list[Difference[K, V]] = []
        version: Version[K, V] = self
        while version.depth:
            version = version.up(0, line)
        found: dict[K, V] = {}
        for step in reversed(line):
            step.redo(found)
        return found

    def flat(self) -> "Version[K, V]":
        """The same state, one change away from nothing: short to go to from another dictionary."""
        return Version(Version(None, Difference({}, {})), Difference({}, self.content()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self is other or self.content() == other.content()

    def __hash__(self) -> int:
        return hash(frozenset(self.content().items()))

    def __sizeof__(self) -> int:
        return 128 + self.own.__sizeof__() + (self.leap.__sizeof__() if self.leap is not None else 0)


class Versioned(Generic[K, V]):
    """``now`` is the dictionary; write to it only by ``set``. Its order means nothing."""

    __slots__ = ("_at", "_before", "now")

    def __init__(self) -> None:
        self.now: dict[K, V] = {}
        self._at: Version[K, V] = Version(None, Difference({}, {}))
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
            self._at = Version(self._at, Difference(before, after))
        return self._at

    def go(self, target: Version[K, V]) -> None:
        """Back, on or across to a state kept of this dictionary, or of another: all begin with nothing."""
        for key, before in self._before.items():
            _put(self.now, key, before)
        self._before.clear()
        back, on = _ways(self._at, target)
        for step in back:
            step.undo(self.now)
        for step in reversed(on):
            step.redo(self.now)
        self._at = target


def _ways(here: Version[K, V], there: Version[K, V]) -> tuple[list[Difference[K, V]], list[Difference[K, V]]]:
    """The ways from both states up to where they meet; all dictionaries begin with nothing."""
    back, on = list[Difference[K, V]](), list[Difference[K, V]]()
    while here is not there and (here.depth or there.depth):
        if here.depth > there.depth:
            here = here.up(there.depth, back)
        elif there.depth > here.depth:
            there = there.up(here.depth, on)
        else:
            meet_within_a_leap = here.far is there.far
            floor = here.depth - 1 if meet_within_a_leap else 0
            here, there = here.up(floor, back), there.up(floor, on)
    return back, on


def _put(found: dict[K, V], key: K, value: V | None) -> None:
    if value is None:
        found.pop(key, None)
    else:
        found[key] = value
