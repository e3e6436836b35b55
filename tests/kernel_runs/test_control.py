"""Tail calls, loops, callbacks and legacy packet access as Linux does them."""

import pytest

from tests.kernel_runs.control import CASES, PACKET, assembled, recorded, shown
from vm.kernel.run import run_all
from vm.kernel.scenario import Setup


@pytest.mark.parametrize("name", CASES)
def test_control_is_as_in_linux(name: str) -> None:
    programs = assembled(name).programs
    report = run_all(Setup(programs, programs[0].prog_type, (PACKET,)))
    (run,) = report.runs
    assert report.maps[0] is not None
    assert [run.retval, shown([value for _, value in report.maps[0]])] == recorded()[name], run.message
