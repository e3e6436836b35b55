"""Of the recorded programs that can fault where they are rejected, nine in ten at least have a witness."""

import json

from tests.verifier.recorded import read
from tests.witness.measure import EVERY, GOLDEN, confirmed
from vm.verifier import Options
from vm.verifier.explain import explained
from vm.witness import Budget, Witness
from vm.witness.ask import witness_of

BUDGET = Budget(runs=200, seconds=10.0)
"""The usual number of runs, with time enough on any machine."""


def test_nine_in_ten_have_a_witness_that_faults() -> None:
    seeds = set(json.loads(GOLDEN.read_text("utf-8")))
    assert len(seeds) >= 50
    missed = []
    for one in read(EVERY):
        if one.seed in seeds:
            found = witness_of(one.program, explained(one.program, Options()), BUDGET)
            if not (isinstance(found, Witness) and found.how == "fault" and confirmed(one.program, found)):
                missed.append(one.seed)
    assert len(missed) <= len(seeds) // 10, missed
