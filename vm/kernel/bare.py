"""A run without a kernel around it: r1 is a piece of memory, r2 its length, as bpf_conformance wants it."""

from vm.change import Ended
from vm.helpers.table import HELPERS
from vm.machine.machine import STEP_LIMIT, Machine
from vm.machine.state import World
from vm.memory.fault import Fault
from vm.memory.memory import Memory
from vm.memory.region import RegionKind
from vm.program import Program


def bare_world(program: Program, memory: bytes) -> World:
    """The surroundings of a bare run: writable ``memory`` at r1 (0 where empty), its length in r2."""
    arena = Memory([])
    region = arena.add(RegionKind.MEM, "mem", bytearray(memory)) if memory else None
    r1 = region.base if region else 0
    return World((program,), arena, r1=r1, r2=len(memory), helpers=HELPERS)


def run_bare(program: Program, memory: bytes = b"", limit: int = STEP_LIMIT) -> tuple[Ended, Fault | None]:
    """Runs to the end; ``Ended.value`` is r0. Nothing of the run outlives it."""
    machine = Machine(bare_world(program, memory), limit)
    return machine.outcome(), machine.fault
