"""A run watched for its maps alone: no traces, the maps read after chosen packets on the way."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from app.metrics.timeline import POINTS, Axis
from app.schemas.trace import Inputs
from app.workbench.keys import run_key
from app.workbench.run import setup_of
from app.workbench.tally import ENDLESS_STEPS, TOTAL_STEPS
from vm.kernel.contents import Contents, contents
from vm.kernel.path import send
from vm.kernel.scenario import MILLISECOND, Carry
from vm.kernel.stream import Stream
from vm.program import MapSpec, Program

EVERY_PACKET: Final = 240
"""Runs of so few packets have their maps read after every one."""
HELD_ENTRIES: Final = 300_000
"""About how many entries all readings of a run may hold; beyond, every second reading is let go."""
REMEMBERED: Final = 8
Reading = tuple[Contents | None, ...]


@dataclass(slots=True)
class _Readings:
    """The maps after ``wanted`` numbers of packets, thinned out when they hold too much."""

    wanted: tuple[int, ...]
    limit: int = HELD_ENTRIES
    stride: int = 1
    held: int = 0
    kept: dict[int, Reading] = field(default_factory=dict)

    def wants(self, count: int) -> bool:
        at = bisect_right(self.wanted, count) - 1
        return self.wanted[at] == count and (at % self.stride == 0 or count == self.wanted[-1])

    def keep(self, count: int, reading: Reading) -> None:
        self.kept[count] = reading
        self.held += _size(reading)
        while self.held > self.limit and len(self.kept) > 3:
            self.stride *= 2
            last = max(self.kept)
            self.kept = {at: one for at, one in self.kept.items() if at == last or self.wants(at)}
            self.held = sum(map(_size, self.kept.values()))


def _size(reading: Reading) -> int:
    return 1 + sum(len(entries) for entries in reading if entries is not None)


class Observation:
    """A program's run on its packets; ``go_on`` sends some more. Raises HookscopeError where it cannot."""

    def __init__(self, inputs: Inputs) -> None:
        hook, self._setup = setup_of(inputs)
        self._stream, self._hook = Stream(self._setup, hook), hook
        given = self._setup.times_ns
        times = (given[at] if at < len(given) else at * MILLISECOND for at in range(len(self._stream)))
        self.times = tuple(accumulate(times, max))
        self.axis = Axis.over(self.times[-1])
        self.maps: tuple[MapSpec, ...] = _specs(self._setup.programs)
        self._readings = _Readings(self._wanted())
        self._carry: Carry | None = None
        self._steps = self._endless = 0
        self.done = 0
        self._read()

    @property
    def total(self) -> int:
        """How many packets there are to send."""
        return len(self._stream)

    @property
    def finished(self) -> bool:
        """Whether no more packets will be sent."""
        return self.done == self.total or self._steps >= TOTAL_STEPS or self._endless >= ENDLESS_STEPS

    @property
    def stops(self) -> list[int]:
        """The numbers of packets after which the maps are known, in order."""
        return sorted(self._readings.kept)

    def go_on(self, late: Callable[[], bool]) -> None:
        """Sends packets until no more will be, or it is ``late``; the maps are then known as they are."""
        while not self.finished and not late():
            self._send()
        if self.done not in self._readings.kept:
            self._readings.kept[self.done] = contents(self._setup, self._carry)

    def after(self, count: int) -> tuple[int, Reading]:
        """The latest reading at or before ``count`` packets, and after how many it was made."""
        stops = self.stops
        at = stops[max(0, bisect_right(stops, count) - 1)]
        return at, self._readings.kept[at]

    def counts(self) -> list[int]:
        """For each point of the axis that has been reached, how many packets had come by then."""
        reached = [bisect_right(self.times, self.axis.at(point)) for point in range(POINTS + 1)]
        return [count for count in reached if count <= self.done]

    def _wanted(self) -> tuple[int, ...]:
        if self.total <= EVERY_PACKET:
            return tuple(range(self.total + 1))
        points = (bisect_right(self.times, self.axis.at(point)) for point in range(POINTS + 1))
        return tuple(sorted({0, self.total, *points}))

    def _send(self) -> None:
        setup, index = self._setup, self.done
        journey = send(
            setup.packets[index],
            {self._hook.name: setup.programs},
            self._stream.event(index),
            self._carry,
            setup.budget.steps,
        )
        self._carry, self.done = journey.maps, index + 1
        if journey.run is not None:
            self._steps += journey.run.steps
            self._endless += journey.run.steps if journey.run.ended.how == "budget" else 0
        if self._readings.wants(self.done):
            self._read()

    def _read(self) -> None:
        self._readings.keep(self.done, contents(self._setup, self._carry))


def _specs(programs: tuple[Program, ...]) -> tuple[MapSpec, ...]:
    """The maps of all programs in the order in which they are made: one of each."""
    return tuple(dict.fromkeys(spec for program in programs for spec in program.maps))


class Observations:
    """The runs that this process watched lately: pure functions of their inputs, so a cache and no more."""

    def __init__(self, count: int = REMEMBERED) -> None:
        self.count = count
        self._kept: OrderedDict[str, Observation] = OrderedDict()

    def of(self, inputs: Inputs) -> Observation:
        """The run of these inputs, as far as it has come."""
        key = run_key(inputs)
        found = self._kept.get(key) or Observation(inputs)
        self._kept[key] = found
        self._kept.move_to_end(key)
        while len(self._kept) > self.count:
            self._kept.popitem(last=False)
        return found
