"""`python -m tests.verifier.compare [START COUNT]`: our verifier against the kernel of this machine.

Programs come from the shared generator, by seed. Prints how many agree in what, then the largest classes of
differences with an example of each. `--show SEED` prints one program's two logs as a diff. Needs root.
"""

import argparse
import difflib
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from app.linux.bpf import kernel_version, unavailable
from tests.verifier.outcome import Outcome, classes, outcome, said, table
from tests.verifier.programs import generated, program_from
from tests.verifier.verdict import kernels, ours
from vm.asm import Style, disassemble
from vm.program import Program
from vm.verifier.profile import PROFILES

CHUNK = 25


def _chunk(seeds: range, log_level: int | None, profile: str) -> list[Outcome]:
    return [
        outcome(f"seed {seed}", program_from(generated(seed)), log_level, profile=profile) for seed in seeds
    ]


def outcomes(
    start: int, count: int, log_level: int | None, jobs: int, profile: str = "root"
) -> Iterator[Outcome]:
    """All seeds from ``start`` on, in order."""
    chunks = [range(at, min(at + CHUNK, start + count)) for at in range(start, start + count, CHUNK)]
    if jobs < 2:
        for chunk in chunks:
            yield from _chunk(chunk, log_level, profile)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(partial(_chunk, log_level=log_level, profile=profile), chunks):
            yield from found


def show(
    name: str, program: Program, log_level: int = 6, attach_type: int = 0, profile: str = "root"
) -> Iterator[str]:
    """One program, both verdicts, and the logs as a diff from the kernel's to ours."""
    yield f"{name}, {program.prog_type.label}"
    for spec in program.maps:
        shape = (
            f"key {spec.key_size}, value {spec.value_size}, {spec.max_entries} entries, flags {spec.flags}"
        )
        yield f"{spec.name}: {spec.type.label}, {shape}{', frozen' if spec.frozen else ''}"
    for line in disassemble(program, Style.KERNEL):
        yield f"{line.pc:5}: {line.text}"
    kernel = kernels(program, log_level, attach_type, profile)
    mine = ours(program, log_level, profile, attach_type)
    yield f"kernel: {said(kernel)}"
    yield f"ours:   {mine.crash or said(mine)}"
    yield from difflib.unified_diff(
        kernel.log.splitlines(), mine.log.splitlines(), "kernel", "ours", n=6, lineterm=""
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("start", nargs="?", type=int, default=0)
    parser.add_argument("count", nargs="?", type=int, default=500)
    parser.add_argument("--show", type=int, metavar="SEED", help="one program's logs side by side")
    parser.add_argument("--level", type=int, help="log level, 1, 2 and 4 or-ed; 6, and 4 for long walks")
    parser.add_argument("--most", type=int, default=12, help="classes to print of each group")
    parser.add_argument("--jobs", type=int, default=1, help=f"processes (this machine has {os.cpu_count()})")
    parser.add_argument("--profile", choices=PROFILES, default="root", help="who loads them")
    given = parser.parse_args()
    if reason := unavailable():
        raise SystemExit(reason)
    if given.show is not None:
        program = program_from(generated(given.show))
        print("\n".join(show(f"seed {given.show}", program, given.level or 6, profile=given.profile)))
        return
    found = list(outcomes(given.start, given.count, given.level, given.jobs, given.profile))
    print(
        f"Linux {kernel_version()}, {given.profile}, seeds {given.start} to {given.start + given.count - 1}"
    )
    print("\n".join(table(found)))
    print("\n".join(classes(found, given.most)))


if __name__ == "__main__":
    main()
