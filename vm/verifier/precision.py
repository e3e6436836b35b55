"""Which scalars matter: back-tracking from where one is used for safety to where it came from.

Where the search comes to the beginning of a state, what is still sought is marked precise in its parent
(mark_chain_precision); ``vm.verifier.backtrack`` knows the way through the instructions.
"""

from typing import TYPE_CHECKING

from vm.verifier.backtrack import back, before, through_state
from vm.verifier.bits import numbers, regs_text, slots_text
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.register import Kind
from vm.verifier.rejection import Rejected
from vm.verifier.search import GiveUp, Search
from vm.verifier.state import SPILL, Slot, State

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


def mark_chain(walk: "Walk", start: State, regno: int) -> bool:
    """Marks the scalar in ``regno`` of the running frame; answers whether any mark is new."""
    if start.frames[-1].regs[regno].kind is not Kind.SCALAR:
        return False
    search = Search(len(start.frames) - 1)
    search.regs[search.frame] = 1 << regno
    return run(walk, start, search)


def mark_slot(walk: "Walk", start: State, frame: int, index: int) -> None:
    """Marks the scalar spilled to a stack slot."""
    search = Search(len(start.frames) - 1)
    search.slots[frame] = 1 << index
    run(walk, start, search)


def propagate(walk: "Walk", old: State, new: State) -> bool:
    """What is precise in an equal earlier state is so on the way to this one (propagate_precision)."""
    search = Search(len(new.frames) - 1)
    for number in range(len(old.frames) - 1, -1, -1):
        frame = old.frames[number]
        regs = slots = 0
        for n, reg in enumerate(frame.regs):
            if reg.precise and reg.kind is Kind.SCALAR:
                regs |= 1 << n
        for index, slot in enumerate(frame.stack):
            if slot.spilled.precise and slot.types[7] == SPILL and slot.spilled.kind is Kind.SCALAR:
                slots |= 1 << index
        search.regs[number], search.slots[number] = regs, slots
        if walk.log.all and (regs or slots):
            names = [f"r{n}" for n in numbers(regs)] + [f"fp{-8 * (index + 1)}" for index in numbers(slots)]
            walk.log.write(f"frame {number}: propagating {','.join(names)}\n")
    return run(walk, new, search)


def run(walk: "Walk", start: State, search: Search) -> bool:
    """Goes back from ``start``; answers whether any mark is new."""
    if search.empty():
        return False
    try:
        return _run(walk, start, search)
    except GiveUp:
        all_precise(walk, start)
        return True


def _run(walk: "Walk", start: State, search: Search) -> bool:
    changed, skip = False, True
    state, last, after = start, start.pc, -1
    go = _told if walk.log.all else through_state
    while True:
        if walk.log.all:
            walk.log.write(
                f"mark_precise: frame{search.frame}: last_idx {last} first_idx {state.first} "
                f"subseq_idx {after} \n"
            )
        if last < 0:
            raise GiveUp
        if go(walk, search, state, last, after, skip):
            return changed
        skip, after, last = False, state.first, state.last
        if state.parent is None:
            raise GiveUp
        state = state.parent
        last = state.last
        changed |= _mark(walk, state, search)
        if search.empty():
            return changed


def _told(walk: "Walk", search: Search, state: State, last: int, after: int, skip: bool) -> bool:
    """``through_state``, with every instruction in the log."""
    at, step = last, state.history
    while True:
        if not skip and walk.insns[at] is not None:
            f = search.frame
            walk.log.write(
                f"mark_precise: frame{f}: regs={regs_text(search.regs[f])} "
                f"stack={slots_text(search.slots[f])} before {at}: {walk.log.insn_text(at)}\n"
            )
            back(walk, search, at, after, step if step is not None and step.pc == at else None)
            if search.empty():
                return True
        skip, after = False, at
        found = before(state, at, step)
        if found is None:
            return False
        at, step = found


def _mark(walk: "Walk", state: State, search: Search) -> bool:
    """Marks what is sought in a state; what was so before, or is no scalar, is sought no more."""
    changed = False
    for number in range(search.frame, -1, -1):
        frame = state.frames[number]
        for n in numbers(search.regs[number]):
            reg = frame.regs[n]
            if reg.kind is not Kind.SCALAR or reg.precise:
                search.regs[number] &= ~(1 << n)
            else:
                frame.regs[n] = reg.marked(True)
                changed = True
        for index in numbers(search.slots[number]):
            slots = len(frame.stack)
            if index >= slots:
                raise Rejected(CORE_RULES["unallocated-slot"], walk.pc, slot=index, slots=slots)
            slot = frame.stack[index]
            if slot.types[7] != SPILL or slot.spilled.kind is not Kind.SCALAR or slot.spilled.precise:
                search.slots[number] &= ~(1 << index)
            else:
                frame.stack[index] = Slot(slot.types, slot.spilled.marked(True))
                changed = True
        if walk.log.all:
            walk.log.write(
                f"mark_precise: frame{number}: parent state regs={regs_text(search.regs[number])} "
                f"stack={slots_text(search.slots[number])}: "
            )
            walk.log.state(state, frame)
    return changed


def all_precise(walk: "Walk", start: State) -> None:
    """Every scalar of the parent states is precise (mark_all_scalars_precise)."""
    state: State | None = start.parent
    if walk.log.all:
        walk.log.write(
            f"mark_precise: frame{len(start.frames) - 1}: falling back to forcing all scalars precise\n"
        )
    while state is not None:
        for number, frame in enumerate(state.frames):
            for n in range(10):
                reg = frame.regs[n]
                if reg.kind is Kind.SCALAR and not reg.precise:
                    frame.regs[n] = reg.marked(True)
                    _forced(walk, number, f"r{n}")
            for index, slot in enumerate(frame.stack):
                spilled = slot.spilled
                if slot.types[7] == SPILL and spilled.kind is Kind.SCALAR and not spilled.precise:
                    frame.stack[index] = Slot(slot.types, spilled.marked(True))
                    _forced(walk, number, f"fp{-8 * (index + 1)}")
        state = state.parent


def _forced(walk: "Walk", frame: int, name: str) -> None:
    if walk.log.all:
        walk.log.write(f"force_precise: frame{frame}: forcing {name} to be precise\n")
