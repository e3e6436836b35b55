"""Maps, clocks, contexts and functions in native code, one program at a time, against the machine."""

from collections.abc import Iterator
from random import Random

import pytest

from tests.jit.programs import program
from tests.jit.test_native_run import state_of, stepped
from vm.asm import assemble
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


_STALE = """
.program stale
.hook xdp
.map m {kind} key=u64 value=u64 entries=2
    *(u64 *)(r10 - 8) = 7
    *(u64 *)(r10 - 16) = 9
    r1 = m ll
    r2 = r10
    r2 += -8
    r3 = r10
    r3 += -16
    r4 = 0
    call bpf_map_update_elem
    r1 = m ll
    r2 = r10
    r2 += -8
    call bpf_map_lookup_elem
    if r0 == 0 goto out
    r6 = r0
    r1 = m ll
    r2 = r10
    r2 += -8
    call bpf_map_delete_elem
    r1 = m ll
    r2 = {key}
    r3 = {value}
    r4 = 0
    call bpf_map_update_elem
    r1 = m ll
    r2 = {key}
    call bpf_map_lookup_elem
    r0 = 2
out:
    exit
"""
_PLACE = "r10\n    r{} += -16"


@pytest.mark.parametrize("kind", ["hash", "percpu_hash", "lru_hash", "lru_percpu_hash", "array"])
@pytest.mark.parametrize(("key", "value"), [("r6", "r6"), ("r6", "r10"), ("r10", "r6")])
def test_a_key_and_a_value_may_lie_in_the_slot_they_come_to(
    kind: str, key: str, value: str, runner: Runner
) -> None:
    """A deleted entry's value can still be read, and its slot is the next one used."""
    places = {name: "r6" if given == "r6" else _PLACE.format(n) for name, given, n in
              (("key", key, 2), ("value", value, 3))}  # fmt: skip
    text = _STALE.format(kind=kind, **places).replace(
        "u64 value", "u32 value" if kind == "array" else "u64 value"
    )
    assembly = assemble(text, prog_type=ProgType.XDP)
    assert assembly.program is not None, assembly.errors
    setup = Setup((assembly.program,), ProgType.XDP, (bytes(64),))
    alone = stepped(Machine(Scenario(setup).world(0)), 1 << 40)
    machine = Machine(Scenario(setup).world(0))
    NativeRun(machine, runner, few=1).run(1 << 40)
    assert state_of(machine) == alone
