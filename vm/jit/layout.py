"""Where every piece of a function stands: jumps are made short until none can be shorter.

All jumps begin long. Each pass can only bring targets nearer, so it ends (the kernel's JIT shrinks its image
the same way, pass by pass).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from types import MappingProxyType

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
    """A function's code, where what was made of each slot begins, in order, and what others must fill in."""

    code: bytes
    starts: tuple[tuple[int | None, int], ...]
    relocations: tuple[Relocation, ...]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The bytes of each slot, apart."""
        ends = [start for _, start in self.starts[1:]] + [len(self.code)]
        return tuple(
            Row(slot, start, self.code[start:end])
            for (slot, start), end in zip(self.starts, ends, strict=True)
        )


Sources = Sequence[tuple[int | None, Sequence[Piece]]]
"""Pieces by the slot they were made of, in order; the epilogue is given apart."""


def lay_out(sources: Sources, epilogue: Sequence[Piece], *, relative: bool = False) -> Laid:
    """Bytes for the pieces; the first ``Return`` becomes the epilogue, those behind it jumps to it.

    ``relative``: the pieces' slots count from the slot they were made of.
    """
    layout = _Layout(epilogue)
    layout.add(sources, relative=relative)
    return layout.finish()


_OPEN: Mapping[type[Piece], tuple[Link, int]] = MappingProxyType(
    {
        Address: (Link.ADDRESS, 8),
        ShortAddress: (Link.SHORT_ADDRESS, 4),
        CallOut: (Link.KERNEL, 4),
        JumpOut: (Link.KERNEL, 4),
    }
)
"""Pieces that end in what is not known: what that is, and how many bytes."""
_CALL = b"\xe8" + bytes(4)
_JUMP = b"\xe9" + bytes(4)
_SPELLED: Mapping[type[Piece], bytes] = MappingProxyType({CallOut: _CALL, JumpOut: _JUMP})


_Jump = tuple[int, int | None, int | None]
"""A jump: the bytes of other code before it, the slot it goes to (None: the epilogue), its condition."""


class _Layout:
    """What does not change its length is written at once; jumps are kept apart until their length is known.

    A place is told as the bytes of other code before it and the jumps before it.
    """

    def __init__(self, epilogue: Sequence[Piece]) -> None:
        self._epilogue = epilogue
        self._code = bytearray()
        self._jumps: list[_Jump] = []
        self._starts: list[tuple[int | None, int, int]] = []
        self._places: dict[int | None, tuple[int, int]] = {}
        self._open: list[tuple[int, int, Link, int, str]] = []

    def add(self, sources: Sources, *, relative: bool) -> None:
        """Adds what was made of the slots."""
        code, jumps, starts, places = self._code, self._jumps, self._starts, self._places
        for slot, pieces in sources:
            at, before = len(code), len(jumps)
            starts.append((slot, at, before))
            if slot is not None:
                places[slot] = at, before
            for piece in pieces:
                if type(piece) is Emit:
                    code += piece.code
                elif type(piece) is Branch:
                    jumps.append((len(code), (slot or 0) + piece.to if relative else piece.to, piece.cond))
                else:
                    self._add(piece, (slot or 0) if relative else 0)

    def _add(self, piece: Piece, base: int) -> None:
        match piece:
            case Branch(to, cond):
                self._jumps.append((len(self._code), base + to, cond))
            case Return() if None in self._places:
                self._jumps.append((len(self._code), None, None))
            case Return():
                self._places[None] = len(self._code), len(self._jumps)
                for part in self._epilogue:
                    self._add(part, 0)
            case CallLocal(to):
                self._code += _CALL
                self._leave_open(Link.FUNCTION, 4, slot=base + to)
            case Emit(code):
                self._code += code
            case AddressPart():
                raise AssertionError(f"{piece} is of another machine")
            case _:
                self._code += (
                    piece.code if isinstance(piece, Address | ShortAddress) else _SPELLED[type(piece)]
                )
                self._leave_open(*_OPEN[type(piece)], symbol=piece.name)

    def _leave_open(self, link: Link, size: int, *, slot: int = 0, symbol: str = "") -> None:
        self._open.append((len(self._code) - size, len(self._jumps), link, slot, symbol))

    def finish(self) -> Laid:
        """Makes the jumps as short as they get, and puts everything together."""
        targets = [self._places[to] for _, to, _ in self._jumps]
        sizes = self._shrink(targets)
        moved = [0, *accumulate(sizes)]
        code, done = bytearray(), 0
        for n, ((here, _, cond), (at, before)) in enumerate(zip(self._jumps, targets, strict=True)):
            code += self._code[done:here]
            done = here
            code += _jump(cond, at + moved[before] - here - moved[n + 1], sizes[n])
        code += self._code[done:]
        return Laid(
            bytes(code),
            tuple((slot, at + moved[before]) for slot, at, before in self._starts),
            tuple(
                Relocation(at + moved[before], link, slot, symbol)
                for at, before, link, slot, symbol in self._open
            ),
        )

    def _shrink(self, targets: Sequence[tuple[int, int]]) -> list[int]:
        """The bytes of each jump: all begin long, and every pass looks at all of them where they stood."""
        sizes = [LONG[cond is not None] for _, _, cond in self._jumps]
        ways = [
            (n, cond is None, at - here, before)
            for n, ((here, _, cond), (at, before)) in enumerate(zip(self._jumps, targets, strict=True))
        ]
        while ways:
            moved = [0, *accumulate(sizes)]
            shrunk = False
            for n, plain, between, before in ways:
                size = _least(between + moved[before] - moved[n + 1], sizes[n], plain=plain)
                if size < sizes[n]:
                    sizes[n], shrunk = size, True
            if not shrunk:
                break
        return sizes


def _least(distance: int, size: int, *, plain: bool) -> int:
    """The bytes a jump that now takes ``size`` needs; a plain one to what follows needs none."""
    if plain and distance == 0:
        return 0
    return min(size, SHORT) if distance in NEAR else size


def _jump(cond: int | None, distance: int, size: int) -> bytes:
    if size == 0:
        return b""
    if size == SHORT:
        return bytes((0xEB if cond is None else 0x70 | cond, distance & 0xFF))
    return (b"\xe9" if cond is None else bytes((0x0F, 0x80 | cond))) + i32(distance)
