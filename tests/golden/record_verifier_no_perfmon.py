"""Records what this machine's verifier says to a loader without CAP_PERFMON of the programs about that."""

import json
import platform

from app.linux.bpf import kernel_version, unavailable
from tests.verifier.verdict import kernels
from tests.vm.verifier.no_perfmon import ANSWERS, LEVEL, answer, no_perfmon


def main() -> None:
    """Asks for every program."""
    if reason := unavailable():
        raise SystemExit(f"record_verifier_no_perfmon: {reason}")
    rows = {
        case.name: answer(kernels(case.program, LEVEL, case.attach, case.profile)) for case in no_perfmon()
    }
    head = {"kernel": kernel_version().split("-")[0], "machine": platform.machine()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    ANSWERS.write_text(f'{json.dumps(head)[:-1]},\n"cases": {{\n{lines}\n}}}}\n')
    print(f"{len(rows):,} programs, {sum(1 for row in rows.values() if row[0]):,} refused")
