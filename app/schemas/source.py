"""Text in, program out: diagnostics, listing, control-flow graphs."""

from typing import Literal

from app.schemas.base import HexBytes, Message, SourceText


class SpanView(Message):
    """A range in one line: line from 1, columns from 0, end exclusive."""

    line: int
    start: int
    end: int


class DiagnosticView(Message):
    """One thing wrong with the text, and what to try."""

    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    hint: str | None = None
    span: SpanView | None = None
    replacement: str | None = None
    """Text that certainly mends it in place of the span."""
    pc: int | None = None
    kernel: str | None = None
    """The kernel's own line, where Linux would refuse the program for this."""


class CheckRequest(Message):
    """The text as it stands; ``revision`` comes back so that late answers can be told from new ones."""

    source: SourceText
    revision: int = 0


class GraphRequest(Message):
    """Asks for the graph of one program of the text; apart from the check, which has to be quicker."""

    source: SourceText
    revision: int = 0
    program: int = 0
    """Which program of the file."""


class SlotView(Message):
    """One instruction of the listing."""

    pc: int
    line: int | None
    """Line of the source it was written on."""
    text: str
    """As llvm-objdump prints it."""
    kernel: str
    """As the kernel's verifier log prints it."""
    raw: HexBytes
    """8 or 16 bytes."""
    say: str
    """One plain sentence: what it does."""


class MapSpecView(Message):
    """A declared map."""

    index: int
    name: str
    type: str
    key_size: int
    value_size: int
    max_entries: int
    flags: int
    key_type: str | None
    value_type: str | None


class ProgramView(Message):
    """One program of the file."""

    index: int
    name: str
    hook: str | None
    prog_type: str
    license: str
    slots: list[SlotView]
    slot_count: int
    labels: dict[str, int]
    functions: dict[str, int]
    maps: list[MapSpecView]


class PointView(Message):
    """A corner of a route, in px."""

    x: float
    y: float


class BlockView(Message):
    """A basic block, placed. Position and size in px; ``lines`` are the pcs of its instructions."""

    id: int
    first: int
    last: int
    head: str
    """The first line in the box: slots and label. ``lines`` come below it."""
    label: str | None
    function: str
    pcs: list[int]
    lines: list[str]
    reachable: bool
    loop_depth: int
    x: float
    y: float
    width: float
    height: float


class EdgeView(Message):
    """An edge between blocks, routed with right angles; calls have no points, they are not drawn."""

    source: int
    target: int
    kind: str
    """taken, fallthrough, jump, call or callback."""
    back: bool
    points: list[PointView]


class GraphView(Message):
    """The laid-out control-flow graph of one program."""

    width: float
    height: float
    blocks: list[BlockView]
    edges: list[EdgeView]


class CheckReply(Message):
    """Everything known about the text without running it."""

    revision: int
    ok: bool
    """Whether it can be loaded: it assembles, and no structural rule of Linux refuses it."""
    diagnostics: list[DiagnosticView]
    programs: list[ProgramView]


class GraphReply(Message):
    """The graph of one program; None where there is nothing to draw, or too much: ``note`` says so."""

    revision: int
    program: int
    graph: GraphView | None
    note: str | None = None
