"""The pieces a told step is made of."""

from enum import StrEnum

from vm.change import record


class PartKind(StrEnum):
    """What a piece of a sentence is; a view may link and tint it."""

    PLAIN = ""
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


@record
class Part:
    """A piece of a sentence; ``pc`` where it leads to a slot."""

    text: str
    kind: PartKind = PartKind.PLAIN
    pc: int | None = None


Sentence = tuple[Part, ...]


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
    return "".join(part.text for part in sentence)
