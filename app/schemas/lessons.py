"""Lessons as the page has them: the course, a lesson, what came of a submission, what a learner has done.

Nothing here holds the answer to a prediction, a hidden check, or the solution of a lesson that is not passed.
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, StringConstraints

from app.lessons.schema.base import LessonId
from app.schemas.base import Manifest, Message, SourceText
from app.schemas.simulate import SimulationInputs
from app.schemas.source import DiagnosticView
from app.schemas.trace import Inputs

LearnerId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
"""Drawn at random by the browser; whoever has it has the progress."""
Documents = Annotated[dict[str, Manifest], Field(max_length=4)]
"""What is written beside the program, by file: ``rules.yaml``."""


class TrackView(Message):
    """A track of the course."""

    id: str
    letter: str
    title: str
    doc: str


class LessonRow(Message):
    """A lesson in the list of all. ``number`` runs through all tracks."""

    id: str
    number: int
    version: int
    title: str
    track: str
    summary: str
    minutes: int
    difficulty: int
    concepts: list[str]
    prerequisites: list[str]
    tasks: int
    production: str
    """Where the idea appears in production; may be empty."""


class Course(Message):
    """All tracks and lessons, in their order. ``problems``: lessons that cannot be read, and why."""

    tracks: list[TrackView]
    lessons: list[LessonRow]
    problems: list[str]


class HtmlBlock(Message):
    """Text: HTML that was made of Markdown and sanitised."""

    kind: Literal["html"] = "html"
    html: str


class TaskBlock(Message):
    """A task; it ticks itself when its checks pass."""

    kind: Literal["task"] = "task"
    number: int
    checks: list[str]
    html: str


class PredictBlock(Message):
    """A question answered before going on; ``at`` is the label whose instruction waits for the answer."""

    kind: Literal["predict"] = "predict"
    id: str
    html: str
    choices: list[str]
    """The answers to choose from; empty where one is typed."""
    form: Literal["number", "word", "choice"]
    at: str | None


class ViewBlock(Message):
    """Opens a pane, at the label ``step`` where one is given."""

    kind: Literal["view"] = "view"
    pane: str
    step: str | None
    label: str


class ProgramBlock(Message):
    """A runnable example."""

    kind: Literal["program"] = "program"
    file: str
    inputs: Inputs
    html: str


class FigureBlock(Message):
    """A picture: sanitised SVG."""

    kind: Literal["figure"] = "figure"
    svg: str
    alt: str
    html: str


class HintBlock(Message):
    """Text behind a fold."""

    kind: Literal["hint"] = "hint"
    html: str


Block = Annotated[
    HtmlBlock | TaskBlock | PredictBlock | ViewBlock | ProgramBlock | FigureBlock | HintBlock,
    Discriminator("kind"),
]


class ActionView(Message):
    """What is to be done on the page, and where."""

    did: str
    at: str | None
    fault: str | None


class CheckView(Message):
    """A visible check, before anything is submitted."""

    id: str
    title: str
    task: int | None
    points: int
    action: ActionView | None


class LessonDoc(Message):
    """One lesson. ``inputs`` are the stub and what is sent to it; of hidden checks only their number is."""

    row: LessonRow
    blocks: list[Block]
    inputs: Inputs
    documents: dict[str, str]
    checks: list[CheckView]
    hidden: int
    authors: list[str]
    license: str


class GradeRequest(Message):
    """A submission. ``revision`` counts the page's changes: the latest asked for wins."""

    lesson: LessonId
    source: SourceText
    documents: Documents = Field(default_factory=dict)
    learner: LearnerId
    attempts: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """How many there have been, with this one: hints come after some."""
    revision: int


class GradeProgress(Message):
    """How many checks are done."""

    revision: int
    done: int
    total: int


class ShownView(Message):
    """What opens a failing packet in the page's stepper, or a failing event of a simulation on the path."""

    title: str
    inputs: Inputs | None
    packet: int
    simulation: SimulationInputs | None
    event: int


class CheckResultView(Message):
    """What came of a check. A hidden one has no title, id or values of its own."""

    id: str
    title: str
    task: int | None
    hidden: bool
    status: Literal["passed", "failed", "error"]
    points: int
    of: int
    message: str
    expected: str
    got: str
    shown: ShownView | None


class GradeReply(Message):
    """What came of a submission. One that is not ``gradable`` does not assemble, and is no attempt."""

    revision: int
    lesson: str
    version: int
    gradable: bool
    diagnostics: list[DiagnosticView]
    checks: list[CheckResultView]
    hints: list[str]
    """Sanitised HTML, from vague to specific."""
    passed: bool
    instructions: int | None
    """Instructions of the program; ``states``: those the verifier walked through."""
    states: int | None
    solution: str | None
    """Only where all checks pass."""
    solution_documents: dict[str, str]


class PredictRequest(Message):
    """An answer to a prediction."""

    lesson: LessonId
    id: str
    answer: Annotated[str, StringConstraints(max_length=200)]


class PredictReply(Message):
    """Whether it is right, what is, and why (sanitised HTML)."""

    right: bool
    answer: str
    html: str


class Prediction(Message):
    """An answer that was locked in."""

    answer: Annotated[str, StringConstraints(max_length=200)]
    right: bool
    correct: Annotated[str, StringConstraints(max_length=400)]
    html: Annotated[str, StringConstraints(max_length=20_000)] = ""


class LessonProgress(Message):
    """What a learner has done in a lesson; of two, the one ``updated_at`` later has the text."""

    lesson: LessonId
    version: int
    source: SourceText
    documents: Documents = Field(default_factory=dict)
    checks: Annotated[tuple[str, ...], Field(max_length=60)] = ()
    """Checks that have passed."""
    predictions: Annotated[dict[str, Prediction], Field(max_length=40)] = Field(default_factory=dict)
    attempts: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    passed_at: str | None = None
    instructions: int | None = None
    """The fewest of all submissions that passed; so are ``states``."""
    states: int | None = None
    updated_at: Annotated[str, StringConstraints(max_length=40)]


class Progress(Message):
    """All that a learner has done: what is exported and imported too."""

    learner: LearnerId
    lessons: Annotated[list[LessonProgress], Field(max_length=400)]


class ConceptRef(Message):
    """A term of the glossary: what it means (sanitised HTML), an example, the lessons that teach it."""

    slug: str
    term: str
    html: str
    example: str
    see: list[str]
    lessons: list[str]


class ExampleRef(Message):
    """A short program for something the reference names; ``kind`` is helper, map, hook, ctx or insn."""

    kind: str
    name: str
    hook: str
    source: str


class CategoryRef(Message):
    """A category of the verifier's rejections, with a program that is refused for it."""

    slug: str
    title: str
    doc: str
    hook: str
    source: str


class Glossary(Message):
    """What the reference holds beside the simulator's tables."""

    concepts: list[ConceptRef]
    categories: list[CategoryRef]
    examples: list[ExampleRef]
