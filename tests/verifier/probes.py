"""Small programs of all types, each at or over the edge of one obligation, and what Linux said of them.

They are kept as questions to ``hookscope batch`` (tests/data/verifier/probes.jsonl.xz): the places of every
context, helpers with every kind of register in every argument, sockets, dynptrs, maps in maps, loads for
every attach type and flag, return values, stacks. ``python dev.py golden verifier_probes`` asks again.
"""

import json
import lzma
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.batch.answers import program_of
from app.batch.messages import ProgramLine
from tests.shared_data import CHECKOUT
from vm.program import Program
from vm.verifier import Options

PROBES = CHECKOUT / "tests/data/verifier/probes.jsonl.xz"
LEVEL = 6
_PROGRAM = ("prog_type", "insns", "maps", "license")


@dataclass(frozen=True, slots=True)
class Probe:
    """One program, how it is loaded, and the kernel's errno (empty: accepted) and line of refusal.

    ``processed`` instructions, and the hash of its masked log at level 6.
    """

    name: str
    ask: Mapping[str, Any]
    errno: str = ""
    error: str = ""
    processed: int = 0
    log: str = ""

    @property
    def program(self) -> Program:
        return program_of(ProgramLine(**{key: self.ask[key] for key in _PROGRAM if key in self.ask}))

    @property
    def options(self) -> Options:
        return Options(
            attach_type=self.ask.get("attach_type") or None,
            load_flags=self.ask.get("load_flags", 0),
            log_level=LEVEL,
            profile=self.ask.get("profile", "root"),
            func_info=False,
        )


def read() -> Iterator[Probe]:
    """Every probe, in order."""
    with lzma.open(PROBES, "rt", encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            row = json.loads(line)
            yield Probe(row["name"], row["ask"], *row["kernel"])


def write(head: Mapping[str, str], probes: list[Probe]) -> None:
    """Keeps them, one to a line, behind a line that names the kernel."""
    with lzma.open(PROBES, "wt", encoding="utf-8") as out:
        out.write(json.dumps(head) + "\n")
        for one in probes:
            said = [one.errno, one.error, one.processed, one.log]
            row = {"name": one.name, "ask": one.ask, "kernel": said}
            out.write(json.dumps(row, separators=(",", ":")) + "\n")
