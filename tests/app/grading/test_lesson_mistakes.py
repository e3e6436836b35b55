"""Lessons with mistakes: each is told with its file, place, reason, and what to try; no other suffers."""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.lessons.catalogue import catalogue
from app.lessons.folder import read
from tests.app.lessons.folders import FILES, FRONT, NAME, lesson_folder
from tests.shared_data import CHECKOUT

ROWS = yaml.safe_load((CHECKOUT / "tests/data/lesson_mistakes.yaml").read_text(encoding="utf-8"))
LEAST = 50
SECONDS = 2.0


def spoilt(row: dict[str, Any]) -> dict[str, str | bytes | None]:
    """The file of a row as the row has it."""
    file = row["file"]
    if row.get("missing"):
        return {file: None}
    if "hex" in row:
        return {file: bytes.fromhex(row["hex"])}
    if "size" in row or "long" in row:
        return {file: "x" * row["size"] if "size" in row else "- {a: " + "x" * row["long"]}
    if "text" in row:
        return {file: row["text"]}
    assert row["old"] in FILES[file]
    return {file: FILES[file].replace(row["old"], row["new"], 1)}


def test_there_are_enough_of_them() -> None:
    assert len(ROWS) >= LEAST


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['file']} {row['says'][-50:]}")
def test_a_mistake_is_told_with_its_file_place_and_reason(tmp_path: Path, row: dict[str, Any]) -> None:
    began = time.monotonic()
    lesson, problems = read(lesson_folder(tmp_path, spoilt(row)))
    assert lesson is None
    said = str(problems[0])
    if "long" in row:  # the exact number of characters is the row's own
        assert "characters, of which 262,144 would be read" in said
    else:
        assert said == row["says"]
    assert time.monotonic() - began < SECONDS


def test_a_broken_lesson_takes_no_other_down(tmp_path: Path) -> None:
    for number, row in enumerate(ROWS):
        if row["file"] == "lesson.md":  # its name is changed below
            continue
        lesson_folder(tmp_path, spoilt(row), f"b-{number % 90 + 10:02}-broken-{number}")
    other = FRONT.replace(NAME, "b-09-whole") + FILES["lesson.md"].removeprefix(FRONT)
    lesson_folder(tmp_path, {"lesson.md": other}, "b-09-whole")
    found = catalogue(tmp_path)
    assert list(found.lessons) == ["b-09-whole"]
    assert len(found.problems) > LEAST / 2
