"""Native code against the machine: after any number of steps both are in the same state, faults included."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.case import read as read_case
from tests.conformance.test_conformance import files
from tests.kernel_runs.recorded import read
from tests.kernel_runs.test_replay import setup_of
from vm.asm import assemble
from vm.jit.runner.runner import Runner, unavailable
from vm.kernel.bare import bare_world, run_bare
from vm.kernel.engine_native import Native
from vm.kernel.native_run import NativeRun
from vm.kernel.scenario import Scenario
from vm.machine.machine import Machine

pytestmark = pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
EVERY = 6
_NO_END = 1 << 40


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as running:
        yield running


def state_of(machine: Machine) -> dict[str, Any]:
    """Everything a run may have changed."""
    kept = machine.snapshot()
    return {
        "number": kept.number,
        "place": (kept.program, kept.pc),
        "registers": kept.registers,
        "frames": kept.frames,
        "fields": dict(kept.fields),
        "memory": [bytes(region.data) for region in machine.world.memory.regions],
        "maps": kept.maps,
        "ended": kept.ended,
        "fault": str(kept.fault),
    }


def stepped(machine: Machine, until: int) -> dict[str, Any]:
    """The state the machine comes to by itself."""
    while machine.number < until and machine.ended is None:
        machine.advance()
    return state_of(machine)


def natively(machine: Machine, until: int, runner: Runner) -> dict[str, Any]:
    """The state native code brings it to."""
    NativeRun(machine, runner, few=1).run(until)
    return state_of(machine)


@pytest.mark.parametrize("part", range(4))
def test_recorded_programs_run_as_on_the_machine(part: int, runner: Runner) -> None:
    choose = random.Random(part)
    for number, record in enumerate(read()):
        if number % (4 * EVERY) != part * EVERY:
            continue
        setup = setup_of(record)
        until = choose.choice([_NO_END, choose.randint(1, 40)])
        alone = stepped(Machine(Scenario(setup).world(0)), until)
        helped = natively(Machine(Scenario(setup).world(0)), until, runner)
        assert helped == alone, record["seed"]


FAULTS = {
    "null": "r1 = 0\nr0 = *(u64 *)(r1 + 0)\nexit",
    "wild": "r1 = 0x1234567890 ll\n*(u64 *)(r1 + 0) = 1\nexit",
    "before the stack": "r1 = r10\nr1 += -520\nr0 = *(u64 *)(r1 + 0)\nexit",
    "behind the stack": "r1 = r10\n*(u8 *)(r1 + 0) = 1\nexit",
    "straddling the end": "r1 = r10\nr0 = *(u64 *)(r1 - 4)\nexit",
    "another window": "r1 = r10\nr2 = 0x1000000 ll\nr1 += r2\n*(u64 *)(r1 - 8) = 1\nexit",
    "low half right, high half wrong": "r1 = r10\nr2 = 0x100000000 ll\nr1 += r2\n*(u64 *)(r1 - 8) = 1\nexit",
    "the last address": "r1 = -1\nr0 = *(u8 *)(r1 + 0)\nexit",
    "around zero": "r1 = -4\nr0 = *(u64 *)(r1 + 0)\nexit",
    "window 255": "r1 = 0xffffc900ffffffff ll\nr0 = *(u64 *)(r1 + 0)\nexit",
    "atomic outside": "r1 = r10\nr2 = 1\nlock *(u64 *)(r1 + 8) += r2\nexit",
    "far by an offset": "r1 = r10\nr0 = *(u64 *)(r1 + 32767)\nexit",
    "division by zero": "r0 = 7\nr1 = 0\nr0 /= r1\nr0 %= r1\nw0 s/= w1\nexit",
    "smallest by -1": "r0 = 0x8000000000000000 ll\nr1 = -1\nr0 s/= r1\nr0 s%= r1\nexit",
    "falls off": "r0 = 1",
    "unknown helper": "call 9999\nexit",
    "jumps into a constant": "goto +1\nr1 = 5 ll\nexit",
    "endless": "l:\nr0 += 1\ngoto l",
    "deep calls": "f:\ncall f\nexit",
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("limit", [3, 4, 5, 1000])
def test_attacks_end_as_on_the_machine(name: str, limit: int, runner: Runner) -> None:
    assembly = assemble(FAULTS[name])
    if assembly.program is None:
        pytest.skip("does not assemble")
    alone = stepped(Machine(bare_world(assembly.program, b"abc"), limit), _NO_END)
    helped = natively(Machine(bare_world(assembly.program, b"abc"), limit), _NO_END, runner)
    assert helped == alone


def test_conformance_programs_give_what_they_say() -> None:
    with Native() as native:
        for path in files():
            case = read_case(path)
            if case.result is not None:
                ended, fault = run_bare(case.program(), case.memory, engine=native)
                assert (ended.value, fault) == (case.result, None), path.name
