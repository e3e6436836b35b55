"""When an earlier, safe state covers the present one (states_equal)."""

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from vm.verifier import scalar as scalars
from vm.verifier import tnum
from vm.verifier.bits import numbers
from vm.verifier.calls import IdMap, same_registers
from vm.verifier.register import ADD_CONST, Kind, Register, scalar
from vm.verifier.scalar import Scalar
from vm.verifier.state import ACTIVE, DYNPTR, INVALID, IRQ_FLAG, ITER, MISC, SPILL, ZEROED, Frame, Slot, State

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


class Level(Enum):
    """How equal: covered as far as precision asks, covered whatever the precision, with equal numbers,
    the same."""

    NOT_EXACT = auto()
    EXACT = auto()
    RANGE_WITHIN = auto()
    SAME_NUMBERS = auto()


UNKNOWN: Final = scalar(scalars.UNKNOWN)
_IN_RANGE: Final = frozenset({Kind.MAP_KEY, Kind.MAP_VALUE, Kind.MEM, Kind.BUF, Kind.TP_BUFFER})


def states_equal(walk: "Walk", old: State, new: State, level: Level) -> bool:
    """Whether what holds for ``old`` holds for ``new``."""
    frames, others, live = old.frames, new.frames, walk.analysis.live
    last = len(frames) - 1
    if len(others) != last + 1 or (old.speculative and not new.speculative):
        return False
    if walk.guards is not None and walk.guards.same_numbers and level is not Level.EXACT:
        level = Level.SAME_NUMBERS
    ids = IdMap(walk.ids)
    if (old.refs or new.refs or old.locks != new.locks) and not _same_resources(old, new, ids):
        return False
    if old.preempt_locks != new.preempt_locks or old.rcu != new.rcu:
        return False
    for i, a in enumerate(frames):
        b = others[i]
        if a.callsite != b.callsite or a.callback_depth > b.callback_depth:
            return False
        pc = old.pc if i == last else frames[i + 1].callsite
        if not _registers_equal(a.regs, b.regs, live[pc], ids, level):
            return False
        if a.stack and not _stack_equal(walk, a, b, ids, level):
            return False
    return True


def same_callsites(a: State, b: State) -> bool:
    """Whether both came through the same calls."""
    if len(a.frames) != len(b.frames):
        return False
    return len(a.frames) == 1 or all(
        x.callsite == y.callsite for x, y in zip(a.frames, b.frames, strict=True)
    )


def _same_resources(old: State, new: State, ids: IdMap) -> bool:
    if len(old.refs) != len(new.refs) or old.locks != new.locks:
        return False
    return not old.refs or all(
        ids.same(a.id, b.id) and a.kind == b.kind and a.lock == b.lock
        for a, b in zip(old.refs, new.refs, strict=True)
    )


def _registers_equal(old: list[Register], new: list[Register], live: int, ids: IdMap, level: Level) -> bool:
    loose = level is Level.NOT_EXACT
    for n in numbers(live & 0x7FF):
        a, b = old[n], new[n]
        if a is b:
            if not (a.id or a.ref):
                continue
        elif loose and a.kind is Kind.SCALAR and b.kind is Kind.SCALAR and not a.precise:
            if a.flags == b.flags:
                continue  # the most common answer of ``covers``
        elif a.kind is not b.kind and a.kind is not Kind.NOT_INIT:
            return False
        if not covers(a, b, ids, level):
            return False
    return True


def covers(old: Register, new: Register, ids: IdMap, level: Level) -> bool:
    """Whether a register safe as ``old`` is safe as ``new`` (regsafe)."""
    if level is Level.EXACT:
        return same_registers(old, new, ids)
    kind = old.kind
    if kind is Kind.NOT_INIT:
        return True
    if kind is not new.kind or old.flags != new.flags:
        return False
    if kind is Kind.SCALAR:
        if level is Level.SAME_NUMBERS:
            return old.value is new.value and old.off == new.off and ids.same_scalar(old.id, new.id)
        if not old.precise and level is Level.NOT_EXACT:
            return True
        if not old.id:  # bound to no other: what the new one is bound to only narrows it
            return within(old.value, new.value)
        if (old.id ^ new.id) & ADD_CONST or (old.id & ADD_CONST and old.off != new.off):
            return False
        return within(old.value, new.value) and ids.same_scalar(old.id, new.id)
    if kind in _IN_RANGE:
        same = old.off == new.off and old.map == new.map and old.size == new.size
        same = same and old.map_uid == new.map_uid and old.dynptr == new.dynptr
        return (
            same and within(old.value, new.value) and ids.same(old.id, new.id) and ids.same(old.ref, new.ref)
        )
    if kind in (Kind.PACKET, Kind.PACKET_META):
        if old.range > new.range or (old.range < 0 and old.range != new.range):
            return False
        return old.off == new.off and ids.same(old.id, new.id) and within(old.value, new.value)
    if kind is Kind.STACK:
        return same_registers(old, new, ids) and old.frame == new.frame
    if kind is Kind.ARENA:
        return True
    return same_registers(old, new, ids)


def out_of_range(old: Register, new: Register) -> bool:
    """Whether a live register alone tells that states are not equal: a precise number, and another."""
    return old is not new and old.precise and new.kind is Kind.SCALAR and not within(old.value, new.value)


def differing(old: State, new: State, live: int, otherwise: int) -> int:
    """The first live register of the running frame of which that can be said."""
    theirs, ours = old.frames[-1].regs, new.frames[-1].regs
    for n in numbers(live & 0x3FF):
        if out_of_range(theirs[n], ours[n]):
            return n
    return otherwise


def within(old: Scalar, new: Scalar) -> bool:
    """Whether all of ``new`` lies in ``old`` (range_within, tnum_in)."""
    return old is new or (
        old.umin <= new.umin
        and old.umax >= new.umax
        and old.smin <= new.smin
        and old.smax >= new.smax
        and old.umin32 <= new.umin32
        and old.umax32 >= new.umax32
        and old.smin32 <= new.smin32
        and old.smax32 >= new.smax32
        and tnum.includes(old.var_off, new.var_off)
    )


def _stack_equal(walk: "Walk", old: Frame, new: Frame, ids: IdMap, level: Level) -> bool:
    uninit = walk.profile.allow_uninit_stack
    count = len(new.stack)
    for index, a in enumerate(old.stack):
        if index < count:
            b = new.stack[index]
            if a is b and not a.spilled.id and not a.spilled.ref:
                continue
            if not _slots_equal(a, b, ids, level, uninit):
                return False
        elif level is Level.EXACT or any(
            kind != INVALID and not (uninit and kind == MISC) for kind in a.types
        ):
            return False
    return True


def _slots_equal(old: Slot, new: Slot, ids: IdMap, level: Level, uninit: bool) -> bool:
    if level is Level.EXACT and old.types != new.types:
        return False
    for i in range(8):
        kind = old.types[i]
        if kind == INVALID or (uninit and kind == MISC):
            continue
        a, b = _as_scalar(old, uninit), _as_scalar(new, uninit)
        if a is not None and b is not None:
            return covers(a, b, ids, level)
        if kind == MISC and new.types[i] == ZEROED:
            continue
        if kind != new.types[i]:
            return False
        if i == 7 and kind == SPILL and not covers(old.spilled, new.spilled, ids, level):
            return False
        if i == 7 and kind in (ITER, IRQ_FLAG) and not _same_object(old.spilled, new.spilled, ids):
            return False
        if i == 7 and kind == DYNPTR and not _same_dynptr(old.spilled, new.spilled, ids):
            return False
    return True


def _same_dynptr(old: Register, new: Register, ids: IdMap) -> bool:
    return old.btf == new.btf and old.size == new.size and ids.same(old.ref, new.ref)


def _same_object(old: Register, new: Register, ids: IdMap) -> bool:
    """Iterators in the same state, however many items they gave; flags of interrupts."""
    return old.btf == new.btf and old.size == new.size and ids.same(old.ref, new.ref)


def depths_differ(old: State, new: State) -> bool:
    """Whether an active iterator has given another number of items (iter_active_depths_differ)."""
    for a, b in zip(old.frames, new.frames, strict=True):
        for before, now in zip(a.stack, b.stack, strict=False):
            counts = before.types[0] == ITER and now.spilled.size == ACTIVE
            if counts and before.spilled.dynptr != now.spilled.dynptr:
                return True
    return False


def _as_scalar(slot: Slot, uninit: bool) -> Register | None:
    if slot.types[0] == SPILL and slot.spilled.kind is Kind.SCALAR:
        return slot.spilled
    if all(kind == MISC or (kind == INVALID and uninit) for kind in slot.types):
        return UNKNOWN
    return None
