"""What is sought before an instruction, given what is sought behind it (backtrack_insn).

Loads and stores of the stack need the history, calls and returns are handled one by one; everything else is
a matter of masks (``vm.verifier.search``), and so are straight pieces of code.
"""

from typing import TYPE_CHECKING, Final

from vm.instruction import Atomic, Call, Exit, Instruction, Jump, Load, LoadAcquire, Reg, Store, StoreRelease
from vm.isa import CallKind
from vm.uapi.helper_ids import HelperId
from vm.verifier.flow import ARGUMENTS, calls_callback
from vm.verifier.history import DST_STACK, SRC_STACK, STACK_ACCESS, Step
from vm.verifier.search import GiveUp, Row, Search, row_at

if TYPE_CHECKING:
    from vm.verifier.state import State
    from vm.verifier.walk import Walk

MAX_SEGMENTS: Final = 1 << 14
"""Straight pieces of code of which is remembered how they hand on a search."""
MAX_PASSAGES: Final = 1 << 12
"""Ways back through the instructions of a state of which it is remembered what they do to a search."""
Masks = tuple[int, int]
"""Registers and slots of the running frame."""
Passage = tuple[Step | int | None, ...]
"""History, first and last slot of a state, the slot behind, whether the last is left out; and the search."""
Passed = tuple[bool, int, list[int], list[int]]
"""Whether nothing is left to seek, the frame, registers and slots by frame; None where the search fails."""
_UNKNOWN: Final[Masks] = (-1, -1)
_NEVER: Final[Passed] = (False, -1, [], [])


def hand_on(search: Search, row: Row) -> None:
    """An instruction of masks."""
    mask = search.regs[search.frame]
    if mask & row.touched:
        if row.gives_up:
            raise GiveUp
        search.regs[search.frame] = mask & row.kept | row.added


def back(walk: "Walk", search: Search, pc: int, after: int, step: Step | None) -> None:
    """Any instruction; ``after`` is the slot it was followed by, ``step`` its entry in the history."""
    insn, row = walk.insns[pc], row_at(walk, pc)
    if row.alone:
        _control(walk, search, insn, pc, after)
        return
    if step is None or not (step.flags or step.linked):
        hand_on(search, row)
        return
    _spread(search, step)
    f = search.frame
    if step.flags & STACK_ACCESS:
        owner, bit = step.flags & 7, 1 << (step.flags >> 3 & 63)
        search.regs[f], sought = _stack_access(insn, search.regs[f], bool(search.slots[owner] & bit))
        search.slots[owner] = search.slots[owner] | bit if sought else search.slots[owner] & ~bit
    elif isinstance(insn, Jump) and isinstance(insn.src, Reg) and search.regs[f] & row.touched:
        if not step.flags & SRC_STACK:
            search.regs[f] |= 1 << insn.src.n
        if not step.flags & DST_STACK:
            search.regs[f] |= 1 << insn.dst
        _spread(search, step)
    else:
        hand_on(search, row)


def _stack_access(insn: Instruction | None, regs: int, sought: bool) -> tuple[int, bool]:
    """Registers sought before a load or store of the stack, and whether the slot is, given those behind."""
    match insn:
        case Load(dst=dst) | LoadAcquire(dst=dst):
            return (regs & ~(1 << dst), True) if regs >> dst & 1 else (regs, sought)
        case Store(dst=dst, src=src):
            source = 1 << src.n if isinstance(src, Reg) else 0
        case StoreRelease(dst=dst, src=from_register) | Atomic(dst=dst, src=from_register):
            source = 1 << from_register
        case _:
            raise GiveUp
    if regs >> dst & 1:
        raise GiveUp
    return (regs | source, False) if sought else (regs, False)


def _spread(search: Search, step: Step) -> None:
    """Scalars that gained range together are sought together."""
    if any((search.regs if is_reg else search.slots)[f] >> at & 1 for f, is_reg, at in step.linked):
        for f, is_reg, at in step.linked:
            (search.regs if is_reg else search.slots)[f] |= 1 << at


def _control(walk: "Walk", search: Search, insn: Instruction | None, pc: int, after: int) -> None:
    if isinstance(insn, Call):
        _call(search, insn, pc, after)
    elif isinstance(insn, Exit):
        _exit(walk, search, after)
    else:
        raise GiveUp


def _call(search: Search, insn: Call, pc: int, after: int) -> None:
    f, regs = search.frame, search.regs
    local = insn.kind is CallKind.LOCAL
    if local or (calls_callback(insn) and pc != after - 1):
        if regs[f] & ~ARGUMENTS or search.slots[f] or not f:
            raise GiveUp
        if local:
            regs[f - 1] |= regs[f]
        regs[f] = 0
        search.frame -= 1
        return
    regs[f] &= ~1
    if regs[f] & ARGUMENTS:
        raise GiveUp
    if insn.imm == HelperId.TAIL_CALL and after - pc != 1:
        search.frame += 1


def _exit(walk: "Walk", search: Search, after: int) -> None:
    f, regs = search.frame, search.regs
    if after >= 0 and calls_callback(walk.insns[after]):
        regs[f] &= ~ARGUMENTS
    if regs[f] & ARGUMENTS:
        raise GiveUp
    caller = walk.insns[after - 1] if after >= 1 else None
    wanted = isinstance(caller, Call) and caller.kind is CallKind.LOCAL and regs[f] & 1
    regs[f] &= ~1
    search.frame += 1
    if wanted:
        regs[search.frame] |= 1


def before(state: "State", pc: int, step: Step | None) -> tuple[int, Step | None] | None:
    """The instruction before, and what is left of the history (get_prev_insn_idx)."""
    if step is None or step.pc != pc:
        return None if step is None and pc == state.first else (pc - 1, step)
    return None if step.before is None and pc == state.first else (step.previous, step.before)


def through_state(walk: "Walk", search: Search, state: "State", last: int, after: int, skip: bool) -> bool:
    """Goes back over one state's instructions, from ``last`` on; answers whether nothing is left to seek.

    ``skip`` leaves out ``last`` itself; ``after`` is the slot it was followed by, -1 if that is not known.
    """
    known = walk.passages
    key = (state.history, state.first, last, after, skip, search.frame, *search.regs, *search.slots)
    found = known.get(key, _NEVER)
    if found is _NEVER:
        if len(known) >= MAX_PASSAGES:
            known.clear()
        known[key] = None
        done = _through_state(walk, search, state, last, after, skip)
        known[key] = (done, search.frame, search.regs[:], search.slots[:])
        return done
    if found is None:
        raise GiveUp
    done, search.frame, regs, slots = found
    search.regs[:], search.slots[:] = regs, slots
    return done


def _through_state(walk: "Walk", search: Search, state: "State", last: int, after: int, skip: bool) -> bool:
    at, step = last, state.history
    if skip:
        found, after = before(state, at, step), at
        if found is None:
            return False
        at, step = found
    while True:
        # from ``at`` back to ``event``, control went straight, and the history has nothing to say but there
        event = state.first if step is None else step.pc
        if at > event and row_at(walk, at).alone:
            back(walk, search, at, after, None)
            if search.empty():
                return True
            at, after = at - 1, at
        elif not _straight(walk, search, at, event, step) and _one_by_one(
            walk, search, range(at, event - 1, -1), after, step
        ):
            return True
        else:
            if search.empty():
                return True
            if step is None or (step.before is None and event == state.first):
                return False
            at, after, step = step.previous, event, step.before


def _straight(walk: "Walk", search: Search, at: int, event: int, step: Step | None) -> bool:
    """Goes back from ``at`` to ``event`` at once; False if masks of the running frame are not enough."""
    frame = search.frame
    flags = step.flags if step is not None else 0
    if (flags and flags & 7 != frame) or (step is not None and step.linked):
        return False
    known, key = walk.segments, (at, event, flags, search.regs[frame], search.slots[frame])
    found = known.get(key, _UNKNOWN)
    if found is _UNKNOWN:
        if len(known) >= MAX_SEGMENTS:
            known.clear()
        found = known[key] = _segment(walk, *key)
    if found is None:
        return False
    search.regs[frame], search.slots[frame] = found
    return True


def _segment(walk: "Walk", at: int, event: int, flags: int, regs: int, slots: int) -> Masks | None:
    if at < event:
        return None
    for pc in range(at, event - 1, -1):
        touched, kept, added, gives_up, alone = row_at(walk, pc)
        if alone:
            return None
        if pc == event and flags:
            break
        if regs & touched:
            if gives_up:
                return None
            regs = regs & kept | added
    if not flags:
        return regs, slots
    if not flags & STACK_ACCESS or walk.insns[event] is None:
        return None
    bit = 1 << (flags >> 3 & 63)
    try:
        regs, sought = _stack_access(walk.insns[event], regs, bool(slots & bit))
    except GiveUp:
        return None
    return regs, slots | bit if sought else slots & ~bit


def _one_by_one(walk: "Walk", search: Search, slots: range, after: int, step: Step | None) -> bool:
    """The same slot by slot; answers whether nothing is left to seek."""
    if not slots:
        raise GiveUp
    for pc in slots:
        back(walk, search, pc, after, step if step is not None and step.pc == pc else None)
        if search.empty():
            return True
        after = pc
    return False
