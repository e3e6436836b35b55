"""Kept states: where a path may end because an earlier one covers it (is_state_visited)."""

from typing import TYPE_CHECKING, Final

from vm.instruction import MayGoto
from vm.verifier import precision
from vm.verifier.checks.stack_objects import is_active
from vm.verifier.equal import Level, differing, out_of_range, same_callsites, states_equal
from vm.verifier.flow import asks_next, calls_callback
from vm.verifier.liveness import FORCED, JUMP
from vm.verifier.loops import Loops, check_progress, may_be_looping
from vm.verifier.register import NOT_INIT
from vm.verifier.state import EMPTY, SPILL, Slot, State

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

MAX_HISTORY: Final = 40
"""A path whose history of jumps is longer than this keeps a state at the next occasion."""


class Kept:
    """A state kept for pruning, and how often it helped."""

    __slots__ = ("hits", "index", "misses", "removed", "state")

    def __init__(self, state: State, index: int) -> None:
        self.state = state
        self.index = index
        """The number of the instruction, as processed, at which it was kept."""
        self.hits = self.misses = 0
        self.removed = False


class KeptStates:
    """The kept states by where they are, and Linux's counts of them."""

    __slots__ = (
        "_buckets", "_count", "_decisive", "_freed", "_jumps_before", "_loops", "_processed_before",
        "_removed", "_walk", "max_per_insn", "peak", "total",
    )  # fmt: skip

    def __init__(self, walk: "Walk") -> None:
        self._walk = walk
        self._loops = Loops(walk)
        self._buckets: dict[int, list[Kept]] = {}
        self._decisive = bytearray([10]) * len(walk.insns)
        """The live register in which states differed the last time, by slot: it is looked at first.

        To begin with the frame pointer, in which none do.
        """
        self._removed: dict[int, Kept] = {}
        """Those taken out of their bucket whose branches are not all done, by the id of their state."""
        self._count = self._freed = 0
        self._jumps_before = self._processed_before = 0
        self.total = self.peak = self.max_per_insn = 0

    def bucket(self, pc: int, state: State) -> list[Kept]:
        """The states that may be compared with; functions share buckets as in the kernel's hash table."""
        key = (pc ^ (state.frames[-1].callsite & 0xFFFFFFFF)) % len(self._walk.insns)
        found = self._buckets.get(key)
        if found is None:
            found = self._buckets[key] = []
        return found

    def covers(self, pc: int) -> bool:
        """Whether an earlier state covers the running one; if not, it is kept where Linux would."""
        walk = self._walk
        state = walk.state
        marks = walk.analysis.marks[pc]
        history = state.history
        must_keep = (
            walk.test_state_freq or marks & FORCED or (history is not None and history.size > MAX_HISTORY)
        )
        jumps = walk.jumps - self._jumps_before
        processed = walk.processed - self._processed_before
        keep = must_keep or (jumps >= 2 and processed >= 8)
        bucket = self.bucket(pc, state)
        count = 0
        if bucket:
            self._clean(bucket, pc, state)
            regs, decisive = state.frames[-1].regs, self._decisive[pc]
            for kept in tuple(bucket):
                count += 1
                old = kept.state
                if old.pc != pc:
                    continue
                if old.branches and not marks & FORCED:
                    if may_be_looping(old, state):  # asked here, for it is seldom so
                        check_progress(walk, pc, old, state)
                elif out_of_range(old.frames[-1].regs[decisive], regs[decisive]):
                    pass
                elif self._covered(kept, pc, state):
                    return True
                else:
                    self._decisive[pc] = decisive = differing(old, state, walk.analysis.live[pc], decisive)
                if old.branches and not must_keep and jumps < 20 and processed < 100:
                    keep = False
                if keep:
                    kept.misses += 1
                tries = 64 if marks & FORCED and old.branches else 3
                if kept.misses > kept.hits * tries + tries:
                    self._remove(bucket, kept)
        if count > self.max_per_insn:
            self.max_per_insn = count
        if keep:
            self._keep(pc, bucket, state)
        return False

    def _covered(self, kept: Kept, pc: int, state: State) -> bool:
        """Whether one state covers the running one, and what follows of it."""
        walk, old = self._walk, kept.state
        loop = False
        if old.branches:
            hit = self._around(pc, old, state)
            loop = hit and not calls_callback(walk.insns[pc])
        else:
            loop = self._loops.incomplete(old)
            hit = states_equal(walk, old, state, Level.RANGE_WITHIN if loop else Level.NOT_EXACT)
        if not hit:
            return False
        kept.hits += 1
        if walk.analysis.marks[pc] & JUMP:
            walk.remember(state)
        precision.propagate(walk, old, state)
        if loop:
            self._loops.add_backedge(old, state)
            self._peak()
        if walk.observer is not None:
            walk.observer.pruned(walk.processed, pc, kept.index)
        return True

    def _around(self, pc: int, old: State, state: State) -> bool:
        """Whether a state this path has come through, and not yet done, covers it; loops must get on.

        Only where states are always kept: anywhere else they must get on, and that is all.
        """
        walk = self._walk
        insn = walk.insns[pc]
        if calls_callback(insn):
            return states_equal(walk, old, state, Level.RANGE_WITHIN)
        if asks_next(insn, walk.program.prog_type):
            return states_equal(walk, old, state, Level.RANGE_WITHIN) and is_active(state)
        if (
            isinstance(insn, MayGoto)
            and old.may_goto != state.may_goto
            and states_equal(walk, old, state, Level.RANGE_WITHIN)
        ):
            return True
        if may_be_looping(old, state):
            check_progress(walk, pc, old, state)
        return False

    def _keep(self, pc: int, bucket: list[Kept], state: State) -> None:
        walk = self._walk
        self.total += 1
        self._count += 1
        self._peak()
        self._jumps_before, self._processed_before = walk.jumps, walk.processed
        forget_precision(state)
        # the copy is the one that stays as it is: the running state's lists go on being written
        new = state.copy()
        self._loops.enter(new)
        state.parent = new
        state.first = pc
        state.depth = new.depth + 1
        state.history = None
        bucket.insert(0, Kept(new, walk.processed))

    def _peak(self) -> None:
        now = self._count + self._freed + self._loops.backedge_count
        if now > self.peak:
            self.peak = now

    def _remove(self, bucket: list[Kept], kept: Kept) -> None:
        bucket.remove(kept)
        self._count -= 1
        if kept.state.branches:
            self._freed += 1
            self._removed[id(kept.state)] = kept

    def path_ended(self, state: State | None) -> None:
        """One branch less of every state the path came through (update_branch_counts)."""
        while state is not None:
            state.branches -= 1
            if state.branches:
                return
            self._loops.leave(state)
            if self._removed and self._removed.pop(id(state), None) is not None:
                self._freed -= 1
            state = state.parent

    def previous_entry(self, state: State, pc: int) -> State | None:
        """The unfinished state at ``pc`` that this path came through (find_prev_entry)."""
        for kept in self.bucket(pc, state):
            old = kept.state
            if old.pc == pc and old.branches and same_callsites(old, state) and old.depth < state.depth:
                return old
        return None

    def _clean(self, bucket: list[Kept], pc: int, state: State) -> None:
        """Finished states forget what nothing reads any more (clean_live_states)."""
        for kept in bucket:
            old = kept.state
            if (
                not (old.cleaned or old.branches)
                and old.pc == pc
                and same_callsites(old, state)
                and not self._loops.incomplete(old)
            ):
                old.cleaned = True
                self._clean_state(old)

    def _clean_state(self, old: State) -> None:
        walk = self._walk
        last = len(old.frames) - 1
        for number, frame in enumerate(old.frames):
            live = walk.analysis.live[old.pc if number == last else old.frames[number + 1].callsite]
            for n in range(10):
                if not live >> n & 1:
                    frame.regs[n] = NOT_INIT
            if frame.stack:
                alive = walk.stack_live.alive(old, number)
                for index in range(len(frame.stack)):
                    if not alive >> index & 1:
                        frame.stack[index] = EMPTY


def forget_precision(state: State) -> None:
    """A kept state starts out with nothing precise (mark_all_scalars_imprecise)."""
    for frame in state.frames:
        for n in range(10):
            if frame.regs[n].precise:
                frame.regs[n] = frame.regs[n].marked(False)
        for index, slot in enumerate(frame.stack):
            if slot.spilled.precise and slot.types[7] == SPILL:
                frame.stack[index] = Slot(slot.types, slot.spilled.marked(False))
