"""Where every piece of a function stands. All instructions have one length, so one look is enough."""

from collections.abc import Mapping, Sequence

from vm.jit.arm64 import encode as a64
from vm.jit.arm64.encode import WORD, Op
from vm.jit.layout import Laid, Link, Relocation, Sources
from vm.jit.piece import AddressPart, Branch, CallLocal, CallOut, Emit, Piece, Return
from vm.source import HookscopeError

_NEAR = range(-(1 << 20), 1 << 20)
"""Distances a branch with a condition can go."""


def lay_out(sources: Sources, epilogue: Sequence[Piece]) -> Laid:
    """Bytes for the pieces, the epilogue behind them; HookscopeError where a branch cannot go so far.

    The pieces' slots count from the one they were made of. Every ``Return`` is a branch to the epilogue, but
    the last of all falls through to it.
    """
    return _Layout(sources, epilogue).finish()


class _Layout:
    def __init__(self, sources: Sources, epilogue: Sequence[Piece]) -> None:
        slot, last = sources[-1]
        body = last[:-1] if last and isinstance(last[-1], Return) else last
        self._sources = [*sources[:-1], (slot, (*body, *epilogue))]
        self._starts: dict[int, int] = {}
        self._end = 0
        for slot, pieces in self._sources:
            if slot is not None:
                self._starts[slot] = self._end
            for piece in pieces:
                self._end += len(piece.code) if type(piece) is Emit else WORD
        self._end -= sum(len(piece.code) for piece in epilogue if isinstance(piece, Emit))
        self._relocations: list[Relocation] = []

    def finish(self) -> Laid:
        starts: list[tuple[int | None, int]] = []
        code = bytearray()
        for slot, pieces in self._sources:
            starts.append((slot, len(code)))
            for piece in pieces:
                code += piece.code if type(piece) is Emit else self._bytes(piece, len(code), slot or 0)
        return Laid(bytes(code), tuple(starts), tuple(self._relocations))

    def _bytes(self, piece: Piece, at: int, base: int) -> bytes:
        match piece:
            case Emit(code):
                return code
            case AddressPart(code, name):
                self._relocations.append(Relocation(at, Link.ADDRESS_PART, symbol=name))
                return code
            case Branch(to, cond):
                return _branch(cond, base + to, at, self._starts)
            case Return():
                return a64.branch(Op.B, self._end - at)
            case CallLocal(to):
                self._relocations.append(Relocation(at, Link.FUNCTION, slot=base + to))
                return a64.branch(Op.BL, 0)
            case CallOut(name):
                self._relocations.append(Relocation(at, Link.KERNEL, symbol=name))
                return a64.branch(Op.BL, 0)
            case _:
                raise AssertionError(f"{piece} is of another machine")


def _branch(cond: int | None, to: int, at: int, starts: Mapping[int, int]) -> bytes:
    distance = starts[to] - at
    if cond is None:
        return a64.branch(Op.B, distance)
    if distance not in _NEAR:
        raise HookscopeError.of(
            "jit-distance",
            f"a branch to instruction {to} is {abs(distance)} bytes long, and AArch64 can go 1 MiB",
            "Linux does not compile such a program for AArch64 either; make the function smaller",
        )
    return a64.branch_if(cond, distance)
