"""How many of the recorded programs get Linux's answer in each respect: counted, kept, and never to shrink.

`python -m tests.verifier.tally [EVERY]` counts and prints; with `--keep` it raises the kept counts
(tests/data/verifier/equal.json) to what it found; with `--real` it asks the programs of people and their
mutants instead.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

from tests.shared_data import CHECKOUT
from tests.verifier.realworld_recorded import differences
from tests.verifier.realworld_recorded import read as real_programs
from tests.verifier.recorded import Recorded, digest, kernel, read
from tests.verifier.verdict import LONG, Differences, Verdict, compared, log_level_of, ours

KEPT = CHECKOUT / "tests/data/verifier/equal.json"
EVERY = 10
"""One of so many recorded programs is asked in the tests."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One recorded program: Linux's verdict, ours, and where they agree."""

    recorded: Recorded
    kernel: Verdict
    mine: Verdict
    equal: Differences


def root(one: Recorded) -> Compared:
    """Asked as root."""
    mine = ours(one.program, log_level_of(one.root))
    return Compared(one, one.root, mine, compared(_hashed(mine), one.root))


def no_perfmon(one: Recorded) -> Compared:
    """Asked as a loader without CAP_PERFMON; of the log there are the figures."""
    mine = ours(one.program, 4, "no-perfmon")
    return Compared(one, one.no_perfmon, mine, compared(_hashed(mine), one.no_perfmon))


def _hashed(mine: Verdict) -> Verdict:
    return replace(mine, log=digest(mine.log))


def false_accepts(found: list[Compared]) -> list[str]:
    """In words, the programs we would load and Linux would not."""
    return [
        f"seed {one.recorded.seed}: Linux refuses it: {one.kernel.error}"
        for one in found
        if one.mine.accepted and not one.kernel.accepted
    ]


def crashes(found: list[Compared]) -> list[str]:
    """In words, the programs that broke ours."""
    return [f"seed {one.recorded.seed}: {one.mine.crash}" for one in found if one.mine.crash]


def counts(found: list[Compared]) -> dict[str, int]:
    """How many agree, by respect."""
    return {field.name: sum(getattr(one.equal, field.name) for one in found) for field in fields(Differences)}


def kept() -> dict[str, dict[str, int]]:
    """The counts that must be reached: of every tenth program, by profile."""
    found: dict[str, dict[str, int]] = json.loads(KEPT.read_text())
    return found


def _raise(found: dict[str, dict[str, int]]) -> None:
    before = kept() if KEPT.exists() else {}
    higher = {
        profile: {name: max(count, before.get(profile, {}).get(name, 0)) for name, count in row.items()}
        for profile, row in found.items()
    }
    KEPT.write_text(json.dumps(before | higher, indent=1) + "\n")


def _lines(name: str, found: list[Compared]) -> Iterator[str]:
    yield f"{name}: {len(found):,} programs, Linux accepts {sum(one.kernel.accepted for one in found):,}"
    for respect, count in counts(found).items():
        yield f"  {respect:14} {count:7,} {100 * count / len(found):7.2f} %"
    yield f"  false accepts: {len(false_accepts(found))}; broke: {len(crashes(found))}"


def _real(every: int, keep: bool) -> Iterator[str]:
    """The table of the real-world programs, then a line for each that differs."""
    asked = [(one, *differences(one)) for one in real_programs(every) if one.kernel.processed <= LONG]
    found = {
        field.name: sum(getattr(equal, field.name) for *_, equal in asked) for field in fields(Differences)
    }
    if keep:
        _raise({"real": {"programs": len(asked), **found}})
    yield f"real-world programs and mutants: {len(asked):,}, Linux accepts " + str(
        sum(one.kernel.accepted for one, _, _ in asked)
    )
    for name, count in found.items():
        yield f"  {name:14} {count:7,} {100 * count / len(asked):7.2f} %"
    wrong = [one.name for one, mine, _ in asked if mine.accepted and not one.kernel.accepted]
    yield f"  false accepts: {len(wrong)}; broke: {sum(bool(mine.crash) for _, mine, _ in asked)}"
    for one, mine, equal in asked:
        if equal != Differences(*[True] * len(fields(Differences))):
            others = [field.name for field in fields(Differences) if not getattr(equal, field.name)]
            yield f"  {one.name}: {', '.join(others)}; Linux: {one.kernel.error}; ours: {mine.error}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("every", nargs="?", type=int, default=EVERY, help="ask one of so many programs")
    parser.add_argument("--keep", action="store_true", help="raise the counts the tests demand")
    parser.add_argument("--no-perfmon", action="store_true", help="ask for that profile too: slow")
    parser.add_argument("--real", action="store_true", help="the programs of tests/data/realworld")
    given = parser.parse_args()
    print(f"Linux {kernel()}")
    if given.real:
        print("\n".join(_real(given.every, given.keep)))
        return
    programs = list(read(EVERY if given.keep else given.every))
    found = {"root": [root(one) for one in programs if one.root.processed <= LONG]}
    if given.no_perfmon:
        short = [one for one in programs if one.no_perfmon.processed <= LONG]
        found["no-perfmon"] = [no_perfmon(one) for one in short]
    for name, rows in found.items():
        print("\n".join(_lines(name, rows)))
    if given.keep:
        _raise({name: counts(rows) for name, rows in found.items()})


if __name__ == "__main__":
    main()
