"""The reference the page searches, completes and hovers from: the simulator's own tables."""

from app.schemas.base import Message


class ConstantRef(Message):
    name: str
    value: int
    group: str
    doc: str


class FieldRef(Message):
    path: str
    offset: int
    size: int
    kind: str
    doc: str


class HelperRef(Message):
    id: int
    name: str
    signature: str
    doc: str
    hooks: list[str]
    gpl_only: bool


class InsnRef(Message):
    name: str
    syntax: str
    mnemonic: str
    doc: str


class HookRef(Message):
    id: str
    title: str
    prog_type: str
    context: str
    doc: str
    kernel: str
    verdicts: list[str]
    family: str
    """The hook's name without its target: kprobe, tracepoint …; hooks of one family are listed together."""
    takes_packets: bool
    """Whether programs there get the packets sent; others get sample events."""


class MapRef(Message):
    name: str
    doc: str


class LoaderRef(Message):
    """What Linux trusts a loader with or not: what holds with and without it, and what the guard is against.

    ``example`` is a program that shows it; ``message`` what a guarded loader is told of it, or empty.
    """

    title: str
    trusted: str
    guarded: str
    doc: str
    example: str
    message: str


class Reference(Message):
    """All tables at once; cached by the browser."""

    constants: list[ConstantRef]
    fields: list[FieldRef]
    helpers: list[HelperRef]
    instructions: list[InsnRef]
    hooks: list[HookRef]
    maps: list[MapRef]
    loaders: list[LoaderRef]
    """What changes between the verifier's profiles ``root`` (trusted) and ``no-perfmon`` (guarded)."""
