"""A run of a simulation opened in the workbench: one packet (or other event), stepped like any other run."""

import time
from collections.abc import Callable

from app.schemas.trace import PacketRun
from app.workbench.run import Run, Traces
from app.workbench.tally import Tally
from app.workbench.verdicts import verdict_of
from vm.kernel.hooks import HookPoint
from vm.machine.trace import Trace
from vm.program import Program
from vm.word import hex64

Summary = Callable[[Trace, str], PacketRun]


class OpenedRun(Run):
    """``make`` gives the trace, the same every time; ``title`` says what it is about."""

    def __init__(
        self, key: str, hook: HookPoint, make: Callable[[], Trace], frame: bytes, title: str
    ) -> None:
        self.key = key
        self.hook = hook
        self.clock = time.monotonic
        self.frame = frame
        self._make = make
        self._traces = Traces(1)
        trace = make()
        self._traces.keep(key, 0, trace)
        self.tally = Tally(trace.world.programs[0])
        self.tally.add(self._summary(trace, title), trace)

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs that may run."""
        return self.trace(0).world.programs

    def _summary(self, trace: Trace, title: str) -> PacketRun:
        verdict = verdict_of(self.hook, trace.ended)
        return PacketRun(
            index=0,
            steps=len(trace),
            how=trace.ended.how,
            verdict=verdict.name,
            effect=verdict.effect.value,
            value=hex64(trace.ended.value),
            summary=title,
        )
