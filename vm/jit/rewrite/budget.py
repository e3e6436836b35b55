"""may_goto: a count on the stack that runs out, then asks the clock whether to go on.

Below the function's own stack lie 8 bytes of count and above them 8 for the time of the first look.
"""

from vm.instruction import Alu, Imm, Instruction, Jump, Load, Reg, Store
from vm.isa import FP, AluOp, JumpOp, Size
from vm.jit.program import Insn, KernelCall
from vm.jit.registers import AX

FIRST_COUNT = 65_535
CLOCK = "arch_bpf_timed_may_goto"


def count_down(depth: int) -> tuple[Insn, ...]:
    """What stands for one ``may_goto``; instruction 1 is the jump. ``depth`` is the stack with the room."""
    return (
        Load(Size.DW, AX, FP, -depth),
        Jump(JumpOp.JEQ, 64, AX, Imm(0), 0),
        Alu(AluOp.SUB, 64, AX, Imm(1)),
        Jump(JumpOp.JNE, 64, AX, Imm(0), 2),
        Alu(AluOp.MOV, 64, AX, Imm(-depth)),
        KernelCall(CLOCK),
        Store(Size.DW, FP, -depth, Reg(AX)),
    )


def start_count(depth: int) -> tuple[Instruction, ...]:
    """What the function begins with."""
    return Store(Size.DW, FP, -depth, Imm(FIRST_COUNT)), Store(Size.DW, FP, -depth + 8, Imm(0))
