"""Functions and security hooks as the programs at them get them, and what processes do with sockets.

What a pointer leads to is made from what the caller says: a path for a ``struct file *``, a task, a socket.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

from vm.helpers.event import Task
from vm.helpers.network import LOOPBACK, Device
from vm.kernel.context import kernel_objects as made
from vm.kernel.context.event_context import EventContext
from vm.kernel.context.hits import Given, Hit, Packed, syscall_registers, user_value
from vm.kernel.context.inputs import Arguments, Fields, Kernel, Registers, Text, User, Value
from vm.kernel.context.kernel_objects import SocketInfo
from vm.kernel.context.task import cred_object, task_object
from vm.uapi.attach_types import AttachType
from vm.uapi.tracing import Argument, Prototype, functions, lsm_hooks, raw_arguments
from vm.uapi.user_functions import USER_FUNCTIONS

Thing = Given | Task | SocketInfo | Device | Value
"""What an argument is said to be."""
_WRAPPER = "__x64_sys_"
NOBODY = Task()


def function_call(
    name: str, args: Sequence[Thing], result: int | None = None, *, user: bool = False, task: Task = NOBODY
) -> Registers:
    """What ``kprobe/NAME`` programs get (with a result ``kretprobe``; with ``user`` ``uprobe``)."""
    return Registers(name, _values(_prototype(name, user=user), name, args, task, user=user), result, user)


def function_arguments(
    name: str, args: Sequence[Thing], result: int | None = None, *, task: Task = NOBODY
) -> Arguments:
    """What ``fentry/NAME`` programs get; with a result, ``fexit/NAME``."""
    found = _prototype(name)
    values, names = _values(found, name, args, task), _names(found)
    return Arguments(values, names) if result is None else Arguments((*values, result), (*names, "ret"))


def _names(found: Prototype | None) -> tuple[str, ...]:
    return tuple(row.name for row in found.arguments) if found is not None else ()


def security_call(hook: str, args: Sequence[Thing], task: Task = NOBODY, answer: int = 0) -> Arguments:
    """What ``lsm/HOOK`` programs get: its arguments, and the ``answer`` of the program before."""
    found = lsm_hooks().get(hook)
    return Arguments((*_values(found, hook, args, task), answer), (*_names(found), "ret"))


def _prototype(name: str, *, user: bool = False) -> Prototype | None:
    return USER_FUNCTIONS.get(name) if user else functions().get(name)


def _values(
    found: Prototype | None, name: str, args: Sequence[Thing], task: Task, *, user: bool = False
) -> tuple[Value, ...]:
    if name.startswith(_WRAPPER):
        given = [_plain(arg) for arg in args]
        return (syscall_registers(name.removeprefix(_WRAPPER), given),)
    known = found.arguments if found is not None else ()
    rows: list[Argument | None] = [*known, *[None] * (len(args) - len(known))]
    return tuple(_value(row, arg, task, user=user) for row, arg in zip(rows, args, strict=False))


def value_of(row: Argument, thing: Thing, task: Task = NOBODY) -> Value:
    """An argument of the kernel of the type ``row`` as a value."""
    return _value(row, thing, task, user=False)


def _plain(thing: Thing) -> Value:
    match thing:
        case int() | str() | bytes() | tuple():
            return user_value(thing)
        case Task() | SocketInfo() | Device():
            return 0
        case Packed():
            return user_value(thing)
        case _:
            return thing


def _value(row: Argument | None, thing: Thing, task: Task, *, user: bool) -> Value:
    """An argument of the type ``row`` as a value."""
    match thing:
        case int():
            return thing
        case Task():
            return cred_object(thing) if row is not None and row.target == "cred" else task_object(thing)
        case SocketInfo():
            owner = row is not None and row.target == "socket"
            return made.socket_object(thing) if owner else made.sock_object(thing)
        case Device():
            return made.device_object(thing)
        case str():
            return _of_text(row, thing, task, user=user)
        case bytes():
            skb = row is not None and row.target == "sk_buff"
            return made.sk_buff_object(thing, LOOPBACK) if skb else User(thing)
        case tuple():
            return user_value(thing)
        case Packed():
            return thing.pack()  # a sockaddr the kernel has copied
        case _:
            return thing


def _of_text(row: Argument | None, text: str, task: Task, *, user: bool) -> Value:
    """A structure that a path, or a name, leads to."""
    match row.target if row is not None else "":
        case "file":
            return made.file_object(text)
        case "path":
            return made.path_object(text)
        case "dentry":
            return made.dentry_object(text)
        case "inode":
            return dict(made.dentry_object(text).members)["d_inode"]
        case "linux_binprm":
            return made.binprm_object(text, task)
        case "filename":
            return Kernel("filename", (("name", Text(text.encode())),))
        case _:
            kernel = row is not None and not user and "__user" not in row.type and row.name not in _USER_NAMES
            return Text(text.encode()) if kernel else User.text(text)


_USER_NAMES = frozenset({"filename", "buf", "ubuf", "pathname"})
"""Arguments of kernel functions that lead to the memory of the process: types do not say it."""


def traced(tracepoint: str, given: Sequence[tuple[str, int | str]], task: Task) -> Hit:
    """A tracepoint come by with these fields of its record; raw arguments of the same names are the same."""
    known = dict(given)
    fields: dict[str, Value] = {
        name: value.encode() + b"\0" if isinstance(value, str) else value for name, value in known.items()
    }
    arguments = []
    for row in raw_arguments().get(tracepoint.partition("/")[2], ()):
        found = known.get(row.name, 0)
        arguments.append(_value(row, task if row.target == "task_struct" else found, task, user=False))
    return Hit(tracepoint, fields, tuple(arguments))


# Sockets.


def socket_fields(sock: SocketInfo) -> dict[str, int | bytes]:
    """``struct bpf_sock`` of a socket."""
    sides: dict[str, int | bytes] = (
        {"src_ip4": sock.local.packed, "dst_ip4": sock.remote.packed}
        if sock.family == made.AF_INET
        else {"src_ip6": sock.local.packed, "dst_ip6": sock.remote.packed}
    )
    return {
        "bound_dev_if": sock.bound_dev_if, "family": sock.family, "type": sock.type,
        "protocol": sock.protocol, "mark": sock.mark, "priority": sock.priority, "src_port": sock.local_port,
        "dst_port": sock.remote_port.to_bytes(2, "big"), "state": sock.state, **sides,
    }  # fmt: skip


def socket_event(attach_type: AttachType, sock: SocketInfo) -> Fields:
    """What programs at sock_create, post_bind and sock_release get."""
    return Fields(attach_type, socket_fields(sock), owner=sock.number)


def address_event(
    attach_type: AttachType,
    sock: SocketInfo,
    address: IPv4Address | IPv6Address,
    port: int,
    source: IPv4Address | IPv6Address | None = None,
) -> Fields:
    """What programs at bind, connect, sendmsg, recvmsg … get: the address a process gave, or is told."""
    family = made.AF_INET if address.version == 4 else made.AF_INET6
    suffix = "ip4" if address.version == 4 else "ip6"
    values: dict[str, int | bytes] = {
        "user_family": family, f"user_{suffix}": address.packed, "user_port": port.to_bytes(2, "big"),
        "family": sock.family, "type": sock.type, "protocol": sock.protocol,
    }  # fmt: skip
    if source is not None:
        values[f"msg_src_{suffix}"] = source.packed
    return Fields(attach_type, values, socket_fields(sock), owner=sock.number)


def address_left(context: EventContext) -> tuple[IPv4Address | IPv6Address, int]:
    """The address and port as programs left them in the context of an ``address_event``."""
    port = int.from_bytes(context.value("user_port")[:2], "big")
    if int.from_bytes(context.value("user_family"), "little") == made.AF_INET:
        return IPv4Address(context.value("user_ip4")), port
    return IPv6Address(context.value("user_ip6")), port


def source_left(context: EventContext) -> IPv4Address | IPv6Address | None:
    """The source that programs at sendmsg chose for a datagram; None where they chose none."""
    four = int.from_bytes(context.value("user_family"), "little") == made.AF_INET
    raw = context.value("msg_src_ip4" if four else "msg_src_ip6")
    if not any(raw):
        return None
    return IPv4Address(raw) if four else IPv6Address(raw)


def lookup_event(
    protocol: int,
    remote: IPv4Address | IPv6Address,
    remote_port: int,
    local: IPv4Address | IPv6Address,
    local_port: int,
    ifindex: int,
) -> Fields:
    """What sk_lookup programs get: a packet that looks for its socket."""
    family = made.AF_INET if local.version == 4 else made.AF_INET6
    suffix = "ip4" if local.version == 4 else "ip6"
    values: dict[str, int | bytes] = {
        "family": family, "protocol": protocol, f"remote_{suffix}": remote.packed,
        "remote_port": remote_port.to_bytes(2, "big"), f"local_{suffix}": local.packed,
        "local_port": local_port, "ingress_ifindex": ifindex,
    }  # fmt: skip
    return Fields(AttachType.SK_LOOKUP, values)


def tcp_event(op: int, sock: SocketInfo, args: Sequence[int] = (), told_of: int = 0) -> Fields:
    """What sockops programs get: ``op`` is what has happened (BPF_SOCK_OPS_…)."""
    suffix = "ip4" if sock.family == made.AF_INET else "ip6"
    values: dict[str, int | bytes] = {
        "op": op, "family": sock.family, f"remote_{suffix}": sock.remote.packed,
        f"local_{suffix}": sock.local.packed, "remote_port": bytes(2) + sock.remote_port.to_bytes(2, "big"),
        "local_port": sock.local_port, "is_fullsock": 1, "snd_cwnd": 10, "state": sock.state,
        "bpf_sock_ops_cb_flags": told_of,
        **{f"args[{n}]": arg for n, arg in enumerate(args[:4])},
    }  # fmt: skip
    return Fields(AttachType.CGROUP_SOCK_OPS, values, socket_fields(sock), owner=sock.number)
