"""The life of one simulation process: take a job, do it, answer; limits set once at birth."""

import contextlib
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from vm.source import HookscopeError

Job = Callable[..., Any]


def limit(memory: int) -> None:
    """Caps address space and forbids core files; where rlimits are missing, nothing."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(pipe: Connection, memory: int) -> None:
    """Answers jobs from ``pipe`` until it closes. Each answer is (ok, result) or (failed, Failure fields)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit(memory)
    from app.workers.jobs import job

    while True:
        try:
            name, arguments = pipe.recv()
        except (EOFError, OSError):
            os._exit(0)
        pipe.send(_answer(job, name, arguments))


def _answer(find: Callable[[str], Job], name: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    try:
        return True, find(name)(*arguments)
    except HookscopeError as error:
        diagnostic = error.diagnostic
        return False, (diagnostic.code, diagnostic.message, diagnostic.hint)
    except MemoryError:
        return False, (
            "memory",
            "the simulation needed more memory than one run may use",
            "make its maps smaller",
        )
    except Exception as error:  # noqa: BLE001 - a defect of ours must answer the request, not kill the worker
        import traceback

        traceback.print_exc()
        return False, (
            "internal",
            f"the simulator failed on this: {type(error).__name__}",
            "please report the program",
        )
