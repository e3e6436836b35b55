"""A verdict of either side in one shape, and in what two of them differ."""

import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import FrameType

from app.linux.ask import ask
from app.linux.log import masked
from app.linux.privileges import without_perfmon
from vm.program import Program
from vm.source import HookscopeError
from vm.verifier import Options, verify

LONG = 30_000
"""Processed instructions from which on logs are compared at level 4, the figures, instead of 6."""
PATIENCE = 60
"""Seconds a program may take here before it counts as a crash."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one side says; ``crash`` is set where ours broke, ``log`` is masked, ``seconds`` what it took."""

    accepted: bool
    errno: str = ""
    error: str = ""
    processed: int = 0
    total_states: int = 0
    peak_states: int = 0
    log: str = ""
    crash: str = ""
    category: str = ""
    seconds: float = 0.0


def log_level_of(said: Verdict) -> int:
    """The level at which logs are compared where the kernel says this."""
    return 4 if said.processed > LONG else 6


def kernels(
    program: Program, log_level: int | None = None, attach_type: int = 0, profile: str = "root"
) -> Verdict:
    """This machine's kernel's; without ``log_level`` at the one ``log_level_of`` tells."""
    if log_level is None:
        brief = kernels(program, 4, attach_type, profile)
        return kernels(program, 6, attach_type, profile) if log_level_of(brief) == 6 else brief
    started = time.perf_counter()
    with without_perfmon() if profile == "no-perfmon" else nullcontext():
        said = ask(program, log_level=log_level, attach_type=attach_type)
    counted = said.figures
    return Verdict(
        said.accepted,
        said.errno,
        said.error,
        counted.processed,
        counted.total_states,
        counted.peak_states,
        masked(said.log),
        seconds=time.perf_counter() - started,
    )


def ours(program: Program, log_level: int, profile: str = "root", attach_type: int = 0) -> Verdict:
    """Ours; anything raised becomes ``crash``."""
    started = time.perf_counter()
    try:
        with _patience():
            report = verify(program, Options(attach_type or None, log_level=log_level, profile=profile))
    except HookscopeError as error:
        return Verdict(False, crash=f"HookscopeError: {error.diagnostic.message}")
    except Exception as error:  # noqa: BLE001 - the comparison goes on and counts it
        return Verdict(False, crash=f"{type(error).__name__}: {error} at {_place()}")
    return Verdict(
        report.accepted,
        report.errno.name if report.errno else "",
        report.error,
        report.processed,
        report.total_states,
        report.peak_states,
        masked(report.log),
        category=report.category,
        seconds=time.perf_counter() - started,
    )


def _place() -> str:
    last = traceback.extract_tb(sys.exc_info()[2])[-1]
    return f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno}"


@contextmanager
def _patience() -> Iterator[None]:
    def give_up(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"no verdict within {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True, slots=True)
class Differences:
    """Which parts of two verdicts are equal."""

    verdict: bool
    errno: bool
    error: bool
    log: bool
    processed: bool
    total_states: bool
    peak_states: bool


def compared(mine: Verdict, kernel: Verdict) -> Differences:
    """Part by part; a crash is equal to nothing."""
    sound = not mine.crash
    return Differences(
        sound and mine.accepted == kernel.accepted,
        sound and mine.errno == kernel.errno,
        sound and mine.error == kernel.error,
        sound and mine.log == kernel.log,
        sound and mine.processed == kernel.processed,
        sound and mine.total_states == kernel.total_states,
        sound and mine.peak_states == kernel.peak_states,
    )
