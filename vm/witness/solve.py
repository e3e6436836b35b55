"""A packet that meets conditions, found from one that does not: repair the first that fails, step by step."""

from collections.abc import Sequence
from itertools import islice
from random import Random
from typing import Final

from vm.witness.condition import Condition
from vm.witness.expression import LENGTH, Env, Values

ROUNDS: Final = 40
REPAIRS: Final = 12
GUESSES: Final = 6
_BYTES: Final = (0, 1, 2, 4, 5, 8, 15, 16, 31, 63, 64, 127, 128, 254, 255)


class Solver:
    """``least`` and ``most`` bound the packet's length."""

    def __init__(self, least: int, most: int, random: Random) -> None:
        self.least, self.most = least, most
        self.random = random

    def solve(self, conditions: Sequence[Condition], start: Env) -> Env | None:
        """A packet that meets all, near ``start``; None if none was found in a bounded number of tries."""
        env = start
        failing = [at for at, one in enumerate(conditions) if not one.met(env)]
        for _ in range(ROUNDS):
            if not failing:
                return env
            best: tuple[int, Env, list[int]] | None = None
            for values in self._candidates(conditions[failing[self.random.randrange(len(failing))]], env):
                new = env.with_(values)
                touched = values.keys()
                left = [
                    at
                    for at, one in enumerate(conditions)
                    if (not one.met(new) if not one.variables.isdisjoint(touched) else at in failing)
                ]
                if best is None or len(left) < best[0]:
                    best = len(left), new, left
                if not left:
                    return new
            if best is not None and (best[0] <= len(failing) or self.random.random() < 0.2):
                env, failing = best[1], best[2]
        return None

    def _candidates(self, condition: Condition, env: Env) -> list[Values]:
        found = [fixed for values in islice(condition.repairs(env), REPAIRS) if (fixed := self._fit(values))]
        names = sorted(condition.variables)
        for _ in range(GUESSES if names else 0):
            found.append({name: self._guess(name) for name in self.random.sample(names, min(2, len(names)))})
        return found

    def _fit(self, values: Values) -> Values:
        """The values, or nothing where the length is impossible."""
        length = values.get(LENGTH)
        return values if length is None or self.least <= length <= self.most else {}

    def _guess(self, name: int) -> int:
        if name == LENGTH:
            return self.random.choice((self.least, self.random.randint(self.least, 128), self.most))
        return self.random.choice(_BYTES) if self.random.random() < 0.6 else self.random.randrange(256)
