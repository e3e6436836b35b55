"""Builders of the mnemonic syntax of uBPF, rbpf and bpf_conformance: ``ldxdw r0, [r1+2]``."""

from vm.asm import words
from vm.asm.c_addresses import halves, numbered_map, numbered_map_value, subprog_at, symbol_address
from vm.asm.expression import integer
from vm.asm.operands import REG, REGISTER, Tokens, offset16, signed_imm32, target
from vm.asm.unit import Mistake, Unit, Use
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Goto,
    Instruction,
    Jump,
    Load,
    LoadImm64,
    LoadPacket,
    Neg,
    Store,
)
from vm.isa import AluOp, CallKind, ImmKind

_WIDENING = (AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32)


def alu_reg(t: Tokens, unit: Unit) -> Instruction:
    """``add r1, r2``."""
    op, bits = words.ALU_WORDS[t[0]]
    return Alu(op, bits, REGISTER[t[1]], REG[t[3]])


def alu_imm(t: Tokens, unit: Unit) -> Instruction:
    """``add r1, 5``."""
    op, bits = words.ALU_WORDS[t[0]]
    if op in _WIDENING:
        raise Mistake("needs-register", f"`{t[0]}` takes a register, not a constant", 3, "use mov")
    return Alu(op, bits, REGISTER[t[1]], signed_imm32(t, 3, unit, bits))


def neg(t: Tokens, unit: Unit) -> Instruction:
    """``neg r1``."""
    return Neg(words.NEG_WORDS[t[0]], REGISTER[t[1]])


def endian(t: Tokens, unit: Unit) -> Instruction:
    """``be16 r1``."""
    op, bits = words.ENDIAN_WORDS[t[0]]
    return Endian(op, bits, REGISTER[t[1]])


def lddw(t: Tokens, unit: Unit) -> Instruction:
    """``lddw r1, 0x1122334455667788``."""
    return LoadImm64(REGISTER[t[1]], ImmKind.VALUE, *halves(integer(t[3], 3), 3))


def lddw_name(t: Tokens, unit: Unit) -> Instruction | None:
    """``lddw r1, counts``."""
    return symbol_address(REGISTER[t[1]], t[3], 3, 0, unit)


def map_number(t: Tokens, unit: Unit) -> Instruction:
    """``lddw r1, map[id:5]``."""
    return numbered_map(REGISTER[t[1]], t, 3)


def map_value_number(t: Tokens, unit: Unit) -> Instruction:
    """``lddw r1, map[id:5][0]+8``."""
    return numbered_map_value(REGISTER[t[1]], t, 3)


def subprog(t: Tokens, unit: Unit) -> Instruction:
    """``lddw r1, subprog[+3]``."""
    return subprog_at(REGISTER[t[1]], t, 3)


def pseudo(t: Tokens, unit: Unit) -> Instruction:
    """``ld_pseudo r1, 1, 5``: LLVM's spelling of an ld_imm64 that stands for something else."""
    kind = integer(t[3], 3)
    if not 1 <= kind <= max(ImmKind):
        raise Mistake(
            "bad-pseudo", f"{kind} is not a kind of ld_imm64", 3, f"kinds are 1 to {max(ImmKind):d}"
        )
    return LoadImm64(REGISTER[t[1]], ImmKind(kind), *halves(integer(t[5], 5), 5))


def ldx(t: Tokens, unit: Unit) -> Instruction:
    """``ldxw r1, [r2+4]``."""
    size, sign = words.LDX_WORDS[t[0]]
    return Load(size, REGISTER[t[1]], REGISTER[t[4]], offset16(t, 5), sign)


def st(t: Tokens, unit: Unit) -> Instruction:
    """``stw [r1+4], 5``."""
    size = words.ST_WORDS[t[0]]
    return Store(size, REGISTER[t[2]], offset16(t, 3), signed_imm32(t, 7, unit, 32))


def stx(t: Tokens, unit: Unit) -> Instruction:
    """``stxw [r1+4], r2``."""
    return Store(words.STX_WORDS[t[0]], REGISTER[t[2]], offset16(t, 3), REG[t[7]])


def lock(t: Tokens, unit: Unit) -> Instruction:
    """``lock fetch_add [r1+8], r2``."""
    row = words.LOCK_WORDS.get(t[1])
    if row is None:
        raise Mistake(
            "bad-atomic",
            f"`{t[1]}` cannot be atomic",
            1,
            "add, or, and, xor, their fetch_ forms, xchg and cmpxchg; with 32 for 4 bytes",
        )
    op, fetch, size = row
    return Atomic(op, size, REGISTER[t[3]], offset16(t, 4), REGISTER[t[8]], fetch)


def lock_fetch(t: Tokens, unit: Unit) -> Instruction:
    """``lock fetch add [r1+8], r2``, as some write it."""
    if t[1] != "fetch":
        raise Mistake("bad-atomic", f"expected an operation behind `lock`, found `{t[1]}`", 1)
    return lock((t[0], f"fetch_{t[2]}", *t[3:]), unit)


def jump_reg(t: Tokens, unit: Unit) -> Instruction | None:
    """``jeq r1, r2, label``."""
    op, bits = words.JUMP_WORDS[t[0]]
    dst, src = REGISTER[t[1]], REG[t[3]]
    return target(t, 5, unit, lambda off: Jump(op, bits, dst, src, off))


def jump_imm(t: Tokens, unit: Unit) -> Instruction | None:
    """``jeq r1, 5, label``."""
    op, bits = words.JUMP_WORDS[t[0]]
    dst, src = REGISTER[t[1]], signed_imm32(t, 3, unit, bits)
    return target(t, 5, unit, lambda off: Jump(op, bits, dst, src, off))


def ja(t: Tokens, unit: Unit) -> Instruction | None:
    """``ja label``; ``ja32`` is the wide form."""
    wide = t[0] == "ja32"
    return target(t, 1, unit, lambda off: Goto(off, wide), bits=32 if wide else 16)


def call_local(t: Tokens, unit: Unit) -> Instruction | None:
    """``call local function``."""
    if t[1] != "local":
        raise Mistake("trailing", f"unexpected `{t[2]}` after the call", 2, "calls name one function")
    return target(t, 2, unit, lambda off: Call(CallKind.LOCAL, off), bits=32, use=Use.CALL)


def call_reg(t: Tokens, unit: Unit) -> Instruction:
    """``call r2``: bpf_conformance's spelling of callx."""
    return CallX(REGISTER[t[1]])


def ldabs(t: Tokens, unit: Unit) -> Instruction:
    """``ldabsw 12``."""
    return LoadPacket(words.LDABS_WORDS[t[0]], None, signed_imm32(t, 1, unit, 32).value)


def ldind(t: Tokens, unit: Unit) -> Instruction:
    """``ldindw r1, 12``."""
    return LoadPacket(words.LDIND_WORDS[t[0]], REGISTER[t[1]], signed_imm32(t, 3, unit, 32).value)
