"""What must hold of a lesson: the stub fails, the solution passes, each wrong answer fails for its reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.grading.grade import grade
from app.grading.leaks import leaks
from app.grading.result import CheckResult, Result, Status
from app.lessons.catalogue import folders
from app.lessons.folder import read
from app.lessons.glossary import read_glossary
from app.lessons.lesson import Lesson, WrongAnswer
from app.lessons.references import unknown_references

LEARNERS = ("anybody", "ada", "grace")
"""Random data is drawn for each of them: a solution passes with all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: ``place`` is a file of the lesson, maybe with a line."""

    lesson: str
    place: str
    message: str

    def __str__(self) -> str:
        return (
            f"{self.lesson}/{self.place}: {self.message}" if self.place else f"{self.lesson}: {self.message}"
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found of one lesson, and how long its slowest check took to be graded."""

    lesson: str
    findings: tuple[Finding, ...]
    answers: int = 0
    checks: int = 0
    hidden: int = 0


def prove(lesson: Lesson, learners: Sequence[str] = LEARNERS) -> Proof:
    """Grades stub, wrong answers, and the solution for each of ``learners``."""
    findings: list[Finding] = []
    stub = grade(lesson, lesson.stub)
    results = {"stub.bpf": stub}
    if stub.passed:
        findings.append(Finding(lesson.id, "stub.bpf", "the stub passes, so there is nothing to be done"))
    for learner in learners:
        findings += _solved(lesson, grade(lesson, lesson.solution, learner), learner)
        if findings:
            break
    for one in lesson.wrong:
        found = grade(lesson, one.answer)
        results[f"wrong/{one.name}"] = found
        findings += [Finding(lesson.id, f"wrong/{one.name}", text) for text in _wrong(lesson, one, found)]
    findings += [Finding(lesson.id, "checks.yaml", text) for text in _hidden(lesson)]
    findings += [Finding(lesson.id, place, text) for place, text in leaks(lesson, results)]
    hidden = sum(check.hidden for check in lesson.checks)
    return Proof(lesson.id, tuple(findings), 2 + len(lesson.wrong), len(lesson.checks), hidden)


def _solved(lesson: Lesson, found: Result, learner: str) -> Iterator[Finding]:
    for diagnostic in found.diagnostics if not found.gradable else ():
        yield Finding(lesson.id, "solution.bpf", str(diagnostic))
    for check in found.checks:
        if check.status is not Status.PASSED:
            yield Finding(lesson.id, "solution.bpf", f"{_told(lesson, check)}{_of(learner)}")
        elif check.why:
            yield Finding(lesson.id, "checks.yaml", f"`{check.id}`: {check.why}; send less")


def _of(learner: str) -> str:
    return "" if learner == LEARNERS[0] else f" (for the learner `{learner}`)"


def _told(lesson: Lesson, check: CheckResult) -> str:
    got = f" (expected {check.expected}, got {check.got})" if check.expected else ""
    which = "an error in" if check.status is Status.ERROR else "fails"
    return f"{which} `{check.id}`: {check.why or check.message}{got}"


def _wrong(lesson: Lesson, one: WrongAnswer, found: Result) -> Iterator[str]:
    if not found.gradable:
        yield f"it does not assemble: {found.diagnostics[0]}"
        return
    refused = found.refused
    if one.kind == "category":
        if refused is None:
            yield f"the verifier accepts it, where it should refuse it for {one.of}"
        elif refused.category != one.of:
            yield f"the verifier refuses it for {refused.category} ({refused.error}), not for {one.of}"
        if found.passed:
            yield "it passes all checks"
        return
    yield from _by_check(lesson, one, found)
    verifies = any(check.id == one.of and check.expect.verifier is not None for check in lesson.checks)
    if refused is not None and not verifies:
        yield f"the verifier refuses it ({refused.error}), so that `{one.of}` is never come to"


def _by_check(lesson: Lesson, one: WrongAnswer, found: Result) -> Iterator[str]:
    failed = found.failed()
    action = any(check.id == one.of and check.expect.action is not None for check in lesson.checks)
    if action:
        yield f"`{one.of}` is done on the page, so that no answer can fail it"
    elif one.of not in failed:
        others = f"; it fails {', '.join(failed)}" if failed else ", and it fails nothing"
        yield f"it does not fail `{one.of}`{others}"
    for check in found.checks:
        if check.status is Status.ERROR:
            yield _told(lesson, check)


def _hidden(lesson: Lesson) -> Iterator[str]:
    if not any(check.hidden for check in lesson.checks):
        yield "there is no hidden check, so that an answer made for what is shown would pass"


def references(lesson: Lesson, root: Path) -> list[str]:
    """Concepts and links that lead nowhere, by the glossary of ``root``; nothing where there is none."""
    terms, mistaken = read_glossary(root)
    if mistaken or not terms:
        return [str(one) for one in mistaken]
    return [str(one) for one in unknown_references(lesson, terms)]


def one_or_many(folder: Path) -> list[Path]:
    """A lesson's folder, or those of all lessons in it."""
    return [folder] if (folder / "lesson.md").is_file() else folders(folder)


def read_one(folder: Path) -> tuple[Lesson | None, list[str]]:
    """A lesson, or what is wrong with it."""
    lesson, problems = read(folder)
    return lesson, [str(one) for one in problems]
