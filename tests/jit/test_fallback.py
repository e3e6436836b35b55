"""Where native code cannot run, generated Python does, and comes to the same."""

import pytest

from tests.kernel_runs.recorded import read
from tests.kernel_runs.test_replay import setup_of
from vm.kernel import python_run
from vm.kernel.engine_native import Native
from vm.kernel.run import run_all
from vm.machine.machine import Machine
from vm.machine.step import Step


def test_it_is_chosen_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []
    run = python_run.PythonRun.run

    def told(self: python_run.PythonRun, until: int) -> None:
        ran.append(until)
        run(self, until)

    monkeypatch.setattr(python_run.PythonRun, "run", told)
    monkeypatch.setattr("vm.kernel.engine_native.unavailable", lambda: "this machine has no x86-64")
    setup = setup_of(next(read()))
    with Native() as native:
        assert run_all(setup, native) == run_all(setup)
    assert ran


def test_beyond_what_is_made_into_python_the_machine_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(python_run, "MOST_MADE", 0)
    advanced: list[int] = []
    advance = Machine.advance

    def told(self: Machine) -> Step | None:
        advanced.append(self.number)
        return advance(self)

    monkeypatch.setattr(Machine, "advance", told)
    setup = setup_of(next(read()))
    assert run_all(setup, python_run.GENERATED) == run_all(setup)
    assert advanced
