"""The stack: every access lies within the frame, and helpers are given what is set."""

from typing import TYPE_CHECKING, Final

from vm.verifier import scalar, tnum
from vm.verifier.checks.bounds import MAX_VAR_OFF
from vm.verifier.checks.common import refuse
from vm.verifier.register import Kind, Register
from vm.verifier.register import scalar as scalar_register
from vm.verifier.rules import dynptrs as dynptr_rules
from vm.verifier.rules import stack as rules
from vm.verifier.state import DYNPTR, INVALID, MISC, SPILL, ZEROED, Slot
from vm.word import signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

MAX_STACK: Final = 512
_UNKNOWN: Final = scalar_register(scalar.UNKNOWN)


def check_bounds(walk: "Walk", regno: int, off: int, size: int, *, write: bool) -> None:
    """The access at ``off`` (fixed part included) is on the stack wherever it may be; grows the frame."""
    reg = walk.regs[regno]
    frame = walk.state.frames[reg.frame]
    direction = "write to" if write else "read from"
    value = reg.value
    if value.is_const:
        low = high = signed(value.value) + off
    else:
        if value.smax >= MAX_VAR_OFF or value.smin <= -MAX_VAR_OFF:
            refuse(walk, rules.STACK_UNBOUNDED, reg=regno, direction=" " + direction)
        low, high = value.smin + off, value.smax + off
    deepest = -MAX_STACK if write or walk.profile.allow_uninit_stack else -8 * len(frame.stack)
    outside = not deepest <= low <= -1
    if outside or high + size > 0 or size < 0:
        if value.is_const:
            rule = rules.STACK_OUTSIDE if outside else rules.STACK_STRADDLES
        else:
            rule = rules.STACK_VARIABLE if outside else rules.STACK_VARIABLE_STRADDLES
        refuse(
            walk, rule, reg=regno, direction=" " + direction, off=off, size=size,
            var_off=tnum.text(value.var_off),
        )  # fmt: skip
    frame.grow((-low + 7) // 8)


def check_range(
    walk: "Walk", regno: int, off: int, size: int, *, write: bool, zero_allowed: bool, raw: bool
) -> bool:
    """A helper may be given ``size`` bytes of stack at ``off``. With ``write`` it leaves unknown bytes there.

    ``raw`` arguments need not be set; the answer says whether this one was taken so, and the helper's bytes
    remain to be written.
    """
    if size == 0 and not zero_allowed:
        refuse(walk, rules.ZERO_SIZED)
    check_bounds(walk, regno, off, size, write=write)
    reg = walk.regs[regno]
    if reg.value.is_const:
        low = high = signed(reg.value.value) + off
    else:
        if not walk.profile.bypass_spec_v1:
            refuse(walk, rules.VARIABLE_UNPRIVILEGED, reg=regno, var_off=tnum.text(reg.value.var_off))
        low, high, raw = reg.value.smin + off, reg.value.smax + off, False
    if raw:
        _spare_dynptrs(walk, reg, low, high + size)
        return True
    for at in range(low, high + size):
        _check_byte(walk, regno, reg, low, at, size, write)
    return False


def _spare_dynptrs(walk: "Walk", reg: Register, low: int, end: int) -> None:
    """A helper must not write over a dynptr."""
    stack = walk.state.frames[reg.frame].stack
    for at in range(low, end):
        index, byte = divmod(-at - 1, 8)
        if index < len(stack) and stack[index].types[byte] == DYNPTR:
            refuse(walk, dynptr_rules.POTENTIAL_WRITE, off=at)


def _check_byte(walk: "Walk", regno: int, reg: Register, low: int, at: int, size: int, write: bool) -> None:
    frame = walk.state.frames[reg.frame]
    index, byte = divmod(-at - 1, 8)
    slot = frame.slot(index)
    kind = slot.types[byte]
    if kind == ZEROED or (kind == INVALID and walk.profile.allow_uninit_stack):
        if write:
            types = bytearray(slot.types)
            types[byte] = MISC
            frame.grow(index + 1)
            frame.stack[index] = slot._replace(types=bytes(types))
    elif slot.types[7] == SPILL and (slot.spilled.kind is Kind.SCALAR or walk.profile.allow_ptr_leaks):
        if write:
            scrubbed = bytes(INVALID if old == INVALID else MISC for old in slot.types)
            frame.stack[index] = Slot(scrubbed, _UNKNOWN)
    elif kind != MISC:
        _refuse_unset(walk, regno, reg, low, at, size)
    walk.stack_live.read(walk.state, frame.frameno, walk.pc, 1 << index)


def _refuse_unset(walk: "Walk", regno: int, reg: Register, low: int, at: int, size: int) -> None:
    if reg.value.is_const:
        refuse(walk, rules.STACK_ARGUMENT_UNSET, reg=regno, off=low, index=at - low, size=size)
    refuse(
        walk, rules.STACK_ARGUMENT_UNSET_VARIABLE, reg=regno, var_off=tnum.text(reg.value.var_off),
        index=at - low, size=size,
    )  # fmt: skip


def check_discard(walk: "Walk", regno: int, off: int, size: int) -> None:
    """A read that goes to no register (an atomic's) needs a place known beforehand."""
    reg = walk.regs[regno]
    if not reg.value.is_const:
        refuse(
            walk,
            rules.VARIABLE_DISCARDED,
            reg=regno,
            var_off=tnum.text(reg.value.var_off),
            off=off,
            size=size,
        )
