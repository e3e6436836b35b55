"""A run without a kernel around it: r1 is a piece of memory, r2 its length, as bpf_conformance wants it."""

from vm.cfg.structure import Kind, Rejection, check_instruction, check_structure
from vm.change import Ended
from vm.helpers.table import HELPERS
from vm.instruction import CallX
from vm.kernel.engine import STEPPING, Engine
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


def run_bare(
    program: Program, memory: bytes = b"", limit: int = STEP_LIMIT, engine: Engine = STEPPING
) -> tuple[Ended, Fault | None]:
    """Runs to the end; ``Ended.value`` is r0. Nothing of the run outlives it."""
    machine = Machine(bare_world(program, memory), limit)
    return engine.outcome(machine), machine.fault


def refusal(program: Program) -> Rejection | None:
    """The structural rule the program breaks, None where it may run.

    Two things that Linux refuses are let through, since RFC 9669 gives them a meaning: constant shifts by the
    width or more (the count is masked), and callx.
    """
    found = [check_structure(program, func_info=True)]
    found += [
        check_instruction(slot, program.prog_type, pc)
        for pc, (slot, insn) in enumerate(zip(program.slots, program.insns, strict=True))
        if insn is not None
    ]
    return next((broken for broken in found if broken is not None and not _allowed(broken, program)), None)


_SAID_OF_CALLX = (Kind.UNKNOWN_OPCODE, Kind.CALL_RESERVED)


def _allowed(broken: Rejection, program: Program) -> bool:
    is_callx = broken.pc is not None and isinstance(program.insns[broken.pc], CallX)
    return broken.kind is Kind.SHIFT_TOO_FAR or (is_callx and broken.kind in _SAID_OF_CALLX)
