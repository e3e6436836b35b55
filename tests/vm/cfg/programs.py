"""Programs to draw and analyse: by hand, random, and shaped like compiled ones."""

import random

from hypothesis import strategies as st

from vm.encoding import decode, encode
from vm.instruction import Alu, Exit, Goto, Imm, Instruction, Jump, MayGoto, Slot
from vm.isa import AluOp, JumpOp
from vm.program import Program
from vm.uapi.prog_types import ProgType

MOV = Alu(AluOp.MOV, 64, 0, Imm(0))
EXIT = Exit()


def branch(offset: int) -> Jump:
    """A conditional jump over ``offset`` slots."""
    return Jump(JumpOp.JEQ, 64, 0, Imm(0), offset)


def program(*insns: Instruction, labels: dict[str, int] | None = None) -> Program:
    """A program of these instructions."""
    return of_slots(tuple(slot for insn in insns for slot in encode(insn)), labels)


def of_slots(slots: tuple[Slot, ...], labels: dict[str, int] | None = None) -> Program:
    """A program of these slots, whatever they are."""
    return Program("main", ProgType.XDP, slots, decode(slots), labels=labels or {})


@st.composite
def jumpy(draw: st.DrawFn, most: int = 40) -> Program:
    """A program of jumps to anywhere, also out of it, moves and exits."""
    count = draw(st.integers(1, most))
    insns: list[Instruction] = []
    for pc in range(count):
        target = draw(st.integers(-1 if pc == 5 else 0, count if pc == 7 else count - 1))
        off = target - pc - 1
        choices: list[Instruction] = [MOV, branch(off), branch(off), Goto(off), MayGoto(off), EXIT]
        insns.append(draw(st.sampled_from(choices)))
    return program(*insns)


any_slot = st.builds(
    Slot,
    st.integers(0, 255) | st.sampled_from((0x05, 0x15, 0x18, 0x85, 0x95)),
    st.integers(0, 15),
    st.integers(0, 15) | st.sampled_from((0, 1, 4)),
    st.integers(-8, 8),
    st.integers(-8, 8),
)
garbage = st.lists(any_slot, max_size=24).map(lambda slots: of_slots(tuple(slots)))
"""Slots that are rarely a program."""


def structured(seed: int, blocks: int) -> Program:
    """A program of about ``blocks`` blocks as a compiler makes it: checks, branches, loops, one exit."""
    return _Writer(seed).write(blocks)


class _Writer:
    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._insns: list[Instruction] = []
        self._to_exit: list[int] = []

    def write(self, blocks: int) -> Program:
        self._sequence(blocks)
        end = len(self._insns)
        for pc in self._to_exit:
            self._insns[pc] = branch(end - pc - 1)
        return program(*self._insns, MOV, EXIT)

    def _straight(self, most: int) -> None:
        self._insns += [MOV] * self._rng.randint(1, most)

    def _hole(self) -> int:
        self._insns.append(EXIT)
        return len(self._insns) - 1

    def _here(self, pc: int) -> int:
        return len(self._insns) - pc - 1

    def _sequence(self, blocks: int) -> None:
        while blocks > 0:
            part = self._rng.choice((self._check, self._check, self._either, self._loop, self._switch))
            blocks -= part(min(blocks, self._rng.randint(2, 12)))

    def _check(self, blocks: int) -> int:
        self._straight(4)
        self._to_exit.append(self._hole())
        return 1

    def _either(self, blocks: int) -> int:
        self._straight(3)
        at = self._hole()
        self._sequence((blocks - 1) // 2)
        self._straight(3)
        end = self._hole()
        self._insns[at] = branch(self._here(at))
        self._sequence((blocks - 1) // 2)
        self._straight(2)
        self._insns[end] = Goto(self._here(end))
        return max(blocks, 3)

    def _loop(self, blocks: int) -> int:
        head = len(self._insns)
        self._straight(2)
        self._sequence(blocks - 1)
        self._straight(2)
        self._insns.append(branch(head - len(self._insns) - 1))
        return max(blocks, 1)

    def _switch(self, blocks: int) -> int:
        cases = []
        for _ in range(max(blocks // 2, 2)):
            self._straight(2)
            cases.append(self._hole())
        ends = []
        for case in (None, *cases):
            if case is not None:
                self._insns[case] = branch(self._here(case))
            self._straight(3)
            ends.append(self._hole())
        for end in ends:
            self._insns[end] = Goto(self._here(end))
        return 2 * len(cases) + 1
