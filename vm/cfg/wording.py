"""The text of an instruction as a block of the graph shows it: pseudo-C with names for what it refers to."""

from collections.abc import Mapping
from dataclasses import dataclass

from vm.asm.disassembler import source
from vm.cfg.graph import ControlFlowGraph
from vm.instruction import Call, Goto, Instruction, Jump, LoadImm64, MayGoto, jump_target
from vm.isa import CallKind, ImmKind
from vm.program import Program
from vm.word import MASK32


@dataclass(frozen=True, slots=True)
class Wording:
    """Names of slots and functions, and the program they are in."""

    program: Program
    labels: Mapping[int, str]
    functions: Mapping[int, str]

    @classmethod
    def of(cls, program: Program, cfg: ControlFlowGraph) -> "Wording":
        """The wording of a program with its graph."""
        labels: dict[int, str] = {}
        for name, pc in program.labels.items():
            labels.setdefault(pc, name)
        return cls(program, labels, {sub.start: sub.name for sub in cfg.subprograms})

    def text(self, pc: int) -> str:
        """The instruction at ``pc``, which is none of the second slots of ``ld_imm64``."""
        insn = self.program.insns[pc]
        match insn:
            case None:
                return ""
            case Jump() | Goto() | MayGoto():
                target = jump_target(insn, pc)
                return f"{source(insn).rpartition(' ')[0]} {self._place(-1 if target is None else target)}"
            case Call(CallKind.LOCAL, imm):
                return f"call {self._function(pc + 1 + imm)}"
            case Call(CallKind.HELPER):
                return source(insn).partition("#")[0]
            case LoadImm64():
                return self._load(insn, pc)
            case _:
                return source(insn)

    def _place(self, pc: int) -> str:
        return self.labels.get(pc, str(pc))

    def _function(self, pc: int) -> str:
        return self.functions.get(pc, str(pc))

    def _load(self, insn: LoadImm64, pc: int) -> str:
        maps = self.program.maps
        if insn.kind is ImmKind.FUNC:
            return f"r{insn.dst} = {self._function(pc + 1 + insn.imm)} ll"
        if insn.kind in (ImmKind.MAP_FD, ImmKind.MAP_VALUE) and 0 <= insn.imm < len(maps):
            offset = insn.next_imm & MASK32
            place = f"[0] + {offset}" if insn.kind is ImmKind.MAP_VALUE else ""
            return f"r{insn.dst} = {maps[insn.imm].name}{place} ll"
        return source(insn)


def instructions(program: Program, first: int, end: int) -> list[tuple[int, Instruction]]:
    """(pc, instruction) from slot ``first`` to before ``end``."""
    return [(pc, insn) for pc in range(first, end) if (insn := program.insns[pc]) is not None]
