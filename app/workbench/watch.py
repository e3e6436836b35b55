"""How a long job tells how far it is, and is told to stop."""

import time
from collections.abc import Callable

TELL_EVERY = 0.1
LOOK_EVERY = 0.02


class CancelledError(Exception):
    """Nobody wants the answer any more, or only what there is of it."""


class Watch:
    """``tick`` is called often from inside a job. Times in seconds; ``clock`` never goes backwards.

    Progress is told ``every`` so often.
    """

    def __init__(
        self,
        tell: Callable[..., None],
        cancelled: Callable[[], bool],
        clock: Callable[[], float] = time.monotonic,
        every: float = TELL_EVERY,
    ) -> None:
        self.clock = clock
        self._tell = tell
        self._cancelled = cancelled
        self._every = every
        self._next_tell = clock() + every
        self._next_look = 0.0

    def tick(self, done: int, total: int, *more: Callable[[], object]) -> float:
        """The time; tells the progress now and then, and raises CancelledError if the job is to stop.

        ``more`` are called for what is told besides, only when it is told.
        """
        now = self.clock()
        if now >= self._next_look:
            self._next_look = now + LOOK_EVERY
            if self._cancelled():
                raise CancelledError
        if now >= self._next_tell:
            self._next_tell = now + self._every
            self._tell(done, total, *(each() for each in more))
        return now


def unwatched() -> Watch:
    """A watch that nobody looks at."""
    return Watch(lambda *_: None, lambda: False)
