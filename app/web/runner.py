"""The runs of one session: the latest asked for wins, so that typing never piles them up."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from app.schemas.trace import Failure, RunRequest
from app.web.failures import DEFECT, of_error
from app.workbench.keys import run_key
from app.workers.pool import Pool
from vm.source import HookscopeError

_log = structlog.get_logger()
Emit = Callable[[str, Any], None]
Spawn = Callable[[Callable[[], None]], object]


@dataclass(slots=True)
class _Job:
    """A run asked for. ``unwanted``: its answer interests nobody any more."""

    message: RunRequest
    key: str
    cancel: threading.Event = field(default_factory=threading.Event)
    unwanted: bool = False


class Runner:
    """Runs what its session asks for, one run at a time, in a thread that lives while there is one."""

    def __init__(self, pool: Pool, emit: Emit, spawn: Spawn) -> None:
        self._pool = pool
        self._emit = emit
        self._spawn = spawn
        self._lock = threading.Lock()
        self._now: _Job | None = None
        self._next: _Job | None = None

    def start(self, message: RunRequest) -> str:
        """Runs these inputs as soon as may be, instead of any asked for before; the key of the run."""
        job = _Job(message, run_key(message.inputs))
        with self._lock:
            self._next = job
            if self._now is None:
                self._now = self._take()
                self._spawn(self._work)
            else:
                self._drop(self._now)
        return job.key

    def cancel(self, revision: int) -> None:
        """Stops running what was asked for up to a revision; what was run so far is answered."""
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

    def _drop(self, job: _Job) -> None:
        job.unwanted = True
        job.cancel.set()

    def _take(self) -> _Job | None:
        job, self._next = self._next, None
        return job

    def _work(self) -> None:
        while (job := self._now) is not None:
            try:
                self._run(job)
            except HookscopeError as error:
                self._fail(job, of_error(error))
            except Exception:  # noqa: BLE001 - a defect of ours must not leave the session without runs
                _log.exception("run failed", run=job.key)
                self._fail(job, DEFECT)
            finally:
                with self._lock:
                    self._now = self._take()

    def _run(self, job: _Job) -> None:
        """Asks for the run until it has finished; in between others get their turn."""

        def progress(done: int, total: int) -> None:
            self._tell(job, "run:progress", {"revision": job.message.revision, "done": done, "total": total})

        text, answer = job.message.model_dump_json(), None
        while answer is None and not job.unwanted:
            answer = self._pool.run(
                "run", text, home=job.key, long=True, progress=progress, cancel=job.cancel
            )
        if answer is not None:
            done, window = answer
            if window is not None:
                self._tell(job, "run:window", window)
            self._tell(job, "run:done", done)

    def _fail(self, job: _Job, failure: Failure) -> None:
        self._tell(job, "run:failed", {"revision": job.message.revision, "failure": failure.model_dump()})

    def _tell(self, job: _Job, event: str, message: Any) -> None:
        if not job.unwanted:
            self._emit(event, message)
