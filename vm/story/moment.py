"""The moment between two states: the instruction, and the registers on both sides of it."""

from dataclasses import dataclass
from functools import lru_cache

from vm.change import Change
from vm.instruction import Imm, Instruction, Operand, Reg
from vm.machine.machine import Machine
from vm.memory.fault import Fault
from vm.memory.region import Place
from vm.story.names import Names
from vm.story.part import PartKind, Sentence, part
from vm.story.value import Value, describe


@dataclass(slots=True)
class Moment:
    """An instruction about to run (``after`` empty) or just run. ``before`` and ``after`` are r0 to r10;
    the ``place`` and size of the memory it touches are ``sought`` once, by ``vm.story.access``."""

    names: Names
    pc: int
    insn: Instruction | None
    before: list[int]
    after: list[int]
    changes: tuple[Change, ...] = ()
    fault: Fault | None = None
    label_after: str = ""
    sought: bool = False
    place: tuple[Place, int] | None = None

    def operand(self, operand: Operand) -> Value:
        """What the operand was worth before the step."""
        match operand:
            case Reg(n):
                return describe(self.names, self.before[n])
            case Imm(value):
                return describe(self.names, value & 0xFFFF_FFFF_FFFF_FFFF)

    def value(self, register: int, *, after: bool = False) -> Value:
        """A register before or after the step."""
        return describe(self.names, (self.after if after else self.before)[register])


def moment_of(machine: Machine, names: Names) -> Moment:
    """The moment before the machine's next instruction."""
    state = machine.state
    program = machine.world.programs[state.program]
    insn = program.insns[state.pc] if 0 <= state.pc < len(program.insns) else None
    return Moment(names, state.pc, insn, list(state.registers), [])


_TINT = {
    "ctx": PartKind.CTX,
    "pkt": PartKind.PKT,
    "end": PartKind.PKT,
    "stk": PartKind.STK,
    "map": PartKind.MAP,
}


def shown(value: Value) -> Sentence:
    """A value as a piece of a sentence, tinted by what it points at."""
    return part(value.text, _TINT.get(value.kind, PartKind.NUM))


@lru_cache(maxsize=4096)
def pc_part(pc: int) -> Sentence:
    """``pc 24``, leading there."""
    return part(f"pc {pc}", PartKind.PC, pc)


@lru_cache(maxsize=16)
def reg(n: int) -> Sentence:
    """A register's name."""
    return part(f"r{n}", PartKind.REG)
