"""A new lesson: a folder that is one already, small and whole, to be written over."""

import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from app.lessons.schema.base import LESSON_ID
from app.lessons.schema.front import Track
from vm.source import HookscopeError

FILES: Final = (
    "lesson.md", "stub.bpf", "solution.bpf", "checks.yaml", "hints.yaml", "design.md", "way.svg",
    "wrong/01-port-as-it-lies.bpf", "wrong/02-any-protocol.bpf", "wrong/03-no-bounds.bpf",
)  # fmt: skip


def new_lesson(root: Path, name: str, title: str, author: str) -> Path:
    """Makes the folder ``name`` in ``root``; raises HookscopeError where that cannot be."""
    if not re.fullmatch(LESSON_ID, name):
        hint = "write a track's letter, a number of two digits, and the subject: d-41-no-telnet"
        raise HookscopeError.of("bad-lesson-id", f"`{name[:80]}` is no id of a lesson", hint)
    track = next((track for track in Track if track.letter == name[0]), None)
    if track is None:
        letters = ", ".join(f"{track.letter} ({track})" for track in Track)
        raise HookscopeError.of("bad-lesson-id", f"there is no track `{name[0]}`", f"there are {letters}")
    folder = root / name
    if folder.exists():
        raise HookscopeError.of("exists", f"{folder} is there already", "choose another id")
    (folder / "wrong").mkdir(parents=True)
    for file in FILES:
        text = template(file)
        if file == "lesson.md":
            text = text.format(id=name, title=_quoted(title), track=track.value, author=_quoted(author))
        (folder / file).write_text(text, encoding="utf-8")
    return folder


def template(file: str) -> str:
    """A file of the lesson that new ones begin as."""
    return files("app.grading").joinpath("template", *file.split("/")).read_text("utf-8")


def _quoted(text: str) -> str:
    """Any text as YAML, on one line."""
    plain = " ".join(text.split())[:200] or "?"
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
