"""A lesson's text as blocks in reading order. Predictions hold answers: never send them as they are."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prose:
    """Sanitised HTML."""

    html: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do; it ticks when all its ``checks`` pass. ``number`` counts from 1."""

    number: int
    checks: tuple[str, ...]
    html: str
    line: int


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question answered before going on.

    ``answer`` is a number, a word, or a range (``4..8``); with ``choices`` one of them. ``at`` is the label
    at which it is asked while stepping. ``because`` is shown once an answer is locked in.
    """

    id: str
    answer: str
    choices: tuple[str, ...]
    at: str
    html: str
    because: str
    line: int


@dataclass(frozen=True, slots=True)
class View:
    """A button that opens a pane, maybe at the step or instruction behind a label."""

    pane: str
    step: str
    label: str
    line: int


@dataclass(frozen=True, slots=True)
class Example:
    """A runnable program of the folder, with the packets it is to be run on."""

    file: str
    packets: tuple[str, ...]
    html: str
    line: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture of the folder; ``svg`` is sanitised and fills in when the folder is read."""

    src: str
    alt: str
    html: str
    line: int
    svg: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """A hint that is opened by whoever wants it."""

    html: str


Block = Prose | Task | Prediction | View | Example | Figure | Fold
