"""What can happen in a modeled world: frozen values with a time, the input of a simulation.

``time_ns`` counts from the start of the world (its clock then shows ``boot_ns`` more). ``cpu`` ANY_CPU leaves
the choice to the model: a packet's queue, a process' own CPU. ``truth`` is the ground truth a detector is
measured by, such as ``attack`` or ``normal``; the model never looks at it.
"""

from dataclasses import dataclass
from enum import IntEnum

from vm.kernel.world.spec import IpAddress
from vm.program import Program

ANY_CPU = -1
RUN_NS = 50_000
"""How long a process that is only woken runs."""


class AddressFamily(IntEnum):
    """Families of socket addresses (bits/socket.h)."""

    UNSPEC = 0
    UNIX = 1
    INET = 2
    INET6 = 10


@dataclass(frozen=True, slots=True)
class SockAddr:
    """A socket address as a system call takes it: struct sockaddr_in or sockaddr_in6."""

    address: IpAddress
    port: int

    @property
    def family(self) -> AddressFamily:
        """AF_INET or AF_INET6."""
        return AddressFamily.INET if self.address.version == 4 else AddressFamily.INET6

    def pack(self) -> bytes:
        """The struct: 16 bytes for IPv4, 28 for IPv6."""
        head = self.family.to_bytes(2, "little") + self.port.to_bytes(2, "big")
        raw = self.address.packed
        return head + (raw + bytes(8) if len(raw) == 4 else bytes(4) + raw + bytes(4))


Arg = int | str | bytes | SockAddr | tuple[str, ...]
"""An argument of a system call: a number, or what a pointer leads to (a string, bytes, an address, argv)."""


@dataclass(frozen=True, slots=True)
class PacketArrives:
    """A frame, link header first and without FCS, comes in at a device from its wire."""

    time_ns: int
    device: str
    data: bytes
    queue: int = 0
    cpu: int = ANY_CPU
    truth: str = ""


@dataclass(frozen=True, slots=True)
class Syscall:
    """A process makes a system call, with the arguments of the kernel's prototype (``vm.uapi.tracepoints``).

    ``result`` None: the model finds it (an fd, a pid, an errno); otherwise it is what the call returns,
    unless a hook denies it. ``duration_ns`` is the time between entry and exit.
    """

    time_ns: int
    pid: int
    name: str
    args: tuple[Arg, ...] = ()
    result: int | None = None
    duration_ns: int = 2_000
    cpu: int = ANY_CPU
    truth: str = ""


@dataclass(frozen=True, slots=True)
class Wakes:
    """A sleeping process becomes runnable and wants to run for ``RUN_NS``."""

    time_ns: int
    pid: int
    cpu: int = ANY_CPU
    truth: str = ""


@dataclass(frozen=True, slots=True)
class Runs:
    """A process wants ``ns`` of a CPU: it is woken, waits its turn, is switched to, sleeps again."""

    time_ns: int
    pid: int
    ns: int
    cpu: int = ANY_CPU
    truth: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A performance counter overflows on a CPU, ``period`` counts after the last time."""

    time_ns: int
    period: int
    cpu: int = 0
    truth: str = ""


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """A process is in a kernel function (or, with ``user``, one of its own) that probes may watch."""

    time_ns: int
    pid: int
    function: str
    args: tuple[Arg, ...] = ()
    result: int = 0
    duration_ns: int = 1_000
    user: bool = False
    cpu: int = ANY_CPU
    truth: str = ""


@dataclass(frozen=True, slots=True)
class ProgramReplaced:
    """Attachment number ``attachment`` gets other programs (bpf_link_update); maps of the same name stay.

    No programs: it is detached.
    """

    time_ns: int
    attachment: int
    programs: tuple[Program, ...] = ()
    cpu: int = ANY_CPU
    truth: str = ""


@dataclass(frozen=True, slots=True)
class MapUpdated:
    """User space writes an entry of the map of that name (bpf_map_update_elem); None deletes it.

    Keys and values that are shorter than the map's end with zeros. ``socket`` is what a map of sockets gets:
    a process and its file descriptor.
    """

    time_ns: int
    map: str
    key: bytes
    value: bytes | None
    cpu: int = ANY_CPU
    truth: str = ""
    socket: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Traced:
    """A process comes by a tracepoint (``block/block_rq_issue``) that nothing else in the model comes by.

    ``fields`` are those of its record by name; raw arguments are those of the same name, the process where
    they are a task, else 0.
    """

    time_ns: int
    pid: int
    tracepoint: str
    fields: tuple[tuple[str, int | str], ...] = ()
    cpu: int = ANY_CPU
    truth: str = ""


Event = PacketArrives | Syscall | Wakes | Runs | Sample | FunctionCall | Traced | ProgramReplaced | MapUpdated
"""Anything that happens."""
