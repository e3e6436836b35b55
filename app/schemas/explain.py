"""A rejection explained: what, why, where, how the verifier came to it, what mends it, what goes wrong."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import HexBytes, Message, SourceText


class ExplainRequest(Message):
    """The text as it stands; ``revision`` comes back so that late answers can be told from new ones."""

    source: SourceText
    revision: int = 0
    program: int = 0
    """Which program of the file."""
    hook: str | None = None
    """The hook chosen, which may be another than the text names; None is the text's own."""
    profile: Literal["root", "no-perfmon"] = "root"
    attach_type: str | int | None = None
    load_flags: Annotated[int, Field(ge=0, lt=2**32)] = 0
    limit: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000_000
    """As far as the walk went that is explained: its verdict is taken over where it is remembered."""
    patches: bool = True
    """Whether to look for edits that mend it: each is verified, which takes as long as the program."""
    witness: bool = True
    """Whether to look for a packet with which the unprotected machine faults: up to about 100 ms."""


class PlaceView(Message):
    """An instruction and where it was written; all None and empty for the program as a whole."""

    pc: int | None
    line: int | None
    start: int
    end: int
    text: str
    """The instruction as the learner wrote it; of bytecode, as llvm-objdump prints it."""


class NoteView(Message):
    """What characters ``start`` to ``end`` of ``ExplanationView.kernel`` mean; notes do not overlap."""

    start: int
    end: int
    text: str


CauseKind = Literal[
    "made", "copied", "changed", "narrowed", "branch", "tested", "spilled", "filled", "loaded", "wiped",
    "acquired", "released", "called", "returned", "merged", "skipped", "lost", "rejected",
]  # fmt: skip


class CauseView(Message):
    """One step of the path that failed, oldest first; the last is the rejected instruction itself."""

    kind: CauseKind
    index: int
    """The nth instruction processed, from 1, as the exploration counts; 0 where it is not on the path."""
    pc: int
    line: int | None
    reg: int | None
    """The register it is about, None for the stack and branches."""
    text: str


class EditView(Message):
    """Replace columns ``start`` to ``end`` of ``line`` (from 1) by ``text``, which may hold line breaks.

    Edits of a patch do not touch each other; make them from the last to the first.
    """

    line: int
    start: int
    end: int
    text: str


class DiffLine(Message):
    """A line of the patch as it is shown: gone, new, or left as it is."""

    sign: Literal["-", "+", " "]
    line: int
    """Its number in the old text, for new lines that of the line they stand before."""
    text: str


class PatchView(Message):
    """Edits after which the text assembles and the verifier accepts the program: that was tried."""

    kind: str
    """``null-check``, ``enlarge-check``, ``bounds-check``, ``initialise-register`` …"""
    title: str
    edits: list[EditView]
    diff: list[DiffLine]
    processed: int
    """Instructions the verifier processed to accept it."""


class MapContents(Message):
    """What a map must begin with: keys and values."""

    name: str
    entries: list[tuple[HexBytes, HexBytes]]


class WitnessView(Message):
    """Inputs for the workbench with which the unprotected machine goes wrong at the very instruction."""

    packets: list[HexBytes]
    """Run one after the other on the same maps; the last one goes wrong."""
    contents: list[MapContents]
    """Maps that must begin with other contents than the text gives them; most often none."""
    edits: list[EditView]
    """Edits of the text after which they do; empty where nothing has to change, or it cannot be written."""
    hook: str | None
    pc: int
    step: int
    """The step of the last packet's run that goes wrong, from 0."""
    runs: int
    """How many inputs were tried."""
    how: Literal["fault", "unset", "outside"]
    """``unset``: the machine does not fault, but reads what nothing has written; ``outside``: it accesses
    what lies beside the map value the pointer was made for."""
    text: str
    """What happens, in a sentence."""


class CautionView(Message):
    """No input was found that goes wrong: the verifier may be over-careful."""

    exhaustive: bool
    """Whether the search covered what the comparisons on the path distinguish."""
    runs: int
    text: str
    fact: str | None
    """What the verifier no longer knew at this instruction, and why."""


class ExplanationView(Message):
    """Why a program was rejected."""

    kind: str
    """The rule: ``packet-outside``, ``mem-maybe-null`` …"""
    category: Literal[
        "register-type", "memory", "resource-lifetime", "call-type", "execution-context",
        "program-structure", "policy", "limits", "unsupported",
    ]  # fmt: skip
    title: str
    """Two to five words: ``Packet bounds``."""
    problem: str
    """One sentence."""
    reason: str
    """Two or three sentences with the learner's own names and numbers."""
    suggestion: str
    fix: str
    """The kind of fix suggested, as in ``PatchView.kind``."""
    place: PlaceView
    kernel: str
    """Linux's own words, perhaps several lines; empty where it says nothing."""
    notes: list[NoteView]
    causes: list[CauseView]
    patches: list[PatchView]
    witness: WitnessView | None
    caution: CautionView | None


class ExplainReply(Message):
    """The verdict, and of a rejection the explanation."""

    revision: int
    accepted: bool
    errno: str | None
    error: str
    processed: int
    total_states: int
    explanation: ExplanationView | None
