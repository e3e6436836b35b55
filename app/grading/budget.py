"""What grading may cost: steps, which are counted alike everywhere, and seconds, as a safety net."""

from dataclasses import dataclass, field
from typing import Final

from app.workbench.watch import Watch

RUN_STEPS: Final = 100_000
"""Steps of one run."""
CHECK_STEPS: Final = 1_000_000
"""Steps of all runs of a check."""
SECONDS: Final = 30.0
"""Of a whole submission."""


class SpentError(Exception):
    """A check has used up what it may; the message says what."""


@dataclass(slots=True)
class Budget:
    """What is left of a submission's time, and of a check's steps."""

    watch: Watch
    seconds: float = SECONDS
    done: int = 0
    total: int = 1
    steps: int = 0
    cut_short: str = ""
    """What of the check was not tried, as it would take too long."""
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = self.watch.clock() + self.seconds

    def begin(self, done: int) -> None:
        """The next check begins, ``done`` being over."""
        self.done, self.steps, self.cut_short = done, 0, ""

    def tick(self, steps: int = 0) -> None:
        """Takes ``steps``; raises SpentError when it is too much, CancelledError when nobody waits."""
        self.steps += steps
        if self.steps > CHECK_STEPS:
            raise SpentError(f"the program took more than {CHECK_STEPS:,} steps in this check")
        if self.watch.tick(self.done, self.total) > self._end:
            raise SpentError(f"it took more than {self.seconds:g} seconds, and was stopped")
