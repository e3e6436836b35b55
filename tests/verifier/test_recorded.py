"""Recorded programs: nothing accepted that Linux refuses, never fewer right answers than before."""

import pytest

from tests.verifier.recorded import GOLDEN, read
from tests.verifier.tally import EVERY, Compared, counts, crashes, false_accepts, kept, no_perfmon, root
from tests.verifier.verdict import LONG

ASKED = {
    "root": lambda: [root(one) for one in read(EVERY) if one.root.processed <= LONG],
    "no-perfmon": lambda: [no_perfmon(one) for one in read(EVERY) if one.no_perfmon.processed <= LONG],
}


@pytest.fixture(scope="module", params=ASKED)
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def found(profile: str) -> list[Compared]:
    return ASKED[profile]()


def test_ten_thousand_programs_were_recorded() -> None:
    assert sum(1 for _ in read()) == 10_000
    assert GOLDEN.stat().st_size < 1_500_000


def test_nothing_is_accepted_that_linux_refuses(found: list[Compared]) -> None:
    assert false_accepts(found) == []


def test_no_program_breaks_the_verifier(found: list[Compared]) -> None:
    assert crashes(found) == []


def test_as_many_answers_as_ever_are_linuxs(profile: str, found: list[Compared]) -> None:
    now, before = counts(found), kept()[profile]
    fewer = {name: (count, before[name]) for name, count in now.items() if count < before[name]}
    assert not fewer, "fewer equal now than were: (now, before)"
