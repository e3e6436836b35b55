"""Programs that take spin locks get Linux's verdict, words and log: recorded from 6.18, maps with types."""

import json
from pathlib import Path
from typing import Any

import pytest

from app.linux.log import masked
from tests.verifier.recorded import digest
from vm.asm import assemble
from vm.maps.locks import known_lock
from vm.verifier import Options, verify
from vm.verifier.hooked import options_at

LOCKS = Path(__file__).parents[2] / "data/verifier/locks.jsonl"
ROWS = [json.loads(line) for line in LOCKS.read_text("utf-8").splitlines()]


@pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])
def test_every_answer_is_the_kernels(row: dict[str, Any]) -> None:
    program = assemble(row["source"]).program
    assert program is not None
    report = verify(program, options_at(program, Options(log_level=6)))
    mine = (report.errno.name if report.errno else "", report.error, report.processed)
    assert mine == (row["errno"], row["error"], row["processed"])
    assert digest(masked(report.log)) == row["log"], report.log


def test_both_sides_are_there() -> None:
    errors = {row["error"] for row in ROWS}
    assert len(errors) >= 12
    assert sum(not row["errno"] for row in ROWS) >= 10


def test_a_lock_is_known_by_the_type_of_the_value() -> None:
    (first,) = (row for row in ROWS if row["name"] == "ok")
    (lru,) = (row for row in ROWS if row["name"] == "lru")
    programs = [assemble(row["source"]).program for row in (first, lru)]
    assert [known_lock(program.maps[0]) if program else 0 for program in programs] == [4, None]
