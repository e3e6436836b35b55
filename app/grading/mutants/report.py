"""Which mutants of a lesson's solution its checks let through."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from app.grading.grade import grade
from app.grading.mutants.make import Mutant, mutants
from app.lessons.lesson import Lesson

LEAST: Final = 75.0
WANTED: Final = 90.0
"""Percent of the mutants of a lesson that its checks find: at least, and on average."""
_EXPLAINED: Final = re.compile(r"^\s*[-*] equivalent: `(?P<before>[^`]+)` → `(?P<after>[^`]+)`", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MutationReport:
    """``explained`` are those that design.md says are as right as the solution; they do not count."""

    lesson: str
    killed: int
    survivors: tuple[Mutant, ...]
    explained: int

    @property
    def total(self) -> int:
        """How many count."""
        return self.killed + len(self.survivors)

    @property
    def share(self) -> float:
        """Percent that the checks find."""
        return 100 * self.killed / self.total if self.total else 100.0


def mutation_report(lesson: Lesson, tell: Callable[[int], None] = lambda _: None) -> MutationReport:
    """Grades every mutant; one that does not pass, or does not even load, is found."""
    known = frozenset(_explained(lesson.design))
    killed = explained = 0
    survivors: list[Mutant] = []
    for number, mutant in enumerate(mutants(lesson.solution)):
        tell(number)
        if not grade(lesson, mutant.answer, until_failure=True).passed:
            killed += 1
        elif (_bare(mutant.before), _bare(mutant.after)) in known:
            explained += 1
        else:
            survivors.append(mutant)
    return MutationReport(lesson.id, killed, tuple(survivors), explained)


def _explained(design: str) -> Iterator[tuple[str, str]]:
    """Lines of design.md such as: - equivalent: `r2 = 0` → `goto +0`: nobody reads it."""
    yield from ((_bare(found["before"]), _bare(found["after"])) for found in _EXPLAINED.finditer(design))


def _bare(text: str) -> str:
    return " ".join(text.split())
