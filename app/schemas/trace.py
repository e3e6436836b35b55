"""A run as the browser sees it: summaries per packet, and windows of steps with a keyframe.

State k is the state before step k. A window holds the state before its first step and what each step
changed; the browser folds forwards and never computes a value.
"""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import MAX_PACKETS, HexBytes, Message, PacketBytes, SourceText, Word

Nanoseconds = Annotated[int, Field(ge=0, lt=2**63)]


class Inputs(Message):
    """Everything a run depends on: equal inputs give equal traces, on any worker."""

    source: SourceText
    hook: str = "xdp"
    """A hook id: xdp, tc, socket, cgroup_skb/ingress …"""
    packets: Annotated[tuple[PacketBytes, ...], Field(max_length=MAX_PACKETS)] = ()
    times_ns: Annotated[tuple[Nanoseconds, ...], Field(max_length=MAX_PACKETS)] = ()
    """When each arrives, counted from the first; a millisecond apart where it is not said."""
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 1
    cpu: Annotated[int, Field(ge=0, lt=4096)] = 0
    max_steps: int = 1_000_000


Sentence = str
"""Words with marked pieces among them (a pc, register, byte range, map cell or value), ``~`` around what a
piece is and its text: ``~pc:3~pc 3~ added ~num~1~ to ~reg~r0~``; see vm.story.part. A window holds tens of
thousands of pieces: hence no objects."""


class ValueView(Message):
    """A word as a person reads it."""

    word: Word
    kind: Literal["num", "ctx", "pkt", "end", "stk", "map", "mapobj", "ring", "ro", "mem", "func", "none"]
    text: str
    """``10``, ``pkt +26``, ``syn_count[203.0.113.7] +0``, ``fp -4``."""
    note: str = ""
    """``0xa``, ``= data``, ``203.0.113.7 as IPv4``."""


class RegChange(Message):
    """A register."""

    k: Literal["reg"] = "reg"
    n: int
    v: ValueView


class StackChange(Message):
    """Stack bytes of a frame; ``off`` is relative to its r10 (negative)."""

    k: Literal["stk"] = "stk"
    frame: int
    off: int
    a: HexBytes
    b: HexBytes


class PacketChange(Message):
    """Packet bytes; ``off`` counts from the buffer's start, as the keyframe's bounds do."""

    k: Literal["pkt"] = "pkt"
    off: int
    a: HexBytes
    b: HexBytes


class BoundsChange(Message):
    """data_meta, data and data_end moved, as offsets into the buffer."""

    k: Literal["bounds"] = "bounds"
    a: tuple[int, int, int]
    b: tuple[int, int, int]


class ContextChange(Message):
    """Context fields written."""

    k: Literal["ctx"] = "ctx"
    name: str
    a: str
    b: str


class MapChange(Message):
    """A map entry: None is "no entry". Values are bytes; the texts are typed."""

    k: Literal["map"] = "map"
    map: int
    key: HexBytes
    key_text: str
    cpu: int | None = None
    a: HexBytes | None
    b: HexBytes | None
    a_text: str | None
    b_text: str | None


class FrameChange(Message):
    """A call or a return: the depth after it, and the pc to come back to."""

    k: Literal["frame"] = "frame"
    depth: int
    function: str
    return_pc: int | None


class OutputChange(Message):
    """A trace_pipe line or a record for user space."""

    k: Literal["out"] = "out"
    kind: Literal["trace_pipe", "ringbuf", "perf", "clone"]
    source: str
    text: str
    data: HexBytes


class EndChange(Message):
    """The run ended."""

    k: Literal["end"] = "end"
    how: Literal["exit", "fault", "budget"]
    value: Word
    verdict: str
    message: str


ChangeView = Annotated[
    RegChange
    | StackChange
    | PacketChange
    | BoundsChange
    | ContextChange
    | MapChange
    | FrameChange
    | OutputChange
    | EndChange,
    Field(discriminator="k"),
]


class ReadView(Message):
    """Bytes a step read: packet and stack offsets as in the changes."""

    region: Literal["ctx", "pkt", "stk", "map", "ro", "mem", "ring"]
    off: int
    size: int
    name: str
    """Field, map cell or stack slot."""


class Mark(Message):
    """What the score shows for a step."""

    lane: Literal["reads", "stack", "map", "control"]
    kind: Literal["ctx", "pkt", "stk", "map", "num", "end", "branch", "call", "exit", "fault", "out"]
    text: str
    write: bool = False
    taken: bool | None = None


class StepView(Message):
    """One executed instruction: what it did, in changes and in words."""

    pc: int
    program: int = 0
    depth: int = 0
    changes: tuple[ChangeView, ...] = ()
    reads: tuple[ReadView, ...] = ()
    mark: Mark | None = None
    note: str = ""
    """The inline value beside the line: ``203.0.113.7``, ``10 → 11``, ``found``."""
    event: str = ""
    """A line for the list of this run's events; empty when the step is not worth one."""
    did: Sentence = ""
    """Past: "pc 24 added 1 to syn_count[203.0.113.7]: 10 → 11"."""
    asks: Sentence = ""
    """Before it runs: "pc 25 asks whether 10 is greater than 9"."""


class FrameView(Message):
    """A stack frame: its function, and its touched bytes by offset from r10 (negative)."""

    function: str
    return_pc: int | None
    bytes: dict[int, HexBytes]
    """Runs of written bytes: offset of the first, and the bytes."""


class EntryView(Message):
    """One map entry (of one CPU, for per-CPU maps)."""

    key: HexBytes
    key_text: str
    value: HexBytes
    value_text: str
    cpu: int | None = None


class MapView(Message):
    """A map's contents: the first entries, and how many there are in all."""

    index: int
    entries: list[EntryView]
    count: int


class OutputView(Message):
    """An output record already made, with the packet and step that made it."""

    packet: int
    step: int
    kind: str
    source: str
    text: str
    data: HexBytes


class StateView(Message):
    """The whole visible state before a step."""

    pc: int
    program: int
    registers: list[ValueView]
    written: list[bool]
    """Whether each register was written since the run began (r1 and r10 are, at the start)."""
    frames: list[FrameView]
    buffer: HexBytes
    """The packet buffer with headroom and tailroom as far as they were touched."""
    bounds: tuple[int, int, int]
    context: dict[str, str]
    maps: list[MapView]


class WindowRequest(Message):
    """A window of a packet's trace; ``run`` is the key from RunReply. A server may have forgotten it."""

    run: str
    packet: int
    window: int
    around: int | None = None
    """Only the steps about this one, which are sooner there: a glimpse."""


class WindowReply(Message):
    """1,024 steps (fewer at the end, and in a glimpse) and the state before the first."""

    run: str
    packet: int
    window: int
    first: int
    keyframe: StateView
    steps: list[StepView]


class FaultView(Message):
    """What went wrong, and the oops a kernel would have printed."""

    kind: str
    message: str
    pc: int
    step: int
    oops: str


class StationVisit(Message):
    """One station of the path the packet came through."""

    station: str
    title: str
    verdict: str | None = None
    note: str = ""


class PacketRun(Message):
    """One packet's run in summary."""

    index: int
    steps: int
    how: str
    """exit, fault, budget, or idle where no program saw the packet."""
    verdict: str
    """XDP_PASS, TC_ACT_SHOT, ABORTED …"""
    effect: Literal["pass", "drop", "tx", "redirect", "aborted", "deny", "ignored"]
    value: Word
    summary: str
    fault: FaultView | None = None
    journey: tuple[StationVisit, ...] = ()
    data_out: HexBytes | None = None
    """Only if it differs from what came in."""


class RunReply(Message):
    """A finished run: pushed when done; windows are asked for (and the first is sent along)."""

    run: str
    revision: int
    packets: list[PacketRun]
    """Those that were sent, in order."""
    not_run: int = 0
    """Packets after them that were not: the run was cancelled, or endless."""
    coverage: dict[int, int]
    """How often each pc ran, over all packets."""
    taken: dict[int, tuple[int, int]]
    """For each conditional jump: times not taken, times taken."""
    outputs: list[OutputView]
    outputs_total: int


class RunRequest(Message):
    """Run these inputs; ``packet`` and ``step`` say which window to send first.

    ``opened`` is the key of a run that a simulation opened with these inputs; its maps are not fresh.
    """

    inputs: Inputs
    opened: Annotated[str, Field(max_length=80, pattern=r"^([0-9a-f]{32}/[0-9]{1,9}/[0-9]{1,9})?$")] = ""
    revision: int = 0
    packet: int = 0
    step: int = 0


class CancelRequest(Message):
    """Stop running the inputs of this revision and those before it; what was run so far is answered."""

    revision: int = 0


class StopRequest(Message):
    """Where would continuing stop? Answers with a step of the same packet, or of a later or earlier one."""

    run: str
    packet: int
    step: int
    direction: Literal["forward", "back"]
    until: Literal["breakpoint", "over", "into", "out", "helper", "map-write", "branch", "return", "end"]
    lines: Annotated[tuple[int, ...], Field(max_length=1_000)] = ()
    pcs: Annotated[tuple[int, ...], Field(max_length=1_000)] = ()
    conditions: dict[int, str] = Field(default_factory=dict, max_length=100)
    """Conditions by breakpoint line, in the small expression language: ``r1 > 9``."""
    watches: Annotated[tuple[str, ...], Field(max_length=100)] = ()
    """``r1``, ``fp-4:4``, ``pkt+26:4``, ``syn_count[203.0.113.7]``."""


class StopReply(Message):
    """The place, and why it stopped there."""

    packet: int
    step: int
    why: str


class MarksRequest(Message):
    """The whole run of one packet for the score: binned when it is long."""

    run: str
    packet: int


class MarksReply(Message):
    """Per step (up to 10,000) the pc; above that, bins with counts."""

    packet: int
    pcs: list[int]
    bin: int
    """Steps per item of ``pcs``; 1 when nothing is binned."""


class Failure(Message):
    """An error as JSON: what happened, what is safe, what to try."""

    code: str
    message: str
    hint: str | None = None
    span: list[int] | None = None
