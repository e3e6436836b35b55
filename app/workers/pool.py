"""A few simulation processes, shared by all sessions.

A job goes to an idle process, preferably the one that has its run in memory. A process that dies is replaced
and the job tried once more; one that takes too long is ended, and the caller told. Jobs are pure functions of
their arguments, so trying again is always right.
"""

import multiprocessing
import threading
import time
from collections import OrderedDict
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from app.workers.process import serve
from vm.source import HookscopeError

_REMEMBERED = 4096


class Worker:
    """One process and its pipe; replaced in place when it dies."""

    def __init__(self, memory: int) -> None:
        self.memory = memory
        self.pipe: Connection | None = None
        self.process: BaseProcess | None = None

    def start(self) -> Connection:
        """The pipe to the process, which is started if it is not running."""
        if self.pipe is not None and self.process is not None and self.process.is_alive():
            return self.pipe
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.pipe = ours
        self.process = context.Process(
            target=serve, args=(theirs, self.memory), daemon=True, name="simulation"
        )
        self.process.start()
        theirs.close()
        return ours

    def ask(self, name: str, arguments: tuple[Any, ...], seconds: float) -> tuple[bool, Any]:
        """The answer to one job; raises TimeoutError, or EOFError and OSError when the process died."""
        pipe = self.start()
        pipe.send((name, arguments))
        if not pipe.poll(seconds):
            raise TimeoutError
        answer: tuple[bool, Any] = pipe.recv()
        return answer

    def end(self) -> None:
        """Kills the process; the next job starts a new one."""
        if self.process is not None:
            self.process.kill()
            self.process.join(5)
        if self.pipe is not None:
            self.pipe.close()
        self.process = self.pipe = None


class Pool:
    """``count`` workers; ``run`` may be called from any thread."""

    def __init__(self, count: int, memory: int, seconds: float) -> None:
        self.seconds = seconds
        self.restarts = 0
        self._idle = [Worker(memory) for _ in range(count)]
        self._all = tuple(self._idle)
        self._home: OrderedDict[str, Worker] = OrderedDict()
        self._changed = threading.Condition()

    def run(self, name: str, *arguments: Any, home: str | None = None, seconds: float | None = None) -> Any:
        """The result of job ``name``. ``home`` names the run it belongs to; raises HookscopeError."""
        limit = seconds or self.seconds
        for attempt in (1, 2):
            worker = self._take(home)
            try:
                ok, result = worker.ask(name, arguments, limit)
                break
            except TimeoutError:
                self._replace(worker)
                raise HookscopeError.of(
                    "budget-seconds",
                    f"this took longer than {limit:g} seconds and was stopped",
                    "fewer packets or a lower step limit will finish",
                ) from None
            except (EOFError, OSError):
                self._replace(worker)
                if attempt == 2:
                    raise HookscopeError.of(
                        "worker-died",
                        "the simulation process died twice on this",
                        "your text is safe; try a smaller run",
                    ) from None
            finally:
                self._give(worker)
        if not ok:
            raise HookscopeError.of(*result)
        return result

    def warm(self) -> None:
        """Starts all processes, so that the first learner does not wait."""
        for worker in self._all:
            worker.start()

    def close(self) -> None:
        """Ends all processes."""
        for worker in self._all:
            worker.end()

    def _replace(self, worker: Worker) -> None:
        self.restarts += 1
        worker.end()

    def _take(self, home: str | None) -> Worker:
        """An idle worker: the run's own if it is idle within 50 ms, else any."""
        patience = time.monotonic() + 0.05
        with self._changed:
            while True:
                mine = self._home.get(home) if home else None
                if mine in self._idle and mine is not None:
                    break
                if self._idle and (mine is None or time.monotonic() >= patience):
                    mine = self._idle[-1]
                    break
                self._changed.wait(0.01 if mine is not None else None)
            self._idle.remove(mine)
            if home:
                self._home[home] = mine
                self._home.move_to_end(home)
                while len(self._home) > _REMEMBERED:
                    self._home.popitem(last=False)
            return mine

    def _give(self, worker: Worker) -> None:
        with self._changed:
            self._idle.insert(0, worker)
            self._changed.notify()
