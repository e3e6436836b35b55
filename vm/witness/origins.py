"""Which map value each pointer of a run was made for, whatever was added to it since."""

from collections.abc import Sequence

from vm.instruction import Alu, Call, Instruction, Load, LoadImm64, Reg, Store
from vm.isa import AluOp, CallKind, ImmKind, Size
from vm.uapi.helper_ids import HelperId
from vm.word import MASK64


class Origins:
    """``of`` holds for each register the address of the value its pointer was made for, 0 for others."""

    def __init__(self) -> None:
        self.of = [0] * 11
        self._stored: dict[int, int] = {}
        self._frames: list[list[int]] = []

    def before(self, insn: Instruction | None, registers: Sequence[int]) -> None:
        """What the step will do to them."""
        of = self.of
        match insn:
            case Alu(AluOp.MOV, 64, dst, Reg(n)):
                of[dst] = of[n]
            case Alu(AluOp.ADD, 64, dst, Reg(n)):
                of[dst] = of[dst] or of[n]
            case Alu(AluOp.ADD | AluOp.SUB, 64):
                pass
            case Alu(dst=dst):
                of[dst] = 0
            case Load(size, dst, src, off):
                whole = size is Size.DW
                of[dst] = self._stored.get((registers[src] + off) & MASK64, 0) if whole else 0
            case Store(size, dst, off, src):
                kept = of[src.n] if isinstance(src, Reg) and size is Size.DW else 0
                self._stored[(registers[dst] + off) & MASK64] = kept
            case _:
                pass

    def after(self, insn: Instruction | None, registers: Sequence[int], entered: int) -> None:
        """What the step has done to them; ``entered``: how many frames there are more than before."""
        of = self.of
        if entered > 0:
            self._frames.append(of[6:10])
        elif entered < 0 and self._frames:
            of[6:10] = self._frames.pop()
            of[1:6] = [0] * 5
        elif isinstance(insn, Call) and insn.kind is CallKind.HELPER:
            of[1:6] = [0] * 5
            of[0] = registers[0] if insn.imm == HelperId.MAP_LOOKUP_ELEM else 0
        elif isinstance(insn, LoadImm64):
            value = insn.kind is ImmKind.MAP_VALUE
            of[insn.dst] = registers[insn.dst] - insn.next_imm if value else 0
