"""One instruction of the path seen backwards: the states around it, and what is wanted of it."""

from dataclasses import dataclass
from typing import NamedTuple

from vm.instruction import Instruction
from vm.verifier.explain.explanation import CauseKind as K
from vm.verifier.explain.naming import Names
from vm.verifier.explain.trail import Moment
from vm.verifier.register import Register
from vm.verifier.state import Frame

Key = tuple[bool, int, int]
"""Whether a register, its frame, its number or stack slot."""


class Found(NamedTuple):
    """A step found."""

    kind: K
    text: str
    reg: int | None = None


@dataclass(slots=True)
class Back:
    """What is still wanted on the way back."""

    wanted: set[Key]

    def swap(self, old: Key, *new: Key) -> None:
        """``old`` was made of ``new``."""
        self.wanted.discard(old)
        self.wanted.update(new)


class Change:
    """An instruction of the path with the states before and after it."""

    __slots__ = ("after", "before", "depth", "insn", "names", "new", "old", "pc")

    def __init__(self, names: Names, before: Moment, after: Moment) -> None:
        if before.state is None or after.state is None:
            raise ValueError("a change is seen between two states")
        self.names = names
        self.before, self.after = before, after
        self.pc = before.pc
        self.insn: Instruction | None = names.program.insns[before.pc]
        self.old: list[Frame] = before.state.frames
        self.new: list[Frame] = after.state.frames
        self.depth = len(self.old) - 1

    def was(self, key: Key) -> Register | None:
        """What it held before."""
        return _get(self.old, key)

    def now(self, key: Key) -> Register | None:
        """What it holds after."""
        return _get(self.new, key)


def _get(frames: list[Frame], key: Key) -> Register | None:
    is_reg, frame, at = key
    if frame >= len(frames):
        return None
    return frames[frame].regs[at] if is_reg else frames[frame].slot(at).spilled
