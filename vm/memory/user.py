"""The running process's memory: what pointers in system calls lead to. Programs reach it by helpers only."""

from typing import Final

START: Final = 0x7FFC_0000_0000
"""Where the first bytes lie: in the part of the address space that stacks are in."""
PAGE: Final = 4096


class UserMemory:
    """Pieces of user memory, each on pages of its own with nothing between; what is behind its bytes is 0."""

    __slots__ = ("_next", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[tuple[int, bytes]] = []
        self._next = START

    def mark(self) -> int:
        """How far it is filled."""
        return self._next

    def put(self, data: bytes) -> int:
        """Keeps ``data`` in pages of its own; the address of its first byte."""
        address = self._next
        pages = max(1, -(-len(data) // PAGE))
        self._pieces.append((address, data.ljust(pages * PAGE, b"\0")))
        self._next += (pages + 1) * PAGE
        return address

    def read(self, address: int, size: int) -> bytes | None:
        """``size`` bytes at ``address``; None where not all of them are mapped."""
        for start, data in self._pieces:
            if start <= address and address + size <= start + len(data):
                return data[address - start : address - start + size]
        return None if size else b""

    def string(self, address: int, most: int) -> bytes | None:
        """The bytes from ``address`` to the first 0 or ``most`` of them; None where pages end first."""
        for start, data in self._pieces:
            if start <= address < start + len(data):
                found = data[address - start : address - start + most]
                end = found.find(b"\0")
                if end >= 0:
                    return found[: end + 1]
                return found if len(found) == most else None
        return None
