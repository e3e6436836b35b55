"""A trace that goes forwards by native code comes to the states it would come to without."""

import os
import signal
from random import Random

import pytest

from tests.jit.programs import program
from vm.jit.runner.runner import Runner, unavailable
from vm.kernel.native_seek import NativeForward
from vm.kernel.packet.samples import syn_scenario
from vm.kernel.scenario import Scenario, Setup
from vm.machine.trace import Budget, Trace
from vm.uapi.prog_types import ProgType

pytestmark = pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))


@pytest.mark.parametrize("seed", [2, 5, 9, 11])
def test_any_step_is_the_same(seed: int) -> None:
    rnd = Random(seed)
    setup = Setup((program(rnd),), ProgType.XDP, (syn_scenario()[0].data,), budget=Budget(50_000))
    plain = Trace(Scenario(setup).world(0), setup.budget)
    with Runner() as runner:
        quick = Trace(Scenario(setup).world(0), setup.budget, forward=NativeForward(runner))
        assert len(quick) == len(plain)
        for _ in range(25):
            number = rnd.randrange(len(plain) + 1)
            assert quick.state(number) == plain.state(number), number


def test_a_runner_that_died_is_done_without() -> None:
    setup = Setup((program(Random(2)),), ProgType.XDP, (syn_scenario()[0].data,), budget=Budget(50_000))
    with Runner() as runner:
        trace = Trace(Scenario(setup).world(0), setup.budget, forward=NativeForward(runner))
        os.kill(runner.process_id, signal.SIGKILL)
        number = len(trace) - 1
        assert trace.state(number).number == number
