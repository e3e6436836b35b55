"""Division: what the processor traps on, eBPF defines; so checks stand before each division.

By 0 gives 0 (the remainder: keeps dst); the smallest number by -1 gives itself (the remainder: 0).
"""

from vm.instruction import Alu, Goto, Imm, Instruction, Jump, Neg, Operand, Reg
from vm.isa import AluOp, JumpOp
from vm.jit.registers import AX

_DIVISIONS = (AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD)


def checked_division(insn: Alu) -> tuple[Instruction, ...] | None:
    """The division with its checks; None where the divisor is a constant that needs none."""
    if insn.op not in _DIVISIONS:
        return None
    match insn:
        case Alu(AluOp.SDIV, bits, dst, Imm(-1)):
            return (Neg(bits, dst),)
        case Alu(AluOp.SMOD, _, dst, Imm(-1)):
            return (Alu(AluOp.MOV, 32, dst, Imm(0)),)
        case Alu(AluOp.DIV, bits, dst, Reg(src)):
            return _div(insn, bits, dst, src)
        case Alu(AluOp.MOD, bits, dst, Reg(src)):
            return _mod(insn, bits, dst, src)
        case Alu(AluOp.SDIV, bits, dst, Reg(src)):
            return _sdiv(insn, bits, dst, src)
        case Alu(AluOp.SMOD, bits, dst, Reg(src)):
            return _smod(insn, bits, dst, src)
        case _:
            return None


def _if(op: JumpOp, bits: int, reg: int, value: int, off: int) -> Jump:
    return Jump(op, bits, reg, Imm(value), off)


def _mov32(dst: int, src: Operand) -> Alu:
    return Alu(AluOp.MOV, 32, dst, src)


def _div(insn: Alu, bits: int, dst: int, src: int) -> tuple[Instruction, ...]:
    return _if(JumpOp.JNE, bits, src, 0, 2), Alu(AluOp.XOR, 32, dst, Reg(dst)), Goto(1), insn


def _mod(insn: Alu, bits: int, dst: int, src: int) -> tuple[Instruction, ...]:
    if bits == 64:
        return _if(JumpOp.JEQ, 64, src, 0, 1), insn
    return _if(JumpOp.JEQ, 32, src, 0, 2), insn, Goto(1), _mov32(dst, Reg(dst))


def _plus_one(bits: int, src: int) -> tuple[Instruction, ...]:
    """0 and -1 become 1 and 0, so that one unsigned comparison finds both."""
    return Alu(AluOp.MOV, 64, AX, Reg(src)), Alu(AluOp.ADD, bits, AX, Imm(1))


def _sdiv(insn: Alu, bits: int, dst: int, src: int) -> tuple[Instruction, ...]:
    return (
        *_plus_one(bits, src),
        _if(JumpOp.JGT, bits, AX, 1, 4),
        _if(JumpOp.JEQ, bits, AX, 0, 1),
        Alu(AluOp.MOV, bits, dst, Imm(0)),
        Neg(bits, dst),
        Goto(1),
        insn,
    )


def _smod(insn: Alu, bits: int, dst: int, src: int) -> tuple[Instruction, ...]:
    narrow = bits == 32
    checks = (
        *_plus_one(bits, src),
        _if(JumpOp.JGT, bits, AX, 1, 3),
        _if(JumpOp.JEQ, bits, AX, 1, 4 if narrow else 3),
        _mov32(dst, Imm(0)),
        Goto(1),
        insn,
    )
    return (*checks, Goto(1), _mov32(dst, Reg(dst))) if narrow else checks
