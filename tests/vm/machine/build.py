"""Programs and worlds for tests of the machine, built from instructions without the assembler."""

from collections.abc import Iterable, Sequence

from vm.encoding import decode, encode
from vm.instruction import Alu, Exit, Imm, Instruction, Operand, Reg
from vm.isa import AluOp
from vm.kernel.bare import bare_world
from vm.machine.machine import Machine
from vm.machine.step import Step
from vm.program import MapSpec, Program
from vm.uapi.prog_types import ProgType


def program(*insns: Instruction, maps: Sequence[MapSpec] = (), name: str = "test") -> Program:
    """A program of these instructions."""
    slots = tuple(slot for insn in insns for slot in encode(insn))
    return Program(name, ProgType.UNSPEC, slots, decode(slots), tuple(maps))


def mov(dst: int, value: int | Operand, bits: int = 64) -> Alu:
    """``dst = value``."""
    return Alu(AluOp.MOV, bits, dst, Imm(value) if isinstance(value, int) else value)


def add(dst: int, value: int | Operand, bits: int = 64) -> Alu:
    """``dst += value``."""
    return Alu(AluOp.ADD, bits, dst, Imm(value) if isinstance(value, int) else value)


def machine_of(*insns: Instruction, memory: bytes = b"", limit: int = 1_000_000) -> Machine:
    """A machine at the start of a bare run of these instructions."""
    return Machine(bare_world(program(*insns), memory), limit)


def steps_of(machine: Machine) -> list[Step]:
    """All steps to the end of the run."""
    return list(iter(machine.step, None))


def result(*insns: Instruction, memory: bytes = b"", registers: Iterable[tuple[int, int]] = ()) -> int:
    """r0 at the exit that is added behind these instructions, which begin with ``registers`` as given."""
    machine = machine_of(*insns, Exit(), memory=memory)
    for n, word in registers:
        machine.state.registers[n] = word
    ended = machine.outcome()
    assert ended.how == "exit", ended.message
    return ended.value


__all__ = ["Reg", "add", "machine_of", "mov", "program", "result", "steps_of"]
