"""What became of an event: the stations its packets came to, how they ended, and the sums of many.

Nearly all events of a scenario go one of a few ways. A way is kept once, as a ``Route`` that outcomes share,
so that 100,000 outcomes fit; bytes and whole runs are had again by opening one (``Simulation.open``).
"""

from dataclasses import dataclass, field
from enum import StrEnum

from vm.change import OutputKind
from vm.kernel.hooks import Effect
from vm.kernel.simulation.drops import Reason


class Kind(StrEnum):
    """What an outcome is of. The last two are not given: they follow from earlier events."""

    PACKET = "packet"
    SYSCALL = "syscall"
    WAKE = "wake"
    RUN = "run"
    SAMPLE = "sample"
    CALL = "call"
    REPLACE = "replace"
    MAP = "map"
    SWITCH = "switch"
    EXIT = "exit"


class End(StrEnum):
    """How a packet ended; each packet that came in or was made ends in exactly one way."""

    DELIVERED = "delivered"
    """Taken by a socket, or by the kernel itself (ARP, ping, a handshake)."""
    DROPPED = "dropped"
    SENT = "sent"
    """Left by a device's wire."""
    QUEUED = "queued"
    """Waits for an answer to ARP, or in a socket nobody reads yet."""


@dataclass(frozen=True, slots=True)
class Hop:
    """A station that packet number ``packet`` of an event came to, ``after_ns`` behind the event's time.

    ``program`` decided ``verdict`` in ``steps`` steps, at the latest by the conditional jump at slot ``pc``.
    Packet 0 is the one that came in; others are answers and copies. A probe has the number of its packet.
    """

    station: str
    device: str
    netns: str
    after_ns: int
    effect: Effect
    program: str | None = None
    steps: int = 0
    pc: int | None = None
    verdict: str | None = None
    note: str = ""
    packet: int = 0


@dataclass(frozen=True, slots=True)
class Fate:
    """Where and how a packet ended; ``reason`` and, where one decided it, the ``program`` and slot ``pc``."""

    station: str
    end: End
    effect: Effect
    reason: Reason | None = None
    program: str | None = None
    pc: int | None = None
    note: str = ""
    packet: int = 0
    device: str = ""
    netns: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One way through the kernel: all hops of all packets of an event, and their ends, packet 0's first."""

    hops: tuple[Hop, ...]
    fates: tuple[Fate, ...]
    denied: bool = False
    """A program's answer dropped a packet or denied a call."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of happening ``index``; ``event`` is the index of the event that it is, or stems from.

    ``result`` is what a system call returned. ``time_ns`` counts from the start of the world.
    """

    index: int
    event: int
    time_ns: int
    kind: Kind
    route: Route = field(repr=False)
    result: int | None = None

    @property
    def hops(self) -> tuple[Hop, ...]:
        """The stations it came to, in order."""
        return self.route.hops

    @property
    def fate(self) -> Fate | None:
        """How its first packet ended; None where there is none (a system call without packets)."""
        return self.route.fates[0] if self.route.fates else None


@dataclass(frozen=True, slots=True)
class Output:
    """What a program sent to user space (ring buffer, perf event, trace_pipe) in happening ``index``."""

    index: int
    time_ns: int
    program: str
    kind: OutputKind
    source: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Denial:
    """An entry of the audit list: who was denied what, at which station, by which instruction.

    ``errno`` is the negative number the caller got; 0 for packets.
    """

    index: int
    time_ns: int
    who: str
    what: str
    station: str
    program: str
    pc: int | None
    errno: int = 0
    truth: str = ""


@dataclass(slots=True)
class StationCount:
    """How many packets (or calls) came to a station of a device, and what became of them there."""

    seen: int = 0
    passed: int = 0
    dropped: int = 0
    sent: int = 0
    redirected: int = 0
    denied: int = 0


@dataclass(slots=True)
class ProgramCount:
    """How often a program ran, its steps, and its answers by name."""

    runs: int = 0
    steps: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Counters:
    """The sums of a simulation so far. ``stations`` by (station, device), ``ends`` by how packets ended."""

    events: int = 0
    packets: int = 0
    stations: dict[tuple[str, str], StationCount] = field(default_factory=dict)
    ends: dict[End, int] = field(default_factory=dict)
    reasons: dict[Reason, int] = field(default_factory=dict)
    programs: dict[str, ProgramCount] = field(default_factory=dict)
