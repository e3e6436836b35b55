"""Work that rests in the middle and goes on later: a thread that runs only while it is waited for.

A walk of the verifier is one long function that tells an observer of every step. The observer calls ``beat``;
when its time is over, the thread rests there until somebody goes on with it, or gives it up.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")
_EVERY = 64
"""Beats between looks at the clock."""


class _GivenUpError(BaseException):
    """Ends the thread: no handler of ordinary errors may hold it up."""


class Paced(Generic[Result]):
    """``work`` gets ``beat``, which it has to call often."""

    def __init__(self, work: Callable[[Callable[[], None]], Result]) -> None:
        self._work = work
        self._thread: threading.Thread | None = None
        self._go, self._rest = threading.Semaphore(0), threading.Semaphore(0)
        self._until = 0.0
        self._beats = 0
        self._given_up = False
        self._error: BaseException | None = None
        self._result: list[Result] = []

    @property
    def ended(self) -> bool:
        """Whether there is a result, or never will be."""
        return bool(self._result) or self._error is not None

    def result(self) -> Result:
        """What the work came to, or raises what it raised; it must have ended."""
        if self._error is not None:
            raise self._error
        return self._result[0]

    def go_on(self, seconds: float) -> bool:
        """Works for so long, or to the end: then true."""
        if self.ended:
            return True
        self._until = time.monotonic() + seconds
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="paced", daemon=True)
            self._thread.start()
        else:
            self._go.release()
        self._rest.acquire()
        return self.ended

    def give_up(self) -> None:
        """Ends the work where it rests."""
        self._given_up = True
        if self._thread is not None and not self.ended:
            self._go.release()
            self._rest.acquire()

    def _run(self) -> None:
        try:
            self._result.append(self._work(self._beat))
        except BaseException as error:  # noqa: BLE001 - it is raised where the work is waited for
            self._error = error
        self._rest.release()

    def _beat(self) -> None:
        self._beats += 1
        if self._beats % _EVERY or time.monotonic() < self._until:
            return
        self._rest.release()
        self._go.acquire()
        if self._given_up:
            raise _GivenUpError
