"""Where every piece of a function stands: jumps are made short until none can be shorter.

All jumps begin long. Each pass can only bring targets nearer, so it ends (the kernel's JIT shrinks its image
the same way, pass by pass).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vm.jit.piece import (
    Address,
    AddressPart,
    Branch,
    CallLocal,
    CallOut,
    Emit,
    JumpOut,
    Piece,
    Return,
    ShortAddress,
)
from vm.jit.x86.encode import i32

CALL = 5
LONG = {True: 6, False: 5}
"""Bytes of a jump with and without a condition whose distance takes 32 bits; SHORT where 8 are enough."""
SHORT = 2
NEAR = range(-128, 124)
"""Distances that get the short form: Linux leaves the last four out, as room for padding."""


class Link(StrEnum):
    """What is not known before the code has its place."""

    FUNCTION = "function"
    """The 32-bit distance to another function of the program."""
    KERNEL = "kernel"
    """The 32-bit distance to a kernel function."""
    ADDRESS = "address"
    """The 64-bit address of a kernel object."""
    SHORT_ADDRESS = "short address"
    """The same in 32 bits."""
    ADDRESS_PART = "address part"
    """16 bits of it, within an instruction."""


@dataclass(frozen=True, slots=True)
class Relocation:
    """A place in the code to be filled in: with where a slot's function, or what ``symbol`` names, is."""

    at: int
    link: Link
    slot: int = 0
    symbol: str = ""

    @property
    def size(self) -> int:
        """How many bytes are to be filled in."""
        return 8 if self.link is Link.ADDRESS else 4


@dataclass(frozen=True, slots=True)
class Row:
    """The bytes made of what stands at ``slot``; None for what the compiler adds before the first one."""

    slot: int | None
    start: int
    code: bytes


@dataclass(frozen=True, slots=True)
class Laid:
    """A function's code, its rows in order, and the distances somebody else must fill in."""

    rows: tuple[Row, ...]
    relocations: tuple[Relocation, ...]

    @property
    def code(self) -> bytes:
        """The whole of it."""
        return b"".join(row.code for row in self.rows)


Sources = Sequence[tuple[int | None, Sequence[Piece]]]
"""Pieces by the slot they were made of, in order; the epilogue is given apart."""


def lay_out(sources: Sources, epilogue: Sequence[Piece]) -> Laid:
    """Bytes for the pieces; the first ``Return`` becomes the epilogue, those behind it jumps to it."""
    return _Layout(sources, epilogue).finish()


class _Layout:
    def __init__(self, sources: Sources, epilogue: Sequence[Piece]) -> None:
        self._epilogue = epilogue
        self._pieces: list[tuple[int, Piece]] = []
        """Pieces with the index of their source; a ``Return`` behind the first is a ``Branch`` to it."""
        self._slots = [slot for slot, _ in sources]
        self._first_return: int | None = None
        for index, (_, pieces) in enumerate(sources):
            for piece in pieces:
                self._add(index, piece)
        self._sizes = [self._widest(piece) for _, piece in self._pieces]

    def _add(self, index: int, piece: Piece) -> None:
        if isinstance(piece, Return) and self._first_return is None:
            self._first_return = len(self._pieces)
            self._pieces.extend((index, part) for part in self._epilogue)
        else:
            self._pieces.append((index, piece))

    def _widest(self, piece: Piece) -> int:
        match piece:
            case Emit(code) | Address(code, _) | ShortAddress(code, _):
                return len(code)
            case Branch(_, cond):
                return LONG[cond is not None]
            case Return():
                return LONG[False]
            case _:
                return CALL

    def _places(self) -> tuple[list[int], Mapping[int, int]]:
        """Where each piece begins, and the first piece of each slot."""
        starts, at = [], 0
        for size in self._sizes:
            starts.append(at)
            at += size
        starts.append(at)
        return starts, self._slot_places(starts)

    def _slot_places(self, starts: Sequence[int]) -> dict[int, int]:
        places: dict[int, int] = {}
        piece = 0
        for index, slot in enumerate(self._slots):
            while piece < len(self._pieces) and self._pieces[piece][0] < index:
                piece += 1
            if slot is not None:
                places[slot] = starts[piece]
        return places

    def _target(self, piece: Branch | Return, starts: Sequence[int], slots: Mapping[int, int]) -> int:
        return slots[piece.to] if isinstance(piece, Branch) else starts[self._first_return or 0]

    def finish(self) -> Laid:
        starts, slots = self._shrink()
        rows: list[bytearray] = [bytearray() for _ in self._slots]
        relocations: list[Relocation] = []
        for n, (index, piece) in enumerate(self._pieces):
            rows[index] += self._bytes(n, piece, starts, slots, relocations)
        laid, at = [], 0
        for slot, code in zip(self._slots, rows, strict=True):
            laid.append(Row(slot, at, bytes(code)))
            at += len(code)
        return Laid(tuple(laid), tuple(relocations))

    def _shrink(self) -> tuple[Sequence[int], Mapping[int, int]]:
        while True:
            starts, slots = self._places()
            shrunk = False
            for n, (_, piece) in enumerate(self._pieces):
                if not isinstance(piece, Branch | Return):
                    continue
                size = _least(piece, self._target(piece, starts, slots) - starts[n + 1], self._sizes[n])
                shrunk |= size < self._sizes[n]
                self._sizes[n] = size
            if not shrunk:
                return starts, slots

    def _bytes(
        self, n: int, piece: Piece, starts: Sequence[int], slots: Mapping[int, int], found: list[Relocation]
    ) -> bytes:
        match piece:
            case Emit(code):
                return code
            case Address(code, name):
                found.append(Relocation(starts[n] + len(code) - 8, Link.ADDRESS, symbol=name))
                return code
            case ShortAddress(code, name):
                found.append(Relocation(starts[n] + len(code) - 4, Link.SHORT_ADDRESS, symbol=name))
                return code
            case CallLocal(to):
                found.append(Relocation(starts[n] + 1, Link.FUNCTION, slot=to))
                return b"\xe8" + bytes(4)
            case AddressPart():
                raise AssertionError(f"{piece} is of another machine")
            case CallOut(name):
                found.append(Relocation(starts[n] + 1, Link.KERNEL, symbol=name))
                return b"\xe8" + bytes(4)
            case JumpOut(name):
                found.append(Relocation(starts[n] + 1, Link.KERNEL, symbol=name))
                return b"\xe9" + bytes(4)
            case Branch() | Return():
                cond = piece.cond if isinstance(piece, Branch) else None
                return _jump(cond, self._target(piece, starts, slots) - starts[n + 1], self._sizes[n])


def _least(piece: Branch | Return, distance: int, size: int) -> int:
    """The bytes a jump that now takes ``size`` needs; a plain one to what follows needs none."""
    plain = isinstance(piece, Return) or piece.cond is None
    if plain and distance == 0:
        return 0
    return min(size, SHORT) if distance in NEAR else size


def _jump(cond: int | None, distance: int, size: int) -> bytes:
    if size == 0:
        return b""
    if size == SHORT:
        return bytes((0xEB if cond is None else 0x70 | cond, distance & 0xFF))
    return (b"\xe9" if cond is None else bytes((0x0F, 0x80 | cond))) + i32(distance)
