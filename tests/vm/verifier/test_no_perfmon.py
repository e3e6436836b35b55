"""What Linux says to a loader without CAP_PERFMON, of hand-written programs at and over each edge."""

import json

import pytest

from tests.verifier.verdict import ours
from tests.vm.verifier.no_perfmon import FOLDER, LEVEL, answer, no_perfmon, recorded
from vm.verifier import Options, verify
from vm.verifier.profile import NO_PERFMON, ROOT

ANSWERS = recorded()
CASES = {case.name: case for case in no_perfmon()}
KNOWN: dict[str, str] = json.loads((FOLDER / "known_differences.json").read_text("utf-8"))
"""Programs whose log differs, and in what; all else of their answer is equal too."""


def test_every_program_has_an_answer_of_the_kernel() -> None:
    assert list(CASES) == list(ANSWERS)


def test_the_programs_are_many_and_lie_on_both_sides_of_the_line() -> None:
    refused = sum(1 for row in ANSWERS.values() if row[0])
    assert len(ANSWERS) >= 300
    assert refused >= 120
    assert len(ANSWERS) - refused >= 120


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_the_kernels_to_the_last_line_of_the_log(name: str) -> None:
    case = CASES[name]
    mine = answer(ours(case.program, LEVEL, NO_PERFMON.name, case.attach))
    assert mine[:5] == ANSWERS[name][:5]
    assert name in KNOWN or mine == ANSWERS[name]


@pytest.mark.parametrize("name", [name for name, row in ANSWERS.items() if row[0]])
def test_a_refusal_is_explained(name: str) -> None:
    case = CASES[name]
    report = verify(case.program, Options(attach_type=case.attach, profile=NO_PERFMON.name))
    assert report.category
    assert report.what
    assert report.hint
    assert "{" not in report.what + report.hint


def test_root_is_trusted_with_what_the_other_is_not() -> None:
    """Whatever a loader without CAP_PERFMON may load, root may load."""
    for case in CASES.values():
        if ANSWERS[case.name][0]:
            continue
        assert verify(case.program, Options(attach_type=case.attach, profile=ROOT.name)).accepted, case.name
