"""Looking for the nearest state of a trace that something is true of, in either direction of time."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence

from vm.change import Change, EntryChanged, MemoryChanged, RegisterChanged
from vm.machine.condition import Condition, Look
from vm.machine.trace import WINDOW, Trace
from vm.machine.watch import Watch, WatchRegister, changed


class Search:
    """Looks at the states beyond ``start``, nearest first, up to where the run ends or ``bound`` says."""

    def __init__(self, trace: Trace, start: int, forward: bool) -> None:
        self.trace = trace
        self.start = start
        self.forward = forward
        self._bound = len(trace) if forward else 0

    def bound(self, number: int) -> None:
        """Looks only at states nearer than ``number`` from now on."""
        self._bound = number - 1 if self.forward else number + 1

    def states(self) -> range:
        """The states to look at, nearest first."""
        if self.forward:
            return range(self.start + 1, self._bound + 1)
        return range(self.start - 1, self._bound - 1, -1)

    def before(self, points: Collection[int]) -> int | None:
        """The nearest state about to execute one of ``points``."""
        path, last = self.trace.path, len(self.trace)
        return next((k for k in self.states() if k < last and path[k] in points), None) if points else None

    def behind(self, points: Collection[int]) -> int | None:
        """The nearest state that has just executed one of ``points``."""
        path = self.trace.path
        return next((k for k in self.states() if k and path[k - 1] in points), None) if points else None

    def behind_steps(self, steps: Sequence[int]) -> int | None:
        """The nearest state just behind one of ``steps``, which ascend."""
        at = bisect_left(steps, self.start) if self.forward else bisect_right(steps, self.start - 2) - 1
        if not 0 <= at < len(steps):
            return None
        return steps[at] + 1 if steps[at] + 1 in self.states() else None

    def depth_at_most(self, depth: int) -> int | None:
        """The nearest state no deeper than ``depth`` calls."""
        return next((k for k in self.states() if self.trace.depth(k) <= depth), None) if depth >= 0 else None

    def where(self, conditions: Mapping[int, Condition]) -> int | None:
        """The nearest state about to execute a point whose condition holds there."""
        arrivals = {at: [k for k, passed in enumerate(self.trace.path) if passed == at] for at in conditions}
        for window in self._windows():
            candidates = sorted(
                k
                for states in arrivals.values()
                for k in states[bisect_left(states, window.start) : bisect_left(states, window.stop)]
            )
            holding = (k for k in candidates if self._holds(k, conditions, arrivals))
            if (found := self._nearest(holding)) is not None:
                return found
        return None

    def _holds(
        self, k: int, conditions: Mapping[int, Condition], arrivals: Mapping[int, Sequence[int]]
    ) -> bool:
        at = self.trace.path[k]
        hits = bisect_right(arrivals[at], k)
        return conditions[at].holds(Look(self.trace.seek(k).state, k, hits))

    def changing(self, watches: Sequence[Watch]) -> int | None:
        """The nearest state whose last step changed what one of ``watches`` watches."""
        for window in self._windows():
            first = max(window.start, 1)
            done = self.trace.seek(first - 1).run(window.stop - first)
            suspects = [k for k, changes in enumerate(done, first) if _might(watches, changes)]
            matching = (k for k in suspects if self._changed(k, watches))
            if (found := self._nearest(matching)) is not None:
                return found
        return None

    def _changed(self, k: int, watches: Sequence[Watch]) -> bool:
        machine = self.trace.seek(k - 1)
        (changes,) = machine.run(1)
        return any(changed(watch, changes, machine.state) for watch in watches)

    def _nearest(self, ascending: Iterator[int]) -> int | None:
        """The first of ``ascending`` forwards, the last backwards: execution always goes forwards."""
        if self.forward:
            return next(ascending, None)
        return max(ascending, default=None)

    def _windows(self) -> Iterator[range]:
        """The states to look at in ascending pieces, nearest piece first."""
        states = self.states()
        for at in range(0, len(states), WINDOW):
            piece = states[at : at + WINDOW]
            yield piece if self.forward else range(piece[-1], piece[0] + 1)


def _might(watches: Sequence[Watch], changes: tuple[Change, ...]) -> bool:
    """Whether a step could have changed something watched, by what kind of thing it changed."""
    for change in changes:
        match change:
            case RegisterChanged(n, before, after):
                if before != after and any(isinstance(w, WatchRegister) and w.n == n for w in watches):
                    return True
            case MemoryChanged() | EntryChanged():
                if any(not isinstance(w, WatchRegister) for w in watches):
                    return True
            case _:
                pass
    return False
