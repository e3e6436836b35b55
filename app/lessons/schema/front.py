"""The front matter of lesson.md."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.lessons.schema.base import FileName, LessonId, Line, Part, Slug, Words
from app.lessons.schema.send import ScenarioSend


class Track(StrEnum):
    """The seven tracks, in their order; the letter of a lesson's id is its track's."""

    MACHINE = "machine"
    VERIFIER = "verifier"
    MAPS = "maps"
    NETWORKING = "networking"
    TRACING = "tracing"
    SECURITY = "security"
    INSIDE = "inside"

    @property
    def letter(self) -> str:
        """``a`` to ``g``."""
        return "abcdefg"[list(Track).index(self)]


class FrontMatter(Part):
    """What a lesson is: the lines between ``---`` at the top of lesson.md."""

    id: LessonId
    version: Annotated[int, Field(ge=1, le=10_000)]
    """Counts published changes: random data of checks is drawn by it."""
    title: Line
    track: Track
    summary: Line
    concepts: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=12)]
    """Terms of the glossary that it teaches."""
    prerequisites: Annotated[tuple[LessonId, ...], Field(max_length=8)] = ()
    minutes: Annotated[int, Field(ge=3, le=60)]
    difficulty: Annotated[int, Field(ge=1, le=5)]
    hook: Line
    """Where its program is attached, as ``.hook`` names it: ``xdp``, ``tracepoint/sched/sched_switch``."""
    scenario: ScenarioSend | None = None
    """What is there to be sent when the lesson opens."""
    documents: Annotated[tuple[FileName, ...], Field(max_length=2)] = ()
    """What the learner writes beside the program: ``rules.yaml`` begins as ``stub.rules.yaml``, and so on."""
    authors: Annotated[tuple[Line, ...], Field(min_length=1, max_length=20)]
    license: Line
    production: Words | None = None
    """Where the idea appears in production, in a sentence; for the reference."""
