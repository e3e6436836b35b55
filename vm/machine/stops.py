"""Where continuing stops: questions about a trace with a state number for an answer.

Whatever only asks where the run went is answered from the path; watches and conditions execute the steps in
question again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import assert_never

from vm.instruction import Call, CallX, Exit, Instruction, Jump, MayGoto
from vm.isa import CallKind
from vm.machine.condition import Condition
from vm.machine.point import point
from vm.machine.search import Search
from vm.machine.trace import Trace
from vm.machine.watch import Watch
from vm.program import Program


class Direction(StrEnum):
    """Which way time runs."""

    FORWARD = "forward"
    BACK = "back"


class Until(StrEnum):
    """What a run goes on to. HELPER, MAP_WRITE, BRANCH and RETURN stop just behind the step that did it."""

    BREAKPOINT = "breakpoint"
    OVER = "over"
    INTO = "into"
    OUT = "out"
    HELPER = "helper"
    MAP_WRITE = "map-write"
    BRANCH = "branch"
    RETURN = "return"
    END = "end"


@dataclass(frozen=True, slots=True)
class Breakpoints:
    """What interrupts a run: points, before they execute; conditions by point, where they hold; watches, just
    behind the step that changed what they watch."""

    points: frozenset[int] = frozenset()
    conditions: dict[int, Condition] = field(default_factory=dict)
    watches: tuple[Watch, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """State ``number`` of the trace, and why there; ``found`` is false where the run ended or began first."""

    number: int
    why: str
    found: bool = True


def find_stop(
    trace: Trace, start: int, direction: Direction, until: Until, breakpoints: Breakpoints | None = None
) -> Stop:
    """The nearest state from ``start`` on that ``until`` or a breakpoint stops at."""
    search = Search(trace, start, direction is Direction.FORWARD)
    stop = _until(search, until)
    if stop.found:
        search.bound(stop.number)
    if breakpoints is None or until is Until.INTO:
        return stop
    for finder, why in _FINDERS:
        nearer = finder(search, breakpoints)
        if nearer is not None:
            stop = Stop(nearer, why)
            search.bound(nearer)
    return stop


def _until(search: Search, until: Until) -> Stop:
    trace = search.trace
    number: int | None
    match until:
        case Until.BREAKPOINT | Until.END:
            number = None
        case Until.INTO:
            number = next(iter(search.states()), None)
        case Until.OVER:
            number = search.depth_at_most(trace.depth(search.start))
        case Until.OUT:
            number = search.depth_at_most(trace.depth(search.start) - 1)
        case Until.MAP_WRITE:
            number = search.behind_steps(trace.map_writes)
        case Until.HELPER | Until.BRANCH | Until.RETURN:
            number = search.behind(points_of(trace, _IS[until]))
        case _ as unhandled:
            assert_never(unhandled)
    if number is not None:
        return Stop(number, _WHY[until])
    forward = search.forward
    return Stop(len(trace), "end of the run", False) if forward else Stop(0, "start of the run", False)


def _plain(search: Search, breakpoints: Breakpoints) -> int | None:
    return search.before(breakpoints.points - breakpoints.conditions.keys())


def _conditional(search: Search, breakpoints: Breakpoints) -> int | None:
    return search.where(breakpoints.conditions) if breakpoints.conditions else None


def _watched(search: Search, breakpoints: Breakpoints) -> int | None:
    return search.changing(breakpoints.watches) if breakpoints.watches else None


_FINDERS = ((_plain, "breakpoint"), (_conditional, "condition"), (_watched, "watch"))


def _is_helper(insn: Instruction) -> bool:
    return isinstance(insn, CallX) or (isinstance(insn, Call) and insn.kind is CallKind.HELPER)


def _is_branch(insn: Instruction) -> bool:
    return isinstance(insn, Jump | MayGoto)


def _is_return(insn: Instruction) -> bool:
    return isinstance(insn, Exit)


_IS: Mapping[Until, Callable[[Instruction], bool]] = {
    Until.HELPER: _is_helper,
    Until.BRANCH: _is_branch,
    Until.RETURN: _is_return,
}
_WHY: Mapping[Until, str] = {
    Until.OVER: "",
    Until.INTO: "",
    Until.OUT: "back in the caller",
    Until.HELPER: "helper call",
    Until.MAP_WRITE: "map write",
    Until.BRANCH: "branch",
    Until.RETURN: "return",
}


def points_of(trace: Trace, test: Callable[[Instruction], bool]) -> frozenset[int]:
    """The points of all instructions of the run's programs that pass ``test``."""
    return frozenset(
        point(index, pc)
        for index, program in enumerate(trace.world.programs)
        for pc, insn in enumerate(program.insns)
        if insn is not None and test(insn)
    )


def points_of_line(program: Program, line: int, index: int = 0) -> frozenset[int]:
    """Where a breakpoint on a line of text stops: the first slot of the line or of the next that has one.

    ``index`` is the program's place in the run.
    """
    at_or_after = ((span.line, pc) for pc, span in program.spans.items() if span.line >= line)
    return frozenset(point(index, pc) for _, pc in [min(at_or_after, default=(0, -1))] if pc >= 0)
