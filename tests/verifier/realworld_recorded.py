"""Programs as people write them, their mutants, and what Linux said of them, as they are kept.

``tests/data/verifier/realworld.jsonl.xz``: a line that says which kernel and how many, then a line per
program: name, attach type, record (prog_type, insns, maps, license), and the answer to root: errno (empty:
accepted), error line, processed, total and peak states, hash of the masked log.
"""

import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tests.shared_data import CHECKOUT
from tests.verifier.programs import program_from, record_of
from tests.verifier.recorded import digest
from tests.verifier.verdict import Differences, Verdict, compared, log_level_of, ours
from vm.program import Program

GOLDEN = CHECKOUT / "tests/data/verifier/realworld.jsonl.xz"


@dataclass(frozen=True, slots=True)
class Kept:
    """One program and the kernel's verdict; its ``log`` is the hash."""

    name: str
    program: Program
    attach_type: int
    kernel: Verdict


def row(name: str, program: Program, attach_type: int, said: Verdict) -> list[Any]:
    """The line of one program."""
    counts = [said.processed, said.total_states, said.peak_states]
    return [name, attach_type, record_of(program), said.errno, said.error, *counts, digest(said.log)]


def write(kernel: str, rows: Iterable[list[Any]]) -> int:
    """Keeps the rows; returns how many bytes that took."""
    kept = list(rows)
    head = {"version": 1, "kernel": kernel, "programs": len(kept)}
    lines = [json.dumps(line, separators=(",", ":")) for line in [head, *kept]]
    return GOLDEN.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))


def read(every: int = 1) -> Iterator[Kept]:
    """The kept programs, or one of so many."""
    with lzma.open(GOLDEN, "rt") as lines:
        for line in islice(lines, 1, None, every):
            name, attach, record, errno, error, processed, total, peak, log = json.loads(line)
            said = Verdict(not errno, errno, error, processed, total, peak, log)
            yield Kept(name, program_from(record), attach, said)


def differences(one: Kept) -> tuple[Verdict, Differences]:
    """Our verdict, its log hashed, and where it is the kernel's."""
    mine = ours(one.program, log_level_of(one.kernel), attach_type=one.attach_type)
    hashed = Verdict(
        mine.accepted, mine.errno, mine.error, mine.processed, mine.total_states, mine.peak_states,
        digest(mine.log), mine.crash,
    )  # fmt: skip
    return mine, compared(hashed, one.kernel)
