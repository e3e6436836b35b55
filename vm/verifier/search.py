"""A search for where scalars come from, and how most instructions hand it on.

Masks per frame say which registers and stack slots are sought. Most instructions only hand a register's
search on to their operands: they are a ``Row`` of masks, worked out once for every slot of a program.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from vm.instruction import (
    Alu,
    Atomic,
    Endian,
    Goto,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Reg,
    Store,
    StoreRelease,
)
from vm.verifier.flow import MOVES

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

MAX_FRAMES: Final = 9
"""One more than there can be: a search may briefly think itself deeper."""


class GiveUp(Exception):  # noqa: N818
    """Back-tracking cannot go on: everything is taken to be precise."""


class Search:
    """What is sought: masks of registers and slots per frame, ``frame`` the one that runs."""

    __slots__ = ("frame", "regs", "slots")

    def __init__(self, frame: int) -> None:
        self.frame = frame
        self.regs = [0] * MAX_FRAMES
        self.slots = [0] * MAX_FRAMES

    def empty(self) -> bool:
        return not (any(self.regs) or any(self.slots))


class Row(NamedTuple):
    """If a register of ``touched`` is sought: those of ``kept`` still are, and those of ``added`` too.

    ``gives_up`` says that such a search fails; ``alone``, that the instruction is no matter of masks.
    """

    touched: int
    kept: int = 0
    added: int = 0
    gives_up: bool = False
    alone: bool = False


_NOTHING: Final = Row(0)
_ALONE: Final = Row(0, alone=True)


def row_of(insn: Instruction | None) -> Row:
    """How the instruction hands a search on where its history has nothing to say."""
    match insn:
        case Alu(op=op, dst=dst, src=src):
            read = 1 << src.n if isinstance(src, Reg) and src.n != 10 else 0
            return Row(1 << dst, ~(1 << dst) if op in MOVES else -1, read)
        case Load(dst=dst) | LoadAcquire(dst=dst) | LoadImm64(dst=dst):
            return Row(1 << dst, ~(1 << dst))
        case Jump(dst=dst, src=Reg(n=src)):
            both = 1 << dst | 1 << src
            return Row(both, -1, both)
        case Store(dst=dst) | StoreRelease(dst=dst) | Atomic(dst=dst):
            return Row(1 << dst, gives_up=True)
        case LoadPacket():
            return Row(1, gives_up=True)
        case Jump() | Goto() | MayGoto() | Neg() | Endian() | None:
            return _NOTHING
        case _:
            return _ALONE


def row_at(walk: "Walk", pc: int) -> Row:
    """The row of a slot, worked out the first time."""
    row = walk.rows[pc]
    if row is None:
        row = walk.rows[pc] = row_of(walk.insns[pc])
    return row
