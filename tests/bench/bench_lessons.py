"""Lessons: how soon a submission is answered, alone and among thirty at once."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from statistics import quantiles

from app.grading.grade import grade
from app.lessons.catalogue import catalogue
from app.lessons.lesson import Answer, Lesson
from app.paths import lessons_dir
from app.schemas.lessons import GradeRequest
from app.workers.pool import Pool
from tests.bench.row import Row, at_least, at_most

AT_ONCE = 30
WORKERS = 2
SECOND = 1.0
MEMORY = 2 << 30


def bench() -> Iterator[Row]:
    """Each check of each lesson, on its solution and its stub; then thirty learners at once."""
    lessons = list(catalogue(lessons_dir()).lessons.values())
    took = sorted(_seconds(lesson) for lesson in _each_check(lessons))
    soon = 100 * sum(one <= SECOND for one in took) / len(took)
    yield Row("checks measured", len(took), "")
    yield at_least("answered within a second", soon, "%", 95)
    yield Row("the slowest check", took[-1], "s")
    whole = sorted(_graded(lesson, lesson.solution) for lesson in lessons)
    yield Row("a whole submission, 95 in 100", quantiles(whole, n=20)[-1], "s")
    waits = _at_once(lessons)
    yield Row("of thirty submitted at once, answered", len(waits), "")
    yield at_most("thirty at once, 95 in 100", quantiles(waits, n=20)[-1], "s", 5)


def _each_check(lessons: list[Lesson]) -> Iterator[Lesson]:
    """Every lesson with one of its checks alone."""
    for lesson in lessons:
        for check in lesson.checks:
            if check.expect.action is None:
                yield replace(lesson, checks=(check,))


def _seconds(lesson: Lesson) -> float:
    return max(_graded(lesson, lesson.solution), _graded(lesson, lesson.stub))


def _graded(lesson: Lesson, answer: Answer) -> float:
    began = time.perf_counter()
    grade(lesson, answer)
    return time.perf_counter() - began


def _at_once(lessons: list[Lesson]) -> list[float]:
    """How long each of thirty learners waits who submit at one moment, stubs and solutions in turn."""
    pool = Pool(WORKERS, MEMORY, 60)
    chosen = [lessons[at % len(lessons)] for at in range(AT_ONCE)]
    requests = [
        GradeRequest(
            lesson=lesson.id,
            source=(lesson.solution if number % 2 else lesson.stub).source,
            learner=f"learner-{number:016}",
            revision=1,
        ).model_dump_json()
        for number, lesson in enumerate(chosen)
    ]
    try:
        pool.warm()
        with ThreadPoolExecutor(AT_ONCE) as learners:
            list(learners.map(pool.run, ["lessons.course"] * WORKERS))  # the lessons have been read before
            return list(learners.map(lambda request: _waited(pool, request), requests))
    finally:
        pool.close()


def _waited(pool: Pool, request: str) -> float:
    began = time.perf_counter()
    pool.run("lessons.grade", request)
    return time.perf_counter() - began
