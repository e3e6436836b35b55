"""The directives of a lesson's text: what each may say, and the text cut at them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationError

from app.lessons.problems import Problem, problem
from app.lessons.schema.base import FileName, Line, Name, Part, Slug
from vm.source import did_you_mean

Pane = Literal[
    "editor", "cfg", "registers", "stack", "maps", "packet", "events", "send",
    "explanation", "proved", "walk", "log", "path", "jit", "metrics",
]  # fmt: skip


class TaskSays(Part):
    """``::task{check="accepted counts"}``."""

    check: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+( [a-z0-9-]+)*$", max_length=300)]


class PredictSays(Part):
    """``::predict{id=second-packet answer=2 choices="1|2|3" at=after_lookup}``."""

    id: Slug
    answer: Line
    choices: Line | None = None
    at: Name | None = None


class ViewSays(Part):
    """``::view{pane=cfg step=first label="Show me"}``."""

    pane: Pane
    step: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]*$", max_length=64)] | None = (
        None
    )
    label: Line = "Show me"


class ProgramSays(Part):
    """``::program{file=demo.bpf packets=tcp-syn,arp}``."""

    file: FileName
    packets: (
        Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(,[a-z0-9-]+)*$", max_length=300)] | None
    ) = None


class FigureSays(Part):
    """``::figure{src=lookup.svg alt="Two outcomes of a lookup"}``."""

    src: FileName
    alt: Annotated[str, Field(min_length=10, max_length=500)]


class HintSays(Part):
    """``::hint``."""


SAYS: Mapping[str, type[Part]] = {
    "task": TaskSays,
    "predict": PredictSays,
    "view": ViewSays,
    "program": ProgramSays,
    "figure": FigureSays,
    "hint": HintSays,
}
_DIRECTIVE = re.compile(r"::([A-Za-z-]+)(?:\{(.*?)\})?[ \t]*(.*)")
_ATTRIBUTE = re.compile(r"\s*([A-Za-z-]+)=(?:\"([^\"]*)\"|([^\s\"]+))")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the text from ``line`` on: prose, or a directive with what it ``says`` and its text."""

    line: int
    text: str
    says: Part | None = None
    because: str = ""
    """The lines of a prediction that begin with ``>``."""


def pieces(text: str, file: str, first_line: int) -> tuple[list[Piece], list[Problem]]:
    """The text cut at its directives. One within a block of code is text."""
    found: list[Piece] = []
    problems: list[Problem] = []
    for line, lines in _stretches(text.splitlines(), first_line):
        begun = _DIRECTIVE.fullmatch(lines[0])
        if begun is None:
            found.append(Piece(line, "\n".join(lines)))
            continue
        says = _said(begun[1], begun[2] or "", file, line, problems)
        if says is not None:
            body = [begun[3], *lines[1:]]
            asked = [one for one in body if not one.startswith(">")]
            because = [one.removeprefix(">").removeprefix(" ") for one in body if one.startswith(">")]
            found.append(Piece(line, "\n".join(asked).strip(), says, "\n".join(because)))
    return found, problems


def _stretches(lines: list[str], first_line: int) -> Iterator[tuple[int, list[str]]]:
    """Directives with their text up to an empty line, and what is between them."""
    held: list[str] = []
    since, fence, within = first_line, "", False
    for number, line in enumerate(lines, first_line):
        fenced = re.match(r"\s{0,3}(```+|~~~+)", line)
        if fenced:
            fence = "" if fence and line.strip().startswith(fence) else fence or fenced[1]
        begins = not fence and line.startswith("::")
        if held and (begins or (within and not line.strip())):
            yield since, held
            held = []
        if not held:
            since, within = number, begins
        if held or line.strip():
            held.append(line)
    if held:
        yield since, held


def _said(name: str, attributes: str, file: str, line: int, problems: list[Problem]) -> Part | None:
    """What a directive says, or None with the problem."""
    model = SAYS.get(name)
    if model is None:
        hint = did_you_mean(name, SAYS) or f"there are {', '.join(SAYS)}"
        problems.append(
            problem(file, "unknown-directive", f"there is no directive `::{name[:40]}`", hint, line)
        )
        return None
    given, rest = _attributes(attributes)
    if rest:
        hint = 'write key=value, with quotes around values that hold spaces: alt="two words"'
        problems.append(problem(file, "bad-directive", f"`{rest[:60]}` is no key=value", hint, line))
        return None
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems.extend(_told(name, model, item, file, line) for item in error.errors(include_url=False))
        return None


def _attributes(text: str) -> tuple[dict[str, str], str]:
    """The attributes by name, and what could not be read."""
    given: dict[str, str] = {}
    while (found := _ATTRIBUTE.match(text)) is not None:
        given[found[1]] = found[2] if found[2] is not None else found[3]
        text = text[found.end() :]
    return given, text.strip()


def _told(name: str, model: type[Part], error: object, file: str, line: int) -> Problem:
    assert isinstance(error, dict)  # noqa: S101 - as pydantic makes them
    key = str(error["loc"][0]) if error["loc"] else ""
    match error["type"]:
        case "extra_forbidden":
            known = sorted(model.model_fields)
            hint = did_you_mean(key, known) or f"it has {', '.join(known) or 'no attributes'}"
            return problem(file, "unknown-field", f"`::{name}` has no `{key[:40]}`", hint, line)
        case "missing":
            return problem(
                file, "missing-field", f"`::{name}` needs `{key}`", f"write ::{name}{{{key}=…}}", line
            )
        case _:
            words = str(error["msg"])
            return problem(
                file, "bad-value", f"`{key}` of `::{name}`: {words[:1].lower()}{words[1:]}", line=line
            )
