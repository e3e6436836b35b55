"""Lessons as jobs: the course, one lesson, predictions. What is sent holds no answers and nothing hidden."""

import os
import re
from functools import lru_cache
from pathlib import Path

from app.lessons.blocks import Prediction, Task
from app.lessons.catalogue import Catalogue, catalogue
from app.lessons.folder import read
from app.lessons.glossary import Term, read_glossary
from app.lessons.lesson import Lesson
from app.lessons.markdown import render
from app.lessons.schema.base import LESSON_ID
from app.lessons.schema.expect import ActionExpect
from app.lessons.schema.front import Track
from app.paths import lessons_dir
from app.schemas.lessons import (
    ActionView,
    CheckView,
    ConceptRef,
    Course,
    Glossary,
    LessonDoc,
    LessonRow,
    PredictReply,
    PredictRequest,
    TrackView,
)
from app.workbench.lessons_answers import judge
from app.workbench.lessons_blocks import block_view
from app.workbench.lessons_packets import first_inputs
from app.workbench.reference_examples import examples
from app.workbench.reference_written import categories
from vm.source import HookscopeError, did_you_mean

TRACKS = {
    Track.MACHINE: ("The machine", "what the kernel runs"),
    Track.VERIFIER: ("The verifier", "why it says no"),
    Track.MAPS: ("Maps and helpers", "memory that stays"),
    Track.NETWORKING: ("Networking", "XDP and tc"),
    Track.TRACING: ("Tracing", "look, do not touch"),
    Track.SECURITY: ("Security", "who may do what"),
    Track.INSIDE: ("Inside", "from slots to silicon"),
}


def known_lessons(root: Path | None = None) -> Catalogue:
    """All lessons, read again when a file of theirs has changed."""
    folder = root or lessons_dir()
    return _read(folder, _stamp(folder))


@lru_cache(maxsize=4)
def _read(root: Path, _stamp: int) -> Catalogue:
    return catalogue(root)


def _stamp(root: Path) -> int:
    """A number that changes with every file below."""
    files = root.glob("[a-z]-[0-9][0-9]-*/**/*")
    return hash(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in files if path.is_file())))


def lesson_named(name: str, root: Path | None = None) -> Lesson:
    """The lesson of that id; raises HookscopeError."""
    lessons = known_lessons(root).lessons
    if name not in lessons and (draft := _draft(name)) is not None:
        return draft
    if name not in lessons:
        hint = did_you_mean(name, lessons) or "the home page lists all of them"
        raise HookscopeError.of("not-found", "there is no such lesson here", hint)
    return lessons[name]


def _draft(name: str) -> Lesson | None:
    """A lesson an author works on, whatever is wrong between it and others; None elsewhere."""
    root = os.environ.get("HOOKSCOPE_AUTHOR")
    if not root or re.fullmatch(LESSON_ID, name) is None or not (Path(root) / name).is_dir():
        return None
    return read(Path(root) / name)[0]


def course() -> str:
    """All tracks and lessons."""
    found = known_lessons()
    return Course(
        tracks=[
            TrackView(id=track.value, letter=track.letter, title=title, doc=doc)
            for track, (title, doc) in TRACKS.items()
        ],
        lessons=[_row(lesson) for lesson in found.lessons.values()],
        problems=[f"{name}: {problems[0]}" for name, problems in found.problems.items() if problems],
    ).model_dump_json()


def _row(lesson: Lesson) -> LessonRow:
    front = lesson.front
    return LessonRow(
        id=lesson.id,
        number=lesson.number,
        version=front.version,
        title=front.title,
        track=front.track.value,
        summary=front.summary,
        minutes=front.minutes,
        difficulty=front.difficulty,
        concepts=list(front.concepts),
        prerequisites=list(front.prerequisites),
        tasks=sum(isinstance(block, Task) for block in lesson.blocks),
        production=front.production or "",
    )


def doc(name: str) -> str:
    """One lesson, as its learners may know it."""
    return document(lesson_named(name)).model_dump_json()


def document(lesson: Lesson, seed: int = 1) -> LessonDoc:
    """What is sent of a lesson; ``seed`` is for what the scenario of its front matter draws."""
    return LessonDoc(
        row=_row(lesson),
        blocks=[block_view(block, lesson) for block in lesson.blocks],
        inputs=first_inputs(lesson, seed),
        documents=dict(lesson.stub.documents),
        checks=[
            CheckView(
                id=check.id,
                title=check.title,
                task=check.task,
                points=check.points,
                action=_action(check.expect.action) if check.expect.action else None,
            )
            for check in lesson.checks
            if not check.hidden
        ],
        hidden=sum(check.hidden for check in lesson.checks),
        authors=list(lesson.front.authors),
        license=lesson.front.license,
    )


def _action(action: ActionExpect) -> ActionView:
    return ActionView(did=action.did, at=action.at, fault=action.fault)


def predict(text: str) -> str:
    """Whether an answer to a prediction is right, and what is."""
    asked = PredictRequest.model_validate_json(text)
    return answered(lesson_named(asked.lesson), asked).model_dump_json()


def answered(lesson: Lesson, asked: PredictRequest) -> PredictReply:
    """The same, of a lesson in hand; raises HookscopeError."""
    for block in lesson.blocks:
        if isinstance(block, Prediction) and block.id == asked.id:
            right, correct = judge(block.answer, block.choices, asked.answer)
            return PredictReply(right=right, answer=correct, html=block.because)
    raise HookscopeError.of("not-found", "there is no such question in this lesson", "reload the page")


def concepts() -> str:
    """What the reference holds beside the tables: terms with the lessons that teach them, examples."""
    terms, _ = read_glossary(lessons_dir())
    taught: dict[str, list[str]] = {}
    for lesson in known_lessons().lessons.values():
        for concept in lesson.front.concepts:
            taught.setdefault(concept, []).append(lesson.id)
    rows = [_concept(slug, term, taught.get(slug, [])) for slug, term in terms.items()]
    return Glossary(concepts=rows, categories=categories(), examples=list(examples())).model_dump_json()


def _concept(slug: str, term: Term, lessons: list[str]) -> ConceptRef:
    html, _, _ = render(term.means, "glossary.yaml", 1)
    return ConceptRef(
        slug=slug, term=term.term, html=html, example=term.example or "", see=list(term.see), lessons=lessons
    )
