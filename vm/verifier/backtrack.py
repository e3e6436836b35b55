"""What is sought before an instruction, given what is sought behind it (backtrack_insn).

Masks per frame say which registers and stack slots are sought. Most instructions only hand a register's
search on to their operands: they are a ``Row`` of masks, worked out once for every slot of a program. Loads
and stores of the stack, which need the history, and calls and returns are handled one by one.
"""

from typing import TYPE_CHECKING, Final, NamedTuple

from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Exit,
    Goto,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import CallKind
from vm.uapi.helper_ids import HelperId
from vm.verifier.flow import ARGUMENTS, MOVES, calls_callback
from vm.verifier.walk import DST_STACK, SRC_STACK, STACK_ACCESS, Step

if TYPE_CHECKING:
    from vm.verifier.state import State
    from vm.verifier.walk import Walk

MAX_FRAMES: Final = 9
"""One more than there can be: a search may briefly think itself deeper."""


MAX_SEGMENTS: Final = 1 << 14
"""Straight pieces of code of which is remembered how they hand on a search."""


class GiveUp(Exception):  # noqa: N818
    """Back-tracking cannot go on: everything is taken to be precise."""


class Search:
    """What is sought: masks of registers and slots per frame, ``frame`` the one that runs."""

    __slots__ = ("frame", "regs", "slots")

    def __init__(self, frame: int) -> None:
        self.frame = frame
        self.regs = [0] * MAX_FRAMES
        self.slots = [0] * MAX_FRAMES

    def empty(self) -> bool:
        return not any(self.regs) and not any(self.slots)


class Row(NamedTuple):
    """If a register of ``touched`` is sought: those of ``kept`` still are, and those of ``added`` too.

    ``gives_up`` says that such a search fails; ``alone``, that the instruction is no matter of masks.
    """

    touched: int
    kept: int = 0
    added: int = 0
    gives_up: bool = False
    alone: bool = False


_NOTHING: Final = Row(0)
_ALONE: Final = Row(0, alone=True)


def row_of(insn: Instruction | None) -> Row:
    """How the instruction hands a search on where its history has nothing to say."""
    match insn:
        case Alu(op=op, dst=dst, src=src):
            read = 1 << src.n if isinstance(src, Reg) and src.n != 10 else 0
            return Row(1 << dst, ~(1 << dst) if op in MOVES else -1, read)
        case Load(dst=dst) | LoadAcquire(dst=dst) | LoadImm64(dst=dst):
            return Row(1 << dst, ~(1 << dst))
        case Jump(dst=dst, src=Reg(n=src)):
            both = 1 << dst | 1 << src
            return Row(both, -1, both)
        case Store(dst=dst) | StoreRelease(dst=dst) | Atomic(dst=dst):
            return Row(1 << dst, gives_up=True)
        case LoadPacket():
            return Row(1, gives_up=True)
        case Jump() | Goto() | MayGoto() | Neg() | Endian() | None:
            return _NOTHING
        case _:
            return _ALONE


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
    match insn:
        case Load(dst=dst) | LoadAcquire(dst=dst) if step.flags & STACK_ACCESS:
            if search.regs[search.frame] >> dst & 1:
                search.regs[search.frame] &= ~(1 << dst)
                search.slots[step.flags & 7] |= 1 << (step.flags >> 3 & 63)
        case Store(src=src) if step.flags & STACK_ACCESS:
            hand_on(search, row)
            _stored(search, src.n if isinstance(src, Reg) else -1, step.flags)
        case StoreRelease(src=src) | Atomic(src=src) if step.flags & STACK_ACCESS:
            hand_on(search, row)
            _stored(search, src, step.flags)
        case Jump(dst=dst, src=Reg(n=src)) if search.regs[search.frame] & row.touched:
            if not step.flags & SRC_STACK:
                search.regs[search.frame] |= 1 << src
            if not step.flags & DST_STACK:
                search.regs[search.frame] |= 1 << dst
            _spread(search, step)
        case _:
            hand_on(search, row)


def row_at(walk: "Walk", pc: int) -> Row:
    """The row of a slot, worked out the first time."""
    row = walk.rows[pc]
    if row is None:
        row = walk.rows[pc] = row_of(walk.insns[pc])
    return row


def _spread(search: Search, step: Step) -> None:
    """Scalars that gained range together are sought together."""
    if any((search.regs if is_reg else search.slots)[f] >> at & 1 for f, is_reg, at in step.linked):
        for f, is_reg, at in step.linked:
            (search.regs if is_reg else search.slots)[f] |= 1 << at


def _stored(search: Search, src: int, flags: int) -> None:
    frame, bit = flags & 7, 1 << (flags >> 3 & 63)
    if search.slots[frame] & bit:
        search.slots[frame] &= ~bit
        if src >= 0:
            search.regs[search.frame] |= 1 << src


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


def before(state: "State", pc: int, history: int) -> tuple[int, int] | None:
    """The instruction before, and how much of the history is left (get_prev_insn_idx)."""
    steps = state.history
    if pc == state.first and (not history or (history == 1 and steps[0].pc == pc)):
        return None
    if history and steps[history - 1].pc == pc:
        return steps[history - 1].previous, history - 1
    return pc - 1, history


def through_state(walk: "Walk", search: Search, state: "State", last: int, after: int, skip: bool) -> bool:
    """Goes back over one state's instructions, from ``last`` on; answers whether nothing is left to seek.

    ``skip`` leaves out ``last`` itself; ``after`` is the slot it was followed by, -1 if that is not known.
    """
    steps, at, history = state.history, last, len(state.history)
    if skip:
        found, after = before(state, at, history), at
        if found is None:
            return False
        at, history = found
    while True:
        # from ``at`` back to ``event``, control went straight, and the history has nothing to say but there
        step = steps[history - 1] if history else None
        event = state.first if step is None else step.pc
        mask = -1
        if step is None or not (step.flags or step.linked):
            mask = _straight(walk, at, event, search.regs[search.frame])
            if mask >= 0:
                search.regs[search.frame] = mask
        if mask < 0 and _one_by_one(walk, search, range(at, event - 1, -1), after, step):
            return True
        if mask == 0 and search.empty():
            return True
        if step is None or (history == 1 and event == state.first):
            return False
        at, after, history = step.previous, event, history - 1


def _straight(walk: "Walk", at: int, event: int, mask: int) -> int:
    """What of the registers is sought after going back from ``at`` to ``event``; -1 if masks cannot tell."""
    known = walk.segments
    key = at, event, mask
    found = known.get(key)
    if found is None:
        if len(known) >= MAX_SEGMENTS:
            known.clear()
        found = known[key] = _through_rows([row_at(walk, pc) for pc in range(at, event - 1, -1)], mask)
    return found


def _through_rows(rows: list[Row], mask: int) -> int:
    if not rows:
        return -1
    for touched, kept, added, gives_up, alone in rows:
        if alone or (mask & touched and gives_up):
            return -1
        if mask & touched:
            mask = mask & kept | added
    return mask


def _one_by_one(walk: "Walk", search: Search, slots: range, after: int, step: Step | None) -> bool:
    if not slots:
        raise GiveUp
    for pc in slots:
        back(walk, search, pc, after, step if step is not None and step.pc == pc else None)
        if search.empty():
            return True
        after = pc
    return False
