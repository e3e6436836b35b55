"""Lessons made in memory, for tests of their checks."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from app.lessons.files import Files
from app.lessons.lesson import Answer, Lesson
from app.lessons.schema.checks import Checks
from app.lessons.schema.front import FrontMatter
from app.lessons.schema.hints import Hints

NO_FILES: Mapping[str, int] = MappingProxyType({})
PASSES = "r0 = XDP_PASS\nexit\n"


def lesson(
    *checks: Mapping[str, Any], hook: str = "xdp", solution: str = PASSES, hints: Any = None, version: int = 1
) -> Lesson:
    """A lesson of these checks; what they leave out is filled in."""
    front = FrontMatter.model_validate(
        {"id": "a-01-x", "version": version, "title": "X", "track": "machine", "summary": "X.",
         "concepts": ["x"], "minutes": 5, "difficulty": 1, "hook": hook, "authors": ["X"], "license": "X"}
    )  # fmt: skip
    whole = [{"id": f"check-{number}", "title": "It holds", **check} for number, check in enumerate(checks)]
    answer = Answer(solution, {})
    return Lesson(
        front, (), Checks.model_validate(whole).root, Hints.model_validate(hints or []).root, answer, answer,
        (), "", (), Files(Path(), NO_FILES),
    )  # fmt: skip


def program(text: str) -> str:
    """A program written in one line, `;;` between its lines."""
    return text.replace(";;", "\n") + "\n"
