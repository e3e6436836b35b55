"""The walk as data: every step, the state before it, where paths forked and how they ended.

``Recorder`` is an observer of ``verify``; ``Recorder.exploration()`` gives what it saw as an ``Exploration``.
It is bounded: of a long walk the first steps are kept whole, and the last, which lead to a refusal; all are
counted. Steps and paths are numbered from 1, in the order the walk takes them; the steps of a path follow
one another.
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from vm.verifier.register import Register
from vm.verifier.state import Frame, Slot, State

if TYPE_CHECKING:
    from vm.verifier.rejection import Rejected

Item = TypeVar("Item")
HEAD: Final = 20_000
"""Steps kept from the start of the walk."""
TAIL: Final = 2_000
"""Steps kept from its end."""


class End(StrEnum):
    """How a path ended. ``BARRED``: only a wrong guess goes on there. ``OPEN``: the walk stopped before."""

    EXIT = "exit"
    BARRED = "barred"
    PRUNED = "pruned"
    REJECTED = "rejected"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class FrameSeen:
    """One function's registers r0 to r10 and touched stack slots; slot i covers fp-8(i+1) to fp-8i-1."""

    regs: tuple[Register, ...]
    stack: tuple[Slot, ...]
    callsite: int
    frameno: int
    subprog: int


@dataclass(frozen=True, slots=True)
class Step:
    """An instruction about to be checked: ``frames`` is the state before it, the last frame runs.

    ``previous`` is the slot the path came from, -1 at the start; ``refs`` are the resources held, ``kept``
    how many states the walk has kept so far.
    """

    index: int
    pc: int
    previous: int
    path: int
    frames: tuple[FrameSeen, ...]
    refs: tuple[int, ...] = ()
    kept: int = 0
    pruned: bool = False

    @property
    def frame(self) -> FrameSeen:
        """The frame that runs."""
        return self.frames[-1]

    @property
    def stack(self) -> int:
        """Bytes of stack in use, over all frames."""
        return sum(8 * len(frame.stack) for frame in self.frames)


@dataclass(frozen=True, slots=True)
class Path:
    """A way through the program, from where it forked off ``parent`` (0: none) at step ``forked``.

    ``by`` is the step whose state covers the one this path ended with, for a pruned path.
    """

    id: int
    parent: int
    forked: int
    pc: int
    first: int
    last: int
    end: End = End.OPEN
    by: int | None = None
    speculative: bool = False


@dataclass(frozen=True, slots=True)
class Fork:
    """A branch saved for later at step ``step`` of path ``path``; ``child`` is the path that took it up."""

    step: int
    pc: int
    other: int
    path: int
    child: int | None = None


@dataclass(frozen=True, slots=True)
class Visits:
    """How often a slot was walked, and how often a path was cut there."""

    walked: int = 0
    cut: int = 0


@dataclass(frozen=True, slots=True)
class Exploration:
    """What a walk did.

    ``steps`` are those kept, in order; ``processed`` counts all. ``edges`` counts the ways taken between
    slots, cut ones apart. ``peak_depth`` counts frames, ``peak_stack`` bytes.
    """

    steps: tuple[Step, ...]
    paths: tuple[Path, ...]
    forks: tuple[Fork, ...]
    processed: int
    path_count: int
    waiting: int
    """Branches saved and never taken up."""
    visits: Mapping[int, Visits]
    edges: Mapping[tuple[int, int], Visits]
    peak_depth: int
    peak_stack: int

    @property
    def whole(self) -> bool:
        """Whether every step was kept."""
        return len(self.steps) == self.processed


@dataclass(slots=True)
class _Kept(Generic[Item]):
    """The first and the last of many."""

    head: list[Item] = field(default_factory=list)
    tail: deque[Item] = field(default_factory=lambda: deque(maxlen=TAIL))

    def add(self, item: Item) -> None:
        if len(self.head) < HEAD:
            self.head.append(item)
        else:
            self.tail.append(item)

    def all(self) -> tuple[Item, ...]:
        return (*self.head, *self.tail)


class Recorder:
    """Observes a walk. Its callbacks are called by ``vm.verifier.explore``."""

    def __init__(self) -> None:
        self._steps: _Kept[Step] = _Kept()
        self._paths: _Kept[Path] = _Kept()
        self._forks: _Kept[Fork] = _Kept()
        self._waiting: list[Fork] = []
        self._edges: dict[tuple[int, int], int] = {}
        self._cuts: dict[tuple[int, int], int] = {}
        self._path: Path | None = None
        self._path_count = self._processed = self._kept = 0
        self._depth = self._stack = 0
        self._parent: State | None = None
        self._last: Step | None = None

    # -- what the walk tells ---------------------------------------------------------------------------------

    def insn(self, index: int, pc: int, previous: int, state: State) -> None:
        """An instruction is about to be checked."""
        path = self._path
        if path is None:
            path = self._path = self._begin(pc, None, speculative=state.speculative)
        elif state.parent is not self._parent:
            self._kept += 1
        if not path.first:
            path = self._path = replace(path, first=index)
        self._parent = state.parent
        self._flush()
        self._processed = index
        frames = self._frames(state)
        refs = tuple(ref.id for ref in state.refs if ref.id)
        self._last = Step(index, pc, previous, path.id, frames, refs, self._kept)
        self._depth = max(self._depth, len(frames))
        self._stack = max(self._stack, self._last.stack)
        edge = (previous, pc)
        self._edges[edge] = self._edges.get(edge, 0) + 1

    def fork(self, index: int, pc: int, other_pc: int, state: State) -> None:
        """A branch was saved for later."""
        del state
        self._waiting.append(Fork(index, pc, other_pc, self._path.id if self._path is not None else 0))

    def resume(self, index: int, pc: int, previous: int, state: State) -> None:
        """A saved branch is taken up."""
        del index, previous
        fork = self._waiting.pop() if self._waiting else None
        self._path = self._begin(pc, fork, speculative=state.speculative)
        self._parent = state.parent
        if fork is not None:
            self._forks.add(replace(fork, child=self._path.id))

    def pruned(self, index: int, pc: int, by: int) -> None:
        """The path ended as safe: the state kept at step ``by`` covers it."""
        if self._last is not None and self._last.index == index:
            self._last = replace(self._last, pruned=True)
            edge = (self._last.previous, pc)
            self._cuts[edge] = self._cuts.get(edge, 0) + 1
        self._finish(index, End.PRUNED, by)

    def exited(self, index: int, pc: int) -> None:
        """The path ended at exit."""
        del pc
        self._finish(index, End.EXIT)

    def barred(self, index: int, pc: int) -> None:
        """The path, a processor's wrong guess, ended at a barrier."""
        del pc
        self._finish(index, End.BARRED)

    def rejected(self, index: int, pc: int, rejected: "Rejected") -> None:
        """The walk ended with a refusal, in the middle of a path or behind the last."""
        del pc, rejected
        if self._path is not None:
            self._finish(index, End.REJECTED)

    # -- what is told ----------------------------------------------------------------------------------------

    def exploration(self) -> Exploration:
        """Everything seen so far."""
        self._flush()
        paths = self._paths.all()
        if self._path is not None:
            paths = (*paths, replace(self._path, last=self._processed))
        edges = {
            edge: Visits(count - self._cuts.get(edge, 0), self._cuts.get(edge, 0))
            for edge, count in self._edges.items()
        }
        return Exploration(
            steps=self._steps.all(),
            paths=paths,
            forks=tuple(sorted((*self._forks.all(), *self._waiting), key=lambda fork: fork.step)),
            processed=self._processed,
            path_count=self._path_count,
            waiting=len(self._waiting),
            visits=_visits(edges),
            edges=edges,
            peak_depth=self._depth,
            peak_stack=self._stack,
        )

    def turns(self, heads: Collection[int]) -> dict[int, int]:
        """How often the walk came to each of these slots from behind or from itself, where it did."""
        found: dict[int, int] = {}
        for (previous, pc), count in self._edges.items():
            if pc in heads and previous >= pc:
                found[pc] = found.get(pc, 0) + count
        return found

    # -- keeping ---------------------------------------------------------------------------------------------

    def _begin(self, pc: int, fork: Fork | None, *, speculative: bool) -> Path:
        self._path_count += 1
        parent, forked = (fork.path, fork.step) if fork is not None else (0, 0)
        return Path(self._path_count, parent, forked, pc, 0, 0, speculative=speculative)

    def _finish(self, index: int, end: End, by: int | None = None) -> None:
        if self._path is not None:
            self._paths.add(replace(self._path, last=index, end=end, by=by))
        self._path = None

    def _flush(self) -> None:
        """Keeps the step that was under way: nothing more is learnt of it."""
        if self._last is not None:
            self._steps.add(self._last)
            self._last = None

    def _frames(self, state: State) -> tuple[FrameSeen, ...]:
        steps = self._steps
        before = steps.tail[-1] if steps.tail else steps.head[-1] if steps.head else None
        old = before.frames if before is not None else ()
        return tuple(
            _seen(frame, old[number] if number < len(old) else None)
            for number, frame in enumerate(state.frames)
        )


def _visits(edges: Mapping[tuple[int, int], Visits]) -> dict[int, Visits]:
    """The same by the slot that was come to."""
    found: dict[int, Visits] = {}
    for (_, pc), seen in edges.items():
        old = found.get(pc, Visits())
        found[pc] = Visits(old.walked + seen.walked, old.cut + seen.cut)
    return found


def _seen(frame: Frame, old: FrameSeen | None) -> FrameSeen:
    """The frame as it is now; parts that are as in ``old`` are shared with it."""
    regs, stack = tuple(frame.regs), tuple(frame.stack)
    if old is not None:
        if regs == old.regs:
            regs = old.regs
        if stack == old.stack:
            stack = old.stack
        same = (frame.callsite, frame.frameno, frame.subprog) == (old.callsite, old.frameno, old.subprog)
        if same and regs is old.regs and stack is old.stack:
            return old
    return FrameSeen(regs, stack, frame.callsite, frame.frameno, frame.subprog)
