"""Work that a session asks for over and over: the latest asked for wins, so that typing never piles it up."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import structlog

from app.schemas.trace import Failure
from app.web.failures import DEFECT, of_error
from app.workers.pool import Pool
from vm.source import HookscopeError

_log = structlog.get_logger()
Emit = Callable[[str, Any], None]
Spawn = Callable[[Callable[[], None]], object]


class Revised(Protocol):
    """A message that is one of several versions."""

    @property
    def revision(self) -> int:
        """The version: later ones are higher."""


Request = TypeVar("Request", bound=Revised)


@dataclass(slots=True)
class Job(Generic[Request]):
    """Something asked for. ``unwanted``: its answer interests nobody any more."""

    message: Request
    key: str
    cancel: threading.Event = field(default_factory=threading.Event)
    unwanted: bool = False


class Latest(ABC, Generic[Request]):
    """Does what its session asks for, one thing at a time, in a thread that lives while there is one."""

    name = ""
    """What events are called: ``name:failed``."""

    def __init__(self, pool: Pool, emit: Emit, spawn: Spawn) -> None:
        self.pool = pool
        self._emit = emit
        self._spawn = spawn
        self._lock = threading.Lock()
        self._now: Job[Request] | None = None
        self._next: Job[Request] | None = None

    @abstractmethod
    def key(self, message: Request) -> str:
        """What the answer is called: equal inputs have equal names."""

    @abstractmethod
    def work(self, job: Job[Request]) -> None:
        """Does the job to its end, and tells what comes of it."""

    def start(self, message: Request) -> str:
        """Does this as soon as may be, instead of anything asked for before; its key."""
        job = Job(message, self.key(message))
        with self._lock:
            self._next = job
            if self._now is None:
                self._now = self._take()
                self._spawn(self._work)
            else:
                self._drop(self._now)
        return job.key

    def cancel(self, revision: int) -> None:
        """Stops what was asked for up to a revision; what was done so far is answered."""
        with self._lock:
            for job in (self._now, self._next):
                if job is not None and job.message.revision <= revision:
                    job.cancel.set()

    def close(self) -> None:
        """The session is gone."""
        with self._lock:
            self._next = None
            if self._now is not None:
                self._drop(self._now)

    def tell(self, job: Job[Request], event: str, message: Any) -> None:
        """Pushes an event, if the job is still wanted."""
        if not job.unwanted:
            self._emit(f"{self.name}:{event}", message)

    def _drop(self, job: Job[Request]) -> None:
        job.unwanted = True
        job.cancel.set()

    def _take(self) -> Job[Request] | None:
        job, self._next = self._next, None
        return job

    def _work(self) -> None:
        while (job := self._now) is not None:
            try:
                self.work(job)
            except HookscopeError as error:
                self._fail(job, of_error(error))
            except Exception:  # noqa: BLE001 - a defect of ours must not leave the session without answers
                _log.exception(f"{self.name} failed", key=job.key)
                self._fail(job, DEFECT)
            finally:
                with self._lock:
                    self._now = self._take()

    def _fail(self, job: Job[Request], failure: Failure) -> None:
        self.tell(job, "failed", {"revision": job.message.revision, "failure": failure.model_dump()})
