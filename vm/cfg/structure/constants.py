"""Registers whose contents are known constants on the path walked: enough to leave out branches never taken.

A register is its 64-bit word, or None when nothing is known. Stack slots and ranges are not followed.
"""

from vm.instruction import (
    AddrSpaceCast,
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    Neg,
    Operand,
)
from vm.isa import REGISTERS, AluOp, AtomicOp, ImmKind, JumpOp, alu, endian, holds
from vm.word import MASK64

Word = int | None
Registers = tuple[Word, ...]

NOTHING_KNOWN: Registers = (None,) * REGISTERS
_NOT_FOLDED = frozenset({AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD})
"""Operations whose result the kernel forgets even when both sides are constants."""
_SHIFTS = frozenset({AluOp.LSH, AluOp.RSH, AluOp.ARSH})


def put(registers: Registers, n: int, word: Word) -> Registers:
    """The registers with ``word`` in register ``n``."""
    return (*registers[:n], word, *registers[n + 1 :])


def after_call(registers: Registers) -> Registers:
    """What is left when a call returns: r6 to r10."""
    return (*NOTHING_KNOWN[:6], *registers[6:])


def covers(known: Registers, registers: Registers) -> bool:
    """Whether ``known`` claims no more than ``registers``, so that walking on from it was enough."""
    return all(a is None or a == b for a, b in zip(known, registers, strict=True))


def join(a: Registers, b: Registers) -> Registers:
    """What is known whichever of the two holds."""
    return tuple(x if x == y else None for x, y in zip(a, b, strict=True))


def _value(registers: Registers, operand: Operand) -> Word:
    return operand.word if isinstance(operand, Imm) else registers[operand.n]


def transfer(insn: Instruction, registers: Registers) -> Registers:
    """The registers behind an instruction that falls through."""
    match insn:
        case Alu(op, bits, dst, src):
            return put(registers, dst, _alu(op, bits, registers[dst], _value(registers, src)))
        case Neg(bits, dst):
            return put(registers, dst, _alu(AluOp.SUB, bits, 0, registers[dst]))
        case Endian(op, bits, dst):
            word = registers[dst]
            return put(registers, dst, None if word is None else endian(op, word, bits))
        case LoadImm64(dst, ImmKind.VALUE):
            return put(registers, dst, insn.value & MASK64)
        case LoadImm64(dst=dst) | Load(dst=dst) | LoadAcquire(dst=dst) | AddrSpaceCast(dst=dst):
            return put(registers, dst, None)
        case Atomic(op, src=src, fetch=True):
            return put(registers, 0 if op is AtomicOp.CMPXCHG else src, None)
        case Call() | CallX() | LoadPacket():
            return after_call(registers)
        case _:
            return registers


def _alu(op: AluOp, bits: int, dst: Word, src: Word) -> Word:
    if src is None or op in _NOT_FOLDED or (op in _SHIFTS and src >= bits):
        return None
    if dst is None:
        return alu(op, 0, src, bits) if op.startswith("mov") else None
    return alu(op, dst, src, bits)


def decided(jump: Jump, registers: Registers) -> bool | None:
    """Whether the jump is taken, None when both ways must be walked."""
    dst, src = registers[jump.dst], _value(registers, jump.src)
    return None if dst is None or src is None else holds(jump.op, dst, src, jump.bits)


def refine(jump: Jump, registers: Registers, taken: bool) -> Registers:
    """What is known on one side of an undecided jump: ``==`` a constant tells the register."""
    equal = JumpOp.JEQ if taken else JumpOp.JNE
    if jump.op is equal and jump.bits == 64 and registers[jump.dst] is None:
        return put(registers, jump.dst, _value(registers, jump.src))
    return registers
