"""How many lines `hookscope batch` answers in a second, of recorded programs with four packets each."""

import json
import time
from itertools import islice
from typing import Any

from app.batch.loop import answers
from tests.bench.row import Row
from tests.kernel_runs.recorded import read

PROGRAMS = 300
_FIELDS = {
    "run": ("insns", "prog_type", "maps", "packets"),
    "verify": ("insns", "prog_type", "maps"),
    "cfg": ("insns", "prog_type", "maps"),
    "disasm": ("insns",),
}


def line(record: dict[str, Any], op: str) -> bytes:
    """The record as a question."""
    return json.dumps({"id": record["seed"], "op": op} | {key: record[key] for key in _FIELDS[op]}).encode()


def bench() -> list[Row]:
    records, rows = list(islice(read(), PROGRAMS)), []
    for op in _FIELDS:
        asked = [line(record, op) for record in records]
        started = time.perf_counter()
        found = [json.loads(answer) for answer in answers(asked)]
        seconds = time.perf_counter() - started
        assert not [answer for answer in found if "code" in answer]
        rows.append(Row(f"batch: {op}", len(found) / seconds, "lines/s"))
    return rows
