"""A lesson read from its folder: all of it, or all that is wrong with it."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from app.lessons.answers import Answers
from app.lessons.blocks import Block, Example, Figure
from app.lessons.body import Body, read_body
from app.lessons.figures import read_figure
from app.lessons.files import Files
from app.lessons.lesson import Lesson
from app.lessons.problems import Problem, problem
from app.lessons.schema.checks import Checks
from app.lessons.schema.front import FrontMatter
from app.lessons.schema.hints import Hints
from app.lessons.whole import apart, unknown
from app.manifests.events import Mistake, documents
from app.manifests.located import validate

Model = TypeVar("Model", bound=BaseModel)


def read(folder: Path) -> tuple[Lesson | None, list[Problem]]:
    """The lesson in ``folder``, or None with everything that is wrong with it."""
    files, problems = Files.of(folder)
    if problems:
        return None, problems
    reading = _Reading(files)
    lesson = reading.read()
    return (None, reading.problems) if reading.problems else (lesson, [])


@dataclass(slots=True)
class _Reading:
    files: Files
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> Lesson | None:
        front, body = self._text()
        checks = self._listed("checks.yaml", Checks)
        hints = self._listed("hints.yaml", Hints)
        design = self.files.text("design.md", self.problems)
        if front is None or checks is None or hints is None:
            return None
        self._fits(front)
        answers = Answers(self.files, front.documents, self.problems)
        stub, solution = answers.named("stub"), answers.named("solution")
        wrong = tuple(answers.wrong(solution))
        blocks, links = tuple(map(self._drawn, body.blocks)), tuple(body.links)
        self.problems.extend(apart(blocks, checks.root, hints.root, wrong))
        return Lesson(
            front, blocks, checks.root, hints.root, stub, solution, wrong, design, links, self.files
        )

    def _text(self) -> tuple[FrontMatter | None, Body]:
        """lesson.md: its front matter and its body."""
        text = self.files.text("lesson.md", self.problems)
        head, body, first_line = _halves(text)
        if not head:
            hint = "begin with a line of ---, then id: and the rest, then --- again"
            self.problems.append(problem("lesson.md", "no-front-matter", "there is no front matter", hint, 1))
            return None, Body()
        front = self._yaml("lesson.md", "\n" + head, FrontMatter)
        read = read_body(body, "lesson.md", first_line)
        self.problems.extend(read.problems)
        return front, read

    def _listed(self, name: str, model: type[Model]) -> Model | None:
        return self._yaml(name, self.files.text(name, self.problems), model)

    def _yaml(self, name: str, text: str, model: type[Model]) -> Model | None:
        if not text.strip():
            if name in self.files.names:
                self.problems.append(problem(name, "empty-file", "there is nothing in this file", line=1))
            return None
        try:
            found = documents(text)
        except Mistake as mistake:
            self.problems.append(Problem(name, mistake.diagnostic))
            return None
        if len(found) != 1:
            message = f"here are {len(found)} documents, where one is read"
            self.problems.append(problem(name, "bad-yaml", message, "leave out the lines of ---", 1))
            return None
        value, diagnostics = validate(found[0], model)
        self.problems.extend(Problem(name, diagnostic) for diagnostic in diagnostics)
        return value

    def _fits(self, front: FrontMatter) -> None:
        """Whether the lesson is what its folder says."""
        if front.id != self.files.folder.name:
            message = f"the lesson is `{front.id}`, and its folder `{self.files.folder.name}`"
            self.problems.append(problem("lesson.md", "other-folder", message, "give both one name", 2))
        if front.id[0] != front.track.letter:
            message = f"lessons of the track `{front.track}` begin with `{front.track.letter}-`"
            self.problems.append(problem("lesson.md", "other-track", message, "mend the id or the track", 2))

    def _drawn(self, block: Block) -> Block:
        """A figure with its picture; whether the file of an example is there."""
        match block:
            case Figure():
                text = self._named(block.src, block.line)
                if not text:
                    return block
                svg, problems = read_figure(text, block.src)
                self.problems.extend(problems)
                return replace(block, svg=svg)
            case Example():
                self._named(block.file, block.line)
                return block
            case _:
                return block

    def _named(self, name: str, line: int) -> str:
        """The text of a file that lesson.md names."""
        self.problems.extend(unknown("lesson.md", "file", name, set(self.files.names), line))
        return self.files.text(name, self.problems) if name in self.files.names else ""


def _halves(text: str) -> tuple[str, str, int]:
    """The front matter, the body, and the body's first line."""
    lines = text.splitlines()
    if not lines or lines[0].strip() != "---":
        return "", text, 1
    end = next((number for number, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        return "", text, 1
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2
