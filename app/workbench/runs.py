"""Runs, and questions about them.

A run is a pure function of its inputs; this process remembers the latest few.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field, replace

from app.schemas.trace import (
    Inputs,
    MarksReply,
    MarksRequest,
    OutputView,
    PacketRun,
    RunReply,
    RunRequest,
    StopReply,
    StopRequest,
    WindowRequest,
)
from app.workbench.keys import run_key
from app.workbench.stops import find
from app.workbench.summary import outputs_of, packet_run, unreached
from app.workbench.windows import window_reply
from app.workbench.written import Written
from vm.asm import assemble
from vm.helpers.event import Event
from vm.kernel.hooks import HOOK_POINTS, HookPoint, hook_point
from vm.kernel.scenario import Setup
from vm.kernel.stream import Stream
from vm.machine.coverage import branch_counts, slot_counts
from vm.machine.trace import WINDOW, Budget, Trace
from vm.source import HookscopeError

REMEMBERED = 8
"""Runs a process keeps."""
TRACES_KEPT = 16
"""Traces a run keeps; others are had again when asked for."""
OUTPUTS_SENT = 1_000
TOTAL_STEPS = 4_000_000
"""Steps all packets of a run may take together."""
MARKS = 10_000


@dataclass(slots=True)
class Run:
    """A stream under its key, with the traces looked at lately."""

    key: str
    hook: HookPoint
    stream: Stream
    traces: OrderedDict[int, tuple[Trace, Written]] = field(default_factory=OrderedDict)

    def trace(self, packet: int) -> Trace:
        """The trace of a packet; raises HookscopeError when there is no such packet."""
        return self._found(packet)[0]

    def window(self, packet: int, index: int) -> str:
        """A window of a packet's trace as JSON; the first or last where there is none of that number."""
        trace, written = self._found(packet)
        index = max(0, min(index, (len(trace) - 1) // WINDOW))
        return window_reply(self.key, self.hook, trace, packet, index, written.before(index))

    def _found(self, packet: int) -> tuple[Trace, Written]:
        if not 0 <= packet < len(self.stream):
            raise HookscopeError.of("no-packet", f"this run has {len(self.stream)} packets, counted from 0")
        if packet not in self.traces:
            self.keep(packet, self.stream.trace(packet))
        self.traces.move_to_end(packet)
        return self.traces[packet]

    def keep(self, packet: int, trace: Trace) -> Trace:
        """Remembers a trace, and forgets the one not looked at for longest."""
        self.traces[packet] = trace, Written(trace)
        while len(self.traces) > TRACES_KEPT:
            self.traces.popitem(last=False)
        return trace


_runs: OrderedDict[str, Run] = OrderedDict()
"""What this process can have again from its inputs: a cache, never the only copy of anything."""


def remembered(key: str) -> Run:
    """The run of that key; raises HookscopeError when this process has forgotten it."""
    if key not in _runs:
        raise HookscopeError.of(
            "unknown-run", "this run is no longer in memory", "it is run again from its inputs"
        )
    _runs.move_to_end(key)
    return _runs[key]


def prepare(inputs: Inputs) -> Run:
    """The run of these inputs, not yet run; raises HookscopeError when the text is no program."""
    key = run_key(inputs)
    if key in _runs:
        return remembered(key)
    assembly = assemble(inputs.source)
    if assembly.program is None:
        raise HookscopeError(assembly.errors[0]) if assembly.errors else _nothing_to_run()
    hook = hook_point(inputs.hook)
    if hook is None:
        raise HookscopeError.of(
            "unknown-hook", f"there is no hook {inputs.hook}", f"hooks are {', '.join(HOOK_POINTS)}"
        )
    programs = tuple(replace(program, prog_type=hook.prog_type) for program in assembly.programs)
    setup = Setup(
        programs,
        hook.prog_type,
        tuple(bytes.fromhex(packet) for packet in inputs.packets),
        inputs.times_ns,
        Event(cpu=inputs.cpu, seed=inputs.seed),
        Budget(steps=max(1, min(inputs.max_steps, 1_000_000))),
    )
    _runs[key] = Run(key, hook, Stream(setup, hook))
    while len(_runs) > REMEMBERED:
        _runs.popitem(last=False)
    return _runs[key]


def _nothing_to_run() -> HookscopeError:
    return HookscopeError.of(
        "no-program", "there is no instruction here yet", "try `r0 = XDP_PASS` and `exit`"
    )


def run(text: str) -> tuple[str, str | None]:
    """A RunRequest, run: the RunReply and the first window (None for a packet no program saw), as JSON."""
    request = RunRequest.model_validate_json(text)
    found = prepare(request.inputs)
    reply = _reply(found, request.revision)
    packet = min(request.packet, max(0, len(reply.packets) - 1))
    if not reply.packets:
        raise HookscopeError.of("no-packets", "there is no packet to send", "add one under Packets to send")
    step = min(request.step, reply.packets[packet].steps)
    if not reply.packets[packet].steps:
        return reply.model_dump_json(), None
    return reply.model_dump_json(), found.window(packet, step // WINDOW)


def _reply(found: Run, revision: int) -> RunReply:
    coverage: Counter[int] = Counter()
    taken: dict[int, tuple[int, int]] = {}
    packets: list[PacketRun] = []
    outputs: list[OutputView] = []
    total = steps = 0
    program = found.stream.setup.programs[0]
    for index in range(len(found.stream)):
        if steps > TOTAL_STEPS:
            break
        journey = found.stream.journey(index)
        if journey.run is None:
            packets.append(unreached(index, found.stream, journey))
            continue
        trace = found.keep(index, found.stream.trace_of(journey))
        steps += len(trace)
        coverage.update(
            {at: count for at, count in slot_counts(trace.path).items() if at < len(program.slots)}
        )
        for pc, (yes, no) in branch_counts(trace.path, program).items():
            before = taken.get(pc, (0, 0))
            taken[pc] = (before[0] + no, before[1] + yes)
        packets.append(packet_run(found.hook, found.stream, trace, journey, index))
        total += len(trace.outputs)
        outputs += outputs_of(trace, index)[: OUTPUTS_SENT - len(outputs)]
    return RunReply(
        run=found.key,
        revision=revision,
        packets=packets,
        coverage=dict(coverage),
        taken=taken,
        outputs=outputs,
        outputs_total=total,
    )


def window(text: str) -> str:
    """A WindowRequest answered by a WindowReply; raises HookscopeError ``unknown-run``."""
    request = WindowRequest.model_validate_json(text)
    return remembered(request.run).window(request.packet, request.window)


def stop(text: str) -> str:
    """A StopRequest answered by a StopReply, across packets."""
    request = StopRequest.model_validate_json(text)
    found = remembered(request.run)
    reply: StopReply = find(request, found.trace, len(found.stream))
    return reply.model_dump_json()


def marks(text: str) -> str:
    """The path of one packet's run for the score: binned above 10,000 steps."""
    request = MarksRequest.model_validate_json(text)
    path = remembered(request.run).trace(request.packet).path
    size = -(-len(path) // MARKS) or 1
    return MarksReply(packet=request.packet, pcs=list(path[::size]), bin=size).model_dump_json()
