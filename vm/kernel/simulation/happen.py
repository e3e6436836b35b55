"""Events begin here: each kind of event, and what is due later."""

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from vm.kernel.context.calls import Thing, traced
from vm.kernel.context.hits import any_syscall_enter, any_syscall_exit, syscall_enter, syscall_exit
from vm.kernel.context.inputs import Sample as Overflow
from vm.kernel.simulation import scheduler
from vm.kernel.simulation.calls import Args, Call
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.outcome import Kind
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.socket_calls import CALLS
from vm.kernel.world.events import (
    ANY_CPU,
    RUN_NS,
    Event,
    FunctionCall,
    MapUpdated,
    PacketArrives,
    ProgramReplaced,
    Runs,
    Sample,
    Syscall,
    Traced,
    Wakes,
)
from vm.maps import BpfMap
from vm.maps.sockets import SocketMap
from vm.source import HookscopeError, did_you_mean
from vm.uapi.errno import Errno
from vm.uapi.tracepoints import SYSCALL_NUMBERS
from vm.word import MASK64

_SECURITY = "security_"
"""What functions are called that ask security hooks."""
Passed = tuple[tuple[str, Sequence[Thing]], ...]
"""Kernel functions a call came by, with their arguments."""

KINDS: dict[type[Event], Kind] = {
    PacketArrives: Kind.PACKET,
    Syscall: Kind.SYSCALL,
    Wakes: Kind.WAKE,
    Runs: Kind.RUN,
    Sample: Kind.SAMPLE,
    FunctionCall: Kind.CALL,
    Traced: Kind.CALL,
    ProgramReplaced: Kind.REPLACE,
    MapUpdated: Kind.MAP,
}


def happen(k: Kernel, index: int, event: Event) -> int | None:
    """Lets an event happen; what a system call returned. Raises HookscopeError for one that cannot."""
    match event:
        case PacketArrives():
            arrive(k, index, event)
        case ProgramReplaced():
            k.begin(index, event.time_ns, max(event.cpu, 0))
            _replace(k, event)
        case MapUpdated():
            k.begin(index, event.time_ns, max(event.cpu, 0))
            return _update(k, event)
        case Syscall():
            return syscall(k, index, event)
        case Wakes(time_ns, pid, cpu):
            k.begin(index, time_ns, _cpu(k, pid, cpu))
            scheduler.wake(k, pid, k.cpu, RUN_NS)
        case Runs(time_ns, pid, ns, cpu):
            k.begin(index, time_ns, _cpu(k, pid, cpu))
            scheduler.wake(k, pid, k.cpu, ns)
        case Sample():
            _sample(k, index, event)
        case FunctionCall():
            return _function(k, index, event)
        case Traced():
            _traced(k, index, event)
        case _ as unhandled:
            assert_never(unhandled)
    return None


def _cpu(k: Kernel, pid: int, cpu: int) -> int:
    """The CPU an event says, else the process' own."""
    process = k.tables.processes.get(pid)
    if cpu == ANY_CPU:
        cpu = process.spec.cpu if process is not None else 0
    return cpu % k.spec.cpus


def arrive(k: Kernel, index: int, event: PacketArrives) -> None:
    """A frame comes in at a device, on the CPU its queue belongs to."""
    cpu = event.queue % k.spec.cpus if event.cpu == ANY_CPU else event.cpu % k.spec.cpus
    k.begin(index, event.time_ns, cpu)
    dev = k.topology.devices.get(event.device)
    if dev is None:
        hint = did_you_mean(event.device, k.topology.devices) or "name a device of the world"
        raise HookscopeError.of("unknown-device", f"there is no device {event.device!r}", hint)
    packet = Packet(event.data, dev, 0, event.queue)
    k.packets = 1
    k.go("nic", packet)


def _replace(k: Kernel, event: ProgramReplaced) -> None:
    if not 0 <= event.attachment < len(k.attached.current):
        message = f"there is no attachment {event.attachment} to give other programs"
        raise HookscopeError.of("no-attachment", message, "attachments are counted from 0")
    k.attached.replace(event.attachment, event.programs)


def _update(k: Kernel, event: MapUpdated) -> int:
    for found in k.attached.maps.maps:
        if found.spec.name == event.map:
            result = _written(k, found, event)
            k.attached.maps.memory.journal.clear()
            return result
    names = [found.spec.name for found in k.attached.maps.maps]
    hint = did_you_mean(event.map, names) or f"there are {', '.join(names) or 'none'}"
    raise HookscopeError.of("unknown-map", f"there is no map {event.map!r}", hint)


def _written(k: Kernel, found: BpfMap, event: MapUpdated) -> int:
    key, value = event.key.ljust(found.spec.key_size, b"\0"), event.value
    if event.socket is not None:
        pid, fd = event.socket
        process = k.tables.processes.get(pid)
        number = process.files.get(fd) if process is not None else None
        if not isinstance(number, int):
            return -Errno.EBADF
        return found.place(key, number) if isinstance(found, SocketMap) else -Errno.EINVAL
    if value is None:
        return found.user_delete(key)
    return found.user_update(key, found.for_all_cpus(value.ljust(found.spec.value_size, b"\0")))


def syscall(k: Kernel, index: int, event: Syscall) -> int | None:
    """A process calls the kernel; where it is not there nothing happens, and None is answered."""
    k.begin(index, event.time_ns, _cpu(k, event.pid, event.cpu))
    process = k.tables.processes.get(event.pid)
    if process is None:
        return None
    k.pid = event.pid
    probes = k.attached.probes
    known = event.name in SYSCALL_NUMBERS
    if known and probes.tracing:
        _tell_enter(k, event)
    call = Call(k, process, event.args, event.result, [])
    handler = CALLS.get(event.name)
    result = handler(call) if handler is not None else event.result or 0
    if known and probes.returns:
        what = "exit", event.pid, event.name, event.args, result, tuple(call.passed)
        scheduler.due(k, event.time_ns + event.duration_ns, what)
    return result


def _tell_enter(k: Kernel, event: Syscall) -> None:
    probes, name, args = k.attached.probes, event.name, event.args
    probes.tracepoint(k, "raw_syscalls/sys_enter", lambda: any_syscall_enter(name, args))
    probes.tracepoint(k, f"syscalls/sys_enter_{name}", lambda: syscall_enter(name, args))
    probes.function(k, f"__x64_sys_{name}", lambda: args)


def _tell_exit(k: Kernel, pid: int, name: str, args: Args, result: int, passed: Passed) -> None:
    k.pid = pid
    probes = k.attached.probes
    for function, given in reversed(passed):
        probes.function_returns(k, function, lambda given=given: given, result)  # type: ignore[misc]
    probes.function_returns(k, f"__x64_sys_{name}", lambda: args, result)
    probes.tracepoint(k, f"syscalls/sys_exit_{name}", lambda: syscall_exit(name, result, args))
    probes.tracepoint(k, "raw_syscalls/sys_exit", lambda: any_syscall_exit(name, result, args))


def _traced(k: Kernel, index: int, event: Traced) -> None:
    k.begin(index, event.time_ns, _cpu(k, event.pid, event.cpu))
    k.pid = event.pid if event.pid in k.tables.processes else 0
    task = k.task()
    k.attached.probes.tracepoint(k, event.tracepoint, lambda: traced(event.tracepoint, event.fields, task))


def _function(k: Kernel, index: int, event: FunctionCall) -> int | None:
    """A process is in a function; it returns later. ``security_HOOK`` asks the programs there.

    What a security hook answered, where one denies; None otherwise.
    """
    k.begin(index, event.time_ns, _cpu(k, event.pid, event.cpu))
    if event.pid not in k.tables.processes:
        return None
    k.pid = event.pid
    probes = k.attached.probes
    if event.user:
        probes.user_function(k, event.function, event.args)
    else:
        probes.function(k, event.function, lambda: event.args)
    hook = event.function.removeprefix(_SECURITY)
    refused = 0
    if hook != event.function and not event.user:
        refused = probes.allows(k, hook, *event.args)
        event = replace(event, result=refused or event.result)
    if probes.returns:
        scheduler.due(k, event.time_ns + event.duration_ns, ("returns", event))
    return refused or None


def _sample(k: Kernel, index: int, event: Sample) -> None:
    """A performance counter overflows: what runs there is seen."""
    k.begin(index, event.time_ns, event.cpu % k.spec.cpus)
    running = k.tables.running[k.cpu]
    function = "main" if running else "default_idle"
    for runner in k.attached.by_name.get("perf_event", ()):
        if runner.attachment.target in ("", str(k.cpu)):
            what = Overflow(event.period & MASK64, function, user=bool(running))
            k.attached.probes.watch(k, runner, what, function)


def timer(k: Kernel, index: int, time_ns: int, what: object) -> tuple[Kind, int | None]:
    """Something that was due happens."""
    match what:
        case ("slice", int(cpu), int()):
            k.begin(index, time_ns, cpu)
            scheduler.slice_over(k, cpu)
            return Kind.SWITCH, None
        case ("exit", int(pid), str(name), tuple(args), int(result), tuple(passed)):
            k.begin(index, time_ns, _cpu(k, pid, ANY_CPU))
            _tell_exit(k, pid, name, args, result, passed)
            return Kind.EXIT, result
        case ("returns", FunctionCall() as event):
            k.begin(index, time_ns, _cpu(k, event.pid, event.cpu))
            k.pid = event.pid
            probes = k.attached.probes
            if event.user:
                probes.user_function(k, event.function, event.args, event.result)
            else:
                probes.function_returns(k, event.function, lambda: event.args, event.result)
            return Kind.EXIT, event.result
        case _:
            raise AssertionError(f"nobody knows what to do with {what!r}")
