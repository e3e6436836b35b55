"""A run watched for its maps alone: no traces, the maps read after chosen events on the way."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from app.metrics.timeline import POINTS, Axis
from app.schemas.trace import Inputs
from app.workbench.keys import metrics_key
from app.workbench.metrics_sources import Reading, Source, source_of

EVERY_EVENT: Final = 240
"""Runs of so few events have their maps read after every one."""
HELD_ENTRIES: Final = 300_000
"""About how many entries all readings of a run may hold; beyond, every second reading is let go."""
REMEMBERED: Final = 6


@dataclass(slots=True)
class _Readings:
    """The maps after ``wanted`` numbers of events, thinned out when they hold too much."""

    wanted: tuple[int, ...]
    limit: int = HELD_ENTRIES
    stride: int = 1
    held: int = 0
    kept: dict[int, Reading] = field(default_factory=dict)

    def wants(self, count: int) -> bool:
        if count in self.kept:
            return False
        at = bisect_right(self.wanted, count) - 1
        return self.wanted[at] == count and (at % self.stride == 0 or count == self.wanted[-1])

    def keep(self, count: int, reading: Reading) -> None:
        self.kept[count] = reading
        self.held += _size(reading)
        while self.held > self.limit and len(self.kept) > 3:
            self.stride *= 2
            kept, last = self.kept, max(self.kept)
            self.kept = {}
            self.kept = {at: one for at, one in kept.items() if at == last or self.wants(at)}
            self.held = sum(map(_size, self.kept.values()))


def _size(reading: Reading) -> int:
    return 1 + sum(len(entries) for entries in reading if entries is not None)


class Observation:
    """A source whose maps are watched; ``go_on`` lets some more of it happen."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.maps = source.maps
        self.times = source.times
        self.axis = Axis.over(self.times[-1] if self.times else 0)
        self._readings = _Readings(self._wanted())
        self._readings.keep(0, source.read())

    @property
    def total(self) -> int:
        """How many events there are."""
        return len(self.times)

    @property
    def done(self) -> int:
        """How many of them have come."""
        return self._source.done

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self._source.finished

    @property
    def stops(self) -> list[int]:
        """The numbers of events after which the maps are known, in order."""
        return sorted(self._readings.kept)

    def go_on(self, late: Callable[[], bool]) -> None:
        """Lets things happen until nothing more will, or it is ``late``; the maps are then known."""
        source, readings, moved = self._source, self._readings, False
        while not source.finished and not late():
            source.step()
            moved = True
            if readings.wants(source.done):
                readings.keep(source.done, source.read())
        if moved:
            readings.kept[source.done] = source.read()  # what came after the last event's reading counts too

    def after(self, count: int) -> tuple[int, Reading]:
        """The latest reading at or before ``count`` events, and after how many it was made."""
        stops = self.stops
        at = stops[max(0, bisect_right(stops, count) - 1)]
        return at, self._readings.kept[at]

    def come_by(self, elapsed_ns: int) -> int:
        """How many events have come after so long, if it all begins anew whenever the axis is over."""
        return min(self.done, bisect_right(self.times, elapsed_ns % self.axis.end))

    def counts(self) -> list[int]:
        """For each point of the axis that has been reached, how many events had come by then."""
        reached = [bisect_right(self.times, self.axis.at(point)) for point in range(POINTS + 1)]
        return [count for count in reached if count <= self.done]

    def _wanted(self) -> tuple[int, ...]:
        if self.total <= EVERY_EVENT:
            return tuple(range(self.total + 1))
        points = (bisect_right(self.times, self.axis.at(point)) for point in range(POINTS + 1))
        return tuple(sorted({0, self.total, *points}))


class Observations:
    """The runs that this process watched lately: pure functions of their inputs, so a cache and no more."""

    def __init__(self, count: int = REMEMBERED) -> None:
        self.count = count
        self._kept: OrderedDict[str, Observation] = OrderedDict()

    def of(self, inputs: Inputs, scenario: str = "") -> Observation:
        """The run of these inputs, as far as it has come; raises HookscopeError where there is none."""
        key = metrics_key(inputs, scenario)
        found = self._kept.get(key) or Observation(source_of(inputs, scenario))
        self._kept[key] = found
        self._kept.move_to_end(key)
        while len(self._kept) > self.count:
            self._kept.popitem(last=False)
        return found
