"""Every recorded rejection is explained as it must be: kind, category, place, fix, and a patch that works."""

from functools import cache

import pytest

from tests.vm.verifier.explain.cases import CASES, NUMBER, Case
from vm.asm import assemble
from vm.verifier import verify
from vm.verifier.explain import Explained, explained
from vm.verifier.explain.patches import edited, patched

by_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@cache
def of(case: Case) -> Explained:
    program = assemble(case.text).program
    assert program is not None
    return explained(program, case.options, case.lines)


def test_there_are_many_cases_of_many_kinds() -> None:
    assert len(CASES) >= 60
    assert len({case.kind for case in CASES}) >= 25


@by_case
def test_kind_category_place_and_fix(case: Case) -> None:
    about = of(case).explanation
    assert about is not None
    assert (about.kind, about.category, about.fix) == (case.kind, case.category, case.fix)
    assert about.place.line == case.line
    assert about.problem.endswith(".")
    assert about.reason.endswith(".")
    assert len(about.suggestion) > 10


@by_case
def test_the_causes_lead_to_the_place(case: Case) -> None:
    found = of(case)
    about, scene = found.explanation, found.scene
    assert about is not None
    assert scene is not None
    indexes = [cause.index for cause in about.causes]
    assert indexes == sorted(indexes)
    on_path = {(moment.nth, moment.pc) for moment in scene.path}
    assert {(cause.index, cause.pc) for cause in about.causes} <= on_path


@by_case
def test_notes_cover_every_number_of_the_kernels_words(case: Case) -> None:
    about = of(case).explanation
    assert about is not None
    covered = {at for note in about.notes for at in range(note.start, note.end)}
    for match in NUMBER.finditer(about.kernel):
        assert covered.issuperset(range(*match.span())), match[0]


@by_case
def test_the_patch_is_accepted(case: Case) -> None:
    found = of(case)
    about, scene = found.explanation, found.scene
    assert about is not None
    assert scene is not None
    patches = patched(scene, about, case.lines)
    assert [patch.kind for patch in patches[:1]] == ([case.patch] if case.patch else [])
    for patch in patches:
        program = assemble("\n".join(edited(case.lines, patch.edits))).program
        assert program is not None
        assert verify(program, case.options).accepted
