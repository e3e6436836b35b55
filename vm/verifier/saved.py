"""Branches saved to be walked later (push_stack)."""

from typing import TYPE_CHECKING

from vm.verifier.core_rules import CORE_RULES
from vm.verifier.register import Register
from vm.verifier.rejection import Rejected
from vm.verifier.state import State
from vm.verifier.walk import MAX_PENDING, Pending

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


def push(walk: "Walk", pc: int, previous: int, speculative: bool = False) -> State:
    """Saves a branch that goes on at ``pc``, as it is now; answers its state, still to be told apart.

    ``speculative``: only the processor's mistakes go there; it is so too where this path is.
    """
    state = walk.state.copy()
    state.speculative |= speculative
    walk.pending.append(Pending(state, pc, previous, walk.log.size))
    if len(walk.pending) > MAX_PENDING:
        raise Rejected(CORE_RULES["too-many-branches"], walk.pc, count=len(walk.pending))
    if state.parent is not None:
        state.parent.branches += 1
    if walk.observer is not None:
        walk.observer.fork(walk.processed, walk.pc, pc, state)
    return state


def fork_here(walk: "Walk", regno: int, reg: Register) -> None:
    """Saves a branch that does this instruction again with ``reg``."""
    other = push(walk, walk.pc, walk.pc)
    other.frame.regs[regno] = reg
