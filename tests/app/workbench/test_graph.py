"""Graphs of the programs of a text, as messages."""

import json
from typing import Any

import pytest

from app.schemas.source import GraphReply
from app.workbench.graph import graph
from vm.cfg import drawing

TWO = ".program first\nr0 = 2\nexit\n.program second\nif r1 == 0 goto out\nr0 = 1\nout:\nr0 = 2\nexit\n"


def asked(source: str, program: int) -> dict[str, Any]:
    text = graph(json.dumps({"source": source, "revision": 5, "program": program}))
    assert GraphReply.model_validate_json(text).revision == 5
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.parametrize(("program", "blocks"), [(0, 1), (1, 3)])
def test_each_program_of_a_text_has_its_own(program: int, blocks: int) -> None:
    found = asked(TWO, program)
    assert (found["program"], len(found["graph"]["blocks"]), found["note"]) == (program, blocks, None)


@pytest.mark.parametrize(("source", "program"), [("", 0), (TWO, 2), (TWO, -1)])
def test_where_there_is_no_program_there_is_no_graph(source: str, program: int) -> None:
    assert asked(source, program)["graph"] is None


def test_what_is_too_large_to_draw_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAX_BLOCKS", 2)
    found = asked(TWO, 1)
    assert found["graph"] is None
    assert "too many to draw" in found["note"]
