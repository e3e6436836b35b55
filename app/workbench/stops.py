"""Where continuing stops, across the packets of a run."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.schemas.trace import StopReply, StopRequest
from app.workbench.run import Run
from vm.machine.condition import Condition, parse_condition
from vm.machine.point import point
from vm.machine.stops import Breakpoints, Direction, Until, find_stop, points_of_line
from vm.machine.watch import parse_watch
from vm.source import Diagnostic, HookscopeError
from vm.uapi.constants import CONSTANTS

LOOK_SECONDS = 3.0
"""How long other packets are looked through before the learner is asked whether to go on."""
_NUMBERS = {name: constant.value for name, constant in CONSTANTS.items()}
_GOES_ON = (Until.BREAKPOINT, Until.HELPER, Until.MAP_WRITE, Until.BRANCH)
"""What is looked for in the next packet, too, when this one has no more of it."""


@dataclass(frozen=True, slots=True)
class _Search:
    """A question about a run, understood."""

    run: Run
    forward: bool
    until: Until
    breakpoints: Breakpoints

    def packet(self, packet: int, start: int) -> StopReply | None:
        """The nearest stop in one packet's run beyond state ``start``."""
        direction = Direction.FORWARD if self.forward else Direction.BACK
        stop = find_stop(self.run.trace(packet), start, direction, self.until, self.breakpoints)
        return StopReply(packet=packet, step=stop.number, why=stop.why) if stop.found else None

    def others(self, packet: int) -> Iterator[int]:
        """The other packets in which there may be a stop, nearest first."""
        run = self.run
        ahead = range(packet + 1, run.sent) if self.forward else range(packet - 1, -1, -1)
        for other in ahead:
            if run.reached(other) and self._may_stop_in(other):
                yield other

    def _may_stop_in(self, packet: int) -> bool:
        if self.until is not Until.BREAKPOINT or self.breakpoints.watches:
            return True
        return not self.run.tally.points[packet].isdisjoint(self.breakpoints.points)

    def edge(self, packet: int) -> int:
        """The state of another packet's run before which none was looked at yet."""
        return -1 if self.forward else self.run.tally.packets[packet].steps + 1


def find(request: StopRequest, run: Run) -> StopReply:
    """The nearest stop from the place of the request; raises HookscopeError for a bad condition or watch."""
    steps = len(run.trace(request.packet))
    start = max(0, min(request.step, steps))
    until = Until(request.until)
    search = _Search(run, request.direction == "forward", until, breakpoints_of(request, run))
    found = search.packet(request.packet, start)
    if found is not None:
        return found
    last = steps if search.forward else 0
    if until in _GOES_ON:
        found = _beyond(search, request.packet)
        if found is not None:
            return found
        if start == last and not search.breakpoints.watches:
            return _next_end(search, request.packet, last)
    why = "end of the run" if search.forward else "start of the run"
    return StopReply(packet=request.packet, step=last, why=why)


def _beyond(search: _Search, packet: int) -> StopReply | None:
    """The nearest stop in the packets beyond; where they are very many, one is asked to go on from there."""
    clock = search.run.clock
    deadline = clock() + LOOK_SECONDS
    for other in search.others(packet):
        found = search.packet(other, search.edge(other))
        if found is not None:
            return found
        if clock() > deadline:
            step = search.run.tally.packets[other].steps if search.forward else 0
            return StopReply(packet=other, step=step, why="no stop so far; go on to look further")
    return None


def _next_end(search: _Search, packet: int, last: int) -> StopReply:
    """From an end of a packet's run, the same end of the next packet's, where nothing stops before."""
    run = search.run
    ahead = range(packet + 1, run.sent) if search.forward else range(packet - 1, -1, -1)
    other = next((other for other in ahead if run.reached(other)), None)
    if other is None:
        return StopReply(packet=packet, step=last, why="there is no further packet")
    step = run.tally.packets[other].steps if search.forward else 0
    which = "end" if search.forward else "start"
    return StopReply(packet=other, step=step, why=f"{which} of packet {other + 1}'s run")


def breakpoints_of(request: StopRequest, run: Run) -> Breakpoints:
    """What interrupts the run; raises HookscopeError for a condition or watch that means nothing."""
    conditions: dict[int, Condition] = {}
    points = {point(0, pc) for pc in request.pcs}
    programs = run.programs
    parsed = {line: _condition(line, text) for line, text in request.conditions.items()}
    for index, program in enumerate(programs):
        for line in request.lines:
            points |= points_of_line(program, line, index)
        for line, condition in parsed.items():
            conditions |= dict.fromkeys(points_of_line(program, line, index), condition)
    world = run.trace(request.packet).world
    watches = tuple(parse_watch(text, world) for text in request.watches)
    return Breakpoints(frozenset(points | conditions.keys()), conditions, watches)


def _condition(line: int, text: str) -> Condition:
    """The condition of the breakpoint on a line; errors name the line, and the place within the condition."""
    try:
        return parse_condition(text, _NUMBERS)
    except HookscopeError as error:
        found = error.diagnostic
        message = f"the condition on line {line}: {found.message}"
        raise HookscopeError(Diagnostic(found.code, message, found.span, found.hint)) from None
