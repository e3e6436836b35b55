"""The pieces a told step is made of."""

from enum import StrEnum

from vm.change import record


class PartKind(StrEnum):
    """What a piece of a sentence is; a view may link and tint it."""

    PC = "pc"
    REG = "reg"
    CTX = "ctx"
    PKT = "pkt"
    STK = "stk"
    MAP = "map"
    NUM = "num"
    CHANGE = "change"
    LABEL = "label"
    VERDICT = "verdict"
    HELPER = "helper"
    FAULT = "fault"


Sentence = str
"""Words, with marked pieces among them: ``~pc:3~pc 3~ added ~num~1~ to ~reg~r0~``.

Between two marks stands what the piece is, with the slot it leads to where it does, and then its text: of
what the marks divide a sentence into, every third is plain words, the next a kind, and then comes a text.
A run is told in tens of thousands of pieces: an object for each took longer than the run itself.
"""
MARK = "~"
_STAND_IN = "∼"
"""For a mark in the text of a piece: a learner may have put it into a map."""


def part(text: str, kind: PartKind, pc: int | None = None) -> Sentence:
    """A piece of a sentence; ``pc`` where it leads to a slot."""
    if MARK in text:
        text = text.replace(MARK, _STAND_IN)
    return f"~{kind}~{text}~" if pc is None else f"~{kind}:{pc}~{text}~"


class Lane(StrEnum):
    """The lanes of the score."""

    READS = "reads"
    STACK = "stack"
    MAP = "map"
    CONTROL = "control"


@record
class Mark:
    """What the score shows for a step.

    ``kind`` is a region (ctx, pkt, stk, map, num, end) or branch, call, exit, fault, out.
    """

    lane: Lane
    kind: str
    text: str
    write: bool = False
    taken: bool | None = None


@record
class Read:
    """Bytes a step read. ``off`` is in the packet's buffer, from r10 of the frame, or in the object."""

    region: str
    off: int
    size: int
    name: str


@record
class Told:
    """One step, told: what it did, its mark, the inline note, and the line for the list of events."""

    did: Sentence
    reads: tuple[Read, ...] = ()
    mark: Mark | None = None
    note: str = ""
    event: str = ""


def plain(sentence: Sentence) -> str:
    """The sentence as text."""
    pieces = sentence.split(MARK)
    pieces[1::3] = [""] * len(pieces[1::3])
    return "".join(pieces)
