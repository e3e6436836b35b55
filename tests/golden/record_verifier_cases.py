"""Records what this machine's verifier says of the hand-written programs near each rejection."""

import json
import platform
from contextlib import nullcontext

from app.linux.ask import ask
from app.linux.bpf import kernel_version, unavailable
from app.linux.privileges import without_perfmon
from tests.shared_data import CHECKOUT
from tests.vm.verifier.programs import Case, cases

GOLDEN = CHECKOUT / "tests/data/verifier/cases.json"


def main() -> None:
    """Asks for every case: errno, the line that refuses, and instructions processed."""
    if reason := unavailable():
        raise SystemExit(f"record_verifier_cases: {reason}")
    rows = {case.name: _answer(case) for case in cases()}
    head = {"kernel": kernel_version().split("-")[0], "machine": platform.machine()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    GOLDEN.write_text(f'{json.dumps(head)[:-1]},\n"cases": {{\n{lines}\n}}}}\n')
    print(f"{len(rows):,} programs, {sum(1 for row in rows.values() if row[0]):,} refused")


def _answer(case: Case) -> tuple[str, str, int]:
    program = case.program
    with without_perfmon() if case.profile == "no-perfmon" else nullcontext():
        said = ask(program, log_level=1, attach_type=case.attach, load_flags=case.flags)
    return said.errno, said.error, said.figures.processed
