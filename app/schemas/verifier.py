"""The verifier as the browser sees it: verdicts as one types, and the whole walk in windows of steps.

Step k counts from 1 in the order the verifier works; its state is the one before the instruction. What many
steps share is sent once and named by its index: registers in ``values``, frames in ``frames``.
"""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import Message, SourceText, Word
from app.schemas.source import SpanView

ProfileName = Literal["root", "no-perfmon"]
Limit = Annotated[int, Field(ge=1, le=1_000_000)]


class VerdictRequest(Message):
    """Would Linux load this? ``limit`` is how many instructions may be processed for each program."""

    source: SourceText
    hook: str = "xdp"
    profile: ProfileName = "root"
    limit: Limit = 1_000_000
    revision: int = 0


class ProgramVerdict(Message):
    """The verdict on one program of the file."""

    index: int
    name: str
    accepted: bool
    stopped: bool
    """Neither: the server's limit came before the end."""
    errno: str | None
    error: str
    """The kernel's own last line."""
    category: str
    pc: int | None
    span: SpanView | None
    what: str
    hint: str
    processed: int
    total_states: int
    peak_states: int
    stack: int
    """Bytes of stack in use at most."""
    depth: int
    """Frames at most."""
    limit: int
    walked: dict[int, tuple[int, int]]
    """For each slot: how often it was walked, how often a path was cut there."""


class VerdictReply(Message):
    """The verdicts on all programs of a text that assembles; none where it does not."""

    revision: int
    profile: ProfileName
    programs: list[ProgramVerdict]


class ExploreRequest(Message):
    """Walk one program of the file and keep what was seen."""

    source: SourceText
    hook: str = "xdp"
    profile: ProfileName = "root"
    limit: Limit = 100_000
    program: int = 0
    revision: int = 0
    ask: int = 0
    """Comes back: a walk that goes on has all else in common with the one that was stopped."""


class WalkProgress(Message):
    """How far a walk is: instructions processed, of at most how many; the innermost loop it has come to."""

    ask: int
    done: int
    total: int
    loop: "LoopProgress | None"


class LoopProgress(Message):
    """Where the loop's turns begin, how many loops it is in with itself, and how often it went round."""

    pc: int
    line: int | None
    depth: int
    turns: int


class ScalarView(Message):
    """What is known of a word: bits (``mask`` has the unknown ones) and ranges, in decimal."""

    value: Word
    mask: Word
    smin: str
    smax: str
    umin: str
    umax: str
    smin32: int
    smax32: int
    umin32: int
    umax32: int


class RegView(Message):
    """What is known of one register or stack slot."""

    kind: Literal["none", "num", "ctx", "pkt", "end", "stk", "map", "mapobj", "ring", "mem", "func", "sock"]
    text: str
    """``pkt +18``, ``8``, ``0 to 65,535``, ``counts value +0 or null``."""
    note: str
    """``27 bytes proved``."""
    kernel: str
    """As the kernel's log prints it."""
    precise: bool
    """Safety depends on the number."""
    null: bool
    """It may still be null."""
    id: int
    low: str | None
    """Of a pointer: the least and the greatest offset, in bytes."""
    high: str | None
    size: int | None
    """Of a pointer: bytes that are there from offset 0, as far as is proved."""
    scalar: ScalarView | None
    """The number, or a pointer's variable offset where there is one."""


class SlotKnown(Message):
    """Eight bytes of stack: ``off`` from r10, ``types`` a letter for each byte from the lowest address."""

    off: int
    types: str
    value: int | None
    """Index of the value spilled here."""


class FrameKnown(Message):
    """One function's registers (indexes into ``values``) and stack."""

    number: int
    callsite: int
    regs: tuple[int, ...]
    stack: tuple[SlotKnown, ...]


class WalkStep(Message):
    """One instruction the verifier came to."""

    index: int
    pc: int
    previous: int
    path: int
    frames: tuple[int, ...]
    """Indexes into ``frames``, outermost first."""
    refs: tuple[int, ...]
    """Resources held, by id."""
    kept: int
    """States kept so far."""
    stack: int


class WalkWindow(Message):
    """Steps of a walk with the state before each. ``first`` counts kept steps from 0."""

    walk: str
    window: int
    first: int
    values: list[RegView]
    frames: list[FrameKnown]
    steps: list[WalkStep]


class WalkPath(Message):
    """A way through the program. ``parent`` 0: the first. ``by`` is the step whose state covers its end."""

    id: int
    parent: int
    forked: int
    pc: int
    first: int
    last: int
    end: Literal["exit", "barred", "pruned", "rejected", "open"]
    by: int | None
    speculative: bool


class WalkFork(Message):
    """A branch saved at ``step``; ``child`` is the path that took it up, null: it was never tried."""

    step: int
    pc: int
    other: int
    path: int
    child: int | None


class WalkEdge(Message):
    """How often the walk went from one slot to another, and how often it was cut on arriving."""

    source: int
    target: int
    walked: int
    cut: int


class ExploreReply(Message):
    """The walk in summary, and its last window."""

    walk: str
    revision: int
    ask: int
    program: int
    verdict: ProgramVerdict
    indexes: list[int]
    """The steps kept, by number, and below the slot of each and its path."""
    pcs: list[int]
    paths_of: list[int]
    paths: list[WalkPath]
    path_count: int
    forks: list[WalkFork]
    waiting: int
    edges: list[WalkEdge]
    kept: list[int]
    """States kept before each step."""
    window: WalkWindow | None


class WalkRequest(Message):
    """Something about a walk. A process that has forgotten it walks ``of`` again."""

    walk: str
    of: ExploreRequest | None = None


class WalkWindowRequest(WalkRequest):
    """A window of a walk."""

    window: int


class KnownPart(Message):
    """What a register may be; ``values`` are indexes, several where it differs in kind from path to path."""

    values: tuple[int, ...]
    unset: bool


class KnownPlace(Message):
    """What was known at a slot over all paths, register by register."""

    pc: int
    regs: tuple[KnownPart, ...]
    unfollowed: tuple[int, ...]
    """Registers whose values nothing depended on: a run may hold others."""


class KnownReply(Message):
    """What was known at each slot the walk came to, all paths joined."""

    walk: str
    whole: bool
    """Whether it covers every run: the program is accepted and every step was kept."""
    values: list[RegView]
    places: list[KnownPlace]


class LogRequest(WalkRequest):
    """Lines of the level-2 log; from the end if ``first`` is negative."""

    first: int = -400
    count: Annotated[int, Field(ge=1, le=2_000)] = 400


class LogReply(Message):
    """Lines of the log, each with the step it tells of (0: none)."""

    walk: str
    first: int
    total: int
    whole: bool
    """Whether it reaches the walk's end; the log of a long walk is cut off."""
    lines: list[str]
    steps: list[int]
