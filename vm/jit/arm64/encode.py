"""An A64 encoder: every form of instruction the compiler needs, as a function that returns its four bytes.

Source: Arm Architecture Reference Manual for A-profile, chapter C4 (encodings). Nothing here knows of eBPF.
``wide`` chooses 64 bits (x registers) over 32 (w registers).
"""

from enum import IntEnum

Code = bytes
WORD = 4
"""Bytes of every instruction."""


class Reg(IntEnum):
    """The general registers by number; 31 is the stack pointer or zero, as the instruction has it."""

    X0, X1, X2, X3, X4, X5, X6, X7 = range(8)
    X8, X9, X10, X11, X12, X13, X14, X15 = range(8, 16)
    X16, X17, X18, X19, X20, X21, X22, X23 = range(16, 24)
    X24, X25, X26, X27, X28, X29, X30, SP = range(24, 32)


ZR = Reg.SP
"""Register 31 where it reads as zero."""
FP, LR = Reg.X29, Reg.X30


class Cond(IntEnum):
    """Condition codes of ``b.cond``."""

    EQ = 0x0
    NE = 0x1
    CS = 0x2
    CC = 0x3
    HI = 0x8
    LS = 0x9
    GE = 0xA
    LT = 0xB
    GT = 0xC
    LE = 0xD


class Op(IntEnum):
    """What an instruction does: the bits of its word that are the same whatever its operands.

    Those with ``wide`` are given in their 32-bit form; SIZED ones in their form for one byte.
    """

    ADD_IMM, ADDS_IMM, SUB_IMM, SUBS_IMM = 0x11000000, 0x31000000, 0x51000000, 0x71000000
    AND_IMM, ORR_IMM, EOR_IMM, ANDS_IMM = 0x12000000, 0x32000000, 0x52000000, 0x72000000
    MOVN, MOVZ, MOVK = 0x12800000, 0x52800000, 0x72800000
    SBFM, UBFM = 0x13000000, 0x53000000
    AND, ORR, ORN, EOR, ANDS = 0x0A000000, 0x2A000000, 0x2A200000, 0x4A000000, 0x6A000000
    ADD, SUB, SUBS = 0x0B000000, 0x4B000000, 0x6B000000
    UDIV, SDIV = 0x1AC00800, 0x1AC00C00
    LSLV, LSRV, ASRV = 0x1AC02000, 0x1AC02400, 0x1AC02800
    MADD, MSUB = 0x1B000000, 0x1B008000
    REV16, REV32, REV64 = 0x5AC00400, 0x5AC00800, 0x5AC00C00
    STORE, LOAD, LOAD_SIGNED = 0x39000000, 0x39400000, 0x39800000
    STORE_AT, LOAD_AT, LOAD_SIGNED_AT = 0x38206800, 0x38606800, 0x38A06800
    LDAR, STLR = 0x08DFFC00, 0x089FFC00
    LDADD, LDCLR, LDEOR, LDSET = 0x38200000, 0x38201000, 0x38202000, 0x38203000
    LDADDAL, LDCLRAL, LDEORAL, LDSETAL = 0x38E00000, 0x38E01000, 0x38E02000, 0x38E03000
    SWPAL, CASAL = 0x38E08000, 0x08E0FC00
    STP_PUSH, LDP_POP = 0xA9BF0000, 0xA8C10000
    B, BL, B_COND, CBZ = 0x14000000, 0x94000000, 0x54000000, 0x34000000
    BR, RET = 0xD61F0000, 0xD65F0000
    MRS_TPIDR_EL1, MRS_SP_EL0 = 0xD538D080, 0xD5384100
    NOP, PACIASP, AUTIASP = 0xD503201F, 0xD503233F, 0xD50323BF


_WIDE = 1 << 31
_BITMASK_WIDE = 1 << 22


def _word(bits: int) -> Code:
    return bits.to_bytes(WORD, "little")


def plain(op: Op) -> Code:
    """An instruction without operands."""
    return _word(op)


def three(op: Op, dst: Reg, left: Reg, right: Reg, *, wide: bool) -> Code:
    """``op dst, left, right``."""
    return _word(op | wide * _WIDE | right << 16 | left << 5 | dst)


def two(op: Op, dst: Reg, src: Reg, *, wide: bool) -> Code:
    """``op dst, src``: the byte reversals."""
    return _word(op | wide * _WIDE | src << 5 | dst)


def multiply(op: Op, dst: Reg, left: Reg, right: Reg, addend: Reg, *, wide: bool) -> Code:
    """``dst = addend + left * right`` (MADD) or ``addend - left * right`` (MSUB)."""
    return _word(op | wide * _WIDE | right << 16 | addend << 10 | left << 5 | dst)


def arithmetic_imm(op: Op, dst: Reg, src: Reg, value: int, *, wide: bool) -> Code:
    """``add dst, src, #value`` and its kin; the value has 12 bits, or 12 with 12 zeros behind."""
    shifted = value > 0xFFF
    return _word(op | wide * _WIDE | shifted << 22 | (value >> 12 * shifted & 0xFFF) << 10 | src << 5 | dst)


def logical_imm(op: Op, dst: Reg, src: Reg, bitmask: int, *, wide: bool) -> Code:
    """``and dst, src, #mask`` and its kin; ``bitmask`` is the encoded mask N:immr:imms."""
    return _word(op | wide * _WIDE | bitmask << 10 | src << 5 | dst)


def move_wide(op: Op, dst: Reg, value: int, shift: int = 0, *, wide: bool) -> Code:
    """``movz``, ``movn`` or ``movk``: 16 bits, ``shift`` (0, 16, 32, 48) bits up."""
    return _word(op | wide * _WIDE | (shift // 16) << 21 | value << 5 | dst)


def bitfield(op: Op, dst: Reg, src: Reg, first: int, last: int, *, wide: bool) -> Code:
    """``sbfm`` or ``ubfm dst, src, #first, #last``: shifts by constants and extensions are made of these."""
    n = wide * (_WIDE | _BITMASK_WIDE)
    return _word(op | n | first << 16 | last << 10 | src << 5 | dst)


def shift_imm(op: Op, dst: Reg, src: Reg, count: int, *, wide: bool) -> Code:
    """``lsr`` (UBFM) or ``asr`` (SBFM) by a constant."""
    return bitfield(op, dst, src, count, 63 if wide else 31, wide=wide)


def shift_left_imm(dst: Reg, src: Reg, count: int, *, wide: bool) -> Code:
    """``lsl dst, src, #count``."""
    bits = 64 if wide else 32
    return bitfield(Op.UBFM, dst, src, -count % bits, bits - 1 - count, wide=wide)


def memory(op: Op, reg: Reg, base: Reg, offset: int, size: int) -> Code:
    """LOAD, STORE or LOAD_SIGNED of ``size`` bytes at ``base + offset``, below 4,096 times the size."""
    scale = size.bit_length() - 1
    return _word(op | scale << 30 | (offset >> scale) << 10 | base << 5 | reg)


def memory_at(op: Op, reg: Reg, base: Reg, index: Reg, size: int) -> Code:
    """LOAD_AT, STORE_AT or LOAD_SIGNED_AT of ``size`` bytes at ``base + index``."""
    return _word(op | size.bit_length() - 1 << 30 | index << 16 | base << 5 | reg)


def ordered(op: Op, reg: Reg, base: Reg, size: int) -> Code:
    """``ldar`` or ``stlr`` of ``size`` bytes at ``base``."""
    return _word(op | size.bit_length() - 1 << 30 | base << 5 | reg)


def atomic(op: Op, operand: Reg, result: Reg, base: Reg, *, wide: bool) -> Code:
    """``ldadd operand, result, [base]`` and its kin; without a result (ZR) it is ``stadd``."""
    return _word(op | (3 if wide else 2) << 30 | operand << 16 | base << 5 | result)


def push(first: Reg, second: Reg) -> Code:
    """``stp first, second, [sp, #-16]!``."""
    return _word(Op.STP_PUSH | second << 10 | Reg.SP << 5 | first)


def pop(first: Reg, second: Reg) -> Code:
    """``ldp first, second, [sp], #16``."""
    return _word(Op.LDP_POP | second << 10 | Reg.SP << 5 | first)


def branch(op: Op, distance: int) -> Code:
    """``b`` or ``bl``; ``distance`` in bytes from the instruction itself, below 128 MiB."""
    return _word(op | distance // WORD & 0x3FFFFFF)


def branch_if(cond: int, distance: int) -> Code:
    """``b.cond``; ``distance`` in bytes from the instruction itself, below 1 MiB."""
    return _word(Op.B_COND | (distance // WORD & 0x7FFFF) << 5 | cond)


def branch_if_zero(reg: Reg, distance: int) -> Code:
    """``cbz reg`` of all 64 bits."""
    return _word(Op.CBZ | _WIDE | (distance // WORD & 0x7FFFF) << 5 | reg)


def branch_register(op: Op, reg: Reg) -> Code:
    """``br`` or ``ret``."""
    return _word(op | reg << 5)


def read_system(op: Op, dst: Reg) -> Code:
    """``mrs dst, …``."""
    return _word(op | dst)


def mov(dst: Reg, src: Reg, *, wide: bool) -> Code:
    """``add dst, src, #0``, which moves the stack pointer too, as the kernel's JIT writes it."""
    return arithmetic_imm(Op.ADD_IMM, dst, src, 0, wide=wide)
