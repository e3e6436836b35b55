"""What an instruction's operands say of r10, and of registers that are none."""

from vm.instruction import Atomic, Instruction, Jump, Reg, Store, StoreRelease
from vm.isa import FP, REGISTERS


def registers_exist(insn: Instruction) -> bool:
    """Whether every register it names is one of r0 to r10: crafted bytecode may name five more."""
    for operand in (getattr(insn, "dst", 0), getattr(insn, "src", 0)):
        n = operand.n if isinstance(operand, Reg) else operand
        if isinstance(n, int) and n >= REGISTERS:
            return False
    return True


def writes_frame_pointer(insn: Instruction | None) -> bool:
    """Whether the instruction may change r10."""
    match insn:
        case Atomic(src=src, fetch=fetch):
            return fetch and src == FP
        case Store() | StoreRelease() | Jump() | None:
            return False
        case _:
            return getattr(insn, "dst", None) == FP
