"""Sample events for every hook without a packet: three each, so that any program can be run and stepped."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from vm.helpers.event import Probe, Task
from vm.helpers.network import ETH0, ETH1
from vm.kernel import sample_values as some
from vm.kernel.context import calls, hits
from vm.kernel.context.hits_sockets import set_state, tcp_probe, tcp_retransmit_skb
from vm.kernel.context.inputs import (
    Arguments,
    HookInput,
    Kernel,
    Record,
    Sample,
    Text,
    User,
    UserStrings,
    Value,
)
from vm.kernel.context.kernel_objects import SocketInfo
from vm.kernel.context.netfilter import netfilter_event
from vm.kernel.context.objects import symbol_address
from vm.kernel.happening import Happening
from vm.kernel.hooks import HookPoint
from vm.kernel.hooks.netfilter import INET, Inet
from vm.kernel.sample_control import controlled
from vm.uapi.prog_types import ProgType
from vm.uapi.struct_types import Field, Kind
from vm.uapi.tracing import Argument, functions, lsm_hooks, raw_arguments, records
from vm.uapi.user_functions import USER_FUNCTIONS

COUNT = 3
_RETURNS = frozenset({"kretprobe", "uretprobe", "fexit"})


@cache
def sample_events(point: HookPoint) -> tuple[Happening, ...]:
    """What happens at the hook, for want of a scenario: the same on every call. Empty where packets come."""
    if point.takes_packets:
        return ()
    return tuple(_happening(point, n) for n in range(COUNT))


def _happening(point: HookPoint, n: int) -> Happening:
    task = some.TASKS[n]
    words, what = _what(point, n, task)
    return Happening(f"{task.comm}[{task.pid}] {words}", what, task, _probe(point, n))


def _probe(point: HookPoint, n: int) -> Probe:
    user = point.hook.name in ("uprobe", "uretprobe")
    function = symbol_address(point.function, user=user)
    kernel = () if user else (function, *map(symbol_address, ("do_syscall_64", "entry_SYSCALL_64")))
    stack = (
        *((function,) if user else ()),
        *(symbol_address(name, user=True) for name in ("handle", "main")),
    )
    return Probe(function, kernel, stack, 1_000_000 * (n + 1), 1_000_000, 900_000)


def _what(point: HookPoint, n: int, task: Task) -> tuple[str, HookInput]:
    hook, target = point.hook.name, point.target
    match hook:
        case "tracepoint":
            return _tracepoint(target, n, task)
        case "raw_tp" | "tp_btf":
            return _raw(target, n, task)
        case "kprobe" | "kretprobe" | "fentry" | "fexit":
            return _function(hook, target, n, task)
        case "uprobe" | "uretprobe":
            return _user_function(hook, target, n)
        case "lsm":
            return _security(target, n, task)
        case "perf_event":
            return _sample(n)
        case "sk_lookup":
            sock = some.SOCKETS[n]
            what = calls.lookup_event(6, sock.remote, 40_000 + n, sock.local, some.PORTS[n], ETH0.ifindex)
            return f"a packet for {sock.local}:{some.PORTS[n]} looks for a socket", what
        case "sockops":
            return _tcp(n)
        case "cgroup/dev" | "cgroup/sysctl" | "cgroup/getsockopt" | "cgroup/setsockopt":
            return controlled(hook, n)
        case _ if point.prog_type is ProgType.NETFILTER:
            return _netfilter(point, n)
        case _:
            return _socket(point, n)


# Tracepoints.


def _syscall_fields(name: str) -> tuple[Argument, ...]:
    fields = records()[f"syscalls/sys_enter_{name}"].fields[1:]
    return tuple(_as_argument(field) for field in fields)


def _as_argument(field: Field) -> Argument:
    pointer = field.kind is Kind.POINTER
    return Argument(field.name, field.doc, "other" if pointer else "number", "char" if pointer else "")


def _given(name: str, n: int) -> tuple[hits.Given, ...]:
    args = some.syscall_args(name, _syscall_fields(name), n)
    return tuple(arg for arg in args if isinstance(arg, int | str | bytes | tuple))


def _tracepoint(target: str, n: int, task: Task) -> tuple[str, HookInput]:
    category, _, name = target.partition("/")
    if category == "syscalls":
        return _syscall(name, n)
    hit = _hit(name, n, task)
    if hit is not None:
        return f"{name}{_shown(hit.fields)}", Record(target, hit.fields)
    fields = {field.name: _field_value(field, n, task) for field in records()[target].fields}
    return f"{name}{_shown(fields)}", Record(target, fields)


def _syscall(name: str, n: int) -> tuple[str, HookInput]:
    _, way, call = name.split("_", 2)
    args = _given(call, n)
    if way == "enter":
        hit = hits.syscall_enter(call, args)
        return f"{call}({', '.join(_text(arg) for arg in args)})", hit.record
    return f"{call} = {some.RESULTS[n]}", hits.syscall_exit(call, some.RESULTS[n], args).record


def _text(value: object) -> str:
    match value:
        case User(data):
            return _text(data)
        case UserStrings(strings):
            return _text(strings)
        case Text(data):
            return _text(data)
        case str():
            return json.dumps(value)
        case bytes():
            shown = value.partition(b"\0")[0]
            return f'"{shown.decode()}"' if shown.isascii() and shown.decode().isprintable() else value.hex()
        case tuple():
            return "[" + ", ".join(f'"{each}"' for each in value) + "]"
        case Kernel(struct):
            return f"struct {struct}"
        case SocketInfo():
            return f"{value.local}:{value.local_port} → {value.remote}:{value.remote_port}"
        case Task():
            return f"{value.comm}[{value.pid}]"
        case int() if value > 0xFFFF:
            return hex(value)
        case _:
            return str(value)


def _shown(fields: Mapping[str, Value]) -> str:
    """The first fields of a record that say something."""
    plain = [(name, value) for name, value in fields.items() if isinstance(value, int | bytes)]
    return "".join(f" {name}={_text(value)}" for name, value in plain[:4])


def _field_value(field: Field, n: int, task: Task) -> Value:
    """A field of a record that no builder knows."""
    if "comm" in field.name:
        return task.comm.encode() + b"\0"
    if field.name in ("pid", "common_pid"):
        return task.pid
    if field.doc.startswith("__data_loc"):
        return b"eth0\0"
    if field.name == "rwbs":
        return (b"R", b"WS", b"W")[n]
    if field.kind is Kind.BYTES:
        return bytes(field.size)
    return _FIELDS.get(field.name, (n, n, n))[n]


_FIELDS: Mapping[str, tuple[int, int, int]] = MappingProxyType({
    "dev": (0x800010,) * 3, "sector": (2048, 4096, 999_424), "nr_sector": (8, 16, 256),
    "bytes": (4096, 8192, 131_072), "len": some.SIZES, "runtime": (1_200_000, 340_000, 3_000_000),
    "sig": some.SIGNALS, "vec": (3, 1, 7), "irq": (24, 25, 1), "ret": (1, 1, 1),
    "address": (0x55D0_0000_2000,) * 3,
    "prio": (120, 120, 120), "target_cpu": (0, 1, 1), "dest_cpu": (0, 1, 1),
})  # fmt: skip


def _hit(name: str, n: int, task: Task) -> hits.Hit | None:
    make = _HITS.get(name)
    return make(n, task, some.TASKS[(n + 1) % 3]) if make is not None else None


_HITS: Mapping[str, Callable[[int, Task, Task], hits.Hit]] = MappingProxyType({
    "sched_switch": lambda n, task, other: hits.sched_switch(task, other, (1, 0, 2)[n]),
    "sched_wakeup": lambda n, _, other: hits.sched_wakeup(other, n % 2),
    "sched_waking": lambda n, _, other: hits.sched_wakeup(other, n % 2, "sched_waking"),
    "sched_wakeup_new": lambda n, _, other: hits.sched_wakeup(other, n % 2, "sched_wakeup_new"),
    "sched_process_fork": lambda _, task, other: hits.process_fork(task, other),
    "sched_process_exec": lambda n, task, _: hits.process_exec(task, some.PROGRAMS[n]),
    "sched_process_exit": lambda _n, task, _: hits.process_exit(task),
    "signal_generate": lambda n, _, other: hits.signal_generate(other, some.SIGNALS[n]),
    "netif_receive_skb": lambda n, *_: hits.packet("netif_receive_skb", some.frame(n), ETH0),
    "netif_rx": lambda n, *_: hits.packet("netif_rx", some.frame(n), ETH0),
    "net_dev_queue": lambda n, *_: hits.packet("net_dev_queue", some.frame(n), ETH0),
    "net_dev_xmit": lambda n, *_: hits.net_dev_xmit(some.frame(n), ETH0),
    "kfree_skb": lambda n, *_: hits.kfree_skb(
        some.frame(n), ETH0, (3, 12, 5)[n], ("tcp_v4_rcv", "nf_hook_slow", "sk_filter_trim_cap")[n]),
    "consume_skb": lambda n, *_: hits.consume_skb(some.frame(n), ETH0, "tcp_recvmsg"),
    "inet_sock_set_state": lambda n, *_: set_state(some.SOCKETS[n], *((2, 1), (1, 8), (1, 4))[n]),
    "tcp_retransmit_skb": lambda n, *_: tcp_retransmit_skb(some.SOCKETS[n], some.frame(n), ETH0),
    "tcp_probe": lambda n, *_: tcp_probe(some.SOCKETS[n], some.frame(n), ETH0, 8 * 20_000 * (n + 1)),
})  # fmt: skip


def _raw(target: str, n: int, task: Task) -> tuple[str, HookInput]:
    if target in ("sys_enter", "sys_exit"):
        call = ("openat", "read", "connect")[n]
        enter = hits.syscall_enter(call, _given(call, n))
        hit = enter if target == "sys_enter" else hits.syscall_exit(call, some.RESULTS[n], _given(call, n))
        return f"{target} of {call}", hit.raw
    found = _hit(target, n, task)
    if found is not None:
        return f"{target}{_shown(found.fields)}", found.raw
    rows = raw_arguments()[target]
    values = tuple(calls.value_of(row, some.argument(row, n), task) for row in rows)
    what = Arguments(values, tuple(row.name for row in rows))
    return f"{target}", what


# Functions.


def _function(hook: str, name: str, n: int, task: Task) -> tuple[str, HookInput]:
    result = some.RESULTS[n] if hook in _RETURNS else None
    if name.startswith("__x64_sys_"):
        args: Sequence[calls.Thing] = _given(name.removeprefix("__x64_sys_"), n)
    else:
        args = [some.argument(row, n) for row in functions()[name].arguments]
    words = f"{name}({', '.join(_text(arg) for arg in args)})"
    if hook in ("fentry", "fexit"):
        return words, calls.function_arguments(name, args, result, task=task)
    what = calls.function_call(name, args, result, task=task)
    return words if result is None else f"{words} = {result}", what


def _user_function(hook: str, name: str, n: int) -> tuple[str, HookInput]:
    result = some.RESULTS[n] if hook in _RETURNS else None
    args = [some.argument(row, n) for row in USER_FUNCTIONS[name].arguments]
    words = f"{name}({', '.join(_text(arg) for arg in args)})"
    what = calls.function_call(name, args, result, user=True)
    return words if result is None else f"{words} = {result}", what


def _security(name: str, n: int, task: Task) -> tuple[str, HookInput]:
    args = [some.argument(row, n) for row in lsm_hooks()[name].arguments]
    return f"{name}({', '.join(_text(arg) for arg in args)})", calls.security_call(name, args, task)


def _sample(n: int) -> tuple[str, HookInput]:
    function, user = (("vfs_read", False), ("handle_request", True), ("tcp_sendmsg", False))[n]
    return f"is in {function}()", Sample(1_000_000, function, user=user)


# Netfilter.


def _netfilter(point: HookPoint, n: int) -> tuple[str, HookInput]:
    place, frame = INET[point.station], some.frame(n)
    came = ETH0 if place in (Inet.PRE_ROUTING, Inet.LOCAL_IN, Inet.FORWARD) else None
    leaves = ETH1 if place in (Inet.FORWARD, Inet.LOCAL_OUT, Inet.POST_ROUTING) else None
    return f"a packet of {len(frame)} bytes at {place.name}", netfilter_event(place, frame, came, leaves)


# Sockets.

_OPS = ((3, "is about to connect"), (4, "has connected"), (5, "was accepted"))
_BIND_PORTS = (8080, 53, 80)


def _tcp(n: int) -> tuple[str, HookInput]:
    op, words = _OPS[n]
    return f"{_text(some.SOCKETS[n])} {words}", calls.tcp_event(op, some.SOCKETS[n])


def _socket(point: HookPoint, n: int) -> tuple[str, HookInput]:
    name = point.name.removeprefix("cgroup/")
    sock = some.SOCKETS6[n] if name.endswith("6") else some.SOCKETS[n]
    attach = point.hook.attach_type
    if attach is None:
        raise KeyError(point.name)
    if name in ("sock_create", "sock_release", "post_bind4", "post_bind6"):
        kind = ("tcp", "udp", "tcp")[n]
        return f"{name.rstrip('46')} of a {kind} socket", calls.socket_event(attach, sock)
    local = name.startswith(("bind", "getsockname"))
    address, port = (sock.local, _BIND_PORTS[n]) if local else (sock.remote, sock.remote_port)
    source = sock.local if name.startswith("sendmsg") else None
    return f"{name.rstrip('46')} {address} port {port}", calls.address_event(
        attach, sock, address, port, source
    )
