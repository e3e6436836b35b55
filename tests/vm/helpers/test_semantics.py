"""Every recorded answer of the kernel, compared with the machine's; see tests/golden/record_helpers.py."""

import pytest

from tests.golden.record_helpers import digest
from tests.vm.helpers.cases import FAMILIES
from tests.vm.helpers.golden import golden
from tests.vm.helpers.world import of_machine

_SHOWN = 5
"""Differences told before the rest is only counted."""


@pytest.mark.parametrize("family", FAMILIES)
def test_machine_answers_as_the_kernel(family: str) -> None:
    recorded = golden("semantics.json.gz")[family]
    cases = list(FAMILIES[family]())
    assert digest(cases) == recorded["digest"], (
        "the cases changed: record anew with `python3 dev.py golden helpers`"
    )
    different = []
    for case, wanted in zip(cases, recorded["answers"], strict=True):
        if wanted[0] != "refused" and (mine := of_machine(case)) != wanted:
            different.append(f"{case.name}: kernel {wanted}, machine {mine}")
    assert not different, f"{len(different)} of {len(cases)} differ:\n" + "\n".join(different[:_SHOWN])
