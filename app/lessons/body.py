"""A lesson's Markdown as blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.lessons.blocks import Block, Example, Figure, Fold, Prediction, Prose, Task, View
from app.lessons.directives import (
    FigureSays,
    HintSays,
    Piece,
    PredictSays,
    ProgramSays,
    TaskSays,
    ViewSays,
    pieces,
)
from app.lessons.links import Link
from app.lessons.markdown import render
from app.lessons.problems import Problem, problem
from vm.kernel.packet.presets import PRESETS
from vm.source import did_you_mean


@dataclass(slots=True)
class Body:
    """The blocks of a text, the links in it, and what is wrong with it."""

    blocks: list[Block] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_body(text: str, file: str, first_line: int) -> Body:
    """Reads the text that begins in ``first_line`` of ``file``."""
    cut, problems = pieces(text, file, first_line)
    reading = _Reading(file, Body(problems=problems))
    for piece in cut:
        reading.add(piece)
    body = reading.body
    body.problems.extend(_twice(body.blocks, file))
    return body


@dataclass(slots=True)
class _Reading:
    file: str
    body: Body
    tasks: int = 0

    def add(self, piece: Piece) -> None:
        """Puts the block of a piece behind those before."""
        match piece.says:
            case None:
                self.body.blocks.append(Prose(self._html(piece)))
            case TaskSays(check=check):
                self.tasks += 1
                self._needs_text(piece, "says what to do")
                self.body.blocks.append(Task(self.tasks, tuple(check.split()), self._html(piece), piece.line))
            case PredictSays() as says:
                self._predict(says, piece)
            case ViewSays(pane=pane, step=step, label=label):
                self.body.blocks.append(View(pane, step or "", label, piece.line))
                if piece.text:
                    self.body.blocks.append(Prose(self._html(piece)))
            case ProgramSays(file=file, packets=packets):
                names = tuple(packets.split(",")) if packets else ()
                self.body.problems.extend(self._unknown_packets(names, piece.line))
                self.body.blocks.append(Example(file, names, self._html(piece), piece.line))
            case FigureSays(src=src, alt=alt):
                self.body.blocks.append(Figure(src, alt, self._html(piece), piece.line))
            case HintSays():
                self.body.blocks.append(Fold(self._html(piece)))
            case _:
                raise AssertionError(piece.says)

    def _predict(self, says: PredictSays, piece: Piece) -> None:
        self._needs_text(piece, "asks something")
        choices = tuple(choice.strip() for choice in says.choices.split("|")) if says.choices else ()
        if choices and says.answer not in choices:
            message = f"the answer `{says.answer}` is none of the choices"
            hint = did_you_mean(says.answer, choices)
            self.body.problems.append(problem(self.file, "bad-value", message, hint, piece.line))
        because = self._render(piece.because, piece.line + 1) if piece.because else ""
        self.body.blocks.append(
            Prediction(says.id, says.answer, choices, says.at or "", self._html(piece), because, piece.line)
        )

    def _html(self, piece: Piece) -> str:
        return self._render(piece.text, piece.line)

    def _render(self, text: str, line: int) -> str:
        html, links, problems = render(text, self.file, line)
        self.body.links.extend(links)
        self.body.problems.extend(problems)
        return html

    def _needs_text(self, piece: Piece, what: str) -> None:
        if not piece.text:
            message, hint = (
                "nothing is said here",
                f"it {what}: write it behind the directive, before an empty line",
            )
            self.body.problems.append(problem(self.file, "empty-directive", message, hint, piece.line))

    def _unknown_packets(self, names: tuple[str, ...], line: int) -> Iterator[Problem]:
        for name in names:
            if name not in PRESETS:
                hint = did_you_mean(name, PRESETS) or f"there are {', '.join(PRESETS)}"
                yield problem(self.file, "unknown-packet", f"there is no packet named `{name}`", hint, line)


def _twice(blocks: list[Block], file: str) -> Iterator[Problem]:
    """Predictions of one id."""
    seen: set[str] = set()
    for block in blocks:
        if isinstance(block, Prediction):
            if block.id in seen:
                message = f"there are two predictions named `{block.id}`"
                yield problem(file, "duplicate-id", message, "give this one another id", block.line)
            seen.add(block.id)
