"""The observer of a walk that may take long: it keeps what the walk does, and can say how far it has come."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vm.cfg.graph import control_flow
from vm.program import Program
from vm.verifier.exploration import Recorder
from vm.verifier.state import State


@dataclass(frozen=True, slots=True)
class LoopSeen:
    """A loop the walk came to: where its turns begin, how many loops it is in with itself, its turns."""

    pc: int
    depth: int
    turns: int


class PacedRecorder(Recorder):
    """``processed`` instructions so far; ``beat`` is called before each."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.program = program
        self.processed = 0
        self.beat: Callable[[], None] = lambda: None
        self._depths: Mapping[int, int] | None = None

    def insn(self, index: int, pc: int, previous: int, state: State) -> None:
        """An instruction is about to be checked: all that came before it is whole, so it may rest here."""
        self.beat()
        self.processed = index
        super().insn(index, pc, previous, state)

    def loop(self) -> LoopSeen | None:
        """The innermost of the loops that were come to, of those the one with most turns."""
        if self._depths is None:
            self._depths = _heads(self.program)
        turns = self.turns(self._depths)
        if not turns:
            return None
        pc = max(turns, key=lambda head: (self._depths or {})[head] * 2**32 + turns[head])
        return LoopSeen(pc, self._depths[pc], turns[pc])


def _heads(program: Program) -> dict[int, int]:
    """For the slot where a loop begins: how many loops it is in, with its own."""
    flow = control_flow(program)
    return {flow.blocks[loop.header].first: loop.depth for loop in flow.loops}
