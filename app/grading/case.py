"""What an expectation is held against, and what it misses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.grading.budget import Budget
from app.grading.observed import Observed, Ran
from app.grading.subject import Subject
from app.lessons.files import Files
from app.lessons.lesson import Answer
from app.lessons.problems import Problem
from app.lessons.schema.checks import Check
from vm.source import HookscopeError


@dataclass(frozen=True, slots=True)
class Miss:
    """Why a check fails: in words, what was expected and what was got as short texts, and which of what was
    sent it is about (from 1; None: no single one). ``found`` is what was got as plain data."""

    message: str
    expected: str = ""
    got: str = ""
    number: int | None = None
    found: Any = None
    happening: int = 0
    """In a simulation, which of all that happens it is about, from 0."""
    refused: bool = False
    """Nothing was tried: the verifier refuses the program."""


@dataclass(frozen=True, slots=True)
class Case:
    """A check being carried out: ``observed`` is one way in which it went (None: nothing is sent)."""

    subject: Subject
    check: Check
    files: Files
    budget: Budget = field(repr=False)
    seed: int
    observed: Observed | None
    other: Callable[[str], Observed] = field(repr=False)
    """The same things sent to another program of the folder."""
    solution: Answer = field(repr=False)

    @property
    def seen(self) -> Observed:
        """What happened; raises HookscopeError where nothing was sent."""
        if self.observed is None:
            raise HookscopeError.of(
                "nothing-sent", "the check expects something of a run and sends nothing", "add `send:`"
            )
        return self.observed

    def text(self, name: str) -> str:
        """A text of the lesson's folder; raises HookscopeError where it is not there."""
        return text_of(self.files, name)


def text_of(files: Files, name: str) -> str:
    """A text of the lesson's folder; raises HookscopeError where it is not there."""
    problems: list[Problem] = []
    found = files.text(name, problems)
    if problems:
        raise HookscopeError(problems[0].diagnostic)
    return found


def ranged(given: str | int, ran: tuple[Ran, ...]) -> tuple[Ran, ...]:
    """Those that ``all``, ``3`` or ``1-10`` means; raises HookscopeError for one that was not sent."""
    text = str(given).strip()
    if text == "all":
        return ran
    first, dash, last = text.partition("-")
    if not first.isdecimal() or (dash and not last.isdecimal()):
        raise HookscopeError.of("bad-range", f"`{text[:40]}` is no range", "write `all`, `3` or `1-10`")
    low, high = int(first), int(last or first)
    if not 1 <= low <= high <= len(ran):
        raise HookscopeError.of(
            "bad-range", f"`{text[:40]}` is not among the {len(ran)} things that are sent, counted from 1"
        )
    return ran[low - 1 : high]


def shortened(text: object, most: int = 160) -> str:
    """A text that fits on a line or two."""
    said = str(text)
    return said if len(said) <= most else said[: most - 1] + "…"
