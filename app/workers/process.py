"""The life of one simulation process: take a job, do it, answer; limits set once at birth."""

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app.workbench.watch import Watch
from vm.source import Diagnostic, HookscopeError

CANCEL = ""
"""The name of no job: stop the one under way. It may come too late."""
EXHAUSTED = Diagnostic(
    "memory", "the simulation needed more memory than one run may use", hint="make its maps smaller"
)


class Told(StrEnum):
    """What comes from the process: (DONE, result), (PROGRESS, what is told), or a Diagnostic with the rest.

    EXHAUSTED: out of memory, perhaps for what it remembers of other jobs. DIED: said for it by others.
    """

    DONE = "done"
    FAILED = "failed"
    EXHAUSTED = "exhausted"
    DIED = "died"
    PROGRESS = "progress"


RESERVED = 12 << 30
"""Addresses that two runners of native code reserve, of which next to nothing is ever memory."""


def limit(memory: int) -> None:
    """Caps address space and forbids core files; where rlimits are missing, nothing."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory + RESERVED))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@contextlib.contextmanager
def room_for_a_runner() -> Iterator[None]:
    """Lets this process, and the runner it starts meanwhile, reserve the addresses that native code lives in.

    Behind the block the cap is what it was and what was reserved, so memory itself stays as limited. Only
    Linux has runners.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    before = _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    try:
        yield
    finally:
        grown = max(0, _address_space() - before)
        if soft != resource.RLIM_INFINITY:
            cap = soft + grown if hard == resource.RLIM_INFINITY else min(hard, soft + grown)
            resource.setrlimit(resource.RLIMIT_AS, (cap, hard))


def _address_space() -> int:
    """Bytes of addresses this process has mapped; 0 where that cannot be told."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def serve(pipe: Connection, memory: int) -> None:
    """Answers the jobs (name, arguments) that come through ``pipe``, until it closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit(memory)
    _get_ready()
    while True:
        try:
            name, arguments = pipe.recv()
            if name != CANCEL:
                pipe.send(_answer(pipe, name, arguments))
        except (EOFError, OSError):
            os._exit(0)


def _get_ready() -> None:
    """Imports what nearly every learner asks for, before the first one does."""
    from app.workers.jobs import function_of

    for name in ("check", "run", "packets.dissect", "verdict"):
        function_of(name)
    gc.collect()
    gc.freeze()


def _answer(pipe: Connection, name: str, arguments: tuple[Any, ...]) -> tuple[Told, Any]:
    from app.workers.jobs import JOBS, function_of

    watch = (_watch(pipe),) if JOBS[name].watched else ()
    try:
        return Told.DONE, function_of(name)(*arguments, *watch)
    except HookscopeError as error:
        return Told.FAILED, error.diagnostic
    except MemoryError:
        return Told.EXHAUSTED, EXHAUSTED
    except Exception as error:  # noqa: BLE001 - a defect of ours must answer the request, not kill the worker
        return Told.FAILED, _defect(error)


def _watch(pipe: Connection) -> Watch:
    def tell(*progress: object) -> None:
        pipe.send((Told.PROGRESS, progress))

    def cancelled() -> bool:
        return pipe.poll() and pipe.recv()[0] == CANCEL

    return Watch(tell, cancelled)


def _defect(error: Exception) -> Diagnostic:
    import traceback

    traceback.print_exception(error)
    return Diagnostic(
        "internal", f"the simulator failed on this: {type(error).__name__}", hint="please report the program"
    )
