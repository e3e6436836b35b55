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
_PLANS = 4_096


@lru_cache(_PLANS)
def symbol_address(function: str, *, user: bool = False) -> int:
    """Where a function begins: always the same, and different for every name."""
    return (USER_TEXT if user else KERNEL_TEXT) + (crc32(function.encode()) & 0xF_FFFF) * 16


class Kept:
    """Objects of earlier runs and all they lead to, as regions: most runs begin with one of few.

    They lie where they lay, and nobody can write to them, so that a later run takes them as they are.
    """

    MOST = 512

    def __init__(self) -> None:
        self._known: dict[tuple[Value, int, int], tuple[list[Region], dict[Value, int]]] = {}

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
        if memory.user.mark() == before and self._alone(new, value):
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
        template, pointers = _plan(value)
        data = bytearray(template)
        for offset, size, pointed in pointers:
            data[offset : offset + size] = self.cell(pointed, size)
        return self._region(value.struct, data)

    def cell(self, value: Value, size: int) -> bytes:
        """``value`` as ``size`` bytes of a structure or record."""
        if isinstance(value, Words):
            value = b"".join(self.word(each).to_bytes(8, "little") for each in value.values)
        if isinstance(value, bytes):
            return value[:size].ljust(size, b"\0")
        return (self.word(value) & ((1 << 8 * size) - 1)).to_bytes(size, "little")


@lru_cache(_PLANS)
def _reached(value: Kernel) -> tuple[Value, ...]:
    """What a structure's members point at, and those of the structures among them."""
    found: list[Value] = []
    for _, _, pointed in _plan(value)[1]:
        found.append(pointed.data if isinstance(pointed, Inside) else pointed)
        if isinstance(pointed, Kernel):
            found += _reached(pointed)
    return tuple(each for each in found if not isinstance(each, Words))


@lru_cache(_PLANS)
def _plan(value: Kernel) -> tuple[bytes, tuple[tuple[int, int, Value], ...]]:
    """A structure's bytes as far as they are known; where the others are, how wide, and what they lead to."""
    data, pointers = bytearray(size_of(value.struct)), list[tuple[int, int, Value]]()
    for path, found in value.members:
        place = member(value.struct, path)
        if place is None:
            raise HookscopeError.of("no-member", f"struct {value.struct} has no {path}")
        offset, size = place.offset, place.size
        match found:
            case int():
                data[offset : offset + size] = (found & ((1 << 8 * size) - 1)).to_bytes(size, "little")
            case bytes():
                data[offset : offset + size] = found[:size].ljust(size, b"\0")
            case _:
                pointers.append((offset, size, found))
    return bytes(data), tuple(pointers)
