"""Every difference between profiles is as its row says, by the program that shows it."""

import pytest

from vm.asm.assembler import assemble
from vm.program import Program
from vm.verifier import Options, verify
from vm.verifier.profile import NO_PERFMON, ROOT
from vm.verifier.profile_differences import DIFFERENCES, Difference, differences

BY_TITLE = {row.title: row for row in DIFFERENCES}


def program(row: Difference) -> Program:
    assembly = assemble(f".hook xdp\n.license GPL\n{row.example}")
    assert assembly.program is not None, [str(found) for found in assembly.diagnostics]
    return assembly.program


def test_each_row_is_of_a_trait_the_profiles_differ_in() -> None:
    assert tuple(differences(ROOT, NO_PERFMON)) == DIFFERENCES
    assert tuple(differences(ROOT, ROOT)) == ()
    assert len(BY_TITLE) == len(DIFFERENCES)


@pytest.mark.parametrize("title", BY_TITLE)
def test_root_may_load_the_example(title: str) -> None:
    assert verify(program(BY_TITLE[title]), Options(profile=ROOT.name)).accepted


@pytest.mark.parametrize("title", BY_TITLE)
def test_the_other_is_told_what_the_row_says(title: str) -> None:
    row = BY_TITLE[title]
    report = verify(program(row), Options(profile=NO_PERFMON.name))
    assert report.error == row.message
    assert report.accepted == (not row.message)


def test_speculative_paths_cost_instructions() -> None:
    row = next(row for row in DIFFERENCES if row.trait == "bypass_spec_v1" and not row.message)
    counts = [verify(program(row), Options(profile=each.name)).processed for each in (ROOT, NO_PERFMON)]
    assert counts == [3, 4]
