"""What came of a submission, and the part of it that its learner may see."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from app.schemas.simulate import SimulationInputs
from app.schemas.trace import Inputs
from vm.source import Diagnostic


class Status(StrEnum):
    """How a check ended. An error is the grader's or the lesson's, never an attempt that failed."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Shown:
    """What opens the failing packet (``packet``, from 0, of ``inputs``) or event in the workbench."""

    title: str
    inputs: Inputs | None = None
    packet: int = 0
    simulation: SimulationInputs | None = None
    event: int = 0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What came of one check: ``points`` had of ``of``, and why not all, in plain words.

    ``expected`` and ``got`` are short texts; ``number`` is which of what was sent it is about, from 1.
    """

    id: str
    title: str
    status: Status
    points: int
    of: int
    message: str = ""
    expected: str = ""
    got: str = ""
    task: int | None = None
    hidden: bool = False
    number: int | None = None
    shown: Shown | None = None
    refused: bool = False
    """Nothing was tried: the verifier refuses the program."""
    why: str = field(default="", repr=False)
    """For authors: the reason in full, also of a hidden check."""
    found: Any = field(default=None, repr=False, compare=False)
    """What was got, as plain data: hints compare it."""


@dataclass(frozen=True, slots=True)
class Measures:
    """How big the program is, and what verifying it took; what learners compare with themselves."""

    instructions: int
    states: int
    processed: int


@dataclass(frozen=True, slots=True)
class Refused:
    """That Linux would not load the submission: why, in its last line's words, and the category."""

    category: str
    error: str


@dataclass(frozen=True, slots=True)
class Result:
    """All of it. ``hints`` are Markdown, from vague to specific; not ``gradable`` is no attempt."""

    gradable: bool
    diagnostics: tuple[Diagnostic, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    hints: tuple[str, ...] = ()
    measures: Measures | None = None
    refused: Refused | None = None

    @property
    def points(self) -> int:
        """What was got in all."""
        return sum(check.points for check in self.checks)

    @property
    def of(self) -> int:
        """What could be got."""
        return sum(check.of for check in self.checks)

    @property
    def passed(self) -> bool:
        """Whether all checks did; what is done on the page is no matter of a submission."""
        return self.gradable and all(check.status is Status.PASSED for check in self.checks)

    def failed(self) -> tuple[str, ...]:
        """The ids of the checks that did not pass."""
        return tuple(check.id for check in self.checks if check.status is not Status.PASSED)

    def for_learner(self) -> "Result":
        """The same without anything of hidden checks but that they are, and what is said to help."""
        hidden = [check.id for check in self.checks if check.hidden]
        places = {name: number for number, name in enumerate(hidden, 1)}
        return replace(
            self,
            checks=tuple(
                _told(check, places[check.id]) if check.hidden else replace(check, found=None, why="")
                for check in self.checks
            ),
        )


NOTHING_SAID = "A case that is not shown to you does not do as the text asks."
NOT_TRIED = "Linux refuses the program, so this was not tried."


def _told(check: CheckResult, number: int) -> CheckResult:
    """A hidden check without its id, its title, and what was sent; ``message`` is its leak-free text."""
    said = check.message if check.status is not Status.PASSED else ""
    return CheckResult(
        f"hidden-{number}",
        f"Hidden check {number}",
        check.status,
        check.points,
        check.of,
        said,
        task=check.task,
        hidden=True,
    )
