"""The runner's process: maps what it is given, confines itself, then runs code when told to.

Started as ``python -m vm.jit.runner.worker SHARED CODE``, with the two files as descriptors of that number,
orders on standard input and answers on standard output.
"""

import ctypes
import mmap
import os
import sys

from vm.jit.guarded.arena import ARENA_SIZE, HEADER
from vm.jit.runner.confine import confine
from vm.jit.runner.protocol import CODE_SIZE, DONE, MESSAGE, Order

_NORESERVE = 0x4000
_FIXED = 0x10
_GUARD = 1 << 20
"""Bytes kept free on both sides: an access begins within the arena but may end behind it."""


class _Memory:
    """The reservation: header and objects are mapped from the shared file, all else is not there."""

    def __init__(self, shared: int, code: int) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._mmap = libc.mmap
        self._mmap.restype = ctypes.c_void_p
        self._mmap.argtypes = (
            ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long,
        )  # fmt: skip
        self._shared = shared
        nothing = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NORESERVE
        start = self._map(None, HEADER + ARENA_SIZE + 2 * _GUARD, 0, nothing, -1, 0)
        self.arena = start + _GUARD + HEADER
        self._show(-HEADER, HEADER)
        self.code = self._map(None, CODE_SIZE, mmap.PROT_READ | mmap.PROT_EXEC, mmap.MAP_SHARED, code, 0)

    def _map(self, at: int | None, size: int, protection: int, flags: int, file: int, off: int) -> int:
        found = self._mmap(at, size, protection, flags, file, off)
        if found is None or found == ctypes.c_void_p(-1).value:
            raise OSError(ctypes.get_errno(), "no memory for the runner")
        return int(found)

    def _show(self, off: int, size: int) -> None:
        access = mmap.PROT_READ | mmap.PROT_WRITE
        self._map(self.arena + off, size, access, mmap.MAP_SHARED | _FIXED, self._shared, HEADER + off)

    def open(self, off: int, size: int) -> None:
        """Maps whole pages of the arena; what does not lie within it is an order nobody gives."""
        if off % mmap.PAGESIZE or not 0 <= off < off + size <= ARENA_SIZE:
            raise ValueError(f"{off:#x}, {size:#x}: not within the arena")
        self._show(off, -(-size // mmap.PAGESIZE) * mmap.PAGESIZE)

    def close(self) -> None:
        """Takes every object away."""
        flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _NORESERVE | _FIXED
        self._map(self.arena, ARENA_SIZE, 0, flags, -1, 0)


def main() -> None:
    """Serves orders until the other side goes away."""
    memory = _Memory(int(sys.argv[1]), int(sys.argv[2]))
    function = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)
    confine()
    os.write(1, DONE)
    while len(order := os.read(0, MESSAGE.size)) == MESSAGE.size:
        what, first, second = MESSAGE.unpack(order)
        match Order(what):
            case Order.OPEN:
                memory.open(first, second)
            case Order.RUN:
                function(memory.code + first)(memory.arena, memory.code + second)
            case Order.CLOSE:
                memory.close()
        os.write(1, DONE)


if __name__ == "__main__":
    main()
