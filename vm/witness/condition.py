"""Conditions on a packet: what a comparison on the way must say, and what makes an access go wrong."""

from collections.abc import Iterator
from typing import Final

from vm.isa import JumpOp, holds
from vm.witness.expression import Env, Number, Values, value, variables
from vm.word import MASK64

_OPPOSITE: Final = {
    JumpOp.JEQ: JumpOp.JNE,
    JumpOp.JNE: JumpOp.JEQ,
    JumpOp.JGT: JumpOp.JLE,
    JumpOp.JLE: JumpOp.JGT,
    JumpOp.JGE: JumpOp.JLT,
    JumpOp.JLT: JumpOp.JGE,
    JumpOp.JSGT: JumpOp.JSLE,
    JumpOp.JSLE: JumpOp.JSGT,
    JumpOp.JSGE: JumpOp.JSLT,
    JumpOp.JSLT: JumpOp.JSGE,
}


class Condition:
    """``left op right`` of that many bits comes out as ``wanted``."""

    __slots__ = ("bits", "left", "op", "right", "variables", "wanted")

    def __init__(self, op: JumpOp, left: Number, right: Number, bits: int = 64, wanted: bool = True) -> None:
        self.op, self.left, self.right, self.bits, self.wanted = op, left, right, bits, wanted
        self.variables = variables(left) | variables(right)

    def met(self, env: Env) -> bool:
        """Whether it holds for a packet."""
        return holds(self.op, value(self.left, env), value(self.right, env), self.bits) is self.wanted

    def opposite(self) -> "Condition":
        """The condition that holds where this one does not."""
        return Condition(self.op, self.left, self.right, self.bits, not self.wanted)

    def repairs(self, env: Env) -> Iterator[Values]:
        """Changes after which it may hold."""
        op = self.op if self.wanted else _OPPOSITE.get(self.op)
        mask = MASK64 if self.bits == 64 else 0xFFFFFFFF
        left, right = value(self.left, env) & mask, value(self.right, env) & mask
        if not isinstance(self.left, int):
            for target in _targets(op, right, mask):
                yield from self.left.invert(target & mask, env)
        if not isinstance(self.right, int):
            for target in _targets(_FLIPPED.get(op, op) if op else None, left, mask):
                yield from self.right.invert(target & mask, env)


_FLIPPED: Final = {
    JumpOp.JGT: JumpOp.JLT,
    JumpOp.JLT: JumpOp.JGT,
    JumpOp.JGE: JumpOp.JLE,
    JumpOp.JLE: JumpOp.JGE,
    JumpOp.JSGT: JumpOp.JSLT,
    JumpOp.JSLT: JumpOp.JSGT,
    JumpOp.JSGE: JumpOp.JSLE,
    JumpOp.JSLE: JumpOp.JSGE,
}


def _targets(op: JumpOp | None, other: int, mask: int) -> tuple[int, ...]:
    """Numbers that compare so with ``other``; without an operation, that share none of its bits."""
    half = mask >> 1
    match op:
        case JumpOp.JEQ:
            return (other,)
        case JumpOp.JNE:
            return (other + 1, other - 1, 0, 1, other ^ mask)
        case JumpOp.JGT | JumpOp.JSGT:
            return (other + 1, other + 2, other + 8, other + 64, half, mask)
        case JumpOp.JGE | JumpOp.JSGE:
            return (other, other + 1, other + 8, half, mask)
        case JumpOp.JLT | JumpOp.JSLT:
            return (other - 1, 0, other - 2, other - 8, half + 1)
        case JumpOp.JLE | JumpOp.JSLE:
            return (other, 0, other - 1, half + 1)
        case JumpOp.JSET:
            return (other, other & -other)
        case _:
            return (0, other ^ mask)
