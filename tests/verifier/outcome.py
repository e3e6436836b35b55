"""Programs of any source asked on both sides: where they agree, and what differs, counted by class."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields

from tests.verifier.classes import first_difference, kinds
from tests.verifier.verdict import Differences, Verdict, compared, kernels, log_level_of, ours
from vm.program import Program


@dataclass(frozen=True, slots=True)
class Outcome:
    """One program: where the sides agree, the classes of what differs, and an example in words."""

    name: str
    equal: Differences
    accepted: bool
    kernel_accepted: bool
    crash: bool
    kinds: list[tuple[str, str]]
    example: str
    seconds: float
    kernel_seconds: float


def outcome(
    name: str, program: Program, log_level: int | None = None, attach_type: int = 0, profile: str = "root"
) -> Outcome:
    """Both sides asked about one program; without ``log_level`` at the one ``log_level_of`` tells."""
    kernel = kernels(program, log_level, attach_type, profile)
    mine = ours(program, log_level or log_level_of(kernel), profile, attach_type)
    equal = compared(mine, kernel)
    return Outcome(
        name,
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
        lines.append(f"kernel: {said(kernel)}\nours:   {said(mine)}")
    if (found := first_difference(mine.log, kernel.log)) is not None:
        lines.append(f"log line {found[0]}\nkernel: {found[2]}\nours:   {found[1]}")
    return "\n".join(lines)


def said(verdict: Verdict) -> str:
    return "accepted" if verdict.accepted else f"{verdict.errno} {verdict.error}"


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
    """The largest classes of every group with the first program that shows it."""
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
            yield f"        {example.name}: " + example.example.replace("\n", "\n            ")
