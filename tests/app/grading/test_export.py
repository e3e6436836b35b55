"""The exported schemas of a lesson's files."""

import json

import pytest

from app.grading.export import DOCS, SCHEMAS, main


def test_they_are_up_to_date() -> None:
    assert main("--check") == 0


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_unknown_key_is_a_mistake_in_editors_too(name: str) -> None:
    found = json.loads((DOCS / name).read_text(encoding="utf-8"))
    parts = [part for part in found.get("$defs", {}).values() if "properties" in part]
    assert all(part["additionalProperties"] is False for part in parts)
    assert parts or found["additionalProperties"] is False
