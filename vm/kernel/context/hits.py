"""Events as the programs at them get them: one function per kind of event.

A ``Hit`` is what a tracepoint gives: its record for ``tracepoint/…`` programs, its arguments for ``raw_tp/…``
and ``tp_btf/…``. Facts: include/trace/events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from vm.helpers.event import Task
from vm.helpers.network import Device
from vm.kernel.context.inputs import Arguments, Kernel, Record, User, UserStrings, Value, Words
from vm.kernel.context.kernel_objects import (
    SocketInfo,
    binprm_object,
    device_object,
    sk_buff_object,
    sock_object,
)
from vm.kernel.context.objects import symbol_address
from vm.kernel.context.task import comm, task_object
from vm.uapi.tracepoints import SYSCALL_NUMBERS
from vm.uapi.tracing import raw_arguments, records

_SYSCALL_REGISTERS = ("di", "si", "dx", "r10", "r8", "r9")
"""Where x86-64 passes the arguments of system calls."""


@runtime_checkable
class Packed(Protocol):
    """A value that knows its bytes, as a socket address does."""

    def pack(self) -> bytes:
        """The bytes."""
        ...


Given = int | str | bytes | tuple[str, ...] | Packed
"""What an event says of an argument: a number, or what a pointer leads to."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A tracepoint that was come by: ``category/name``, fields of its record, raw arguments."""

    tracepoint: str
    fields: Mapping[str, Value]
    arguments: tuple[Value, ...] = ()

    @property
    def record(self) -> Record:
        """What ``tracepoint/…`` programs get."""
        return Record(self.tracepoint, self.fields)

    @property
    def raw(self) -> Arguments:
        """What ``raw_tp/…`` and ``tp_btf/…`` programs get."""
        name = self.tracepoint.partition("/")[2]
        known = "_".join(name.split("_")[:2]) if self.tracepoint.startswith("syscalls/") else name
        return Arguments(self.arguments, tuple(row.name for row in raw_arguments().get(known, ())))


def user_value(given: Given) -> Value:
    """An argument of a system call: what is no number lies in the memory of the process."""
    match given:
        case int():
            return given
        case str():
            return User.text(given)
        case bytes():
            return User(given)
        case tuple():
            return UserStrings(given)
        case _:
            return User(given.pack())


# System calls.


def syscall_enter(name: str, args: Sequence[Given]) -> Hit:
    """``syscalls/sys_enter_NAME``; its raw arguments are those of ``sys_enter``."""
    tracepoint = f"syscalls/sys_enter_{name}"
    values = [user_value(arg) for arg in args]
    names = [field.name for field in records()[tracepoint].fields][1:]
    fields = {"__syscall_nr": SYSCALL_NUMBERS[name], **dict(zip(names, values, strict=False))}
    return Hit(tracepoint, fields, (syscall_registers(name, values), SYSCALL_NUMBERS[name]))


def syscall_exit(name: str, result: int, args: Sequence[Given] = ()) -> Hit:
    """``syscalls/sys_exit_NAME``; its raw arguments are those of ``sys_exit``."""
    values = [user_value(arg) for arg in args]
    fields: dict[str, Value] = {"__syscall_nr": SYSCALL_NUMBERS[name], "ret": result}
    return Hit(f"syscalls/sys_exit_{name}", fields, (syscall_registers(name, values, result), result))


def syscall_registers(name: str, values: Sequence[Value], result: int | None = None) -> Kernel:
    """The caller's registers, as ``__x64_sys_NAME`` and raw tracepoints get them."""
    number = SYSCALL_NUMBERS[name]
    members = [*zip(_SYSCALL_REGISTERS, values, strict=False)]
    members += [("orig_ax", number), ("ax", -38 if result is None else result), ("cs", 0x33), ("ss", 0x2B)]
    return Kernel(
        "pt_regs", (*members, ("ip", symbol_address("syscall", user=True)), ("sp", 0x7FFF_FFFF_E000))
    )


def any_syscall_enter(name: str, args: Sequence[Given]) -> Hit:
    """``raw_syscalls/sys_enter``: whichever it is."""
    hit = syscall_enter(name, args)
    values = Words(tuple(user_value(arg) for arg in args[:6]))
    return Hit("raw_syscalls/sys_enter", {"id": SYSCALL_NUMBERS[name], "args": values}, hit.arguments)


def any_syscall_exit(name: str, result: int, args: Sequence[Given] = ()) -> Hit:
    """``raw_syscalls/sys_exit``: whichever it was."""
    hit = syscall_exit(name, result, args)
    return Hit("raw_syscalls/sys_exit", {"id": SYSCALL_NUMBERS[name], "ret": result}, hit.arguments)


# Tasks.


def sched_switch(previous: Task, following: Task, state: int = 1) -> Hit:
    """A CPU goes over from one task to another; ``state`` is what the first is from now on (0: runnable)."""
    fields: dict[str, Value] = {
        "prev_comm": comm(previous.comm), "prev_pid": previous.pid, "prev_prio": previous.prio,
        "prev_state": state, "next_comm": comm(following.comm), "next_pid": following.pid,
        "next_prio": following.prio,
    }  # fmt: skip
    return Hit("sched/sched_switch", fields, (0, task_object(previous), task_object(following), state))


def sched_wakeup(task: Task, cpu: int, name: str = "sched_wakeup") -> Hit:
    """A task has become runnable on a CPU; also ``sched_waking`` and ``sched_wakeup_new``."""
    fields: dict[str, Value] = {
        "comm": comm(task.comm), "pid": task.pid, "prio": task.prio, "target_cpu": cpu
    }  # fmt: skip
    return Hit(f"sched/{name}", fields, (task_object(task),))


def process_fork(parent: Task, child: Task) -> Hit:
    """A process has made a child."""
    fields: dict[str, Value] = {
        "parent_comm": _string(parent.comm), "parent_pid": parent.pid, "child_comm": _string(child.comm),
        "child_pid": child.pid,
    }  # fmt: skip
    return Hit("sched/sched_process_fork", fields, (task_object(parent), task_object(child)))


def process_exec(task: Task, filename: str, old_pid: int | None = None) -> Hit:
    """A process runs another program from now on."""
    old = task.pid if old_pid is None else old_pid
    fields: dict[str, Value] = {"filename": _string(filename), "pid": task.pid, "old_pid": old}
    return Hit("sched/sched_process_exec", fields, (task_object(task), old, binprm_object(filename, task)))


def process_exit(task: Task, *, group_dead: bool = True) -> Hit:
    """A task ends; ``group_dead`` where it was its process's last."""
    fields: dict[str, Value] = {
        "comm": comm(task.comm), "pid": task.pid, "prio": task.prio, "group_dead": int(group_dead)
    }  # fmt: skip
    return Hit("sched/sched_process_exit", fields, (task_object(task), int(group_dead)))


def signal_generate(task: Task, signal: int, result: int = 0) -> Hit:
    """A signal is sent to a process."""
    fields: dict[str, Value] = {
        "sig": signal, "errno": 0, "code": 0, "comm": comm(task.comm), "pid": task.pid, "group": 1,
        "result": result,
    }  # fmt: skip
    return Hit("signal/signal_generate", fields, (signal, siginfo(signal), task_object(task), 1, result))


def siginfo(signal: int) -> Kernel:
    """``struct kernel_siginfo``."""
    return Kernel("kernel_siginfo", (("si_signo", signal),))


def _string(text: str) -> bytes:
    return text.encode() + b"\0"


# Packets.


def packet(name: str, frame: bytes, device: Device, network: int = 14) -> Hit:
    """``net/netif_receive_skb``, ``net/netif_rx`` or ``net/net_dev_queue``. A received packet's length does
    not count the link header, which has been taken off."""
    pulled = 0 if name == "net_dev_queue" else network
    skb = sk_buff_object(frame, device, None, network, pulled)
    fields: dict[str, Value] = {"skbaddr": skb, "len": len(frame) - pulled, "name": _string(device.name)}
    return Hit(f"net/{name}", fields, (skb,))


def net_dev_start_xmit(frame: bytes, device: Device) -> Hit:
    """A packet is handed to the driver."""
    skb = sk_buff_object(frame, device)
    fields: dict[str, Value] = {
        "name": _string(device.name), "skbaddr": skb, "protocol": int.from_bytes(frame[12:14], "big"),
        "len": len(frame), "network_offset": 14,
    }  # fmt: skip
    return Hit("net/net_dev_start_xmit", fields, (skb, device_object(device)))


def net_dev_xmit(frame: bytes, device: Device, rc: int = 0) -> Hit:
    """The driver has taken a packet (rc 0), or has not."""
    skb = sk_buff_object(frame, device)
    fields: dict[str, Value] = {
        "skbaddr": skb, "len": len(frame), "rc": rc, "name": _string(device.name)
    }  # fmt: skip
    return Hit("net/net_dev_xmit", fields, (skb, rc, device_object(device), len(frame)))


def kfree_skb(
    frame: bytes,
    device: Device,
    reason: int,
    function: str,
    sock: SocketInfo | None = None,
    network: int = 14,
) -> Hit:
    """A packet is dropped in ``function``, for a reason (``vm.uapi.tracing.drop_reasons``)."""
    skb, location = sk_buff_object(frame, device, None, network), symbol_address(function) + 0x40
    owner = sock_object(sock) if sock is not None else 0
    fields: dict[str, Value] = {
        "skbaddr": skb, "location": location, "rx_sk": owner,
        "protocol": int.from_bytes(frame[12:14], "big"), "reason": reason,
    }  # fmt: skip
    return Hit("skb/kfree_skb", fields, (skb, location, reason, owner))


def consume_skb(frame: bytes, device: Device, function: str) -> Hit:
    """A packet has been used up in ``function``."""
    skb, location = sk_buff_object(frame, device), symbol_address(function) + 0x40
    return Hit("skb/consume_skb", {"skbaddr": skb, "location": location}, (skb, location))
