"""`python -m tests.verifier.compare [START COUNT]`: our verifier against the kernel of this machine.

Programs come from the shared generator, by seed. Prints how many agree in what, then the largest classes of
differences with an example of each. `--show SEED` prints one program's two logs as a diff. Needs root.
"""

import argparse
import difflib
import math
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields

from app.linux.bpf import kernel_version, unavailable
from tests.verifier.classes import first_difference, kinds
from tests.verifier.programs import generated, program_from
from tests.verifier.verdict import Differences, Verdict, compared, kernels, log_level_of, ours
from vm.asm import Style, disassemble

CHUNK = 25


@dataclass(frozen=True, slots=True)
class Outcome:
    """One program: where the sides agree, the classes of what differs, and an example in words."""

    seed: int
    equal: Differences
    accepted: bool
    kernel_accepted: bool
    crash: bool
    kinds: list[tuple[str, str]]
    example: str
    seconds: float
    kernel_seconds: float


def outcome(seed: int, log_level: int | None) -> Outcome:
    """Both sides asked about one seed."""
    program = program_from(generated(seed))
    kernel = kernels(program, log_level)
    mine = ours(program, log_level or log_level_of(kernel))
    equal = compared(mine, kernel)
    return Outcome(
        seed,
        equal,
        mine.accepted,
        kernel.accepted,
        bool(mine.crash),
        kinds(mine, kernel, equal),
        _example(mine, kernel, equal),
        mine.seconds,
        kernel.seconds,
    )


def _example(mine: Verdict, kernel: Verdict, equal: Differences) -> str:
    if mine.crash:
        return mine.crash
    lines = []
    if not (equal.verdict and equal.error):
        lines.append(f"kernel: {_said(kernel)}\nours:   {_said(mine)}")
    if (found := first_difference(mine.log, kernel.log)) is not None:
        lines.append(f"log line {found[0]}\nkernel: {found[2]}\nours:   {found[1]}")
    return "\n".join(lines)


def _said(verdict: Verdict) -> str:
    return "accepted" if verdict.accepted else f"{verdict.errno} {verdict.error}"


def _chunk(seeds: range, log_level: int | None) -> list[Outcome]:
    return [outcome(seed, log_level) for seed in seeds]


def outcomes(start: int, count: int, log_level: int | None, jobs: int) -> Iterator[Outcome]:
    """All seeds from ``start`` on, in order."""
    chunks = [range(at, min(at + CHUNK, start + count)) for at in range(start, start + count, CHUNK)]
    if jobs < 2:
        for chunk in chunks:
            yield from _chunk(chunk, log_level)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for found in pool.map(_chunk, chunks, [log_level] * len(chunks)):
            yield from found


def table(found: list[Outcome]) -> Iterator[str]:
    """How many agree, part by part."""
    total = len(found)

    def row(name: str, count: int) -> str:
        return f"{name:28} {count:7,} {100 * count / max(total, 1):7.2f} %"

    yield f"{'programs':28} {total:7,}"
    yield row("accepted by the kernel", sum(one.kernel_accepted for one in found))
    for field in fields(Differences):
        name = {"log": "masked log identical"}.get(field.name, f"{field.name.replace('_', ' ')} equal")
        yield row(name, sum(getattr(one.equal, field.name) for one in found))
    sound = [one for one in found if not one.crash]
    yield row("FALSE ACCEPTS", sum(one.accepted and not one.kernel_accepted for one in sound))
    yield row("false rejects", sum(one.kernel_accepted and not one.accepted for one in sound))
    yield row("crashes", total - len(sound))
    if sound:
        yield _speed(sound)


def _speed(found: list[Outcome]) -> str:
    ratios = sorted(one.seconds / one.kernel_seconds for one in found)
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    mine, kernel = (sum(one.seconds for one in found), sum(one.kernel_seconds for one in found))
    return (
        f"time with this log: ours {mine:.1f} s, kernel (call and copy included) {kernel:.1f} s; "
        f"ratio mean {mean:.2f}, worst {ratios[-1]:.1f}"
    )


def classes(found: Iterable[Outcome], most: int) -> Iterator[str]:
    """The largest classes of every group with the smallest seed that shows it."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    shown: dict[tuple[str, str], Outcome] = {}
    for one in found:
        for group, kind in one.kinds:
            counts[group][kind] += 1
            shown.setdefault((group, kind), one)
    for group, counter in counts.items():
        yield f"\n== {group}: {counter.total():,} programs in {len(counter):,} classes"
        for kind, count in counter.most_common(most):
            example = shown[group, kind]
            yield f"{count:6,}  {kind}"
            yield f"        seed {example.seed}: " + example.example.replace("\n", "\n            ")


def show(seed: int, log_level: int) -> Iterator[str]:
    """One program, both verdicts, and the logs as a diff from the kernel's to ours."""
    program = program_from(generated(seed))
    yield f"seed {seed}, {program.prog_type.label}"
    for spec in program.maps:
        shape = (
            f"key {spec.key_size}, value {spec.value_size}, {spec.max_entries} entries, flags {spec.flags}"
        )
        yield f"{spec.name}: {spec.type.label}, {shape}{', frozen' if spec.frozen else ''}"
    for line in disassemble(program, Style.KERNEL):
        yield f"{line.pc:5}: {line.text}"
    kernel, mine = kernels(program, log_level), ours(program, log_level)
    yield f"kernel: {_said(kernel)}"
    yield f"ours:   {mine.crash or _said(mine)}"
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
    given = parser.parse_args()
    if reason := unavailable():
        raise SystemExit(reason)
    if given.show is not None:
        print("\n".join(show(given.show, given.level or 6)))
        return
    found = list(outcomes(given.start, given.count, given.level, given.jobs))
    print(f"Linux {kernel_version()}, seeds {given.start} to {given.start + given.count - 1}")
    print("\n".join(table(found)))
    print("\n".join(classes(found, given.most)))


if __name__ == "__main__":
    main()
