"""Puts what pointers lead to into memory: strings and arrays of the process, structures of the kernel."""

from collections.abc import Iterator
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


class Kept:
    """Objects of earlier runs and all they lead to, as regions: most runs begin with one of few.

    They lie where they lay, and nobody can write to them, so that a later run takes them as they are.
    """

    MOST = 128

    def __init__(self) -> None:
        self._known: dict[tuple[Value, int, int], tuple[list[Region], dict[Value, int]]] = {}
        self._seen: set[Value] = set()

    def is_known(self, value: Value) -> bool:
        """Whether it has come by before: what comes once only is not worth keeping."""
        if value in self._seen:
            return True
        if len(self._seen) >= 8 * self.MOST:
            self._seen.clear()
        self._seen.add(value)
        return False

    def find(self, value: Value, at: tuple[int, int]) -> tuple[list[Region], dict[Value, int]] | None:
        """What was put for ``value`` with so many regions before it, from that window on."""
        return self._known.get((value, *at))

    def keep(
        self, value: Value, at: tuple[int, int], regions: list[Region], placed: dict[Value, int]
    ) -> None:
        """Remembers what was put."""
        if len(self._known) >= self.MOST:
            self._known.clear()
        self._known[value, *at] = regions, placed


class Objects:
    """Objects of one run by their values: equal ones are put once. They are read-only."""

    def __init__(self, memory: Memory, kept: Kept | None = None) -> None:
        self.memory = memory
        self._kept = kept
        self._placed: dict[Value, int] = {}
        self._root = True
        """Nothing is being put just now that leads to what is asked for."""

    def word(self, value: Value) -> int:
        """A number as it is, of anything else its address."""
        if isinstance(value, int):
            return value & MASK64
        found = self._placed.get(value)
        if found is None:
            if self._root and self._kept is not None and isinstance(value, Kernel):
                return self._again(value, self._kept)
            found = self._placed[value] = self._put(value)
        return found

    def _again(self, value: Kernel, kept: Kept) -> int:
        """Puts an object and all it leads to, or takes them from an earlier run."""
        memory = self.memory
        mark, before = memory.mark(), memory.user.mark()
        at = mark.regions, mark.window
        known = kept.find(value, at)
        if known is not None and self._placed.keys().isdisjoint(known[1]):
            memory.adopt(known[0])
            self._placed.update(known[1])
            return self._placed[value]
        self._root, had = False, len(self._placed)
        found = self._put(value)
        self._root = True
        self._placed[value] = found
        new = dict(islice(self._placed.items(), had, None))
        if kept.is_known(value) and memory.user.mark() == before and self._alone(new, value):
            kept.keep(value, at, memory.regions[mark.regions :], new)
        return found

    @staticmethod
    def _alone(new: dict[Value, int], value: Kernel) -> bool:
        """Whether all that ``value`` leads to was put for it: nothing of it was there before."""
        return all(each in new for each in _reached(value))

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


def _reached(value: Kernel) -> Iterator[Value]:
    """What a structure's members point at, and those of the structures among them."""
    for _, pointed in value.members:
        match pointed:
            case int() | bytes() | Words():
                continue
            case Inside(data):
                yield data
            case Kernel():
                yield pointed
                yield from _reached(pointed)
            case _:
                yield pointed


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
