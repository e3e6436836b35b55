"""The time under the graphs: a length that divides well, and what happened along it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

POINTS: Final = 60
"""Steps of the axis."""
_LOOK_BACK: Final = POINTS // 4
_STRETCH: Final = 3
"""Steps that a rate looks back over, and that a bar of a stack covers."""
_LENGTHS: Final = (10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)
_SHORTEST: Final = 100_000
_UNITS: Final = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"), (1, "ns"))


@dataclass(frozen=True, slots=True)
class Axis:
    """From 0 to ``end`` nanoseconds, in POINTS steps."""

    end: int

    @classmethod
    def over(cls, span: int) -> "Axis":
        """The shortest axis of a good length that holds ``span`` nanoseconds."""
        scale = _SHORTEST
        while scale * _LENGTHS[-1] < span:
            scale *= 10
        return cls(next(length * scale for length in _LENGTHS if length * scale >= span))

    def at(self, point: int) -> int:
        """The time of a point, in nanoseconds."""
        return self.end * point // POINTS

    @property
    def window_seconds(self) -> float:
        """How far a rate looks back."""
        return self.at(_LOOK_BACK) / 1e9

    @property
    def window(self) -> str:
        """The same, as text."""
        return duration(self.at(_LOOK_BACK))

    @property
    def stretch(self) -> str:
        """What a bar of a stack covers, as text."""
        return duration(self.at(_STRETCH))


def duration(nanoseconds: int) -> str:
    """A time in the largest unit that leaves it above 1: 1.5 s, 250 ms."""
    size, unit = next((one for one in _UNITS if nanoseconds >= one[0]), _UNITS[-1])
    return f"{nanoseconds / size:g} {unit}"


def increases(before: float, values: Sequence[float]) -> list[float]:
    """What a counter grew by at each point; one that fell has begun anew, from 0, as Prometheus takes it."""
    return [late - early if late >= early else late for early, late in pairwise((before, *values))]


def rates(before: float, values: Sequence[float], axis: Axis) -> list[float]:
    """A counter's growth a second at each point, over the axis's window; ``before`` is what it began with."""
    grown = increases(before, values)
    return [
        sum(grown[max(0, at - _LOOK_BACK + 1) : at + 1]) / axis.window_seconds for at in range(len(grown))
    ]


def stretches(before: float, values: Sequence[float]) -> list[float]:
    """What a counter grew by in each stretch; what was there at the very start is in the first."""
    grown = increases(before, values)
    first, rest = grown[:1], grown[1:]
    bars = [sum(rest[at : at + _STRETCH]) for at in range(0, len(rest), _STRETCH)] or [0.0]
    bars[0] += sum(first)
    return bars
