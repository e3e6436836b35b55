"""Loads and stores."""

from vm.instruction import Imm, Load, Reg, Store
from vm.jit.piece import Emit, Lowered
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86


def lower_load(insn: Load, _pc: int) -> Lowered:
    """One ``mov``, ``movzx`` or ``movsx``."""
    code = x86.load(X86[insn.dst], X86[insn.src], insn.off, insn.size.bytes, signed=insn.signed)
    return (Emit(code),)


def lower_store(insn: Store, _pc: int) -> Lowered:
    """One ``mov`` of a register or a constant."""
    base, size = X86[insn.dst], insn.size.bytes
    match insn.src:
        case Reg(n):
            return (Emit(x86.store(base, insn.off, X86[n], size)),)
        case Imm(value):
            return (Emit(x86.store_imm(base, insn.off, value, size)),)
