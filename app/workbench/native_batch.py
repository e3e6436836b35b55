"""Packets given to native code one by one or all at once, with a stopwatch."""

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.workers.process import room_for_a_runner
from vm.change import Ended
from vm.jit.runner.runner import Runner, RunnerDiedError
from vm.kernel.native_batch import NativeBatch
from vm.kernel.native_run import NativeRun
from vm.kernel.scenario import Setup
from vm.machine.machine import Machine
from vm.word import MASK32

_NO_END = 1 << 62


@dataclass(frozen=True, slots=True)
class Time:
    """Nanoseconds an engine took for a packet, what it answered the last one, and what to know of it."""

    ns: float
    answer: int | None
    note: str = ""


class _TimedRunner(Runner):
    """A runner that adds up how long its orders to run take."""

    ns = 0

    def run(self, *arguments: Any, **named: Any) -> tuple[list[int], int, int]:
        begun = time.perf_counter_ns()
        try:
            return super().run(*arguments, **named)
        finally:
            self.ns += time.perf_counter_ns() - begun


@cache
def _runner() -> _TimedRunner:
    with room_for_a_runner():
        return _TimedRunner()


class OneByOne:
    """An engine: native code as far as that goes for one packet after the other."""

    def outcome(self, machine: Machine) -> Ended:
        """How the run ended; a runner that does not live leaves it all to the machine."""
        try:
            NativeRun(machine, _runner()).run(_NO_END)
        except (OSError, RunnerDiedError):
            _runner.cache_clear()
        return machine.outcome()


def batch(setup: Setup, proved: frozenset[int]) -> Time | None:
    """The packets of a setup that can be given at once; None where the runner does not live.

    Where the machine has to finish packets, its time counts, and that of making ready for it.
    """
    try:
        runner = _runner()
        native = NativeBatch(setup, runner, proved)
        runner.ns, begun = 0, time.perf_counter_ns()
        result = native.run()
    except (OSError, RunnerDiedError):
        _runner.cache_clear()
        return None
    count, helped = len(setup.packets), len(result.finished)
    spent = time.perf_counter_ns() - begun if helped else runner.ns
    last = result.finished.get(count - 1)
    value = result.values[count - 1] if last is None else last.ended.value
    ended = last is None or last.ended.how == "exit"
    note = f"{helped:,} of {count:,} packets were finished by the interpreter" if helped else ""
    return Time(spent / count, value & MASK32 if ended else None, note)
