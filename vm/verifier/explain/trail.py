"""The path that failed, kept while the verifier walks: every instruction on it with the state before it."""

from typing import Final, NamedTuple

from vm.verifier.rejection import Rejected
from vm.verifier.state import State

MOST: Final = 5_000
"""States kept of one path; of a longer one the oldest are given up."""


class Moment(NamedTuple):
    """An instruction about to be checked: the nth processed, its slot, and what was known before it."""

    nth: int
    pc: int
    previous: int
    state: State | None


class Trail:
    """An observer that keeps the current path only: memory does not grow with the number of paths."""

    def __init__(self) -> None:
        self.path: list[Moment] = []
        self.rejection: Rejected | None = None
        self._saved: list[int] = []

    def insn(self, index: int, pc: int, previous: int, state: State) -> None:
        path = self.path
        path.append(Moment(index, pc, previous, state.copy()))
        if len(path) > MOST:
            old = path[-MOST - 1]
            if old.state is not None:
                path[-MOST - 1] = old._replace(state=None)

    def fork(self, index: int, pc: int, other_pc: int, state: State) -> None:
        self._saved.append(len(self.path))

    def resume(self, index: int, pc: int, previous: int, state: State) -> None:
        del self.path[self._saved.pop() :]

    def pruned(self, index: int, pc: int, by: int) -> None:
        """The path ended; the next event takes up another."""

    def exited(self, index: int, pc: int) -> None:
        """The path ended; the next event takes up another."""

    def barred(self, index: int, pc: int) -> None:
        """The path ended; the next event takes up another."""

    def rejected(self, index: int, pc: int, rejected: Rejected) -> None:
        self.rejection = rejected
