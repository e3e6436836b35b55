"""Generated Python against the machine: after any number of steps both are in the same state."""

import random
from dataclasses import replace

import pytest

from tests.conformance.case import read as read_case
from tests.conformance.test_conformance import files
from tests.jit.programs import program as drawn
from tests.jit.test_native_run import FAULTS, state_of, stepped
from tests.kernel_runs.recorded import read
from tests.kernel_runs.test_replay import setup_of
from vm.asm import assemble
from vm.kernel.bare import bare_world, run_bare
from vm.kernel.packet.samples import syn_scenario
from vm.kernel.python_run import GENERATED, PythonRun, go_forward
from vm.kernel.run import run_all
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.machine.trace import Budget, Trace
from vm.uapi.prog_types import ProgType

EVERY = 6
_NO_END = 1 << 40
LOOP = "r0 = 0\nr1 = 5000\nl:\nr0 += r1\nr1 += -1\nif r1 != 0 goto l\nexit"


def python(machine: Machine, until: int) -> dict[str, object]:
    """The state generated Python brings it to."""
    PythonRun(machine).run(until)
    return state_of(machine)


@pytest.mark.parametrize("part", range(4))
def test_recorded_programs_run_as_on_the_machine(part: int) -> None:
    choose = random.Random(part)
    for number, record in enumerate(read()):
        if number % (4 * EVERY) != part * EVERY:
            continue
        setup = setup_of(record)
        until = choose.choice([_NO_END, choose.randint(1, 40)])
        alone = stepped(Machine(Scenario(setup).world(0)), until)
        assert python(Machine(Scenario(setup).world(0)), until) == alone, record["seed"]


def test_packets_one_after_the_other_leave_the_same_maps() -> None:
    for record in [record for number, record in enumerate(read()) if number % 200 == 3]:
        setup = setup_of(record)
        setup = replace(setup, packets=setup.packets * 3)
        assert run_all(setup, GENERATED) == run_all(setup), record["seed"]


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("limit", [1, 3, 4, 5, 1000])
def test_attacks_end_as_on_the_machine(name: str, limit: int) -> None:
    assembly = assemble(FAULTS[name])
    if assembly.program is None:
        pytest.skip("does not assemble")
    alone = stepped(Machine(bare_world(assembly.program, b"abc"), limit), _NO_END)
    assert python(Machine(bare_world(assembly.program, b"abc"), limit), _NO_END) == alone


@pytest.mark.parametrize("until", [1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 15001, 15002, 15003, _NO_END])
def test_a_loop_stops_at_any_step(until: int) -> None:
    program = assemble(LOOP).program
    assert program is not None
    alone = stepped(Machine(bare_world(program, b"")), until)
    assert python(Machine(bare_world(program, b"")), until) == alone


SHORT_OF_A_POINTER = """
    r2 = *(s32 *)(r1 + 0)
    r0 = *(u32 *)(r1 + 4)
    *(u64 *)(r10 - 8) = r2
    exit
"""


def test_a_field_that_gives_a_pointer_is_cut_before_its_sign_is_extended() -> None:
    program = assemble(".hook xdp\n" + SHORT_OF_A_POINTER).program
    assert program is not None
    setup = Setup((program,), program.prog_type, (bytes(64),))
    alone = stepped(Machine(Scenario(setup).world(0)), _NO_END)
    assert python(Machine(Scenario(setup).world(0)), _NO_END) == alone


@pytest.mark.parametrize("seed", [2, 5, 9])
def test_any_step_of_a_trace_is_the_same(seed: int) -> None:
    rnd = random.Random(seed)
    setup = Setup((drawn(rnd),), ProgType.XDP, (syn_scenario()[0].data,), budget=Budget(50_000))
    plain = Trace(Scenario(setup).world(0), setup.budget)
    quick = Trace(Scenario(setup).world(0), setup.budget, forward=go_forward)
    assert len(quick) == len(plain)
    for _ in range(25):
        number = rnd.randrange(len(plain) + 1)
        assert quick.state(number) == plain.state(number), number


def test_conformance_programs_give_what_they_say() -> None:
    for path in files():
        case = read_case(path)
        if case.result is not None:
            ended, fault = run_bare(case.program(), case.memory, engine=GENERATED)
            assert (ended.value, fault) == (case.result, None), path.name
