"""A simulation as the browser sees it: what to simulate, how far it is, who ended where, one event whole."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import MAX_PACKETS, HexBytes, Message, PacketBytes, SourceText
from app.schemas.packets import PacketView
from app.schemas.trace import Inputs, MapView, Nanoseconds

MAX_ATTACHMENTS = 32
MAX_CAPTURE = 8 << 20
"""Characters of a capture file in base 64."""
PAGE = 200
"""Rows of a page."""

Label = Annotated[str, Field(max_length=64)]
Count = Annotated[int, Field(ge=0, lt=2**31)]
EffectName = Literal["pass", "drop", "tx", "redirect", "aborted", "deny", "ignored"]


class ParameterView(Message):
    """A whole number of a scenario that may be chosen from ``low`` to ``high``."""

    name: str
    doc: str
    default: int
    low: int
    high: int
    unit: str


class ScenarioView(Message):
    """A scenario to choose. ``truths``: what each label of ground truth means; ``wanted``: to detect."""

    id: str
    title: str
    doc: str
    look_for: str
    parameters: list[ParameterView]
    truths: dict[str, str]
    wanted: list[str]
    attach: list[str]
    """Places where a program sees it happen, such as ``xdp:eth0``."""


class AttachmentInput(Message):
    """A program's text, and the place it is attached to: ``xdp:eth0``, ``tracepoint/sched/sched_switch``."""

    source: SourceText
    place: Annotated[str, Field(max_length=200)]


class ReplacementInput(Message):
    """Attachment number ``attachment`` gets another program while events flow; its maps of equal form stay.

    Without a ``source`` it is detached."""

    attachment: Annotated[int, Field(ge=0, lt=MAX_ATTACHMENTS)]
    time_ns: Nanoseconds
    source: SourceText = ""


class SimulationInputs(Message):
    """Everything a simulation depends on: one of ``scenario`` (an id), ``script`` (YAML), ``capture`` (a pcap
    or pcapng file in base 64) and ``packets``; equal inputs give equal simulations, on any worker."""

    scenario: Annotated[str, Field(max_length=64)] = ""
    parameters: dict[str, int] = Field(default_factory=dict, max_length=32)
    """Of the scenario; ``events`` is how many there are at most."""
    script: SourceText = ""
    capture: Annotated[str, Field(max_length=MAX_CAPTURE)] = ""
    packets: Annotated[tuple[PacketBytes, ...], Field(max_length=MAX_PACKETS)] = ()
    times_ns: Annotated[tuple[Nanoseconds, ...], Field(max_length=MAX_PACKETS)] = ()
    device: Annotated[str, Field(max_length=64)] = "eth0"
    """Where the packets of a capture arrive."""
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 1
    attachments: Annotated[tuple[AttachmentInput, ...], Field(max_length=MAX_ATTACHMENTS)] = ()
    replacements: Annotated[tuple[ReplacementInput, ...], Field(max_length=MAX_ATTACHMENTS)] = ()


class SimulationExample(Message):
    """A program on a scenario to start from."""

    id: str
    title: str
    doc: str
    group: Literal["performance", "security", "network"]
    inputs: SimulationInputs


class SimulateRequest(Message):
    """Simulate this, in place of what was asked for before; progress is pushed."""

    inputs: SimulationInputs
    revision: int = 0


class SimulateCancel(Message):
    """Stop the simulations up to this revision; what was simulated so far stays to be looked at."""

    revision: int = 0


class OutcomeRow(Message):
    """One happening in a line: what it was, and where and how it ended.

    ``event`` is the number of the scenario's event it is or stems from (a switch stems from a wake-up)."""

    index: int
    event: int
    time_ns: int
    kind: Literal[
        "packet", "syscall", "wake", "run", "sample", "call", "replace", "map", "switch", "exit"
    ]  # fmt: skip
    title: str
    """``TCP 203.0.113.7:40011 → 192.0.2.1:80 SYN``, ``node[1300] openat /etc/shadow``."""
    truth: str
    station: str
    """Id of the station it ended at."""
    place: str
    """That station in words, with its device."""
    end: Literal["delivered", "dropped", "sent", "queued", ""]
    """How its packet ended; empty for what is no packet."""
    effect: EffectName
    verdict: str
    """``XDP_DROP``, ``-EPERM``; empty where no program decided."""
    reason: str
    """The kernel's drop reason, such as ``NO_SOCKET``; empty where none was dropped."""
    note: str
    attachment: int | None = None
    """Which program ended it, and with which instruction of which line of its text (from 1)."""
    program: str = ""
    pc: int | None = None
    line: int | None = None
    stopped: bool = False
    """A program dropped or denied it."""
    reported: bool = False
    """A program told user space of it."""


class StationCount(Message):
    """How many came to a station of a device, and how they left it."""

    station: str
    device: str
    seen: int
    passed: int
    dropped: int
    sent: int
    redirected: int
    denied: int


class DropCount(Message):
    """How many were dropped for a reason, and by which line of which program."""

    reason: str
    station: str
    count: int
    attachment: int | None = None
    program: str = ""
    pc: int | None = None
    line: int | None = None
    text: str = ""
    """That line of its source."""


class ProgramCount(Message):
    """An attachment: how often its program ran, its steps together, and what it answered how often."""

    attachment: int
    name: str
    place: str
    hook: str
    runs: int
    steps: int
    verdicts: dict[str, int]


class LabelScore(Message):
    """The events of one label of ground truth, and how many of them were stopped or reported."""

    label: str
    wanted: bool
    events: int
    stopped: int
    reported: int
    prevented: int
    """That did not happen, because what they follow from was stopped."""


class Rate(Message):
    """How good detection is: how much of what was caught was wanted, how much of what was wanted was caught.

    None where it is a share of nothing."""

    caught: int
    right: int
    missed: int
    false_alarms: int
    precision: float | None
    recall: float | None


class ScoreView(Message):
    """Detection measured by the ground truth: by what was stopped, and by what was stopped or reported."""

    labels: list[LabelScore]
    stopped: Rate
    detected: Rate


class SimulationProgress(Message):
    """Pushed as ``simulate:progress`` while a simulation goes on: counts so far, and the last events."""

    simulation: str
    revision: int
    done: int
    total: int
    time_ns: int
    stations: list[StationCount]
    ends: dict[str, int]
    """How many packets were delivered, dropped, sent, queued so far."""
    last: list[OutcomeRow]
    ended: bool = False


class OutputRow(Message):
    """A record for user space or a line of trace_pipe, with the event it came from."""

    index: int
    time_ns: int
    attachment: int
    kind: str
    source: str
    text: str
    data: HexBytes


class SimulationReply(Message):
    """Pushed as ``simulate:done``: the whole summary. Also the answer to ``simulate:summary``."""

    simulation: str
    revision: int
    title: str
    done: int
    total: int
    stopped_early: str
    """Why not all events happened; empty when they did."""
    time_ns: int
    stations: list[StationCount]
    ends: dict[str, int]
    drops: list[DropCount]
    programs: list[ProgramCount]
    maps: list[MapView]
    map_names: list[str]
    """By the ``index`` of a map in ``maps``."""
    map_users: dict[str, list[str]]
    """The programs that have a map, by its name: more than one share it, as if it were pinned."""
    score: ScoreView
    denials: int
    outputs: list[OutputRow]
    """The first of them."""
    outputs_total: int
    warnings: list[str]


class SimulationRequest(Message):
    """About a whole simulation; ``simulation`` is the key that ``simulate`` answered with."""

    simulation: str


class RowsRequest(Message):
    """A page of the events that fit all filters; an empty filter fits every event."""

    simulation: str
    offset: Count = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = 50
    ends: Annotated[tuple[Label, ...], Field(max_length=16)] = ()
    effects: Annotated[tuple[Label, ...], Field(max_length=16)] = ()
    stations: Annotated[tuple[Label, ...], Field(max_length=64)] = ()
    truths: Annotated[tuple[Label, ...], Field(max_length=32)] = ()
    kinds: Annotated[tuple[Label, ...], Field(max_length=16)] = ()
    stopped: bool | None = None
    reported: bool | None = None
    text: Annotated[str, Field(max_length=200)] = ""
    """Part of the title, reason or verdict, in any case of letters."""
    after: int | None = None
    """Give the page that begins with the first match at or after this event, in place of ``offset``."""


class RowsReply(Message):
    """The page, and how many events fit in all; ``offset`` is that of the first row."""

    simulation: str
    offset: int
    total: int
    rows: list[OutcomeRow]


class EventRequest(Message):
    """One event in full."""

    simulation: str
    index: Count


class ByteChange(Message):
    """Bytes at an offset into the frame that differ from the hop before."""

    off: int
    before: HexBytes
    after: HexBytes


class HopView(Message):
    """One station on the way of an event. Bytes are given where a frame left it."""

    number: int
    packet: int
    """0 is the packet that came in; others are answers and copies."""
    station: str
    title: str
    kernel: str
    """``sch_handle_ingress, net/core/dev.c``."""
    device: str
    netns: str
    at_ns: int
    effect: EffectName
    verdict: str
    note: str
    attachment: int | None = None
    program: str = ""
    steps: int = 0
    pc: int | None = None
    line: int | None = None
    text: str = ""
    """The line of the source that it ended with."""
    steppable: bool = False
    """A program ran here: it can be opened in the workbench."""
    data: HexBytes | None = None
    """The frame as it left; None for what is no packet."""
    changes: list[ByteChange] = Field(default_factory=list)
    """What the station changed, where the length stayed."""
    resized: int = 0
    """How many bytes longer than it came."""
    numbers: dict[str, int] = Field(default_factory=dict)
    """What the kernel keeps beside the bytes: mark, priority, VLAN tag."""


class EventView(Message):
    """An event in full: its row, its packet taken apart, every hop, and what programs told of it."""

    row: OutcomeRow
    detail: dict[str, str]
    """What is known of it by name: process, arguments, duration."""
    packet: PacketView | None
    hops: list[HopView]
    outputs: list[OutputRow]


class OpenRequest(Message):
    """Open a program's run in the workbench: at which event, at which hop of it."""

    simulation: str
    index: Count
    hop: Annotated[int, Field(ge=0, lt=1000)] = 0


class OpenReply(Message):
    """``run`` is the key of a run of one packet, to be asked for windows, marks and stops as any other;
    ``inputs`` are what the workbench shows: program, hook, frame. The maps are those the run found."""

    run: str
    steps: int
    inputs: Inputs
    attachment: int
    maps: list[MapView]


class SeriesRequest(Message):
    """How the entries of a map went over time; without a map, that of all maps."""

    simulation: str
    map: Annotated[str, Field(max_length=64)] = ""


class SeriesView(Message):
    """A number of one entry over time, all CPUs together: one for each time. ``field`` of its value."""

    map: str
    key: HexBytes
    key_text: str
    field: str
    values: list[float | None]


class SeriesReply(Message):
    """Sampled values, ``times_ns`` apart as the simulation chose."""

    simulation: str
    times_ns: list[int]
    series: list[SeriesView]


class AuditRequest(Message):
    """A page of who was denied what."""

    simulation: str
    offset: Count = 0
    limit: Annotated[int, Field(ge=1, le=PAGE)] = 50


class AuditLine(Message):
    """Who was denied what, by which instruction of which line of which program."""

    index: int
    time_ns: int
    who: str
    what: str
    station: str
    attachment: int | None
    program: str
    place: str
    pc: int | None
    line: int | None
    text: str
    answer: str
    """``XDP_DROP``, ``-EPERM``."""
    truth: str


class AuditReply(Message):
    """The page, and how many lines there are."""

    simulation: str
    offset: int
    total: int
    lines: list[AuditLine]


class ScriptRequest(Message):
    """Is this script right?"""

    text: SourceText


class ScriptProblem(Message):
    """A mistake of a script: line from 1, columns from 0."""

    line: int
    start: int
    end: int
    message: str
    hint: str | None


class ScriptReply(Message):
    """Its mistakes; where there are none, its name and how many events it makes."""

    problems: list[ScriptProblem]
    title: str = ""
    events: int = 0
