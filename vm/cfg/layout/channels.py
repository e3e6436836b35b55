"""The space between two layers: which track each horizontal piece of line runs on.

A net has pins at the top (lines that come from above) and at the bottom (lines that go on down), and one
horizontal piece that joins them. Pins of different nets never share an x, so any order of tracks is possible;
the one with few crossings is taken.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MARGIN = 6
"""Pieces on one track keep this distance."""
NEAR = 8
"""Lines closer than this should not run side by side."""
MANY = 80
"""With more nets than this, the order is by place alone."""


@dataclass(slots=True)
class Pins:
    """Where a net enters a channel."""

    tops: set[int] = field(default_factory=set)
    bottoms: set[int] = field(default_factory=set)

    @property
    def low(self) -> int:
        """The leftmost pin."""
        return min(self.tops | self.bottoms)

    @property
    def high(self) -> int:
        """The rightmost pin."""
        return max(self.tops | self.bottoms)


@dataclass(frozen=True, slots=True)
class _Run:
    net: int
    low: int
    high: int
    tops: tuple[int, ...]
    bottoms: tuple[int, ...]

    def meets(self, other: "_Run") -> bool:
        return self.low <= other.high + MARGIN and other.low <= self.high + MARGIN


def tracks(channel: Mapping[int, Pins]) -> dict[int, int]:
    """A track, 0 at the top, for each net with a horizontal piece; straight nets have none."""
    runs = [
        _Run(net, pins.low, pins.high, tuple(sorted(pins.tops)), tuple(sorted(pins.bottoms)))
        for net, pins in channel.items()
    ]
    runs = sorted((run for run in runs if run.low < run.high), key=lambda run: (run.low, run.high, run.net))
    if len(runs) == 1:
        return {runs[0].net: 0}
    found: dict[int, int] = {}
    placed: list[_Run] = []
    for run in _ordered(runs):
        found[run.net] = 1 + max((found[other.net] for other in placed if other.meets(run)), default=-1)
        placed.append(run)
    return found


def _ordered(runs: list[_Run]) -> Iterable[_Run]:
    """The runs from top to bottom: each put in where it costs least among those before it."""
    if len(runs) > MANY:
        return runs
    sequence: list[_Run] = []
    for run in runs:
        cost = sum(_cost(run, other) for other in sequence)
        best, at = cost, 0
        for index, other in enumerate(sequence):
            cost += _cost(other, run) - _cost(run, other)
            if cost < best:
                best, at = cost, index + 1
        sequence.insert(at, run)
    return sequence


def _cost(upper: _Run, lower: _Run) -> int:
    """What it costs that ``upper`` runs above ``lower``: crossings, and lines close beside each other."""
    if not upper.meets(lower):
        return 0
    low, high = upper.low, upper.high
    cost = 0
    for pin in lower.tops:
        cost += 4 * (low < pin < high)
    low, high = lower.low, lower.high
    for pin in upper.bottoms:
        cost += 4 * (low < pin < high)
        for other in lower.tops:
            cost += abs(pin - other) < NEAR
    return cost
