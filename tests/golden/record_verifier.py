"""Records what this machine's verifier says of 10,000 generated programs, as root and with fewer rights.

The generator is in the shared data (tools/); without it there is nothing to record with. Takes minutes.
"""

from collections.abc import Iterator
from typing import Any

from app.linux.bpf import kernel_version, unavailable
from app.linux.privileges import without_perfmon
from tests.verifier.programs import generated, program_from
from tests.verifier.recorded import row, write
from tests.verifier.verdict import Verdict, kernels
from vm.program import Program

PROGRAMS = 10_000


def rows() -> Iterator[list[Any]]:
    """Every seed's program and verdicts."""
    for seed in range(PROGRAMS):
        record = generated(seed)
        program = program_from(record)
        yield row(record, kernels(program), _without_perfmon(program))
        if seed % 1000 == 999:
            print(f"{seed + 1:,} programs asked", flush=True)


def _without_perfmon(program: Program) -> Verdict:
    """The verdict alone: the log of a walk with speculative paths may be very long."""
    with without_perfmon():
        return kernels(program, log_level=4)


def main() -> None:
    """Asks and records."""
    if reason := unavailable():
        raise SystemExit(f"record_verifier: {reason}")
    size = write(kernel_version(), rows())
    print(f"{PROGRAMS:,} programs, {size:,} bytes")
