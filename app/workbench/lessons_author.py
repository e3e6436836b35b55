"""What an author asks of a lesson: what its checks say of every answer, and what they let through."""

import time
from pathlib import Path
from typing import Literal

from app.grading.grade import grade
from app.grading.mutants.report import mutation_report
from app.grading.proof import prove
from app.grading.result import Result
from app.lessons.folder import read
from app.lessons.lesson import Answer, Lesson
from app.schemas.author import AnswerRow, CellView, FindingView, MutantView, MutationView, ProofView
from app.workbench.lessons import document
from app.workbench.lessons_files import lesson_path
from app.workbench.watch import Watch
from vm.source import HookscopeError


def lesson_of(root: str, name: str) -> Lesson:
    """The lesson in a folder; raises HookscopeError with its first problem."""
    lesson, problems = read(lesson_path(Path(root), name))
    if lesson is None:
        raise HookscopeError.of("bad-lesson", f"{problems[0]}", "the files show what is wrong")
    return lesson


def previewed(root: str, name: str, seed: int) -> str:
    """The lesson as its learners get it."""
    return document(lesson_of(root, name), seed).model_dump_json()


def proved(root: str, name: str, watch: Watch) -> str:
    """All answers against all checks."""
    began = watch.clock()
    lesson = lesson_of(root, name)
    answers: list[tuple[str, Literal["stub", "solution", "wrong"], Answer, str]] = [
        ("stub", "stub", lesson.stub, ""),
        ("solution", "solution", lesson.solution, ""),
        *((one.name, "wrong", one.answer, one.words) for one in lesson.wrong),
    ]
    found = prove(lesson).findings
    rows = []
    for number, (answer_name, kind, answer, words) in enumerate(answers):
        watch.tick(number, len(answers))
        result = grade(lesson, answer)
        file = f"wrong/{answer_name}" if kind == "wrong" else f"{answer_name}.bpf"
        wrong = [finding.message for finding in found if finding.place == file]
        rows.append(_row(answer_name, kind, result, wrong, words))
    return ProofView(
        lesson=lesson.id,
        checks=[check.id for check in lesson.checks if check.expect.action is None],
        answers=rows,
        findings=[FindingView(place=one.place, message=one.message) for one in found],
        seconds=round(watch.clock() - began, 2),
    ).model_dump_json()


def _row(
    name: str, kind: Literal["stub", "solution", "wrong"], result: Result, wrong: list[str], words: str
) -> AnswerRow:
    return AnswerRow(
        name=name,
        kind=kind,
        gradable=result.gradable,
        passed=result.passed,
        right=not wrong,
        why="; ".join(wrong) or words,
        cells=[
            CellView(check=check.id, status=check.status.value, message=check.message)
            for check in result.checks
        ],
    )


def mutated(root: str, name: str) -> str:
    """The mutation report."""
    began = time.monotonic()
    report = mutation_report(lesson_of(root, name))
    return MutationView(
        lesson=report.lesson,
        killed=report.killed,
        explained=report.explained,
        share=round(report.share, 1),
        survivors=[
            MutantView(
                kind=one.kind,
                line=one.line,
                before=one.before,
                after=one.after,
                document=one.document,
                source=one.answer.source,
            )
            for one in report.survivors
        ],
        seconds=round(time.monotonic() - began, 2),
    ).model_dump_json()
