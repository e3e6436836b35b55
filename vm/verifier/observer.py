"""What may look on while a program is walked: every instruction, every branch saved, how every path ended."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from vm.verifier.rejection import Rejected
    from vm.verifier.state import State


class Observer(Protocol):
    """Told of each event as it happens; ``index`` is that of the instruction, the nth processed, from 1.

    A ``state`` goes on being changed: whoever keeps one takes its ``copy()``.
    """

    def insn(self, index: int, pc: int, previous: int, state: "State") -> None:
        """The instruction at ``pc`` is come to from ``previous`` (-1 at the start) and about to be checked.

        Where the path ends here because an earlier state covers it, ``pruned`` follows with the same index.
        """

    def fork(self, index: int, pc: int, other_pc: int, state: "State") -> None:
        """While at ``pc``, a branch that goes on at ``other_pc`` was saved for later."""

    def resume(self, index: int, pc: int, previous: int, state: "State") -> None:
        """The branch saved last is taken up: its first instruction will be number ``index``."""

    def pruned(self, index: int, pc: int, by: int) -> None:
        """The path ended as safe; ``by`` is the index at which the state that covers it was kept."""

    def exited(self, index: int, pc: int) -> None:
        """The path ended at the program's exit."""

    def barred(self, index: int, pc: int) -> None:
        """A path that only a processor's wrong guess takes ended at a barrier, before or behind ``pc``."""

    def rejected(self, index: int, pc: int, rejected: "Rejected") -> None:
        """The walk ended."""
