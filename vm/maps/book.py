"""A map's bookkeeping: which key means which slot, and lists of numbers. Every change is journaled."""

from dataclasses import dataclass

from vm.change import Change, EntryChanged, ListChanged
from vm.maps.versioned import Version, Versioned

Item = tuple[str, int]


@dataclass(frozen=True, slots=True)
class BookSnapshot:
    """The bookkeeping at one moment; equal to any other with the same entries and lists."""

    entries: Version[bytes, int]
    items: Version[Item, int]

    def __sizeof__(self) -> int:
        return self.entries.__sizeof__() + self.items.__sizeof__()

    def flat(self) -> "BookSnapshot":
        """The same bookkeeping without its history, for a map of another run."""
        return BookSnapshot(self.entries.flat(), self.items.flat())


class Book:
    """``entries`` maps keys to slots (read it, write by ``set_entry``); items of lists are numbers."""

    __slots__ = ("_entries", "_items", "_journal", "entries", "map")

    def __init__(self, index: int, journal: list[Change]) -> None:
        self.map = index
        self._journal = journal
        self._entries: Versioned[bytes, int] = Versioned()
        self._items: Versioned[Item, int] = Versioned()
        self.entries = self._entries.now

    def set_entry(self, key: bytes, slot: int | None) -> None:
        """Makes ``key`` mean ``slot``, or nothing."""
        before = self.entries.get(key)
        if before != slot:
            self._journal.append(EntryChanged(self.map, key, before, slot))
            self._entries.set(key, slot)

    def get(self, name: str, index: int = 0, default: int = 0) -> int:
        """Item ``index`` of list ``name``."""
        return self._items.now.get((name, index), default)

    def find(self, name: str, index: int) -> int | None:
        """Item ``index`` of list ``name``; None if there is no such item."""
        return self._items.now.get((name, index))

    def list(self, name: str) -> dict[int, int]:
        """All items of list ``name``, by index."""
        return {index: value for (found, index), value in self._items.items() if found == name}

    def all_items(self) -> dict[Item, int]:
        """Every item of every list."""
        return dict(self._items.now)

    def set(self, name: str, value: int | None, index: int = 0) -> None:
        """Sets or (None) removes an item."""
        before = self._items.now.get((name, index))
        if before != value:
            self._journal.append(ListChanged(self.map, name, index, before, value))
            self._items.set((name, index), value)

    def apply(self, change: EntryChanged | ListChanged, *, forwards: bool) -> None:
        """Takes the book from one side of its own change to the other; leaves no trace in the journal."""
        value = change.after if forwards else change.before
        if isinstance(change, EntryChanged):
            self._entries.set(change.key, value)
        else:
            self._items.set((change.name, change.index), value)

    def snapshot(self) -> BookSnapshot:
        """Everything now; costs what changed since the last snapshot."""
        return BookSnapshot(self._entries.keep(), self._items.keep())

    def restore(self, snapshot: BookSnapshot) -> None:
        """Everything as it was then."""
        self._entries.go(snapshot.entries)
        self._items.go(snapshot.items)
