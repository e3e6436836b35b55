"""The hand-written programs about a loader without CAP_PERFMON, and all that Linux says of each.

Programs as in ``programs``; Linux's answers (``answers.json``) are errno, error line, processed, total and
peak states, and the hash of the masked log of level 2 with figures.
"""

import json
from collections.abc import Iterator

from tests.shared_data import CHECKOUT
from tests.verifier.recorded import digest
from tests.verifier.verdict import Verdict
from tests.vm.verifier.programs import Case, cases

FOLDER = CHECKOUT / "tests/data/verifier/no_perfmon"
ANSWERS = FOLDER / "answers.json"
LEVEL = 6
Answer = tuple[str, str, int, int, int, str]


def no_perfmon() -> Iterator[Case]:
    """The programs in order."""
    return cases(FOLDER, "no-perfmon")


def answer(said: Verdict) -> Answer:
    """What is kept of a verdict."""
    counts = (said.processed, said.total_states, said.peak_states)
    return (said.errno, said.error, *counts, digest(said.log))


def recorded() -> dict[str, Answer]:
    """Linux's answers by the program's name."""
    found = json.loads(ANSWERS.read_text("utf-8"))["cases"]
    return {name: (row[0], row[1], row[2], row[3], row[4], row[5]) for name, row in found.items()}
