"""Every recorded rejection that can go wrong does so on its witness, in a machine that knows no search."""

from functools import cache

import pytest

from tests.vm.verifier.explain.cases import CASES, Case
from vm.asm import assemble
from vm.kernel.scenario import Scenario, Setup
from vm.machine.trace import Trace
from vm.program import Program
from vm.verifier.explain import Explained, explained
from vm.witness import Budget, Nothing, Witness
from vm.witness.ask import can_run, caution, told, witness_of

BUDGET = Budget(runs=200, seconds=20.0)
"""The usual number of runs, whatever the machine these tests run on is busy with."""
WITH = [case for case in CASES if case.witness]
WITHOUT = [case for case in CASES if not case.witness]


def program_of(case: Case) -> Program:
    program = assemble(case.text).program
    assert program is not None
    return program


@cache
def found(case: Case) -> tuple[Explained, Witness | Nothing | None]:
    program = program_of(case)
    told_of = explained(program, case.options, case.lines)
    return told_of, witness_of(program, told_of, BUDGET) if can_run(told_of) else None


@pytest.mark.parametrize("case", WITH, ids=lambda case: case.name)
def test_it_goes_wrong_at_the_instruction(case: Case) -> None:
    witness = found(case)[1]
    assert isinstance(witness, Witness)
    assert witness.how == case.witness
    assert len(told(witness)) > 20
    program = witness.of(program_of(case))
    scenario = Scenario(Setup((program,), program.prog_type, witness.packets))
    trace: Trace = scenario.trace(len(witness.packets) - 1)
    step = trace.step(witness.step)
    assert step.pc == witness.pc
    if witness.how == "fault":
        assert trace.fault is not None
        assert len(trace) == witness.step + 1


@pytest.mark.parametrize("case", WITHOUT, ids=lambda case: case.name)
def test_where_nothing_goes_wrong_it_is_said_why(case: Case) -> None:
    told_of, nothing = found(case)
    assert nothing is None or isinstance(nothing, Nothing)
    if nothing is not None:
        assert 0 < nothing.runs <= 2 * BUDGET.runs
        assert caution(told_of, nothing).endswith(".")
