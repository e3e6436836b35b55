"""Legacy packet loads become calls; one that fails ends the program with 0."""

from vm.instruction import Alu, Exit, Imm, Jump, LoadPacket, Reg
from vm.isa import AluOp, JumpOp
from vm.jit.program import Insn, KernelCall

_LOADERS = {1: "bpf_skb_load_helper_8_no_cache", 2: "bpf_skb_load_helper_16_no_cache",
            4: "bpf_skb_load_helper_32_no_cache"}  # fmt: skip
_CONTEXT = 6


def load_by_call(insn: LoadPacket) -> tuple[Insn, ...]:
    """r2 gets the offset, r1 the packet, and a result below 0 means outside."""
    if insn.src is None:
        offset: tuple[Insn, ...] = (Alu(AluOp.MOV, 64, 2, Imm(insn.imm)),)
    else:
        offset = (Alu(AluOp.MOV, 64, 2, Reg(insn.src)),)
        offset += (Alu(AluOp.ADD, 64, 2, Imm(insn.imm)),) if insn.imm else ()
    return (
        *offset,
        Alu(AluOp.MOV, 64, 1, Reg(_CONTEXT)),
        KernelCall(_LOADERS[insn.size.bytes]),
        Jump(JumpOp.JSGE, 64, 0, Imm(0), 2),
        Alu(AluOp.XOR, 32, 0, Reg(0)),
        Exit(),
    )
