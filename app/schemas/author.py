"""The workshop: lessons as files, what is wrong with them, and what their checks let through."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.lessons.schema.base import LessonId, Line, Slug
from app.schemas.base import Message
from app.schemas.source import DiagnosticView

MAX_TEXT = 1 << 20
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]


class FileView(Message):
    """A file of a lesson; ``text`` is false for captures, which are not edited."""

    name: str
    size: int
    text: bool


class ProblemView(Message):
    """A mistake in a file, or in the folder where ``file`` is empty."""

    file: str
    diagnostic: DiagnosticView


class LessonFolder(Message):
    """A lesson's folder as it stands."""

    name: str
    title: str
    files: list[FileView]
    problems: list[ProblemView]


class AuthorFolder(Message):
    """All lessons of the folder that is worked on."""

    root: str
    lessons: list[LessonFolder]


class FileText(Message):
    """The text of a file."""

    text: Text


class NewLesson(Message):
    """A lesson to begin with."""

    id: LessonId
    title: Line
    author: Line


class RecordRequest(Message):
    """A check to be made of the packets of a saved workbench."""

    workspace: Annotated[str, StringConstraints(max_length=64)]
    id: Slug
    title: Line
    hidden: bool = False
    packet: Annotated[int, Field(ge=0)] | None = None
    """One of them, from 0; all (100 at most) without."""


class CellView(Message):
    """What a check says of an answer."""

    check: str
    status: Literal["passed", "failed", "error"]
    message: str


class AnswerRow(Message):
    """An answer against all checks. ``right``: it does what it must; ``why`` it should fail, or does not."""

    name: str
    kind: Literal["stub", "solution", "wrong"]
    gradable: bool
    passed: bool
    right: bool
    why: str
    cells: list[CellView]


class FindingView(Message):
    """Something that does not hold of a lesson."""

    place: str
    message: str


class ProofView(Message):
    """Stub, solution and wrong answers against all checks."""

    lesson: str
    checks: list[str]
    answers: list[AnswerRow]
    findings: list[FindingView]
    seconds: float


class MutantView(Message):
    """A solution with a mistake in it that passes all checks; ``source`` opens in the workbench."""

    kind: str
    line: int
    before: str
    after: str
    document: str
    source: str


class MutationView(Message):
    """Which small mistakes the checks let through; ``share`` of all is what they find, in percent."""

    lesson: str
    killed: int
    explained: int
    share: float
    survivors: list[MutantView]
    seconds: float
