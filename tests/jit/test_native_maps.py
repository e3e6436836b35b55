"""Maps, clocks, contexts and functions in native code, one program at a time, against the machine."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.jit.programs import program
from tests.jit.test_native_run import state_of, stepped
from vm.jit.runner.runner import Runner, unavailable
from vm.kernel.native_run import NativeRun
from vm.kernel.packet.samples import syn_scenario
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.uapi.prog_types import ProgType

pytestmark = pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
PROGRAMS = 120


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as running:
        yield running


class Counted(NativeRun):
    """Counts the steps that the machine takes."""

    handed_back = 0

    def follow(self, changes: tuple[object, ...]) -> None:
        self.handed_back += 1
        super().follow(changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("part", range(4))
def test_programs_with_maps_and_functions_end_as_on_the_machine(part: int, runner: Runner) -> None:
    steps = handed_back = 0
    for seed in range(part, PROGRAMS, 4):
        rnd = Random(seed)
        setup = Setup((program(rnd),), ProgType.XDP, (syn_scenario()[0].data,))
        until = rnd.choice([1 << 40, rnd.randint(1, 300)])
        alone = stepped(Machine(Scenario(setup).world(0)), until)
        machine = Machine(Scenario(setup).world(0))
        native = Counted(machine, runner, few=1)
        native.run(until)
        assert state_of(machine) == alone, seed
        steps, handed_back = steps + machine.number, handed_back + native.handed_back
    assert handed_back < steps / 5, "hardly anything is native any more"
