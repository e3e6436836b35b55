"""Reads and writes of the stack: spills and fills of every width, zeroes, and everything else.

The bounds have been checked. A slot is 8 bytes; byte k counts from the top: types[7] is at fp-8(i+1).
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from vm.verifier import scalar as scalars
from vm.verifier.checks import dynptrs
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.history import STACK_ACCESS
from vm.verifier.register import NOT_INIT, Kind, Register, scalar
from vm.verifier.rejection import Rejected
from vm.verifier.state import DYNPTR, INVALID, MISC, SPILL, ZEROED, Frame, Slot
from vm.word import signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

UNKNOWN = scalar(scalars.UNKNOWN)
ZERO = scalar(scalars.ZERO)


def width(reg: Register) -> int:
    """Bits the scalar needs (get_reg_width)."""
    return reg.value.umax.bit_length()


def read_stack(walk: "Walk", reg: Register, off: int, size: int, into: bool = True) -> Register:
    """The value of ``size`` bytes at ``reg`` + ``off``; without ``into`` only whether it may be read."""
    frame = walk.state.frames[reg.frame]
    if not reg.value.is_const:
        low, high = reg.value.smin + reg.off + off, reg.value.smax + reg.off + off
        return _bytes_read(walk, frame, low, high + size)
    off += reg.off + signed(reg.value.value)
    index = (-off - 1) // 8
    frame.grow(index + 1)
    walk.scratch_slot(index)
    walk.stack_live.read(walk.state, frame.frameno, walk.pc, 1 << index)
    slot = frame.stack[index]
    if slot.types[7] == SPILL:
        value, kept = _fill(walk, frame, index, off, size, into)
    else:
        _readable(walk, slot, off, size)
        value, kept = _bytes_read(walk, frame, off, off + size), False
    if kept:
        walk.remember(walk.state, STACK_ACCESS | index << 3 | frame.frameno)
    return value


def _readable(walk: "Walk", slot: Slot, off: int, size: int, spills: bool = False) -> None:
    top = -off - 1
    for i in range(size):
        kind = slot.types[(top - i) % 8]
        if kind in (MISC, ZEROED) or (spills and kind == SPILL):
            continue
        if kind == INVALID and walk.profile.allow_uninit_stack:
            continue
        raise Rejected(CORE_RULES["unreadable-stack"], walk.pc, off=off, byte=i, size=size)


def _bytes_read(walk: "Walk", frame: Frame, low: int, high: int) -> Register:
    """What bytes from ``low`` to before ``high`` make: zero if all are (mark_reg_stack_read)."""
    for at in range(low, high):
        top = -at - 1
        walk.scratch_slot(top // 8)
        if frame.slot(top // 8).types[top % 8] != ZEROED:
            return UNKNOWN
    return ZERO


def _fill(walk: "Walk", frame: Frame, index: int, off: int, size: int, into: bool) -> tuple[Register, bool]:
    slot = frame.stack[index]
    spilled = slot.spilled
    spill_size = 8
    while spill_size and slot.types[8 - spill_size] != SPILL:
        spill_size -= 1
    if size != 8 or spill_size != 8:
        if spilled.kind is not Kind.SCALAR:
            raise Rejected(CORE_RULES["fill-size"], walk.pc)
        if not into:
            return UNKNOWN, False
        if size <= spill_size and off % 8 == 0:
            if width(spilled) > size * 8:
                return spilled._replace(id=0), True
            return spilled, True
        return _partial(walk, slot, off, size)
    if into:
        return spilled, True
    if not walk.profile.allow_ptr_leaks and spilled.kind is not Kind.SCALAR:
        raise Rejected(CORE_RULES["leaking-spill"], walk.pc, off=off)
    return spilled, True


def _partial(walk: "Walk", slot: Slot, off: int, size: int) -> tuple[Register, bool]:
    top = -off - 1
    kinds = [slot.types[(top - i) % 8] for i in range(size)]
    _readable(walk, slot, off, size, spills=True)
    if all(kind == SPILL for kind in kinds) and slot.spilled.value.is_const and not slot.spilled.value.value:
        return ZERO, True
    if all(kind == ZEROED for kind in kinds):
        return ZERO, False
    return UNKNOWN, False


def write_stack(
    walk: "Walk",
    reg: Register,
    off: int,
    size: int,
    value: Register | None,
    regno: int = -1,
    constant: bool = False,
) -> None:
    """Stores ``value`` (None: unknown bytes) at ``reg`` + ``off``.

    ``regno`` is the register it comes from, -1 for none; ``constant`` says that it is a ST instruction's.
    """
    frame = walk.state.frames[reg.frame]
    if not reg.value.is_const:
        _write_range(walk, frame, reg, off, size, value, regno)
        return
    off += reg.off + signed(reg.value.value)
    index = (-off - 1) // 8
    frame.grow(index + 1)
    if frame.stack[index].types[0] == DYNPTR:
        dynptrs.destroy(walk, frame, index)
    slot = frame.stack[index]
    if (
        not walk.profile.allow_ptr_leaks
        and slot.types[7] == SPILL
        and slot.spilled.kind is not Kind.SCALAR
        and size != 8
    ):
        raise Rejected(CORE_RULES["corrupt-spill"], walk.pc)
    if walk.guards is not None:
        walk.guards.stored(walk.pc, slot, size, value if regno >= 0 else None)
    walk.scratch_slot(index)
    if size == 8:
        walk.stack_live.write(frame.frameno, 1 << index)
    flags = STACK_ACCESS | index << 3 | frame.frameno
    if value is not None and value.kind is Kind.SCALAR and off % 8 == 0 and (regno >= 0 or constant):
        fits = width(value) <= size * 8
        if regno >= 0 and fits:
            value = walk.link(regno)
        _save(walk, frame, index, value if fits or regno < 0 else value._replace(id=0), size)
    elif value is not None and value.kind is not Kind.SCALAR and value.kind is not Kind.NOT_INIT:
        if size != 8:
            raise Rejected(CORE_RULES["spill-size"], walk.pc)
        if frame is not walk.frame and value.kind is Kind.STACK:
            raise Rejected(CORE_RULES["spill-to-caller"], walk.pc)
        _save(walk, frame, index, value, size)
    else:
        _overwrite(walk, frame, index, off, size, value, regno)
        flags = 0
    if flags:
        walk.remember(walk.state, flags)


def _save(walk: "Walk", frame: Frame, index: int, value: Register, size: int) -> None:
    old = frame.stack[index].types
    frame.stack[index] = Slot(_spilled(old, size), value)


@lru_cache(1 << 8)
def _spilled(types: bytes, size: int) -> bytes:
    """The bytes of a slot behind a spill; those beside a narrow one are no part of another any more."""
    head = bytes(kind if kind in (ZEROED, INVALID) else MISC for kind in types[: 8 - size])
    return head + bytes([SPILL]) * size


def _is_zero(value: Register | None) -> bool:
    return value is not None and value.kind is Kind.SCALAR and value.value.is_const and not value.value.value


def _overwrite(
    walk: "Walk", frame: Frame, index: int, off: int, size: int, value: Register | None, regno: int
) -> None:
    types = bytearray(frame.stack[index].types)
    if types[7] >= DYNAMIC or types[7] == SPILL:
        _scrub(types)
    kind = MISC
    if _is_zero(value):
        frame.stack[index] = Slot(bytes(types), NOT_INIT)
        if regno >= 0:
            walk.mark_precise(regno)
        kind = ZEROED
    top = -off - 1
    for i in range(size):
        types[(top - i) % 8] = kind
    frame.stack[index] = Slot(bytes(types), NOT_INIT)


def _scrub(types: bytearray) -> None:
    """What was spilled here is bytes like any others now."""
    for i in range(8):
        if types[i] != INVALID:
            types[i] = MISC


DYNAMIC = 4
"""The first slot type of dynptrs, iterators and flags."""


def _write_range(
    walk: "Walk", frame: Frame, reg: Register, off: int, size: int, value: Register | None, regno: int
) -> None:
    """A write somewhere in a range (check_stack_write_var_off)."""
    low, high = reg.value.smin + reg.off + off, reg.value.smax + reg.off + off + size
    frame.grow((-low - 1) // 8 + 1)
    zero, zero_used = _is_zero(value), False
    for index in dict.fromkeys((-at - 1) // 8 for at in range(low, high)):
        if frame.stack[index].types[0] == DYNPTR:
            dynptrs.destroy(walk, frame, index)
    for at in range(low, high):
        top = -at - 1
        index, byte = top // 8, top % 8
        walk.scratch_slot(index)
        slot = frame.stack[index]
        kind = slot.types[byte]
        if not walk.profile.allow_ptr_leaks and kind not in (MISC, ZEROED, INVALID):
            raise Rejected(CORE_RULES["spill-in-range"], walk.pc, off=at)
        if zero and kind == SPILL and slot.types[7] == SPILL and _is_zero(slot.spilled):
            zero_used = True
            continue
        new = MISC
        if zero and kind == ZEROED:
            new, zero_used = ZEROED, True
        if kind == INVALID and not walk.profile.allow_uninit_stack:
            raise Rejected(CORE_RULES["uninit-in-range"], walk.pc, off=at)
        types = bytearray(slot.types)
        if types[7] == SPILL or types[7] >= DYNAMIC:
            _scrub(types)
        types[byte] = new
        frame.stack[index] = Slot(bytes(types), NOT_INIT)
    if zero_used and regno >= 0:
        walk.mark_precise(regno)
