"""A folder of submissions graded at once, for gradebooks and continuous integration."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.grading.grade import grade
from app.grading.result import Result
from app.grading.subject import MAX_SOURCE
from app.lessons.lesson import Answer, Lesson
from vm.source import Diagnostic, HookscopeError, did_you_mean

MOST: Final = 10_000
"""Submissions of one folder."""
_COLUMNS: Final = ("learner", "lesson", "version", "gradable", "passed", "points", "of", "failed", "note")


@dataclass(frozen=True, slots=True)
class Handed:
    """What somebody handed in for a lesson: the program's file, and documents beside it by name."""

    learner: str
    lesson: Lesson
    program: Path | None
    documents: Mapping[str, Path]


@dataclass(frozen=True, slots=True)
class Graded:
    """A submission and what it is worth."""

    learner: str
    lesson: Lesson
    result: Result


def handed_in(root: Path, lessons: Mapping[str, Lesson], only: Lesson | None = None) -> Iterator[Handed]:
    """The submissions below ``root``: ``LEARNER.bpf`` or ``LEARNER/…`` for ``only``, else
    ``LEARNER/LESSON.bpf``; documents as ``LEARNER.rules.yaml`` and so on. No link is followed.

    Raises HookscopeError for a file that belongs to no lesson.
    """
    found: dict[tuple[str, str], Handed] = {}
    for path in sorted(_files(root)):
        inner = path.relative_to(root)
        learner, stem = (inner.parts[0], inner.name) if len(inner.parts) > 1 else ("", inner.name)
        lesson = only or _lesson_of(stem, lessons, inner)
        learner = learner or _without_ending(stem, lesson)
        before = found.get((learner, lesson.id), Handed(learner, lesson, None, {}))
        found[learner, lesson.id] = _with(before, path, lesson)
        if len(found) > MOST:
            raise HookscopeError.of("too-many", f"there are more than {MOST:,} submissions here")
    yield from found.values()


def _files(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and path.suffix in (".bpf", ".yaml"):
            yield path


def _lesson_of(name: str, lessons: Mapping[str, Lesson], inner: Path) -> Lesson:
    stem = name.split(".")[0]
    if stem not in lessons:
        hint = did_you_mean(stem, lessons) or "call files LEARNER/LESSON.bpf, or name the lesson by --lesson"
        raise HookscopeError.of("unknown-lesson", f"{inner}: there is no lesson `{stem}`", hint)
    return lessons[stem]


def _without_ending(name: str, lesson: Lesson) -> str:
    endings = (".bpf", *(f".{document}" for document in lesson.front.documents))
    return next((name.removesuffix(ending) for ending in endings if name.endswith(ending)), name)


def _with(before: Handed, path: Path, lesson: Lesson) -> Handed:
    if path.suffix == ".bpf":
        return Handed(before.learner, lesson, path, before.documents)
    document = next((name for name in lesson.front.documents if path.name.endswith(name)), path.name)
    return Handed(before.learner, lesson, before.program, {**before.documents, document: path})


def graded(handed: Iterable[Handed]) -> Iterator[Graded]:
    """Each submission graded; what was not handed in is the stub's."""
    for one in handed:
        yield Graded(one.learner, one.lesson, _grade(one))


def _grade(one: Handed) -> Result:
    try:
        stub = one.lesson.stub
        source = _text(one.program) if one.program is not None else stub.source
        documents = {name: _text(path) for name, path in one.documents.items()}
    except HookscopeError as error:
        return Result(False, (error.diagnostic,))
    known = {name: documents.get(name, text) for name, text in stub.documents.items()}
    return grade(one.lesson, Answer(source, known), one.learner)


def _text(path: Path) -> str:
    """A file's text; raises HookscopeError for what is none, or is far too long."""
    if path.stat().st_size > 4 * MAX_SOURCE:
        raise HookscopeError(Diagnostic("too-long", f"{path.name} has {path.stat().st_size:,} bytes"))
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"{path.name} is not text: byte {error.start:,} cannot be read"
        raise HookscopeError(Diagnostic("not-text", message, hint="hand in the text, in UTF-8")) from None


def row(one: Graded) -> dict[str, Any]:
    """A submission in one line."""
    result = one.result
    return {
        "learner": one.learner,
        "lesson": one.lesson.id,
        "version": one.lesson.front.version,
        "gradable": result.gradable,
        "passed": result.passed,
        "points": result.points,
        "of": result.of or sum(check.points for check in one.lesson.checks),
        "failed": " ".join(result.failed()),
        "note": str(result.diagnostics[0]) if not result.gradable and result.diagnostics else "",
    }


def as_csv(rows: Iterable[Graded]) -> str:
    """All of them as CSV, its first line the names of the columns; no cell begins a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row(one).items()} for one in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A value that a spreadsheet shows and does not carry out."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t") else value


def as_json(rows: Iterable[Graded]) -> str:
    """All of them as JSON, with each check."""
    told = [{**row(one), "checks": [_check(check) for check in one.result.checks]} for one in rows]
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _check(check: Any) -> dict[str, Any]:
    return {
        "id": check.id,
        "status": check.status.value,
        "points": check.points,
        "of": check.of,
        "hidden": check.hidden,
        "message": check.why or check.message,
    }
