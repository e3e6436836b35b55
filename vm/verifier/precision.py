"""Which scalars matter: back-tracking from where one is used for safety to where it came from.

Masks per frame say which registers and stack slots are sought; every instruction on the way back may hand
the search on to its operands (backtrack_insn). Where a parent state is reached, what is still sought is
marked precise there.
"""

from typing import TYPE_CHECKING

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
from vm.isa import AluOp, CallKind
from vm.uapi.helper_ids import HelperId
from vm.verifier.flow import calls_callback
from vm.verifier.register import Kind
from vm.verifier.state import SPILL, Slot, State
from vm.verifier.walk import DST_STACK, SRC_STACK, STACK_ACCESS, Step

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_ARGS = 0x3E
_MOVES = frozenset({AluOp.MOV, AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32})


class GiveUp(Exception):  # noqa: N818
    """Back-tracking cannot go on: everything is taken to be precise."""


class Search:
    """What is sought: masks of registers and slots per frame, the innermost frame last."""

    __slots__ = ("frame", "regs", "slots")

    def __init__(self, frame: int) -> None:
        self.frame = frame
        self.regs = [0] * 9
        self.slots = [0] * 9

    def empty(self) -> bool:
        return not any(self.regs) and not any(self.slots)


def mark_chain(walk: "Walk", start: State, regno: int) -> bool:
    """Marks the scalar in ``regno`` of the running frame; answers whether any mark is new."""
    search = Search(len(start.frames) - 1)
    if start.frames[-1].regs[regno].kind is not Kind.SCALAR:
        return False
    search.regs[search.frame] = 1 << regno
    return run(walk, start, search)


def mark_slot(walk: "Walk", start: State, frame: int, index: int) -> None:
    """Marks the scalar spilled to a stack slot."""
    search = Search(len(start.frames) - 1)
    search.slots[frame] = 1 << index
    run(walk, start, search)


def run(walk: "Walk", start: State, search: Search) -> bool:
    """Goes back from ``start``; answers whether any mark is new."""
    try:
        return _run(walk, start, search)
    except GiveUp:
        all_precise(walk, start)
        return True


def _run(walk: "Walk", start: State, search: Search) -> bool:
    changed = False
    if search.empty():
        return False
    state, last, first, after = start, start.pc, start.first, -1
    skip = True
    while True:
        history = len(state.history)
        if walk.log.all:
            walk.log.write(
                f"mark_precise: frame{search.frame}: last_idx {last} first_idx {first} subseq_idx {after} \n"
            )
        if last < 0:
            raise GiveUp
        at = last
        while True:
            if skip:
                skip = False
            else:
                step = state.history[history - 1] if history else None
                _back(walk, search, at, after, step if step is not None and step.pc == at else None)
            if search.empty():
                return changed
            after = at
            found = _before(state, at, history)
            if found is None:
                break
            at, history = found
        parent = state.parent
        if parent is None:
            break
        state = parent
        changed |= _mark(walk, state, search)
        if search.empty():
            return changed
        after, last, first = first, state.last, state.first
    if not search.empty():
        raise GiveUp
    return changed


def _before(state: State, pc: int, history: int) -> tuple[int, int] | None:
    """The instruction before, and how much of the history is left (get_prev_insn_idx)."""
    if pc == state.first:
        if not history:
            return None
        if history == 1 and state.history[0].pc == pc:
            return None
    if history and state.history[history - 1].pc == pc:
        return state.history[history - 1].previous, history - 1
    return pc - 1, history


def _mark(walk: "Walk", state: State, search: Search) -> bool:
    changed = False
    for number in range(search.frame, -1, -1):
        frame = state.frames[number]
        for n in range(11):
            if not search.regs[number] >> n & 1:
                continue
            reg = frame.regs[n]
            if reg.kind is not Kind.SCALAR or reg.precise:
                search.regs[number] &= ~(1 << n)
            else:
                frame.regs[n] = reg._replace(precise=True)
                changed = True
        for index in range(64):
            if not search.slots[number] >> index & 1:
                continue
            slot = frame.slot(index)
            if slot.types[7] != SPILL or slot.spilled.kind is not Kind.SCALAR or slot.spilled.precise:
                search.slots[number] &= ~(1 << index)
            else:
                frame.stack[index] = Slot(slot.types, slot.spilled._replace(precise=True))
                changed = True
        if walk.log.all:
            walk.log.write(
                f"mark_precise: frame{number}: parent state regs={_regs_text(search.regs[number])} "
                f"stack={_slots_text(search.slots[number])}: "
            )
            walk.log.state(state, frame)
    return changed


def _regs_text(mask: int) -> str:
    return ",".join(f"r{n}" for n in range(32) if mask >> n & 1)


def _slots_text(mask: int) -> str:
    return ",".join(str(-8 * (i + 1)) for i in range(64) if mask >> i & 1)


def all_precise(walk: "Walk", start: State) -> None:
    """Every scalar of the parent states, and of this one, is precise (mark_all_scalars_precise)."""
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
                    frame.regs[n] = reg._replace(precise=True)
                    if walk.log.all:
                        walk.log.write(f"force_precise: frame{number}: forcing r{n} to be precise\n")
            for index, slot in enumerate(frame.stack):
                spilled = slot.spilled
                if slot.types[7] == SPILL and spilled.kind is Kind.SCALAR and not spilled.precise:
                    frame.stack[index] = Slot(slot.types, spilled._replace(precise=True))
                    if walk.log.all:
                        walk.log.write(
                            f"force_precise: frame{number}: forcing fp{-8 * (index + 1)} to be precise\n"
                        )
        state = state.parent


def _linked(search: Search, step: Step | None) -> None:
    if step is None or not step.linked:
        return
    masks = ((search.regs if is_reg else search.slots)[f] >> at & 1 for f, is_reg, at in step.linked)
    if any(masks):
        for f, is_reg, at in step.linked:
            (search.regs if is_reg else search.slots)[f] |= 1 << at


def _back(walk: "Walk", search: Search, pc: int, after: int, step: Step | None) -> None:
    insn = walk.insns[pc]
    if insn is None:  # the second slot of ld_imm64
        return
    if walk.log.all:
        f = search.frame
        walk.log.write(
            f"mark_precise: frame{f}: regs={_regs_text(search.regs[f])} stack={_slots_text(search.slots[f])} "
            f"before {pc}: {walk.log.insn_text(pc)}\n"
        )
    _linked(search, step)
    if _through(walk, search, insn, pc, after, step):
        _linked(search, step)


def _through(
    walk: "Walk", search: Search, insn: Instruction | None, pc: int, after: int, step: Step | None
) -> bool:
    """Hands the search on to the operands; False where nothing was found (the kernel's early return)."""
    f = search.frame
    regs = search.regs
    match insn:
        case Neg() | Endian():
            return False
        case Alu(op=op, dst=dst, src=src):
            if not regs[f] >> dst & 1:
                return False
            if op in _MOVES:
                regs[f] &= ~(1 << dst)
            if isinstance(src, Reg) and src.n != 10:
                regs[f] |= 1 << src.n
            return True
        case Load(dst=dst) | LoadAcquire(dst=dst):
            if not regs[f] >> dst & 1:
                return False
            regs[f] &= ~(1 << dst)
            if step is None or not step.flags & STACK_ACCESS:
                return False
            search.slots[step.flags & 7] |= 1 << (step.flags >> 3 & 63)
            return True
        case Atomic(dst=dst, src=src):
            return _stored(search, dst, Reg(src), step)
        case Store(dst=dst, src=src):
            return _stored(search, dst, src, step)
        case StoreRelease(dst=dst, src=src):
            return _stored(search, dst, Reg(src), step)
        case Call():
            return _call(walk, search, insn, pc, after)
        case Exit():
            return _exit(walk, search, after)
        case Jump(dst=dst, src=src):
            if isinstance(src, Reg):
                if not (regs[f] >> dst | regs[f] >> src.n) & 1:
                    return False
                flags = step.flags if step is not None else 0
                if not flags & SRC_STACK:
                    regs[f] |= 1 << src.n
                if not flags & DST_STACK:
                    regs[f] |= 1 << dst
            return True
        case LoadImm64(dst=dst):
            regs[f] &= ~(1 << dst)
            return True
        case LoadPacket():
            if not regs[f] & 1:
                return False
            raise GiveUp
        case Goto() | MayGoto():
            return True
        case _:
            raise GiveUp


def _stored(search: Search, dst: int, src: object, step: Step | None) -> bool:
    if search.regs[search.frame] >> dst & 1:
        raise GiveUp
    if step is None or not step.flags & STACK_ACCESS:
        return False
    frame, bit = step.flags & 7, 1 << (step.flags >> 3 & 63)
    if not search.slots[frame] & bit:
        return False
    search.slots[frame] &= ~bit
    if isinstance(src, Reg):
        search.regs[search.frame] |= 1 << src.n
    return True


def _call(walk: "Walk", search: Search, insn: Call, pc: int, after: int) -> bool:
    f, regs = search.frame, search.regs
    if insn.kind is CallKind.LOCAL:
        if regs[f] & ~_ARGS or search.slots[f] or not f:
            raise GiveUp
        regs[f - 1] |= regs[f]
        regs[f] = 0
        search.frame -= 1
        return False
    if calls_callback(insn) and pc != after - 1:
        if regs[f] & ~_ARGS or search.slots[f] or not f:
            raise GiveUp
        regs[f] = 0
        search.frame -= 1
        return False
    regs[f] &= ~1
    if regs[f] & _ARGS:
        raise GiveUp
    if insn.imm == HelperId.TAIL_CALL and after - pc != 1:
        search.frame += 1
    return True


def _exit(walk: "Walk", search: Search, after: int) -> bool:
    f, regs = search.frame, search.regs
    if after >= 0 and calls_callback(walk.insns[after]):
        regs[f] &= ~_ARGS
    if regs[f] & _ARGS:
        raise GiveUp
    caller = walk.insns[after - 1] if after >= 1 else None
    wanted = isinstance(caller, Call) and caller.kind is CallKind.LOCAL and regs[f] & 1
    regs[f] &= ~1
    search.frame += 1
    if wanted:
        regs[search.frame] |= 1
    return False


def propagate(walk: "Walk", old: State, new: State) -> bool:
    """What is precise in an equal earlier state is so on the way to this one (propagate_precision)."""
    search = Search(len(new.frames) - 1)
    for number in range(len(old.frames) - 1, -1, -1):
        frame = old.frames[number]
        names = []
        for n in range(10):
            reg = frame.regs[n]
            if reg.kind is Kind.SCALAR and reg.precise:
                search.regs[number] |= 1 << n
                names.append(f"r{n}")
        for index, slot in enumerate(frame.stack):
            if slot.types[7] == SPILL and slot.spilled.kind is Kind.SCALAR and slot.spilled.precise:
                search.slots[number] |= 1 << index
                names.append(f"fp{-8 * (index + 1)}")
        if names and walk.log.all:
            walk.log.write(f"frame {number}: propagating {','.join(names)}\n")
    return run(walk, new, search)
