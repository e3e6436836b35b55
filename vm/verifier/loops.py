"""Visits of loops: as long as one goes on, states within it are not complete, and precision goes round it.

Linux 6.18's struct bpf_scc_visit (maybe_enter_scc, maybe_exit_scc, add_scc_backedge, propagate_backedges),
and the detection of loops that never end (states_maybe_looping).
"""

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from vm.verifier import precision
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.equal import Level, depths_differ, states_equal
from vm.verifier.register import Register
from vm.verifier.rejection import Rejected, unsupported

if TYPE_CHECKING:
    from vm.verifier.log import Log
    from vm.verifier.state import State
    from vm.verifier.walk import Walk

MAX_BACKEDGE_ROUNDS: Final = 64
Chain = tuple[int, ...]
"""The call sites a loop was come to by, and its number."""


_FRAME: Final = Register._fields.index("frame")
_BTF: Final = Register._fields.index("btf")
"""Fields of a register: between these two are frame, subprog, precise."""


class Visit:
    """One visit of a loop: the state it was entered with, and the states that came around."""

    __slots__ = ("backedges", "entry")

    def __init__(self) -> None:
        self.entry: State | None = None
        self.backedges: list[State] = []


class Loops:
    """The visits by chain; ``backedge_count`` is how many states came around in those under way."""

    __slots__ = ("_any", "_visits", "_walk", "backedge_count")

    def __init__(self, walk: "Walk") -> None:
        self._walk = walk
        self._visits: dict[Chain, Visit] = {}
        self._any = any(walk.analysis.scc)
        self.backedge_count = 0

    def enter(self, state: "State") -> None:
        """A state was kept: perhaps it is the first of a visit."""
        chain = self._chain(state) if self._any else None
        if chain is None:
            return
        visit = self._visits.get(chain)
        if visit is None:
            visit = self._visits[chain] = Visit()
        if visit.entry is None:
            visit.entry = state
            if self._walk.log.all:
                self._walk.log.write(f"SCC enter {_chain_text(chain)}\n")

    def leave(self, state: "State") -> None:
        """All branches of a state are done: so is the visit it entered."""
        chain = self._chain(state) if self._any else None
        visit = self._visits.get(chain) if chain is not None else None
        if chain is None or visit is None or visit.entry is not state:
            return
        if self._walk.log.all:
            self._walk.log.write(f"SCC exit {_chain_text(chain)}\n")
        visit.entry = None
        self.backedge_count -= len(visit.backedges)
        self._propagate(visit)

    def incomplete(self, state: "State") -> bool:
        """Whether more may still be found to be precise in a state whose branches are all done."""
        if not self._any:
            return False
        chain = self._chain(state)
        visit = self._visits.get(chain) if chain is not None else None
        return visit is not None and bool(visit.backedges)

    def add_backedge(self, old: "State", state: "State") -> None:
        """``state`` came around to ``old``, which is not complete."""
        edge = state.copy()
        edge.equal = old
        chain = self._chain(old)
        visit = self._visits.get(chain) if chain is not None else None
        if chain is None or visit is None:
            raise unsupported(self._walk.pc, "a loop that is none")
        if self._walk.log.all:
            self._walk.log.write(f"SCC backedge {_chain_text(chain)}\n")
        visit.backedges.insert(0, edge)
        self.backedge_count += 1

    def _propagate(self, visit: Visit) -> None:
        rounds, changed = 0, bool(visit.backedges)
        while changed:
            rounds += 1
            if rounds > MAX_BACKEDGE_ROUNDS:
                for edge in visit.backedges:
                    precision.all_precise(self._walk, edge)
                break
            changed = False
            for edge in visit.backedges:
                if edge.equal is not None:
                    changed |= precision.propagate(self._walk, edge.equal, edge)
        visit.backedges = []

    def _chain(self, state: "State") -> Chain | None:
        scc, frames = self._walk.analysis.scc, state.frames
        if len(frames) == 1:
            number = scc[state.pc]
            return (number,) if number else None
        sites: list[int] = []
        last = len(frames) - 1
        for i in range(last + 1):
            pc = state.pc if i == last else frames[i + 1].callsite
            if scc[pc]:
                return (*sites, scc[pc])
            sites.append(pc)
        return None


class _InfiniteLoop(Rejected):
    """Also prints both states."""

    def __init__(self, walk: "Walk", pc: int, old: "State", new: "State") -> None:
        super().__init__(CORE_RULES["infinite-loop"], pc)
        self.old, self.new = old, new

    def explain(self, log: "Log") -> None:
        """Both states."""
        log.write("cur state:")
        log.state(self.new, self.new.frames[-1])
        log.write("old state:")
        log.state(self.old, self.old.frames[-1])


def check_progress(walk: "Walk", pc: int, old: "State", new: "State") -> None:
    """A path that comes to the very state it was in before never ends; ask ``may_be_looping`` first."""
    if (
        old.may_goto == new.may_goto
        and old.callback_unroll == new.callback_unroll
        and len(old.frames) == len(new.frames)
        and not depths_differ(old, new)
        and states_equal(walk, old, new, Level.EXACT)
    ):
        raise _InfiniteLoop(walk, pc, old, new)


def may_be_looping(old: "State", new: "State") -> bool:
    """Whether the registers are the same, but for what the kernel does not compare here."""
    theirs = new.frames[-1].regs
    for n, a in enumerate(old.frames[-1].regs):
        b = theirs[n]
        if a is not b and (a.value is not b.value or not _alike(a, b)):
            return False
    return True


def _alike(a: Register, b: Register) -> bool:
    """Whether they differ at most in whose frame they mean, and whether they are precise."""
    return a[:_FRAME] == b[:_FRAME] and a.subprog == b.subprog and a[_BTF:] == b[_BTF:]


def _chain_text(chain: Chain) -> str:
    calls = list(takewhile(bool, chain[:-1]))  # a call at 0 ends the list, as an unused place does
    return f"({','.join(map(str, (*calls, chain[-1])))})"
