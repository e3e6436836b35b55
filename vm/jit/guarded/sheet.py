"""Machine code written down in order, with labels; every jump is long, so that one pass is enough."""

from collections.abc import Iterable
from enum import IntEnum
from itertools import count
from struct import Struct

from vm.jit.piece import Branch, Emit, Lowered
from vm.jit.x86.encode import NOPS

_NOP_9 = b"\x66\x0f\x1f\x84" + bytes(5)
_NOPS = [NOPS[min(size, 5)] + NOPS[size - min(size, 5)] for size in range(9)]
_DISTANCE = Struct("<i")
_BRANCH = [bytes((0x0F, 0x80 | cond)) for cond in range(16)]


class Sheet:
    """``code`` so far, and where each label is. Slots are labels; others come from ``label``."""

    def __init__(self, slots: int) -> None:
        self.code = bytearray()
        self.starts: list[tuple[int | None, int]] = []
        """Where the code of each slot, or of what belongs to none, begins."""
        self._places: dict[int, int] = {}
        self._distances: list[tuple[int, int]] = []
        self._labels = count(slots + 1)

    def label(self) -> int:
        """A place that is still to be found."""
        return next(self._labels)

    def labels(self, number: int) -> int:
        """The first of so many labels in a row."""
        first = next(self._labels)
        self._labels = count(first + number)
        return first

    def here(self, label: int) -> None:
        """Says that the label is here."""
        self._places[label] = len(self.code)

    def align(self, to: int) -> None:
        """Goes on at a multiple of that many bytes, with instructions that do nothing in between."""
        missing = -len(self.code) % to
        self.code += _NOP_9 * (missing // 9) + _NOPS[missing % 9]

    def begin(self, slot: int | None) -> None:
        """What follows was made of that slot."""
        self.starts.append((slot, len(self.code)))

    def put(self, pieces: Iterable[Emit | Branch]) -> None:
        """Bytes and jumps."""
        for piece in pieces:
            if isinstance(piece, Emit):
                self.code += piece.code
            else:
                self.branch(piece.to, piece.cond)

    def branch(self, to: int, cond: IntEnum | None = None) -> None:
        """A jump."""
        self.distance(b"\xe9" if cond is None else _BRANCH[cond], to)

    def call(self, to: int) -> None:
        """A call."""
        self.distance(b"\xe8", to)

    def distance(self, opcode: bytes, to: int) -> None:
        """An instruction that ends in the 32-bit distance to a label."""
        self.code += opcode + b"\0\0\0\0"
        self._distances.append((len(self.code), to))

    def place(self, label: int) -> int:
        """Where a label is, once it is known."""
        return self._places[label]

    def finish(self) -> bytes:
        """The whole code, all distances filled in."""
        code, places = self.code, self._places
        for end, to in self._distances:
            _DISTANCE.pack_into(code, end - 4, places[to] - end)
        return bytes(code)


def pieces(lowered: Lowered) -> Iterable[Emit | Branch]:
    """What can be put on a sheet; AssertionError for calls out of the code, which there are none of."""
    for piece in lowered:
        if not isinstance(piece, Emit | Branch):
            raise AssertionError(f"{piece} in guarded code")
        yield piece
