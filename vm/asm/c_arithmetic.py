"""Builders of pseudo-C: arithmetic.

Each takes the tokens of a known shape and the unit, and answers with the instruction, or None when it left
it to a fixup. The indices are those of the example line in ``vm.asm.grammar``.
"""

from vm.asm import words
from vm.asm.expression import integer
from vm.asm.operands import (
    ASSIGN,
    REG,
    REGISTER,
    Build,
    Tokens,
    imm32,
    same_register,
)
from vm.asm.unit import Mistake, Unit
from vm.instruction import (
    AddrSpaceCast,
    Alu,
    Endian,
    Instruction,
    Neg,
)
from vm.isa import AluOp
from vm.word import signed

_MOVSX = {"s8": AluOp.MOVSX8, "s16": AluOp.MOVSX16, "s32": AluOp.MOVSX32}


def alu_reg(bits: int) -> Build:
    """``r1 += r2``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        return Alu(ASSIGN[t[1]], bits, REGISTER[t[0]], REG[t[2]])

    return build


def alu_imm(bits: int) -> Build:
    """``r1 += 5``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        return Alu(ASSIGN[t[1]], bits, REGISTER[t[0]], imm32(t, 2, unit, bits))

    return build


def mov_reg(bits: int) -> Build:
    """``r1 = r2``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        return Alu(AluOp.MOV, bits, REGISTER[t[0]], REG[t[2]])

    return build


def mov_imm(bits: int) -> Build:
    """``r1 = 5``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        return Alu(AluOp.MOV, bits, REGISTER[t[0]], imm32(t, 2, unit, bits))

    return build


def movsx(bits: int) -> Build:
    """``r1 = (s8)r2``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        op = _MOVSX.get(t[3])
        if op is None or (bits == 32 and op is AluOp.MOVSX32):
            raise Mistake("bad-width", f"`({t[3]})` does not widen anything here", 3, "use (s8) or (s16)")
        return Alu(op, bits, REGISTER[t[0]], REG[t[5]])

    return build


def neg(bits: int) -> Build:
    """``r1 = -r1``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        same_register(t, 0, 3, "negates a register in place")
        return Neg(bits, REGISTER[t[0]])

    return build


def endian(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = be16 r1``."""
    same_register(t, 0, 3, "converts a register in place")
    op, bits = words.ENDIAN_WORDS[t[2]]
    return Endian(op, bits, REGISTER[t[0]])


def cast(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = addr_space_cast(r2, 0, 1)``."""
    spaces = [integer(t[at], at) for at in (6, 8)]
    for at, space in zip((6, 8), spaces, strict=True):
        if not 0 <= space < 1 << 16:
            raise Mistake("imm-range", "an address space is a number from 0 to 65535", at)
    return AddrSpaceCast(REGISTER[t[0]], REGISTER[t[4]], signed(spaces[0] << 16 | spaces[1], 32))
