"""Puts what pointers lead to into memory: strings and arrays of the process, structures of the kernel."""

from struct import pack
from zlib import crc32

from vm.kernel.context.inputs import Inside, Kernel, Text, User, UserStrings, Value, Words
from vm.memory.memory import Memory
from vm.memory.region import RegionKind
from vm.source import HookscopeError
from vm.uapi.kernel_members import member, size_of
from vm.word import MASK64

KERNEL_TEXT = 0xFFFF_FFFF_8100_0000
"""Where the kernel's functions begin."""
USER_TEXT = 0x55D0_0000_1000
"""Where the functions of the modeled user program begin."""


def symbol_address(function: str, *, user: bool = False) -> int:
    """Where a function begins: always the same, and different for every name."""
    return (USER_TEXT if user else KERNEL_TEXT) + (crc32(function.encode()) & 0xF_FFFF) * 16


class Objects:
    """Objects of one run by their values: equal ones are put once. They are read-only."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._placed: dict[Value, int] = {}

    def word(self, value: Value) -> int:
        """A number as it is, of anything else its address."""
        if isinstance(value, int):
            return value & MASK64
        found = self._placed.get(value)
        if found is None:
            found = self._placed[value] = self._put(value)
        return found

    def _put(self, value: Value) -> int:
        match value:
            case User(data):
                return self.memory.user.put(data)
            case UserStrings(strings):
                addresses = [self.memory.user.put(text.encode() + b"\0") for text in strings]
                return self.memory.user.put(pack(f"<{len(addresses) + 1}Q", *addresses, 0))
            case Text(data):
                return self._region("string", bytearray(data + b"\0"))
            case Kernel(struct, members):
                return self._structure(struct, members)
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

    def _structure(self, struct: str, members: tuple[tuple[str, Value], ...]) -> int:
        data = bytearray(size_of(struct))
        for path, value in members:
            place = member(struct, path)
            if place is None:
                raise HookscopeError.of("no-member", f"struct {struct} has no {path}")
            data[place.offset : place.offset + place.size] = self.cell(value, place.size)
        return self._region(struct, data)

    def cell(self, value: Value, size: int) -> bytes:
        """``value`` as ``size`` bytes of a structure or record."""
        if isinstance(value, Words):
            value = b"".join(self.word(each).to_bytes(8, "little") for each in value.values)
        if isinstance(value, bytes):
            return value[:size].ljust(size, b"\0")
        return (self.word(value) & ((1 << 8 * size) - 1)).to_bytes(size, "little")
