"""Packets sent along the path one after the other, past one attached program: maps stay between them.

A stream is a pure function of its setup. Any packet's journey, and the trace of its program's run, can be had
again from what the packet before it left in the maps.
"""

from vm.helpers.event import Event
from vm.kernel.carries import Carries
from vm.kernel.hooks import HookPoint
from vm.kernel.path import Journey, Tracer, send, send_to
from vm.kernel.scenario import Carry, Setup
from vm.kernel.stations import WAY_IN
from vm.machine.trace import Trace
from vm.source import HookscopeError


class Stream:
    """A setup at a hook of the path. Packets travel in order; any may then be traced."""

    def __init__(self, setup: Setup, hook: HookPoint, tracer: Tracer | None = None) -> None:
        self.setup = setup
        self.hook = hook
        self._tracer = tracer or (lambda world: Trace(world, setup.budget))
        self._carries = Carries()

    def __len__(self) -> int:
        return len(self.setup)

    def event(self, index: int) -> Event:
        """The outside world as packet ``index`` finds it."""
        return self.setup.at(index)

    def journey(self, index: int) -> Journey:
        """The way of packet ``index``, its runs traced; sends those before it if need be.

        Raises HookscopeError for maps that cannot be made.
        """
        at, carry = self._carries.nearest(index)
        for before in range(at, index):
            carry = self._send(before, carry).maps
        return self._send(index, carry, traced=True)

    def _send(self, index: int, carry: Carry | None, *, traced: bool = False) -> Journey:
        setup = self.setup
        attached = {self.hook.name: setup.programs}
        tracer = self._tracer if traced else None
        event, limit = self.event(index), setup.budget.steps
        if self.hook.station in WAY_IN:
            found = send(setup.packets[index], attached, event, carry, limit, tracer)
        else:
            found = send_to(self.hook, setup.what(index), attached, event, carry, limit, tracer)
        self._carries.keep(index + 1, found.maps)
        return found

    def trace(self, index: int) -> Trace:
        """The run over packet ``index``; raises HookscopeError ``not-reached`` if there is none."""
        return self.trace_of(self.journey(index))

    def trace_of(self, journey: Journey) -> Trace:
        """The same, of a journey that is known."""
        if journey.run is not None and journey.run.trace is not None:
            return journey.run.trace
        fate = journey.fate
        raise HookscopeError.of(
            "not-reached",
            f"this packet never came to {self.hook.title}: it ended at {fate.station.title}, {fate.note}",
            "attach the program earlier on the way, or send another packet",
        )
