"""What an explanation of a rejection consists of; all of it plain, frozen data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

Detail = int | str


class CauseKind(StrEnum):
    """What a step of the causal path did to the value the rejection is about."""

    MADE = "made"
    COPIED = "copied"
    CHANGED = "changed"
    NARROWED = "narrowed"
    BRANCH = "branch"
    TESTED = "tested"
    SPILLED = "spilled"
    FILLED = "filled"
    LOADED = "loaded"
    WIPED = "wiped"
    ACQUIRED = "acquired"
    RELEASED = "released"
    CALLED = "called"
    RETURNED = "returned"
    MERGED = "merged"
    SKIPPED = "skipped"
    LOST = "lost"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Place:
    """An instruction and where it was written: ``line`` from 1, columns ``start`` to ``end`` from 0.

    Without source there is no line; without ``pc`` the program as a whole is meant.
    """

    pc: int | None = None
    line: int | None = None
    start: int = 0
    end: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """What characters ``start`` to ``end`` of the kernel's words mean."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Cause:
    """A step on the path that failed. ``index`` is the nth instruction processed, from 1; 0: not on the path.

    ``reg`` is the register it is about, None for the stack and for branches.
    """

    kind: CauseKind
    pc: int
    text: str
    index: int = 0
    line: int | None = None
    reg: int | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace columns ``start`` to ``end`` of ``line`` (from 1) by ``text``, which may hold line breaks."""

    line: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Patch:
    """Edits with which the program is accepted: that was tried. ``processed`` is what it took to verify."""

    kind: str
    title: str
    edits: tuple[Edit, ...]
    processed: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a program was rejected.

    ``kind`` is the rule in kebab case (``packet-outside``), ``category`` one of the eight groups of rules or
    ``unsupported``. ``problem`` is one sentence, ``reason`` a few with the learner's names and numbers;
    ``suggestion`` says what to try and ``fix`` its kind. ``kernel`` is Linux's own text, with a note on every
    number in it. ``causes`` run from the oldest step to the rejected instruction. ``details`` are the rule's.
    """

    kind: str
    category: str
    title: str
    problem: str
    reason: str
    suggestion: str
    fix: str
    place: Place
    kernel: str
    notes: tuple[Note, ...] = ()
    causes: tuple[Cause, ...] = ()
    patches: tuple[Patch, ...] = ()
    details: Mapping[str, Detail] = field(default_factory=lambda: MappingProxyType({}))
    lost: str | None = None
    """What the verifier no longer knew on the path, where a fact was lost that would have helped."""
