"""One simulation process as the web process sees it."""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from threading import Event
from typing import Any

from app.workers.process import CANCEL, Told, serve

Progress = Callable[..., None]
"""Told how much is done, of how much, and what else the job tells."""
_LOOK = 0.05
"""Seconds between looks at whether a job was cancelled."""


def nobody(*_: object) -> None:
    """Nobody wants to know how far a job is."""


@dataclass(slots=True)
class Question:
    """A job to do. ``cancel``, once set, makes a watched job answer with what it has."""

    name: str
    arguments: tuple[Any, ...]
    seconds: float
    progress: Progress = nobody
    cancel: Event = field(default_factory=Event)


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
        self.end()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.pipe = ours
        self.process = context.Process(
            target=serve, args=(theirs, self.memory), daemon=True, name="simulation"
        )
        self.process.start()
        theirs.close()
        return ours

    def ask(self, question: Question) -> tuple[Told, Any]:
        """The answer to one job; raises TimeoutError, or EOFError and OSError when the process died."""
        pipe = self.start()
        pipe.send((question.name, question.arguments))
        deadline, cancelled = time.monotonic() + question.seconds, False
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            if pipe.poll(min(left, _LOOK)):
                kind, found = pipe.recv()
                if kind is not Told.PROGRESS:
                    return kind, found
                question.progress(*found)
            elif question.cancel.is_set() and not cancelled:
                pipe.send((CANCEL, ()))
                cancelled = True

    def end(self) -> None:
        """Kills the process; the next job starts a new one."""
        process, pipe, self.process, self.pipe = self.process, self.pipe, None, None
        if process is not None:
            process.kill()
            process.join(5)
        if pipe is not None:
            pipe.close()
