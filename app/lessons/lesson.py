"""A lesson in memory: what its folder holds, all of it as it should be."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.lessons.blocks import Block
from app.lessons.files import Files
from app.lessons.links import Link
from app.lessons.schema.checks import Check
from app.lessons.schema.front import FrontMatter
from app.lessons.schema.hints import Hint


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody may hand in: a program, and the lesson's other documents by name."""

    source: str
    documents: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """An answer that must fail: for ``kind`` (``check``, ``category``) ``of`` a name, by its first line."""

    name: str
    answer: Answer
    kind: str
    of: str
    words: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson whose files are as they should be."""

    front: FrontMatter
    blocks: tuple[Block, ...]
    checks: tuple[Check, ...]
    hints: tuple[Hint, ...]
    stub: Answer
    solution: Answer
    wrong: tuple[WrongAnswer, ...]
    design: str
    links: tuple[Link, ...]
    files: Files = field(repr=False)

    @property
    def id(self) -> str:
        """Its folder's name."""
        return self.front.id

    @property
    def number(self) -> int:
        """Its place among all lessons, from 1."""
        return int(self.front.id.split("-")[1])
