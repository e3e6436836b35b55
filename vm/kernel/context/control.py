"""What programs at device files, settings and socket options get. Facts: kernel/bpf/cgroup.c."""

from dataclasses import dataclass

from vm.kernel.context.calls import socket_fields
from vm.kernel.context.event_context import EventContext
from vm.kernel.context.inputs import Fields
from vm.kernel.context.kernel_objects import SocketInfo
from vm.uapi.attach_types import AttachType

MKNOD, READ, WRITE = 1, 2, 4
"""BPF_DEVCG_ACC_…: what is done with a device file."""
BLOCK, CHARACTER = 1, 2
MAX_OPTION = 4096
"""Bytes of an option's value that programs see (PAGE_SIZE)."""


def device_event(major: int, minor: int, access: int, *, block: bool = False) -> Fields:
    """A device file is opened (READ, WRITE) or made (MKNOD)."""
    kind = BLOCK if block else CHARACTER
    values = {"access_type": access << 16 | kind, "major": major, "minor": minor}
    return Fields(AttachType.CGROUP_DEVICE, values)


def setting_event(name: str, current: bytes, new: bytes | None = None, at: int = 0) -> Fields:
    """``name`` (``net/ipv4/ip_forward``) is read, or written where there is a ``new`` value."""
    texts = {"sysctl_name": name.encode(), "sysctl_current": current}
    if new is not None:
        texts["sysctl_new"] = new
    values = {"write": int(new is not None), "file_pos": at}
    return Fields(AttachType.CGROUP_SYSCTL, values, texts=texts)


def option_event(
    kind: AttachType, sock: SocketInfo, level: int, option: int, value: bytes, retval: int = 0
) -> Fields:
    """An option of a socket is set, or was asked for: its ``value``; ``retval`` is the answer so far."""
    values = {"level": level, "optname": option, "optlen": len(value), "retval": retval}
    return Fields(kind, values, socket_fields(sock), value[:MAX_OPTION], sock.number)


@dataclass(frozen=True, slots=True)
class Option:
    """An option as programs have left it; ``length`` -1 says that the kernel is to do nothing."""

    level: int
    name: int
    length: int
    value: bytes
    retval: int


def option_left(context: EventContext) -> Option:
    """What programs left in the context of an ``option_event``."""

    def number(name: str) -> int:
        return int.from_bytes(context.value(name), "little", signed=True)

    return Option(number("level"), number("optname"), number("optlen"), context.buffer_left, number("retval"))
