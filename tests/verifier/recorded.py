"""Generated programs and what Linux said of them, as they are kept.

``tests/data/verifier/corpus.jsonl.xz``: a line that says which kernel and how many, then a line per program:
seed, prog_type, insns (hex; map references by index), maps (first contents only where they are frozen: no
other are known to a verifier), the answer to root and the answer to a loader without CAP_PERFMON. An answer
is errno (empty: accepted), error line, processed, total and peak states, and the hash of the masked log: at
the level of ``log_level_of`` for root, at level 4 for the other.
"""

import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

from tests.shared_data import CHECKOUT
from tests.verifier.programs import program_from
from tests.verifier.verdict import Verdict
from vm.program import Program

GOLDEN = CHECKOUT / "tests/data/verifier/corpus.jsonl.xz"


@dataclass(frozen=True, slots=True)
class Recorded:
    """One program and the kernel's verdicts; their ``log`` is the hash."""

    seed: int
    program: Program
    root: Verdict
    no_perfmon: Verdict


def row(record: dict[str, Any], root: Verdict, no_perfmon: Verdict) -> list[Any]:
    """The line of one program."""
    maps = [
        {key: value for key, value in one.items() if key != "init" or one.get("frozen")}
        for one in record["maps"]
    ]
    answers = [
        [said.errno, said.error, said.processed, said.total_states, said.peak_states, digest(said.log)]
        for said in (root, no_perfmon)
    ]
    return [record["seed"], record["prog_type"], record["insns"], maps, *answers]


def digest(log: str) -> str:
    """Twelve hex digits that tell two logs apart; empty for none."""
    return sha256(log.encode()).hexdigest()[:12] if log else ""


def write(kernel: str, rows: Iterable[list[Any]]) -> int:
    """Keeps the rows; returns how many bytes that took."""
    kept = list(rows)
    head = {"version": 1, "kernel": kernel, "programs": len(kept)}
    lines = [json.dumps(line, separators=(",", ":")) for line in [head, *kept]]
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    return GOLDEN.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


def kernel() -> str:
    """The release of the kernel that answered."""
    with lzma.open(GOLDEN, "rt") as lines:
        return str(json.loads(next(lines))["kernel"])


def read(every: int = 1) -> Iterator[Recorded]:
    """The recorded programs in order of seeds, or one of so many."""
    with lzma.open(GOLDEN, "rt") as lines:
        for line in islice(lines, 1, None, every):
            seed, prog_type, insns, maps, root, no_perfmon = json.loads(line)
            program = program_from({"prog_type": prog_type, "insns": insns, "maps": maps})
            yield Recorded(seed, program, _verdict(root), _verdict(no_perfmon))


def _verdict(kept: list[Any]) -> Verdict:
    errno, error, processed, total, peak, log = kept
    return Verdict(not errno, errno, error, processed, total, peak, log)
