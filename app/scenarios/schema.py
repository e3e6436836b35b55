"""What a script may hold; docs/scenarios.md explains it, docs/scenario.schema.json is made from it."""

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from vm.kernel.scenarios.model import MAX_EVENTS

_UNITS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "min": 60_000_000_000}
_TIME = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?) ?(ns|us|ms|s|min)")
LONGEST_NS = 86_400 * 1_000_000_000
"""A day: events may not come later."""
MAX_ENTRIES = 1_000


def nanoseconds(value: object) -> int:
    """Reads ``10ms``; raises ValueError."""
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"`{str(value)[:40]}` is no time; write a number with its unit, such as 10ms or 2s")
    whole, _, part = found[1].partition(".")
    unit = _UNITS[found[2]]
    time: int = int(whole) * unit + int(part or 0) * unit // 10 ** len(part)
    if time > LONGEST_NS:
        raise ValueError(f"`{value}` is longer than a day; events may come within a day")
    return time


Time = Annotated[int, BeforeValidator(nanoseconds, json_schema_input_type=str)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.+@/-]+$")]
Text = Annotated[str, Field(max_length=300)]
Words = Annotated[str, Field(max_length=2_000)]
Pid = Annotated[int, Field(ge=1, le=4_194_304)]
Port = Annotated[int, Field(ge=0, le=65_535)]


class Part(BaseModel):
    """What every part of a script shares: a key that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Device(Part):
    """A network device; with ``peer`` one end of a veth pair."""

    name: Name
    addresses: Annotated[tuple[str, ...], Field(max_length=16)] = ()
    """With their prefix: ``10.0.0.1/24``."""
    mac: str | None = None
    mtu: Annotated[int, Field(ge=68, le=65_536)] = 1_500
    queues: Annotated[int, Field(ge=1, le=64)] = 1
    peer: str = ""
    """The other end: ``pod/eth0`` is eth0 of the namespace pod."""
    netns: str = ""


class RoutePart(Part):
    """Packets ``to`` a network leave by ``device``, to the router ``via`` if there is one."""

    to: str
    device: str
    via: str | None = None
    local: bool = False


class NeighbourPart(Part):
    """Who has an address on the link of a device."""

    address: str
    device: str
    mac: str


class Namespace(Part):
    """A network namespace beside the host's."""

    name: Name
    routes: Annotated[tuple[RoutePart, ...], Field(max_length=200)] = ()
    neighbours: Annotated[tuple[NeighbourPart, ...], Field(max_length=200)] = ()
    forwarding: bool = False


class Listen(Part):
    """A socket that is open from the start."""

    proto: Literal["tcp", "udp"] = "tcp"
    port: Port
    address: str = "0.0.0.0"  # noqa: S104 - an address in the model
    backlog: Annotated[int, Field(ge=1, le=65_535)] = 128
    reads: bool = True


class Process(Part):
    """A process that exists from the start."""

    name: Annotated[str, Field(min_length=1, max_length=15)]
    """Its comm: at most 15 characters, as the kernel keeps them."""
    pid: Pid
    argv: Annotated[tuple[Text, ...], Field(max_length=64)] = ()
    exe: Text = ""
    uid: Annotated[int, Field(ge=0, lt=2**32)] = 0
    cgroup: Annotated[str, Field(max_length=200, pattern=r"^/[^\s]*$")] = "/"
    netns: str = ""
    cpu: Annotated[int, Field(ge=0, lt=64)] = 0
    parent: Pid = 1
    listens: Annotated[tuple[Listen, ...], Field(max_length=64)] = ()
    files: Annotated[tuple[Text, ...], Field(max_length=64)] = ()


class World(Part):
    """What there is before anything happens, beside the default world or (``empty``) in its place."""

    base: Literal["default", "empty"] = "default"
    devices: Annotated[tuple[Device, ...], Field(max_length=200)] = ()
    namespaces: Annotated[tuple[Namespace, ...], Field(max_length=100)] = ()
    routes: Annotated[tuple[RoutePart, ...], Field(max_length=200)] = ()
    neighbours: Annotated[tuple[NeighbourPart, ...], Field(max_length=200)] = ()
    processes: Annotated[tuple[Process, ...], Field(max_length=500)] = ()
    cpus: Annotated[int, Field(ge=1, le=64)] = 2


Scalar = int | str


class Vary(Part):
    """How a value differs from one repetition to the next: of a list, drawn from a range, or counted."""

    pick: Annotated[tuple[Scalar, ...], Field(min_length=1, max_length=1_000)] | None = None
    low: Annotated[Scalar | None, Field(alias="from")] = None
    high: Annotated[Scalar | None, Field(alias="to")] = None
    count: Annotated[int | None, Field(ge=-65_536, le=65_536)] = None
    """The step of counting from ``from`` on, back to it after ``to``."""

    @model_validator(mode="after")
    def _one_way(self) -> "Vary":
        ranged = self.low is not None and self.high is not None
        if (self.pick is None) == (not ranged) or (self.pick is not None and self.low is not None):
            return self._wrong()
        if self.count is not None and not ranged:
            return self._wrong()
        return self

    def _wrong(self) -> "Vary":
        raise ValueError("a value varies in one way; write `pick: [a, b]`, or `from: 1` with `to: 9`")


class Happening(Part):
    """What all entries share: when, how often, and the ground truth."""

    at: Time | None = None
    """When it first happens; a millisecond after the entry before has ended, where it is left out."""
    repeat: Annotated[int, Field(ge=1, le=MAX_EVENTS)] = 1
    every: Time = 1_000_000
    """The time between two repetitions."""
    jitter: Annotated[int, Field(ge=0, le=100)] = 0
    """How far a repetition strays, in percent of ``every``: half of it earlier, half of it later at most."""
    vary: dict[Annotated[str, Field(max_length=100)], Vary] = Field(default_factory=dict, max_length=16)
    """By path: ``tcp.sport``, ``args.1``."""
    truth: Annotated[str, Field(max_length=64)] = ""
    cpu: Annotated[int | None, Field(ge=0, lt=64)] = None


class Packet(Happening):
    """A frame comes in; ``packet`` describes it as the packet editor does, or names one: ``tcp-syn``."""

    packet: dict[str, Any] | str
    device: str = "eth0"
    queue: Annotated[int, Field(ge=0, lt=64)] = 0


class SocketAddress(Part):
    """A socket address as an argument."""

    address: str
    port: Port


Argument = int | str | SocketAddress | Annotated[tuple[Text, ...], Field(max_length=64)]


class Call(Happening):
    """A process makes a system call."""

    syscall: Name
    process: Name | Pid
    args: Annotated[tuple[Argument, ...], Field(max_length=6)] = ()
    result: int | None = None
    takes: Time = 2_000


class Function(Happening):
    """A process is in a kernel function (with ``user``, one of its own)."""

    function: Name
    process: Name | Pid
    args: Annotated[tuple[Argument, ...], Field(max_length=6)] = ()
    result: int = 0
    takes: Time = 1_000
    user: bool = False


class Tracepoint(Happening):
    """A process comes by a tracepoint that no other entry comes by, such as ``block/block_rq_issue``."""

    tracepoint: Annotated[str, Field(max_length=64)]
    process: Name | Pid
    fields: Annotated[dict[str, int | Text], Field(max_length=40)] = Field(default_factory=dict)


class Woken(Happening):
    """A process is woken, and runs for a moment."""

    wakes: Name | Pid


class Running(Happening):
    """A process wants a CPU for a time."""

    runs: Name | Pid
    takes: Time = 1_000_000


class Sampled(Happening):
    """A performance counter overflows."""

    sample: Annotated[int, Field(ge=1, lt=2**32)]
    """The period: how many counts after the last time."""


class Acting(Happening):
    """Somebody behaves in a way that has a name, such as ``visitors``: ``repeat`` events of it at most."""

    behaviour: Annotated[str, Field(min_length=1, max_length=64)]
    given: Annotated[dict[str, Any], Field(alias="with", max_length=20)] = Field(default_factory=dict)
    """What is said of it: ``count``, ``every``, ``process`` …"""


class SocketOf(Part):
    """A socket by the process that has it open."""

    process: Name | Pid
    fd: Annotated[int, Field(ge=0, le=1_023)] = 3


class Written(Happening):
    """User space writes an entry of the map of that name, or deletes it where nothing is given."""

    update: Name
    key: Annotated[int, Field(ge=0, lt=2**64)] = 0
    value: Annotated[int | None, Field(ge=0, lt=2**64)] = None
    socket: SocketOf | None = None
    """For maps of sockets."""


KINDS = ("packet", "syscall", "function", "wakes", "runs", "sample", "tracepoint", "behaviour", "update")
"""The keys that tell what an entry is."""


def _kind(entry: object) -> str | None:
    """Which entry it is; tags are in brackets because a key of the script must not be taken for one."""
    if isinstance(entry, BaseModel):
        keys = set(type(entry).model_fields)
    else:
        keys = set(entry) if isinstance(entry, dict) else set()
    found = [kind for kind in KINDS if kind in keys]
    return f"<{found[0]}>" if len(found) == 1 else None


Entry = Annotated[
    Annotated[Packet, Tag("<packet>")]
    | Annotated[Call, Tag("<syscall>")]
    | Annotated[Function, Tag("<function>")]
    | Annotated[Woken, Tag("<wakes>")]
    | Annotated[Running, Tag("<runs>")]
    | Annotated[Sampled, Tag("<sample>")]
    | Annotated[Tracepoint, Tag("<tracepoint>")]
    | Annotated[Acting, Tag("<behaviour>")]
    | Annotated[Written, Tag("<update>")],
    Discriminator(
        _kind,
        custom_error_type="entry_kind",
        custom_error_message=f"An entry says what happens, once: it has exactly one of {', '.join(KINDS)}",
    ),
]


class Script(Part):
    """A whole script."""

    scenario: Annotated[str, Field(min_length=1, max_length=100)]
    """Its name."""
    doc: Words = ""
    look_for: Words = ""
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 1
    truths: dict[Annotated[str, Field(max_length=64)], Text] = Field(default_factory=dict, max_length=32)
    """What each label of ground truth means."""
    wanted: Annotated[tuple[str, ...], Field(max_length=32)] = ()
    """Those that a detector is to find."""
    world: World = World()
    events: Annotated[tuple[Entry, ...], Field(max_length=MAX_ENTRIES)]
