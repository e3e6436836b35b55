"""Accepted programs, run, stay within what the verifier proved, and never fault."""

import pytest

from tests.verifier.proved import packet, violations, walked
from tests.verifier.recorded import Recorded, read
from vm.verifier.register import Kind

PROGRAMS = [one for one in read(67) if one.root.accepted and one.root.processed < 500]
"""Some seventy; `python -m tests.verifier.proved 5000` runs all."""


def test_there_are_programs_to_run() -> None:
    assert len(PROGRAMS) >= 60


@pytest.mark.parametrize("one", PROGRAMS, ids=lambda one: f"seed {one.seed}")
def test_runs_stay_in_what_was_proved(one: Recorded) -> None:
    assert violations(one.program, one.seed) == []


def test_a_value_outside_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With states that claim too much, the check fails: it can."""
    from tests.verifier import proved
    from vm.verifier.register import scalar
    from vm.verifier.scalar import const

    program = PROGRAMS[0].program
    seen = walked(program)
    assert seen is not None
    wrong = scalar(const(0x1234567))
    for key, states in seen.states.items():
        seen.states[key] = {
            tuple(wrong if reg.kind is Kind.SCALAR else reg for reg in regs): None for regs in states
        }
    monkeypatch.setattr(proved, "walked", lambda _program: seen)
    assert violations(program, 1)


def test_packets_are_of_many_shapes() -> None:
    from random import Random

    found = {packet(Random(seed))[12:14] for seed in range(50)}
    assert {b"\x08\x00", b"\x86\xdd", b"\x81\x00"} <= found
