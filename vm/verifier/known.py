"""What all the states at one place say together: what the verifier knew there, whichever way it came.

``joined`` gives for each register a ``Known``: one ``Register`` per sort of thing it may be (a number, a
pointer to the packet, …), wide enough for every state, and whether it is unset in some.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vm.verifier import scalar as scalars
from vm.verifier import tnum
from vm.verifier.equal import within
from vm.verifier.exploration import FrameSeen
from vm.verifier.register import Kind, Register
from vm.verifier.scalar import Scalar
from vm.word import MASK64, signed


@dataclass(frozen=True, slots=True)
class Known:
    """``parts`` are the sorts of things the register may be; ``unset``: on some paths it is none."""

    parts: tuple[Register, ...]
    unset: bool = False


def joined(frames: Iterable[FrameSeen]) -> tuple[Known, ...]:
    """What r0 to r10 may be, over all these states of one function."""
    found = [_joined(column) for column in zip(*(frame.regs for frame in frames), strict=True)]
    return tuple(found)


def _joined(column: tuple[Register, ...]) -> Known:
    parts: dict[object, Register] = {}
    unset = False
    for reg in dict.fromkeys(column):
        if reg.kind is Kind.NOT_INIT:
            unset = True
            continue
        sort = (reg.kind, reg.map, reg.map_uid, reg.frame, reg.subprog, reg.btf)
        parts[sort] = join(parts[sort], reg) if sort in parts else reg
    return Known(tuple(parts.values()), unset)


def join(a: Register, b: Register) -> Register:
    """A register of the same sort that covers both; ids are dropped, as they belong to one path."""
    if a == b:
        return a
    if a.kind is Kind.SCALAR:
        return Register(Kind.SCALAR, join_scalars(a.value, b.value), precise=a.precise or b.precise)
    off, first, second = a.off, a.value, b.value
    if a.off != b.off:
        off, first, second = 0, _moved(a), _moved(b)
    return a._replace(
        value=join_scalars(first, second),
        off=off,
        flags=a.flags | b.flags,
        id=0,
        ref=0,
        range=min(a.range, b.range),
        size=min(a.size, b.size),
    )


def join_scalars(a: Scalar, b: Scalar) -> Scalar:
    """The least scalar that has every word of both."""
    if a is b:
        return a
    return scalars.raw(
        tnum.union(a.var_off, b.var_off),
        min(a.smin, b.smin),
        max(a.smax, b.smax),
        min(a.umin, b.umin),
        max(a.umax, b.umax),
        min(a.smin32, b.smin32),
        max(a.smax32, b.smax32),
        min(a.umin32, b.umin32),
        max(a.umax32, b.umax32),
    )


def _moved(reg: Register) -> Scalar:
    """The whole offset of a pointer; anything where it does not fit into a signed word."""
    value = reg.value
    if value.is_const:
        return scalars.const((signed(value.value) + reg.off) & MASK64)
    low, high = value.smin + reg.off, value.smax + reg.off
    if low < scalars.S64_MIN or high > scalars.S64_MAX:
        return scalars.UNKNOWN
    return scalars.with_bounds(scalars.UNKNOWN, smin=low, smax=high)


def holds(old: Register, new: Register) -> bool:
    """Whether everything ``new`` may be is also in ``old``, whether or not anything depends on it."""
    if old is new or old == new:
        return True
    if old.kind is not new.kind or (old.map, old.map_uid, old.frame) != (new.map, new.map_uid, new.frame):
        return False
    if new.flags & ~old.flags or old.off != new.off or old.size > new.size or old.range > new.range:
        return False
    return within(old.value, new.value)
