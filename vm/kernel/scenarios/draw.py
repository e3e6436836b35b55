"""Chance that is the same everywhere: what a scenario draws depends on its seed and on nothing else."""

import random
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


class Draw:
    """Numbers of one source of events; ``name`` keeps sources apart, so that one never disturbs another.

    Only ``random()`` and ``getrandbits()`` are used: the language promises their sequence for a seed.
    """

    def __init__(self, seed: int, name: str) -> None:
        self._random = random.Random(f"{seed}/{name}")  # noqa: S311 - repeatable, not secret

    def below(self, limit: int) -> int:
        """A number from 0 to ``limit`` - 1."""
        return int(self._random.random() * limit)

    def between(self, low: int, high: int) -> int:
        """A number from ``low`` to ``high``, both possible."""
        return low + self.below(high - low + 1)

    def bits(self, width: int) -> int:
        """A number of ``width`` bits."""
        return self._random.getrandbits(width)

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[self.below(len(items))]

    def chance(self, percent: float) -> bool:
        """Whether something that happens so often happens now."""
        return self._random.random() * 100 < percent

    def around(self, mean: int) -> int:
        """A number from half of ``mean`` to one and a half of it."""
        return mean // 2 + self.below(mean + 1)

    def times(self, start_ns: int, mean_ns: int) -> Iterator[int]:
        """Moments without end, ``mean_ns`` apart on average."""
        now = start_ns
        while True:
            now += self.around(mean_ns)
            yield now
