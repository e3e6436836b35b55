"""A few simulation processes, shared by all sessions.

A job goes to an idle process, preferably the one that has its run in memory; jobs take their turn in the
order they came. Long jobs never take all processes, so that short questions are always answered. A process
that dies or runs out of memory is replaced and the job tried once more; one that takes too long is ended, and
the caller told. Jobs are pure functions of their arguments, so trying again is always right.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from app.workers.process import Told
from app.workers.worker import Progress, Question, Worker, nobody
from vm.source import Diagnostic, HookscopeError

_REMEMBERED = 4096
_DIED = Diagnostic(
    "worker-died", "the simulation process died twice on this", hint="your text is safe; try a smaller run"
)
PATIENCE = 1.0
"""Seconds to wait for the process that has the run: another one would have to run it again."""


@dataclass(slots=True, eq=False)
class _Turn:
    """Somebody who waits for a worker: that of ``home`` until ``patience`` (monotonic seconds) is over."""

    home: str | None
    long: bool
    patience: float


class Pool:
    """``count`` workers; ``run`` may be called from any thread."""

    def __init__(self, count: int, memory: int, seconds: float) -> None:
        self.seconds = seconds
        self.restarts = 0
        self._idle = [Worker(memory) for _ in range(count)]
        self._all = tuple(self._idle)
        self._home: OrderedDict[str, Worker] = OrderedDict()
        self._turns: list[_Turn] = []
        """Who waits for a worker, in the order they came."""
        self._long = max(1, count - 1)
        """Processes that long jobs may take now."""
        self._closed = False
        self._changed = threading.Condition()

    def run(
        self,
        name: str,
        *arguments: Any,
        home: str | None = None,
        long: bool = False,
        progress: Progress = nobody,
        cancel: threading.Event | None = None,
        seconds: float | None = None,
        patience: float = PATIENCE,
    ) -> Any:
        """The result of job ``name``. ``home`` names the run it belongs to; raises HookscopeError.

        ``patience`` is how long to wait for the process that has the run, if it does something else.
        """
        question = Question(name, arguments, seconds or self.seconds, progress, cancel or threading.Event())
        told, result = self._ask(question, _Turn(home, long, time.monotonic() + patience))
        if told in (Told.DIED, Told.EXHAUSTED):
            told, result = self._ask(question, _Turn(home, long, time.monotonic() + patience))
        if told is not Told.DONE:
            raise HookscopeError(result)
        return result

    def _ask(self, question: Question, turn: "_Turn") -> tuple[Told, Any]:
        """What one process says to the question; one that cannot go on after it is replaced."""
        worker = self._take(turn)
        whole = False
        try:
            told, result = worker.ask(question)
            whole = told is not Told.EXHAUSTED
        except TimeoutError:
            return Told.FAILED, _too_long(question.seconds)
        except (EOFError, OSError):
            return Told.DIED, _DIED
        finally:  # any other error too: the job goes on in there, and its answer would be taken for another's
            if not whole:
                self._replace(worker)
            self._give(worker, turn.long)
        return told, result

    def warm(self) -> None:
        """Starts all processes, so that the first learner does not wait."""
        for worker in self._all:
            worker.start()

    def close(self) -> None:
        """Ends all processes; whoever waits for one is told so."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for worker in self._all:
            worker.end()

    def _replace(self, worker: Worker) -> None:
        self.restarts += 1
        worker.end()

    def _take(self, turn: "_Turn") -> Worker:
        """An idle worker, when it is this job's turn: the run's own if it is idle soon enough, else any."""
        with self._changed:
            self._turns.append(turn)
            try:
                while (worker := self._choice(turn)) is None:
                    self._changed.wait(PATIENCE / 4)
            finally:
                self._turns.remove(turn)
                self._changed.notify_all()
            self._idle.remove(worker)
            self._long -= turn.long
            self._remember(turn.home, worker)
            return worker

    def _choice(self, turn: "_Turn") -> Worker | None:
        """The worker that whoever has this turn gets, when all who came before have theirs; None: not yet."""
        if self._closed:
            raise HookscopeError.of("closing", "the server is shutting down", "try again in a moment")
        idle, long, now = list(self._idle), self._long, time.monotonic()
        for waiting in self._turns:
            worker = None if waiting.long and not long else self._pick(waiting, idle, now)
            if waiting is turn:
                return worker
            if worker is not None:
                idle.remove(worker)
                long -= waiting.long
        return None

    def _pick(self, turn: "_Turn", idle: list[Worker], now: float) -> Worker | None:
        mine = self._home.get(turn.home) if turn.home else None
        if mine in idle:
            return mine
        return idle[-1] if idle and (mine is None or now >= turn.patience) else None

    def _remember(self, home: str | None, worker: Worker) -> None:
        if home is None:
            return
        self._home[home] = worker
        self._home.move_to_end(home)
        while len(self._home) > _REMEMBERED:
            self._home.popitem(last=False)

    def _give(self, worker: Worker, long: bool) -> None:
        with self._changed:
            self._idle.insert(0, worker)
            self._long += long
            self._changed.notify_all()


def _too_long(seconds: float) -> Diagnostic:
    return Diagnostic(
        "budget-seconds",
        f"this took longer than {seconds:g} seconds and was stopped",
        hint="fewer packets or a lower step limit will finish",
    )
