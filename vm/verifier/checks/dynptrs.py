"""Dynptrs on the stack: sixteen bytes that stand for memory whose size only the running kernel knows.

Two slots hold one: the deeper is the first. Both keep a register of kind DYNPTR: ``btf`` names the type,
``size`` is 1 in the first slot, ``id`` is the dynptr's, ``ref`` that of the record it holds, if any.
"""

from typing import TYPE_CHECKING, Final

from vm.verifier import scalar
from vm.verifier.checks import resources
from vm.verifier.checks.common import refuse
from vm.verifier.register import NOT_INIT, Kind, Register
from vm.verifier.register import scalar as scalar_register
from vm.verifier.rules import dynptrs as rules
from vm.verifier.state import DYNPTR, EMPTY, Frame, Slot
from vm.word import signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

SIZE: Final = 16
_FULL: Final = bytes([DYNPTR]) * 8
_UNKNOWN: Final = scalar_register(scalar.UNKNOWN)


def _place(walk: "Walk", regno: int) -> int | None:
    """The first slot of the dynptr r``regno`` points at; None where the stack is not that deep.

    -1: it cannot be there; why has been printed, and what follows of it is for the caller to say.
    """
    reg = walk.regs[regno]
    if not reg.value.is_const:
        walk.log.write("dynptr has to be at a constant offset\n")
        return -1
    off = reg.off + signed(reg.value.value)
    index = (-off - 1) // 8
    if off % 8 or index < 1:
        walk.log.write(f"cannot pass in dynptr at an offset={off}\n")
        return -1
    return index if index < len(_frame(walk, reg).stack) else None


def _frame(walk: "Walk", reg: Register) -> Frame:
    return walk.state.frames[reg.frame]


def create(walk: "Walk", regno: int, kind: str, parent: int = 0) -> None:
    """A new dynptr of type ``kind`` (ringbuf, skb …) where r``regno`` points, of a reference ``parent``."""
    from vm.verifier.checks import memory

    reg = walk.regs[regno]
    if reg.kind is not Kind.STACK or _place(walk, regno) == -1:
        refuse(walk, rules.NOT_UNINITIALISED, reg=regno)
    for at in (0, 8):
        memory.write(walk, regno, at, 8, None)
    index = _place(walk, regno)
    if index is None or index < 1:
        refuse(walk, rules.NOT_UNINITIALISED, reg=regno)
    frame = _frame(walk, reg)
    destroy(walk, frame, index)
    destroy(walk, frame, index - 1)
    number = walk.new_id()
    ref = parent or (resources.acquire(walk) if kind == "ringbuf" else 0)
    for at in (index, index - 1):
        held = Register(Kind.DYNPTR, scalar.ZERO, id=number, ref=ref, size=int(at == index), btf=kind)
        frame.stack[at] = Slot(_FULL, held)
        walk.scratch_slot(at)
    walk.stack_live.write(frame.frameno, 3 << (index - 1))


def _first(walk: "Walk", regno: int) -> Register | None:
    """What the first slot of an initialised dynptr keeps; None where there is none."""
    reg = walk.regs[regno]
    if reg.kind is Kind.DYNPTR:
        return reg
    index = _place(walk, regno)
    if index is None or index < 1:
        return None
    stack = _frame(walk, reg).stack
    whole = stack[index].types == _FULL and stack[index - 1].types == _FULL
    return stack[index].spilled if whole and stack[index].spilled.size else None


def use(walk: "Walk", regno: int, kind: str) -> Register:
    """r``regno`` points at an initialised dynptr, of type ``kind`` where one is asked; what it keeps."""
    found = _first(walk, regno)
    if found is None:
        refuse(walk, rules.NOT_INITIALISED, reg=regno, arg=regno - 1)
    if kind and found.btf != kind:
        refuse(walk, rules.WRONG_TYPE, reg=regno, arg=regno - 1, kind=kind)
    reg = walk.regs[regno]
    if reg.kind is Kind.STACK:
        index = _place(walk, regno)
        if index is not None:
            walk.stack_live.read(walk.state, reg.frame, walk.pc, 3 << (index - 1))
            walk.scratch_slot(index)
            walk.scratch_slot(index - 1)
    return found


def check_held(walk: "Walk", regno: int) -> None:
    """The dynptr that is to be released holds a record."""
    reg = walk.regs[regno]
    if reg.kind is not Kind.STACK:
        refuse(walk, rules.CONSTANT_RELEASED, reg=regno)
    index = _place(walk, regno)
    if index is None or index < 0 or not _frame(walk, reg).stack[index].spilled.ref:
        refuse(walk, rules.UNACQUIRED, reg=regno)


def release(walk: "Walk", regno: int) -> None:
    """Gives the record back: the dynptr and what was cut from it are gone."""
    reg = walk.regs[regno]
    index = _place(walk, regno)
    if index is None:
        refuse(walk, rules.UNACQUIRED, reg=regno)
    frame = _frame(walk, reg)
    ref = frame.stack[index].spilled.ref
    resources.release(walk, ref)
    for at, slot in enumerate(frame.stack):  # those that were cloned from it too
        if slot.types[7] == DYNPTR and slot.spilled.ref == ref and slot.spilled.size:
            _invalidate(walk, frame, at)


def _invalidate(walk: "Walk", frame: Frame, index: int) -> None:
    for at in (index, index - 1):
        frame.stack[at] = EMPTY
        walk.scratch_slot(at)
    walk.stack_live.write(frame.frameno, 3 << (index - 1))


def destroy(walk: "Walk", frame: Frame, index: int) -> None:
    """A slot of a dynptr is about to be overwritten: all of it goes, unless it holds a record."""
    slot = frame.stack[index]
    if slot.types[0] != DYNPTR:
        return
    if not slot.spilled.size:
        index += 1
    held = frame.stack[index].spilled
    if held.ref:
        refuse(walk, rules.OVERWRITTEN)
    _invalidate(walk, frame, index)
    gone = _UNKNOWN if walk.profile.allow_ptr_leaks else NOT_INIT
    for other in walk.state.frames:
        for regno, reg in enumerate(other.regs):
            if reg.kind is Kind.MEM and reg.dynptr == held.id:
                other.regs[regno] = gone
        for at, cell in enumerate(other.stack):
            if cell.spilled.kind is Kind.MEM and cell.spilled.dynptr == held.id:
                other.stack[at] = Slot(cell.types, gone)
