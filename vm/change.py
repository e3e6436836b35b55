"""Everything a step can do to the state, as frozen values that hold both sides.

A change applied forwards takes ``before`` to ``after``, backwards the other way; nothing else ever
mutates the state of a run, so going back is exact from any point. The view's highlight is the same value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class RegisterChanged:
    """Register ``n`` of the running frame went from one word to another."""

    n: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class PcChanged:
    """The next instruction became slot ``after``."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class MemoryChanged:
    """The bytes at guest address ``address``; both sides are equally long."""

    address: int
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class RegionChanged:
    """A region came to life or died (a stack frame, a ring-buffer record): ``alive`` is the new state."""

    region: int
    alive: bool


@dataclass(frozen=True, slots=True)
class PacketMoved:
    """The packet's bounds in its buffer, as offsets (data_meta, data, data_end)."""

    before: tuple[int, int, int]
    after: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class EntryChanged:
    """Key ``key`` of map ``map`` came to mean value slot ``after``; None is "no entry"."""

    map: int
    key: bytes
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class ListChanged:
    """One item of an ordered list inside a map (free slots, recency, queue): inserted or removed at ``index``."""

    map: int
    name: str
    index: int
    before: int | None
    after: int | None


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """A number the kernel keeps for the run (``skb.queue``, ``ringbuf.3.producer``, ``cookie``): name and both sides.

    ``before`` is None where the number was not kept until now.
    """

    name: str
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Loop:
    """A helper's loop over a callback: the function at slot ``pc`` is called with the r1 to r5 of each of ``calls``
    in turn (a sequence that never changes, but may compute its items); call number ``at`` is the running one."""

    pc: int
    calls: Sequence[tuple[int, int, int, int, int]]
    at: int


@dataclass(frozen=True, slots=True)
class FrameEntered:
    """A call pushed a frame: the caller's pc to return to and its r6 to r9, and why (call or callback).

    ``program`` is the caller's, which a tail call in the callee does not change; ``loop`` where a callback stands.
    """

    return_pc: int
    saved: tuple[int, int, int, int]
    callback: bool
    program: int = 0
    loop: Loop | None = None


@dataclass(frozen=True, slots=True)
class FrameLeft:
    """A frame was popped; the same facts, so that going back restores it."""

    return_pc: int
    saved: tuple[int, int, int, int]
    callback: bool
    program: int = 0
    loop: Loop | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Emitted:
    """Something left the program for user space: a trace_pipe line, a ring-buffer or perf record, a cloned packet."""

    kind: OutputKind
    source: str
    data: bytes


@dataclass(frozen=True, slots=True)
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
