"""A run, and the runs and traces this process remembers.

A run is a pure function of its inputs, so what is remembered is a cache, never the only copy of anything.
"""

import gc
import time
from collections import OrderedDict
from dataclasses import replace
from functools import partial

from app.schemas.trace import Inputs
from app.workbench.keys import run_key
from app.workbench.summary import packet_run, unreached
from app.workbench.tally import STEP_LIMIT, Tally
from app.workbench.watch import Watch
from app.workbench.windows import window_reply
from app.workbench.written import Written
from vm.asm import assemble
from vm.helpers.event import Event
from vm.kernel.hooks import HookPoint, known_point
from vm.kernel.python_run import go_forward
from vm.kernel.sample_events import sample_events
from vm.kernel.scenario import Setup
from vm.kernel.stream import Stream
from vm.machine.state import World
from vm.machine.trace import WINDOW, Budget, Trace
from vm.program import Program
from vm.source import HookscopeError

REMEMBERED = 64
"""Runs a process keeps."""
TRACE_BYTES = 384 << 20
"""About what all traces a process keeps may hold; others are had again when asked for."""
KEYFRAME_BYTES = 32 << 20
"""About what the keyframes of one trace may hold."""
RUN_SECONDS = 5.0
"""The longest one packet's run may take: far more than a million plain steps need."""


class Traces:
    """The traces looked at lately, with the registers each has written; ``limit`` bytes, but at least one."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held = self._let_go = 0
        self._kept: OrderedDict[tuple[str, int], tuple[Trace, Written]] = OrderedDict()

    def get(self, run: str, packet: int) -> tuple[Trace, Written] | None:
        """The trace of a run's packet, if it is still there."""
        found = self._kept.get((run, packet))
        if found is not None:
            self._kept.move_to_end((run, packet))
        return found

    def keep(self, run: str, packet: int, trace: Trace) -> tuple[Trace, Written]:
        """Remembers a trace, and forgets those not looked at for longest."""
        found = self._kept[run, packet] = trace, Written(trace)
        self._held += trace.size
        while self._held > self.limit and len(self._kept) > 1:
            _, (old, _) = self._kept.popitem(last=False)
            self._held -= old.size
            self._let_go += old.size
        if self._let_go > self.limit:  # a run's machine is a cycle: it goes when the collector comes
            self._let_go = 0
            gc.collect()
        return found


class Run:
    """Packets on their way through a program; ``go_on`` sends some more of them."""

    def __init__(self, key: str, hook: HookPoint, setup: Setup, traces: Traces) -> None:
        self.key = key
        self.hook = hook
        self.stream = Stream(setup, hook, self._trace)
        self.tally = Tally(setup.programs[0])
        self.clock = time.monotonic
        self._traces = traces
        self._watch: Watch | None = None
        self._stopped = False

    def _trace(self, world: World) -> Trace:
        """Runs a program, looking at the watch now and then."""
        watch = self._watch
        if watch is None:
            return Trace(world, self.stream.setup.budget, forward=go_forward)
        clock = partial(watch.tick, self.sent, len(self.stream))
        return Trace(world, self.stream.setup.budget, clock, go_forward)

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs that may run, the attached one first."""
        return self.stream.setup.programs

    @property
    def sent(self) -> int:
        """How many packets have been sent."""
        return len(self.tally.packets)

    @property
    def finished(self) -> bool:
        """Whether no more packets will be sent."""
        return self._stopped or self.tally.spent or self.sent == len(self.stream)

    def go_on(self, watch: Watch, seconds: float) -> bool:
        """Sends packets until no more will be, or the time is over; whether it has finished.

        Raises CancelledError; then the packet under way counts as not sent.
        """
        self._watch = watch
        deadline = watch.clock() + seconds
        try:
            while not self.finished and watch.tick(self.sent, len(self.stream)) < deadline:
                self._send(self.sent)
        finally:
            self._watch = None
        return self.finished

    def _send(self, index: int) -> None:
        journey = self.stream.journey(index)
        if journey.run is None:
            self.tally.add(unreached(index, self.stream, journey), None)
            return
        trace = self.stream.trace_of(journey)
        self._traces.keep(self.key, index, trace)
        self.tally.add(packet_run(self.hook, self.stream, trace, journey, index), trace)
        limit = self.stream.setup.budget.steps
        self._stopped = trace.ended.how == "budget" and len(trace) <= limit  # by the clock

    def trace(self, packet: int) -> Trace:
        """The trace of a packet that was sent; raises HookscopeError where there is none."""
        return self._found(packet)[0]

    def window(self, packet: int, index: int, around: int | None = None) -> str:
        """A window of a packet's trace as JSON; the first or last where there is none of that number.
        ``around`` a step: the few steps about it."""
        trace, written = self._found(packet)
        index = max(0, min(index, (len(trace) - 1) // WINDOW))
        return window_reply(self.key, self.hook, trace, packet, index, written.before(index), around)

    def reached(self, packet: int) -> bool:
        """Whether a packet was sent and came to the program, so that it has a trace."""
        return 0 <= packet < self.sent and self.tally.packets[packet].steps > 0

    def _found(self, packet: int) -> tuple[Trace, Written]:
        if not 0 <= packet < self.sent:
            raise HookscopeError.of("no-packet", f"this run sent {self.sent:,} packets, counted from 0")
        kept = self._traces.get(self.key, packet)
        return kept or self._traces.keep(self.key, packet, self.stream.trace(packet))


class Runs:
    """The runs a process was asked for lately."""

    def __init__(self, count: int = REMEMBERED, trace_bytes: int = TRACE_BYTES) -> None:
        self.count = count
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._traces = Traces(trace_bytes)

    def get(self, key: str) -> Run:
        """The run of that key; raises HookscopeError when this process has forgotten it."""
        if key not in self._runs:
            raise HookscopeError.of(
                "unknown-run", "this run is no longer in memory", "it is run again from its inputs"
            )
        self._runs.move_to_end(key)
        return self._runs[key]

    def knows(self, key: str) -> bool:
        """Whether the run of that key is remembered."""
        return key in self._runs

    def put(self, run: Run) -> None:
        """Remembers a run that was made elsewhere."""
        self._runs[run.key] = run
        while len(self._runs) > self.count:
            self._runs.popitem(last=False)

    def of(self, inputs: Inputs) -> Run:
        """The run of these inputs, as far as it has come; raises HookscopeError where there is none."""
        key = run_key(inputs)
        if key not in self._runs:
            self._runs[key] = Run(key, *setup_of(inputs), self._traces)
            while len(self._runs) > self.count:
                self._runs.popitem(last=False)
        return self.get(key)


def setup_of(inputs: Inputs) -> tuple[HookPoint, Setup]:
    """The hook and the setup that inputs describe; raises HookscopeError where there is nothing to run."""
    hook = known_point(inputs.hook)
    assembly = assemble(inputs.source)
    if assembly.program is None:
        raise HookscopeError(assembly.errors[0]) if assembly.errors else _nothing_to_run()
    if hook.takes_packets and not inputs.packets:
        raise HookscopeError.of("no-packets", "there is no packet to send", "add one under Packets to send")
    return hook, Setup(
        tuple(replace(program, prog_type=hook.prog_type) for program in assembly.programs),
        hook.prog_type,
        tuple(bytes.fromhex(packet) for packet in inputs.packets) if hook.takes_packets else (),
        inputs.times_ns,
        Event(cpu=inputs.cpu, seed=inputs.seed),
        Budget(max(1, min(inputs.max_steps, STEP_LIMIT)), KEYFRAME_BYTES, RUN_SECONDS),
        sample_events(hook),
    )


def _nothing_to_run() -> HookscopeError:
    return HookscopeError.of(
        "no-program", "there is no instruction here yet", "try `r0 = XDP_PASS` and `exit`"
    )
