"""Everything a step can do to the state, as frozen values that hold both sides.

A change applied forwards takes ``before`` to ``after``, backwards the other way; nothing else ever
mutates the state of a run, so going back is exact from any point. The view's highlight is the same value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def record(cls: type[T]) -> type[T]:
    """A slotted dataclass that the type checker holds to be frozen.

    A step makes several of these, and a dataclass that is also frozen while running takes three times as long
    to make.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)


@record
class RegisterChanged:
    """Register ``n`` of the running frame went from one word to another."""

    n: int
    before: int
    after: int


@record
class PcChanged:
    """The next instruction became slot ``after``."""

    before: int
    after: int


@record
class MemoryChanged:
    """The bytes at guest address ``address``; both sides are equally long."""

    address: int
    before: bytes
    after: bytes


@record
class RegionChanged:
    """A region came to life or died (a stack frame, a ring-buffer record): ``alive`` is the new state."""

    region: int
    alive: bool


@record
class PacketMoved:
    """The packet's bounds in its buffer, as offsets (data_meta, data, data_end)."""

    before: tuple[int, int, int]
    after: tuple[int, int, int]


@record
class EntryChanged:
    """Key ``key`` of map ``map`` (place in the run's maps) came to mean slot ``after``; None: no entry."""

    map: int
    key: bytes
    before: int | None
    after: int | None


@record
class ListChanged:
    """Item ``index`` of a list in a map's bookkeeping (``free`` slots, ``used`` times, positions) went from
    one number to another; None: no such item."""

    map: int
    name: str
    index: int
    before: int | None
    after: int | None


@record
class FieldChanged:
    """A number the kernel keeps for the run (``skb.queue``, ``hash``, ``cookie``): name and both sides.

    ``before`` is None where the number was not kept until now.
    """

    name: str
    before: int | None
    after: int


@record
class Loop:
    """A helper's loop over a callback: the function at slot ``pc`` is called with the r1 to r5 of each of
    ``calls`` in turn (a sequence that never changes, but may compute its items); call number ``at`` runs.

    Where there are ``keys``, r2 points at a copy of that call's.
    """

    pc: int
    calls: Sequence[tuple[int, int, int, int, int]]
    at: int
    keys: Sequence[bytes] = ()


@record
class FrameEntered:
    """A call pushed a frame: the caller's pc to return to and its r6 to r9, and why (call or callback).

    ``program`` is the caller's, which a tail call in the callee does not change; ``loop`` where a callback
    stands.
    """

    return_pc: int
    saved: tuple[int, int, int, int]
    callback: bool
    program: int = 0
    loop: Loop | None = None


@record
class FrameLeft:
    """A frame was popped; the same facts, so that going back restores it."""

    return_pc: int
    saved: tuple[int, int, int, int]
    callback: bool
    program: int = 0
    loop: Loop | None = None


@record
class ProgramChanged:
    """A tail call replaced the running program (indices of the run's programs)."""

    before: int
    after: int


class OutputKind(StrEnum):
    """Where an output record goes."""

    TRACE_PIPE = "trace_pipe"
    RINGBUF = "ringbuf"
    PERF = "perf"
    CLONE = "clone"


@record
class Emitted:
    """Something left the program for user space: a trace_pipe line, a record, a cloned packet."""

    kind: OutputKind
    source: str
    data: bytes


@record
class Ended:
    """The run is over: ``how`` is exit, fault or budget, ``value`` r0 at exit."""

    how: str
    value: int
    message: str = ""


Change = (
    RegisterChanged
    | PcChanged
    | MemoryChanged
    | RegionChanged
    | PacketMoved
    | EntryChanged
    | ListChanged
    | FieldChanged
    | FrameEntered
    | FrameLeft
    | ProgramChanged
    | Emitted
    | Ended
)
