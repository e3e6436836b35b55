"""The bpf_conformance suite: every program leaves in r0 what its file says."""

from pathlib import Path

import pytest

from tests.conformance.case import read
from tests.shared_data import shared
from vm.kernel.bare import run_bare

OURS = Path(__file__).parent / "cases"
SUITE = "data/bpf_conformance/tests"


def _files() -> list[Path]:
    suite = shared(SUITE)
    return sorted(OURS.glob("*.data")) + (sorted(suite.glob("*.data")) if suite else [])


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.name)
def test_r0(path: Path) -> None:
    case = read(path)
    ended, fault = run_bare(case.program(), case.memory)
    assert fault is None, fault
    assert (ended.how, ended.value) == ("exit", case.result)


@pytest.mark.skipif(shared(SUITE) is None, reason=f"the shared data lacks {SUITE}")
def test_the_whole_suite_was_found() -> None:
    suite = shared(SUITE)
    assert suite is not None
    assert len(list(suite.glob("*.data"))) == 313
