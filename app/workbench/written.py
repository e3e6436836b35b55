"""Which registers a run had written by when."""

from vm.change import RegisterChanged
from vm.isa import FP, REGISTERS
from vm.machine.trace import WINDOW, Trace

_AT_START = frozenset({1, FP})


class Written:
    """The registers of one trace that had been written before each window.

    Only windows in which an instruction runs for the first time are executed again: one that ran before has
    set its registers then. (A helper that calls back sets more than its first time when it first calls, and
    then the callback's first instruction is new.)
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._seen: set[int] = set()
        self._before: list[frozenset[int]] = [_AT_START]

    def before(self, window: int) -> list[bool]:
        """For each register, whether it was written before the first step of ``window`` (or at the start)."""
        while len(self._before) <= window:
            self._before.append(self._before[-1] | self._in(len(self._before) - 1))
        return [n in self._before[window] for n in range(REGISTERS)]

    def _in(self, window: int) -> set[int]:
        first = window * WINDOW
        points = set(self._trace.path[first : first + WINDOW])
        if points <= self._seen:
            return set()
        self._seen |= points
        caller = [self._trace.step(first - 1)] if first else []
        return {
            change.n
            for step in (*caller, *self._trace.window(window))
            for change in step.changes
            if isinstance(change, RegisterChanged)
        }
