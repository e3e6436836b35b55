"""The log keeps its end within bounds, however long a walk is."""

import pytest

from vm.asm.assembler import assemble
from vm.verifier import log as log_module
from vm.verifier.log import Log

PROGRAM = assemble("r0 = 0\nexit\n").programs[0]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    monkeypatch.setattr(log_module, "MAX_LOG", 100)
    return Log(PROGRAM, 2)


def test_a_short_log_is_whole(log: Log) -> None:
    for number in range(20):
        log.write(f"line {number:03}\n")
    assert log.text() == "".join(f"line {number:03}\n" for number in range(20))


def test_a_long_log_keeps_its_end_and_says_what_it_lost(log: Log) -> None:
    for number in range(1_000):
        log.write(f"line {number:03}\n")
    first, *kept = log.text().splitlines()
    assert first == f"({9_000 - 9 * len(kept):,} characters before this are not kept)"
    assert kept == [f"line {number:03}" for number in range(1_000 - len(kept), 1_000)]
    assert 100 <= 9 * len(kept) <= 200


def test_taking_back_what_is_lost_leaves_nothing(log: Log) -> None:
    for number in range(1_000):
        log.write(f"line {number:03}\n")
    log.take_back(50)
    log.write("end\n")
    assert (log.text(), log.size) == ("(50 characters before this are not kept)\nend\n", 54)
