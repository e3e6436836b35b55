"""Everything a simulation changes besides its maps: tables of immutable values, so that a copy is cheap."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from vm.kernel.simulation.headers import Flow
from vm.kernel.world.spec import ListenSpec, ProcessSpec, WorldSpec

ConnectionKey = tuple[str, int, Flow]
"""Namespace, protocol, and the flow as a packet has it."""
FIRST_FD = 3
MAX_FILES = 1_024
"""File descriptors a process may have (RLIMIT_NOFILE)."""
MAX_BACKLOG = 4_096
"""net.core.somaxconn."""


class Unread(NamedTuple):
    """Bytes that wait in a socket, and who sent them."""

    data: bytes
    source: bytes
    port: int


@dataclass(frozen=True, slots=True)
class Socket:
    """A socket. ``flow`` is that of packets it gets, for a connected one; ``unread`` bytes wait in it.

    ``state`` is TCP's (LISTEN, SYN_SENT, ESTABLISHED, CLOSE_WAIT), "" for UDP; ``waiting`` the connections
    to accept, ``half`` how many handshakes are under way. ``reads`` takes all that comes at once.
    """

    id: int
    proto: int
    netns: str
    pid: int
    address: bytes = b""
    port: int = 0
    state: str = ""
    flow: Flow | None = None
    backlog: int = 0
    rcvbuf: int = 212_992
    reads: bool = True
    unread: int = 0
    queue: tuple[Unread, ...] = ()
    waiting: tuple[int, ...] = ()
    half: int = 0
    seq: int = 0
    ack: int = 0
    told_of: int = 0
    """What else sockops programs want to be told of (BPF_SOCK_OPS_…_CB_FLAG)."""


@dataclass(frozen=True, slots=True)
class Half:
    """A handshake under way: whose listener's, since when, and our first sequence number."""

    listener: int
    since_ns: int
    seq: int


@dataclass(frozen=True, slots=True)
class Connection:
    """An entry of conntrack: whether it began in this direction, and whether an answer was seen."""

    original: bool
    replied: bool


@dataclass(frozen=True, slots=True)
class Process:
    """A process as it is now. ``files`` are what its file descriptors are: a path, or a socket's number."""

    spec: ProcessSpec
    files: Mapping[int, str | int] = field(default_factory=dict)
    start_ns: int = 0

    @property
    def free_fd(self) -> int:
        """The lowest file descriptor that is free."""
        fd = FIRST_FD
        while fd in self.files:
            fd += 1
        return fd


@dataclass(frozen=True, slots=True)
class Waiting:
    """A packet that waits for its next hop's Ethernet address."""

    data: bytes
    device: str
    packet: int


@dataclass(slots=True)
class Tables:
    """The tables. Keys and values are immutable: ``copy`` copies the dictionaries only."""

    sockets: dict[int, Socket] = field(default_factory=dict)
    bound: dict[tuple[str, int, int], tuple[int, ...]] = field(default_factory=dict)
    """By namespace, protocol, port."""
    connections: dict[ConnectionKey, int] = field(default_factory=dict)
    halves: dict[ConnectionKey, Half] = field(default_factory=dict)
    conntrack: dict[ConnectionKey, Connection] = field(default_factory=dict)
    neighbours: dict[tuple[int, bytes], bytes] = field(default_factory=dict)
    """By device number and address."""
    waiting: dict[tuple[int, bytes], tuple[Waiting, ...]] = field(default_factory=dict)
    fragments: dict[tuple[str, int, bytes, bytes, int], tuple[tuple[int, bool, bytes], ...]] = field(
        default_factory=dict
    )
    processes: dict[int, Process] = field(default_factory=dict)
    running: dict[int, int] = field(default_factory=dict)
    """The pid that has a CPU; 0 its idle task."""
    queued: dict[int, tuple[int, ...]] = field(default_factory=dict)
    wanted: dict[int, int] = field(default_factory=dict)
    """How many ns of a CPU a process still wants."""
    since: dict[int, int] = field(default_factory=dict)
    """When what runs on a CPU got it."""
    turns: dict[int, int] = field(default_factory=dict)
    """How often it was said when what runs on a CPU has had enough: only the last time counts."""
    options: dict[tuple[int, int, int], bytes] = field(default_factory=dict)
    """Options of sockets: by socket, level and name."""
    settings: dict[str, bytes] = field(default_factory=dict)
    """Settings under /proc/sys that were written."""
    numbers: dict[str, int] = field(default_factory=dict)
    """Counters: the next socket, pid, IP identification …"""

    def copy(self) -> "Tables":
        """The same tables, to go on from independently."""
        return Tables(*(dict(getattr(self, item.name)) for item in fields(self)))

    def weight(self) -> int:
        """How many entries there are."""
        return sum(len(getattr(self, item.name)) for item in fields(self))

    def next(self, name: str, first: int = 1) -> int:
        """The next number of that name."""
        number = self.numbers.get(name, first)
        self.numbers[name] = number + 1
        return number


PROTOCOL = {"tcp": 6, "udp": 17}


def initial(spec: WorldSpec) -> Tables:
    """The tables at the start of a world: its processes with their open sockets and files, its neighbours."""
    tables = Tables()
    for namespace in spec.namespaces:
        for known in namespace.neighbours:
            tables.neighbours[known.ifindex, known.address.packed] = known.mac
    for process in spec.processes:
        _start(tables, process)
    tables.running = dict.fromkeys(range(spec.cpus), 0)
    tables.queued = dict.fromkeys(range(spec.cpus), ())
    tables.since = dict.fromkeys(range(spec.cpus), 0)
    tables.numbers["pid"] = max((process.pid for process in spec.processes), default=1) + 1
    return tables


def _start(tables: Tables, process: ProcessSpec) -> None:
    files: dict[int, str | int] = {}
    for fd, listening in enumerate(process.listens, FIRST_FD):
        files[fd] = _listen(tables, process, listening)
    for fd, path in enumerate(process.files, FIRST_FD + len(files)):
        files[fd] = path
    tables.processes[process.pid] = Process(process, files)


def _listen(tables: Tables, process: ProcessSpec, spec: ListenSpec) -> int:
    proto = PROTOCOL[spec.proto]
    made = Socket(
        tables.next("socket"), proto, process.netns, process.pid, spec.address.packed, spec.port,
        "LISTEN" if spec.proto == "tcp" else "", None, min(spec.backlog, MAX_BACKLOG), spec.rcvbuf,
        spec.reads,
    )  # fmt: skip
    tables.sockets[made.id] = made
    bind(tables, made)
    return made.id


def bind(tables: Tables, socket: Socket) -> None:
    """Makes packets to the socket's port find it."""
    key = socket.netns, socket.proto, socket.port
    tables.bound[key] = (*tables.bound.get(key, ()), socket.id)


def unbind(tables: Tables, socket: Socket) -> None:
    """The contrary."""
    key = socket.netns, socket.proto, socket.port
    left = tuple(other for other in tables.bound.get(key, ()) if other != socket.id)
    if left:
        tables.bound[key] = left
    else:
        tables.bound.pop(key, None)
