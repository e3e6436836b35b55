"""64-bit constants."""

from vm.instruction import LoadImm64
from vm.isa import ImmKind
from vm.jit.piece import Address, Emit, Lowered, ShortAddress
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86


def lower_imm64(insn: LoadImm64, _pc: int) -> Lowered:
    """``movabs``, or a shorter form for 32 bits; code lies in the last two GiB, so a function's has one."""
    dst = X86[insn.dst]
    if insn.kind is ImmKind.VALUE:
        return (Emit(x86.mov_imm64(dst, insn.value)),)
    if insn.kind is ImmKind.FUNC:
        return (ShortAddress(x86.mov_sx32(dst, 0), f"func {insn.imm}"),)
    return (Address(x86.movabs(dst, 0), f"{insn.kind.name.lower()} {insn.imm}"),)
