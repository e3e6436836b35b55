"""The hand-written programs near each rejection get the kernel's verdict and the kernel's words."""

import json
from typing import Any

import pytest

from tests.shared_data import CHECKOUT
from tests.vm.verifier.programs import Case, cases
from vm.verifier import Options, verify

_DATA = CHECKOUT / "tests/data/verifier"
_RECORDED = json.loads((_DATA / "cases.json").read_text("utf-8"))
KERNEL: dict[str, tuple[str, str, int]] = _RECORDED["cases"]
KNOWN: dict[str, Any] = json.loads((_DATA / "known_differences.json").read_text("utf-8"))
"""Cases answered otherwise than by the kernel, by "verdict" and "processed". They may only become fewer."""
CASES = {case.name: case for case in cases()}


def answer(case: Case) -> tuple[str, str, int]:
    options = Options(
        attach_type=case.attach, load_flags=case.flags, log_level=1, profile=case.profile, limit=100_000
    )
    report = verify(case.program, options)
    return report.errno.name if report.errno else "", report.error, report.processed


def test_every_program_has_an_answer_of_the_kernel() -> None:
    assert list(CASES) == list(KERNEL)


def test_the_programs_are_many_and_lie_on_both_sides_of_the_line() -> None:
    refused = [row for row in KERNEL.values() if row[0]]
    assert len(KERNEL) >= 800
    assert len(refused) >= 450
    assert len(KERNEL) - len(refused) >= 300


@pytest.mark.parametrize("name", CASES)
def test_verdict_and_words_are_the_kernels(name: str) -> None:
    errno, error, processed = KERNEL[name]
    mine = answer(CASES[name])
    assert (mine[:2] != (errno, error)) == (name in KNOWN["verdict"]), mine
    if name not in KNOWN["verdict"]:
        assert (mine[2] != processed) == (name in KNOWN["processed"]), mine


def test_nothing_the_kernel_refuses_is_accepted() -> None:
    accepted = [name for name in KNOWN["verdict"] if KERNEL[name][0] and not answer(CASES[name])[0]]
    assert len(accepted) == KNOWN["false_accepts"]


@pytest.mark.parametrize(
    "name", [name for name, row in KERNEL.items() if row[0] and name not in KNOWN["verdict"]]
)
def test_a_refusal_is_explained(name: str) -> None:
    case = CASES[name]
    report = verify(
        case.program, Options(attach_type=case.attach, load_flags=case.flags, profile=case.profile)
    )
    assert report.category
    assert report.what
    assert report.hint
    assert "{" not in report.what + report.hint
