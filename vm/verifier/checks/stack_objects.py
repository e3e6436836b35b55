"""Iterators and interrupt flags on the stack: slots that kernel functions make, use and give back.

Each slot keeps a register of kind STACK: ``btf`` names the type of iterator, ``ref`` is the reference (of an
iterator only in its first slot, the deepest), ``size`` its state, ``dynptr`` how many items it has given, and
the flags RCU or UNTRUSTED say whether it needs RCU and has lost it.
"""

from typing import TYPE_CHECKING, Final

from vm.verifier import scalar
from vm.verifier.checks import resources
from vm.verifier.checks.common import refuse
from vm.verifier.options import SLEEPABLE
from vm.verifier.register import Flag, Kind, Register
from vm.verifier.rules import kfuncs as rules
from vm.verifier.state import ACTIVE, EMPTY, IRQ_FLAG, ITER, Frame, Ref, Slot, State
from vm.word import signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_ITER: Final = bytes([ITER]) * 8
_IRQ: Final = bytes([IRQ_FLAG]) * 8


def _place(walk: "Walk", regno: int, what: str, slots: int) -> int | None:
    """The first slot r``regno`` points at; None where the stack is not that deep, -1 where none can be."""
    reg = walk.regs[regno]
    if not reg.value.is_const:
        walk.log.write(f"{what} has to be at a constant offset\n")
        return -1
    off = reg.off + signed(reg.value.value)
    index = (-off - 1) // 8 if off < 0 else -((off + 1) // 8)  # as C divides
    if off % 8 or index + 1 < slots:
        walk.log.write(f"cannot pass in {what} at an offset={off}\n")
        return -1
    return index if index < len(_frame(walk, reg).stack) else None


def _frame(walk: "Walk", reg: Register) -> Frame:
    return walk.state.frames[reg.frame]


def _is_free(walk: "Walk", regno: int, what: str, slots: int, types: bytes) -> bool:
    index = _place(walk, regno, what, slots)
    if index == -1:
        return False
    if index is None:
        return True
    stack = _frame(walk, walk.regs[regno]).stack
    return not any(types[0] in stack[index - at].types for at in range(slots))


def _claim(walk: "Walk", regno: int, what: str, slots: int) -> int:
    """Writes over the place, and answers its first slot."""
    from vm.verifier.checks import memory

    for at in range(slots):
        memory.write(walk, regno, 8 * at, 8, None)
    return _place(walk, regno, what, slots) or 0


def _note(walk: "Walk", reg: Register, index: int, slots: int, *, write: bool) -> None:
    mask = ((1 << slots) - 1) << (index - slots + 1)
    if write:
        walk.stack_live.write(reg.frame, mask)
    else:
        walk.stack_live.read(walk.state, reg.frame, walk.pc, mask)
    for at in range(slots):
        walk.scratch_slot(index - at)


def new_iterator(walk: "Walk", regno: int, kind: str, slots: int, *, protected: bool) -> None:
    """A new iterator where r``regno`` points."""
    if not _is_free(walk, regno, "iter", slots, _ITER):
        refuse(walk, rules.ITER_USED, reg=regno, iter=kind, arg=regno - 1, size=8 * slots)
    index = _claim(walk, regno, "iter", slots)
    reg = walk.regs[regno]
    flags = 0
    if protected:
        covered = walk.state.rcu or walk.state.locks or not walk.options.load_flags & SLEEPABLE
        flags = int(Flag.RCU if covered else Flag.UNTRUSTED)
    ref = resources.acquire(walk)
    for at in range(slots):
        held = Register(
            Kind.STACK, scalar.ZERO, flags=flags, ref=0 if at else ref, btf=kind, size=ACTIVE, dynptr=0
        )
        _frame(walk, reg).stack[index - at] = Slot(_ITER, held)
    _note(walk, reg, index, slots, write=True)


def use_iterator(walk: "Walk", regno: int, kind: str, slots: int, helper: str) -> tuple[int, int]:
    """Frame and first slot of the iterator r``regno`` points at, which was made before."""
    reg = walk.regs[regno]
    index = _place(walk, regno, "iter", slots)
    if index is None or index < 0 or not _is_iterator(walk, reg, index, kind, slots, helper):
        refuse(walk, rules.ITER_UNSET, reg=regno, iter=kind, arg=regno - 1)
    _note(walk, reg, index, slots, write=False)
    return reg.frame, index


def _is_iterator(walk: "Walk", reg: Register, index: int, kind: str, slots: int, helper: str) -> bool:
    for at in range(slots):
        types, held = _frame(walk, reg).stack[index - at]
        if held.flags & Flag.UNTRUSTED and types == _ITER:
            refuse(walk, rules.ITER_NO_RCU, helper=helper)
        if types != _ITER or held.btf != kind or bool(held.ref) is bool(at):
            return False
    return True


def destroy_iterator(walk: "Walk", regno: int, index: int, slots: int) -> None:
    """The iterator is gone, and what it gave."""
    reg = walk.regs[regno]
    frame = _frame(walk, reg)
    resources.release(walk, frame.stack[index].spilled.ref)
    for at in range(slots):
        frame.stack[index - at] = EMPTY
    _note(walk, reg, index, slots, write=True)


def iterator_at(walk_frame: Frame, index: int) -> Register:
    """What the first slot of an iterator keeps."""
    return walk_frame.stack[index].spilled


def save_irq(walk: "Walk", regno: int) -> None:
    """Interrupts are switched off; how they were is kept where r``regno`` points."""
    if not _is_free(walk, regno, "irq_flag", 1, _IRQ):
        refuse(walk, rules.IRQ_USED, reg=regno, arg=regno - 1)
    index = _claim(walk, regno, "irq_flag", 1)
    reg = walk.regs[regno]
    ref = Ref(walk.new_id(), walk.pc, "irq")
    walk.state.refs = (*walk.state.refs, ref)
    held = Register(Kind.STACK, scalar.ZERO, ref=ref.id, btf="irq")
    _frame(walk, reg).stack[index] = Slot(_IRQ, held)
    _note(walk, reg, index, 1, write=True)


def restore_irq(walk: "Walk", regno: int) -> None:
    """Interrupts are as they were when the flag was kept, which must have been the last."""
    reg = walk.regs[regno]
    index = _place(walk, regno, "irq_flag", 1)
    frame = _frame(walk, reg)
    if index is None or index < 0 or frame.stack[index].types != _IRQ:
        refuse(walk, rules.IRQ_UNSET, reg=regno, arg=regno - 1)
    _note(walk, reg, index, 1, write=False)
    held, last = frame.stack[index].spilled.ref, last_irq(walk)
    if last is None or last.id != held:
        expected, alloc = (0, 0) if last is None else (last.id, last.pc)
        refuse(walk, rules.IRQ_ORDER, expected=expected, alloc=alloc)
    walk.state.refs = tuple(ref for ref in walk.state.refs if ref is not last)
    frame.stack[index] = EMPTY
    _note(walk, reg, index, 1, write=True)


def last_irq(walk: "Walk") -> Ref | None:
    """What was kept when interrupts were last switched off; None where they are on."""
    return next((ref for ref in reversed(walk.state.refs) if ref.kind == "irq"), None)


def is_active(state: State) -> bool:
    """Whether the iterator r1 points at has not come to its end."""
    reg = state.frame.regs[1]
    index = (-(reg.off + signed(reg.value.value)) - 1) // 8
    return state.frames[reg.frame].slot(index).spilled.size == ACTIVE
