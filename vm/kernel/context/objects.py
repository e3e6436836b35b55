"""Puts what pointers lead to into memory: strings and arrays of the process, structures of the kernel."""

from functools import lru_cache
from itertools import islice
from struct import pack
from zlib import crc32

from vm.kernel.context.inputs import Inside, Kernel, Text, User, UserStrings, Value, Words
from vm.memory.memory import Memory
from vm.memory.region import Region, RegionKind
from vm.source import HookscopeError
from vm.uapi.kernel_members import member, size_of
from vm.word import MASK64

KERNEL_TEXT = 0xFFFF_FFFF_8100_0000
"""Where the kernel's functions begin."""
USER_TEXT = 0x55D0_0000_1000
"""Where the functions of the modeled user program begin."""


@lru_cache(1 << 12)
def symbol_address(function: str, *, user: bool = False) -> int:
    """Where a function begins: always the same, and different for every name."""
    return (USER_TEXT if user else KERNEL_TEXT) + (crc32(function.encode()) & 0xF_FFFF) * 16


Key = tuple[Value, tuple[Value, ...], int, int]
"""A value, those put before it, how many regions there were, and the next free window."""


class Kept:
    """Objects of earlier runs and all they lead to, as regions: most runs begin with one of few.

    They lie where they lay, and nobody can write to them, so that a later run takes them as they are.
    """

    MOST = 128

    def __init__(self) -> None:
        self._known: dict[Key, tuple[list[Region], dict[Value, int]]] = {}
        self._seen: set[Value] = set()

    def is_known(self, value: Value) -> bool:
        """Whether it has come by before: what comes once only is not worth keeping."""
        if value in self._seen:
            return True
        if len(self._seen) >= 8 * self.MOST:
            self._seen.clear()
        self._seen.add(value)
        return False

    def find(self, key: Key) -> tuple[list[Region], dict[Value, int]] | None:
        """What was put for a value behind those before it."""
        return self._known.get(key)

    def keep(self, key: Key, regions: list[Region], placed: dict[Value, int]) -> None:
        """Remembers what was put."""
        if len(self._known) >= self.MOST:
            self._known.clear()
        self._known[key] = regions, placed


class Objects:
    """Objects of one run by their values: equal ones are put once. They are read-only."""

    def __init__(self, memory: Memory, kept: Kept | None = None) -> None:
        self.memory = memory
        self._kept = kept
        self._placed: dict[Value, int] = {}
        self._inside = False
        """Something is being put just now that leads to what is asked for."""
        self._roots: tuple[Value, ...] = ()
        """What was put so far that nothing else leads to: it decides what is there already."""

    def word(self, value: Value) -> int:
        """A number as it is, of anything else its address."""
        if isinstance(value, int):
            return value & MASK64
        found = self._placed.get(value)
        if found is not None:
            return found
        if self._inside or self._kept is None:
            found = self._placed[value] = self._put(value)
        else:
            found = self._root(value, self._kept)
            self._roots = (*self._roots, value)
        return found

    def _root(self, value: Value, kept: Kept) -> int:
        """Puts what nothing else leads to, with all it leads to; or takes them from an earlier run."""
        memory = self.memory
        mark, before = memory.mark(), memory.user.mark()
        key = value, self._roots, mark.regions, mark.window
        known = kept.find(key)
        if known is not None:
            memory.adopt(known[0])
            self._placed.update(known[1])
            return self._placed[value]
        self._inside, had = True, len(self._placed)
        found = self._placed[value] = self._put(value)
        self._inside = False
        if memory.user.mark() == before and kept.is_known(value):
            kept.keep(key, memory.regions[mark.regions :], dict(islice(self._placed.items(), had, None)))
        return found

    def _put(self, value: Value) -> int:
        match value:
            case Kernel():
                return self._structure(value)
            case User(data):
                return self.memory.user.put(data)
            case UserStrings(strings):
                addresses = [self.memory.user.put(text.encode() + b"\0") for text in strings]
                return self.memory.user.put(pack(f"<{len(addresses) + 1}Q", *addresses, 0))
            case Text(data):
                return self._region("string", bytearray(data + b"\0"))
            case Inside(data, offset):
                return self.word(data) + offset
            case Words(values):
                return self._region("words", bytearray(self.cell(value, 8 * len(values))))
            case bytes():
                return self._region("bytes", bytearray(value))
            case int():
                return value

    def _region(self, name: str, data: bytearray) -> int:
        return self.memory.add(RegionKind.MEM, name, data, writable=False).base

    def _structure(self, value: Kernel) -> int:
        struct, members = value.struct, value.members
        data = bytearray(size_of(struct))
        places = _places(struct, tuple(name for name, _ in members))
        for (offset, size), (_, found) in zip(places, members, strict=True):
            if type(found) is int:  # most are
                data[offset : offset + size] = (found & (1 << 8 * size) - 1).to_bytes(size, "little")
            else:
                data[offset : offset + size] = self.cell(found, size)
        return self._region(struct, data)

    def cell(self, value: Value, size: int) -> bytes:
        """``value`` as ``size`` bytes of a structure or record."""
        if isinstance(value, Words):
            value = b"".join(self.word(each).to_bytes(8, "little") for each in value.values)
        if isinstance(value, bytes):
            return value[:size].ljust(size, b"\0")
        return (self.word(value) & ((1 << 8 * size) - 1)).to_bytes(size, "little")


@lru_cache(1 << 10)
def _places(struct: str, paths: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    """Where members of a structure begin, and their bytes."""
    found = []
    for path in paths:
        place = member(struct, path)
        if place is None:
            raise HookscopeError.of("no-member", f"struct {struct} has no {path}")
        found.append((place.offset, place.size))
    return tuple(found)
