"""Runs of the real kernel as they are kept: generated programs, packets, and what Linux answered.

``tests/data/runs/runs.jsonl.xz``: a line that says which kernel and how many, then a line per program with
the keys seed, prog_type, insns (hex; map references by index), maps, packets (hex), runs (per packet retval,
and data_out where it differs from the packet) and final_maps (per map its sorted entries; null where they
cannot be read).
"""

import json
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parents[1] / "data/runs/runs.jsonl.xz"
CAPTURED = GOLDEN.with_name("capture_runs.jsonl.xz")
"""The same for packets of a capture (see capture.py)."""
KEYS = ("seed", "prog_type", "insns", "maps", "packets", "runs", "final_maps")


def write(kernel: str, records: Iterable[dict[str, Any]], to: Path = GOLDEN) -> int:
    """Keeps the records whose runs were deterministic; returns how many those are."""
    kept = [{key: record[key] for key in KEYS} for record in records if record.get("deterministic") is True]
    head = {"version": 1, "kernel": kernel, "programs": len(kept)}
    lines = [json.dumps(line, separators=(",", ":")) for line in [head, *kept]]
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    return len(kept)


def read(file: Path = GOLDEN) -> Iterator[dict[str, Any]]:
    """The recorded programs, in order of seeds."""
    with lzma.open(file, "rt") as lines:
        next(lines)
        for line in lines:
            yield json.loads(line)
