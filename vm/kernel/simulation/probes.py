"""Programs around the path: tracepoints, functions, security hooks, and what they are told.

Nothing is built for a place where no program watches.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial

from vm.helpers.event import Event as RunEvent
from vm.helpers.event import Probe
from vm.kernel.context import HookInput
from vm.kernel.context.calls import (
    Thing,
    function_arguments,
    function_call,
    security_call,
    tcp_event,
)
from vm.kernel.context.hits import Hit
from vm.kernel.context.hits_sockets import set_state
from vm.kernel.context.objects import symbol_address
from vm.kernel.hooks import Effect
from vm.kernel.simulation import scheduler
from vm.kernel.simulation.attached import Attached
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.packet_probes import ENTRY, PacketProbes
from vm.kernel.simulation.runner import Run, Runner
from vm.kernel.simulation.sock_ops import ESTABLISHED, STATE_CB, STATE_CB_FLAG
from vm.kernel.simulation.socket_info import STATES, info
from vm.kernel.simulation.tables import Socket
from vm.kernel.world.events import RUN_NS

_RETURN = ("kretprobe", "fexit")
_STACK = ("do_syscall_64", "entry_SYSCALL_64_after_hwframe")


class Probes:
    """Fires what is attached around the path."""

    def __init__(self, attached: Attached) -> None:
        names = {point.name for point in attached.points}
        self.attached = attached
        self.packets = PacketProbes(self)
        self.tracing = any(name.partition("/")[0] in _AROUND for name in names)
        self.schedules = any("sched" in name or "try_to_wake" in name for name in names)
        self.returns = any(
            name.partition("/")[0] in (*_RETURN, "uretprobe") or "sys_exit" in name for name in names
        )

    def watches(self, *names: str) -> bool:
        """Whether a program is at any of these hooks."""
        return any(name in self.attached.by_name for name in names)

    # Tracepoints.

    def tracepoint(
        self, k: Kernel, name: str, build: Callable[[], Hit], packet: Packet | None = None
    ) -> None:
        """``category/name`` is come by: programs of all kinds that watch it run."""
        if not self.tracing:
            return
        short = name.partition("/")[2]
        by_name = self.attached.by_name
        records = by_name.get(f"tracepoint/{name}", ())
        raws = by_name.get(f"raw_tp/{short}", ()) + by_name.get(f"tp_btf/{short}", ())
        if not records and not raws:
            return
        hit = build()
        for runner in records:
            self.watch(k, runner, hit.record, name, packet)
        for runner in raws:
            self.watch(k, runner, hit.raw, name, packet)

    # Functions.

    def function(
        self, k: Kernel, name: str, build: Callable[[], Sequence[Thing]], packet: Packet | None = None
    ) -> None:
        """A kernel function begins."""
        for kind in ENTRY if self.tracing else ():
            self._function(k, kind, name, build, None, packet)

    def function_returns(
        self, k: Kernel, name: str, build: Callable[[], Sequence[Thing]], result: int
    ) -> None:
        """A kernel function returns."""
        for kind in _RETURN if self.tracing else ():
            self._function(k, kind, name, build, result, None)

    def passed(
        self,
        k: Kernel,
        name: str,
        build: Callable[[], Sequence[Thing]],
        packet: Packet | None = None,
        result: int = 0,
    ) -> None:
        """A kernel function begins, and returns soon."""
        if self.tracing:
            self.function(k, name, build, packet)
            for kind in _RETURN:
                self._function(k, kind, name, build, result, packet)

    def _function(
        self,
        k: Kernel,
        kind: str,
        name: str,
        build: Callable[[], Sequence[Thing]],
        result: int | None,
        packet: Packet | None,
    ) -> None:
        runners = self.attached.by_name.get(f"{kind}/{name}", ())
        if not runners:
            return
        task, args = k.task(), build()
        what: HookInput
        if kind in ("kprobe", "kretprobe"):
            what = function_call(name, args, result, task=task)
        else:
            what = function_arguments(name, args, result, task=task)
        for runner in runners:
            self.watch(k, runner, what, name, packet, symbol_address(name))

    def user_function(self, k: Kernel, name: str, args: Sequence[Thing], result: int | None = None) -> None:
        """A function of the process' own program begins, or returns with ``result``."""
        kind = "uprobe" if result is None else "uretprobe"
        for runner in self.attached.by_name.get(f"{kind}/{name}", ()):
            what = function_call(name, args, result, user=True, task=k.task())
            self.watch(k, runner, what, name, None, symbol_address(name, user=True))

    def watch(
        self,
        k: Kernel,
        runner: Runner,
        what: HookInput,
        note: str,
        packet: Packet | None = None,
        address: int = 0,
    ) -> None:
        """Runs a program whose answer changes nothing, and tells of it."""
        event = k.event_for(packet.dev if packet is not None else None)
        run = k.execute(runner, what, _probed(event, address))
        effect = Effect.IGNORED if run.answer is not None else Effect.ABORTED
        verdict = None if run.answer is None else runner.verdict(run.answer).name
        station = runner.point.station
        k.hop(station, packet, effect, runner.name, run.steps, run.pc, verdict, run.message or note)

    # Security hooks.

    def allows(self, k: Kernel, hook: str, *args: Thing) -> int:
        """Whether security modules allow it: 0, or the error of the first that does not."""
        for runner in self.attached.by_name.get(f"lsm/{hook}", ()):
            run = k.execute(runner, security_call(hook, args, k.task()), k.event_for(None))
            refused = self.decided(k, runner, run, hook)
            if refused:
                return refused
        return 0

    def group_allows(self, k: Kernel, hook: str, what: HookInput, pid: int, note: str = "") -> int:
        """What programs of the process' control group say: 0, or the error of one that denies. All run."""
        worst = 0
        for runner in self.attached.cgroup(k.tables, hook, pid):
            run = k.execute(runner, what, k.event_for(None))
            refused = self.decided(k, runner, run, note or hook)
            worst = worst or refused
        return worst

    def decided(self, k: Kernel, runner: Runner, run: Run, note: str) -> int:
        """Tells of a run that could deny; 0, or the error."""
        point = runner.point
        verdict = runner.verdict(run.answer) if run.answer is not None else None
        effect = verdict.effect if verdict is not None else Effect.ABORTED
        name = verdict.name if verdict is not None else None
        k.hop(point.station, None, effect, runner.name, run.steps, run.pc, name, run.message or note)
        if effect is not Effect.DENY or run.answer is None:
            return 0
        k.denied = True
        return point.errno(run.answer, runner.world.fields)

    # Sockets.

    def state(self, k: Kernel, socket: Socket, old: str, new: str) -> None:
        """The state of a TCP socket changes."""
        if not self.attached.by_name:
            return
        seen = info(socket)
        build = partial(set_state, seen, STATES[old], STATES[new])
        self.tracepoint(k, "sock/inet_sock_set_state", build)
        self.passed(k, "tcp_set_state", lambda: (seen, STATES[new]))
        told = k.tables.sockets.get(socket.id, socket)
        if told.told_of & STATE_CB_FLAG:
            self.happens(k, told, STATE_CB, STATES[old], STATES[new])
        op = ESTABLISHED.get((old, new))
        if op is not None:
            self.happens(k, told, op)

    def happens(self, k: Kernel, socket: Socket, op: int, *args: int) -> None:
        """Something happens to a TCP socket: sockops programs are told, and choose what else to hear of."""
        socket = k.tables.sockets.get(socket.id, socket)
        for runner in self.attached.cgroup(k.tables, "sockops", socket.pid):
            run = k.execute(runner, tcp_event(op, info(socket), args, socket.told_of), k.event_for(None))
            self.decided(k, runner, run, f"op {op}")
            told_of = runner.world.fields.get("sock_ops.told_of", socket.told_of)
            if told_of != socket.told_of and socket.id in k.tables.sockets:
                socket = replace(k.tables.sockets[socket.id], told_of=told_of)
                k.tables.sockets[socket.id] = socket

    def woken(self, k: Kernel, pid: int) -> None:
        """What a process waited for has come: it wants to run, where anybody looks at the scheduler."""
        process = k.tables.processes.get(pid)
        if self.schedules and process is not None:
            scheduler.wake(k, pid, process.spec.cpu % k.spec.cpus, RUN_NS)


_AROUND = frozenset({"tracepoint", "raw_tp", "tp_btf", "kprobe", "kretprobe", "fentry", "fexit"})


def _probed(event: RunEvent, address: int) -> RunEvent:
    if not address:
        return event
    return RunEvent(
        event.time_ns, event.cpu, event.seed, event.task, event.ifindex, event.rx_queue, event.network,
        _probe(address), event.sockets,
    )  # fmt: skip


@cache
def _probe(address: int) -> Probe:
    """Where a function of that address is called."""
    stack = (address, *(symbol_address(caller) for caller in _STACK))
    return Probe(address, stack, (symbol_address("main", user=True),))
