"""All lessons, proved: stub, solution, wrong answers, leaks; and what Linux said of every answer."""

import json

import pytest

from app.grading.budget import Budget
from app.grading.kernel import answers_of
from app.grading.proof import prove, references
from app.grading.subject import MAP, Subject, mistakes
from app.lessons.catalogue import catalogue
from app.paths import lessons_dir
from app.workbench.watch import unwatched
from tests.golden.record_lessons import GOLDEN, digest

FOUND = catalogue(lessons_dir())
RECORDED = json.loads(GOLDEN.read_text(encoding="utf-8")) if GOLDEN.is_file() else {"lessons": {}}


def test_every_lesson_can_be_read_and_leads_somewhere() -> None:
    assert {name: [str(one) for one in problems] for name, problems in FOUND.problems.items()} == {}


@pytest.mark.parametrize("name", FOUND.lessons)
def test_a_lesson_holds_together(name: str) -> None:
    proof = prove(FOUND.lessons[name], ["anybody"])  # for others too: dev.py lessons
    assert [str(finding) for finding in proof.findings] == []


@pytest.mark.parametrize("name", FOUND.lessons)
def test_links_and_concepts_are_known(name: str) -> None:
    assert references(FOUND.lessons[name], lessons_dir()) == []


@pytest.mark.parametrize("name", RECORDED["lessons"])
def test_linux_says_the_same_of_every_answer(name: str) -> None:
    lesson = FOUND.lessons.get(name)
    if lesson is None:
        pytest.skip("this lesson is no longer there")
    stale = []
    for answer_name, answer in answers_of(lesson):
        recorded, said = RECORDED["lessons"][name].get(answer_name, ("", {}))
        if recorded != digest(answer):
            stale.append(answer_name)
            continue
        if mistakes(answer):
            continue
        subject = Subject(answer, lesson.front.hook, Budget(unwatched(), 300))
        for program, report in zip(subject.programs, subject.reports(), strict=True):
            if program.name in said and report.category != MAP:
                assert (report.error or "accepted") == said[program.name], f"{answer_name} {program.name}"
    if stale:
        pytest.skip(f"changed since they were recorded (python3 dev.py golden lessons): {', '.join(stale)}")
