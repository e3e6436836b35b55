"""Where continuing stops, across the packets of a run."""

from collections.abc import Callable

from app.schemas.trace import StopReply, StopRequest
from vm.machine.condition import Condition, parse_condition
from vm.machine.point import point
from vm.machine.stops import Breakpoints, Direction, Until, find_stop, points_of_line
from vm.machine.trace import Trace
from vm.machine.watch import parse_watch
from vm.uapi.constants import CONSTANTS

_NUMBERS = {name: constant.value for name, constant in CONSTANTS.items()}
_GOES_ON = (Until.BREAKPOINT, Until.HELPER, Until.MAP_WRITE, Until.BRANCH)
"""What is looked for in the next packet, too, when this one has no more of it."""


def find(request: StopRequest, trace_of: Callable[[int], Trace], packets: int) -> StopReply:
    """The nearest stop from the place of the request; raises HookscopeError for a bad condition or watch."""
    trace = trace_of(request.packet)
    direction, until = Direction(request.direction), Until(request.until)
    stop = find_stop(trace, request.step, direction, until, _breakpoints(request, trace))
    if stop.found or until not in _GOES_ON:
        return StopReply(packet=request.packet, step=stop.number, why=stop.why)
    forward = direction is Direction.FORWARD
    others = range(request.packet + 1, packets) if forward else range(request.packet - 1, -1, -1)
    for packet in others:
        trace = trace_of(packet)
        found = find_stop(trace, 0 if forward else len(trace), direction, until, _breakpoints(request, trace))
        if found.found:
            return StopReply(packet=packet, step=found.number, why=found.why)
    return StopReply(packet=request.packet, step=stop.number, why=stop.why)


def _breakpoints(request: StopRequest, trace: Trace) -> Breakpoints:
    conditions: dict[int, Condition] = {}
    points = {point(0, pc) for pc in request.pcs}
    for index, program in enumerate(trace.world.programs):
        for line in request.lines:
            points |= points_of_line(program, line, index)
        for line, text in request.conditions.items():
            conditions |= {at: parse_condition(text, _NUMBERS) for at in points_of_line(program, line, index)}
    watches = tuple(parse_watch(text, trace.world) for text in request.watches)
    return Breakpoints(frozenset(points | conditions.keys()), conditions, watches)
