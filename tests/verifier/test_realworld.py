"""Programs as people write them, compiled by clang, and their mutants: Linux's answer, word for word."""

import pytest

from tests.verifier.realworld_recorded import Kept, differences, read
from tests.verifier.verdict import Differences, Verdict

EVERY = 8
"""One of so many is asked here, those of few instructions;
`python -m tests.verifier.tally --real` asks all."""
SHORT = 5_000
SHARES = {"verdict": 1.0, "errno": 0.995, "error": 0.995, "log": 0.97, "processed": 0.99}
"""The least share of programs that get Linux's answer in each respect."""

Asked = tuple[Kept, Verdict, Differences]


@pytest.fixture(scope="module")
def asked() -> list[Asked]:
    return [(one, *differences(one)) for one in read(EVERY) if one.kernel.processed <= SHORT]


def test_many_programs_of_every_kind_were_recorded() -> None:
    kept = list(read())
    assert len(kept) >= 1_500
    assert len({one.program.prog_type for one in kept}) >= 18
    assert len({one.name.split()[0] for one in kept}) >= 110


def test_nothing_breaks(asked: list[Asked]) -> None:
    assert [f"{one.name}: {mine.crash}" for one, mine, _ in asked if mine.crash] == []


def test_nothing_is_accepted_that_linux_refuses(asked: list[Asked]) -> None:
    assert [one.name for one, mine, _ in asked if mine.accepted and not one.kernel.accepted] == []


@pytest.mark.parametrize("respect", SHARES)
def test_answers_are_linuxs(asked: list[Asked], respect: str) -> None:
    others = [one.name for one, _, equal in asked if not getattr(equal, respect)]
    assert len(others) <= (1 - SHARES[respect]) * len(asked), others
