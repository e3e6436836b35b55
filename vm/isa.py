"""The eBPF instruction set as tables: codes, symbols, and the one concrete meaning of each operation.

Source of the facts: RFC 9669 and Documentation/bpf/standardization/instruction-set.rst of Linux 6.18.
``alu`` and ``holds`` are what the machine executes and what the verifier folds constants with.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType

from vm.word import byte_swap, sign_extend, signed

STACK_SIZE = 512
"""Bytes of stack of one frame (MAX_BPF_STACK)."""
MAX_FRAMES = 8
"""Frames of bpf-to-bpf calls, the main program's included (MAX_CALL_FRAMES)."""
MAX_TAIL_CALLS = 33
"""Tail calls one run may make (MAX_TAIL_CALL_CNT)."""
MAX_INSNS = 1_000_000
"""Instructions a privileged program may have, and the verifier may walk (BPF_COMPLEXITY_LIMIT_INSNS)."""
REGISTERS = 11
"""r0 to r10."""
FP = 10
"""r10, the read-only frame pointer."""


class InsnClass(IntEnum):
    """The low three bits of an opcode (RFC 9669, section 3)."""

    LD = 0x00
    LDX = 0x01
    ST = 0x02
    STX = 0x03
    ALU = 0x04
    JMP = 0x05
    JMP32 = 0x06
    ALU64 = 0x07


class Source(IntEnum):
    """Bit 3 of an arithmetic or jump opcode: where the second operand comes from."""

    K = 0x00
    X = 0x08


class Mode(IntEnum):
    """The high three bits of a load or store opcode."""

    IMM = 0x00
    ABS = 0x20
    IND = 0x40
    MEM = 0x60
    MEMSX = 0x80
    ATOMIC = 0xC0


class Size(IntEnum):
    """Bits 3 and 4 of a load or store opcode."""

    W = 0x00
    H = 0x08
    B = 0x10
    DW = 0x18

    @property
    def bytes(self) -> int:
        """Width of the access in bytes."""
        return _SIZE_BYTES[self]

    @property
    def bits(self) -> int:
        """Width of the access in bits."""
        return _SIZE_BYTES[self] * 8

    @classmethod
    def of_bytes(cls, count: int) -> "Size":
        """The size of ``count`` bytes: 1, 2, 4 or 8."""
        return _SIZE_OF_BYTES[count]


_SIZE_BYTES: Mapping[Size, int] = {Size.B: 1, Size.H: 2, Size.W: 4, Size.DW: 8}
_SIZE_OF_BYTES: Mapping[int, Size] = {count: size for size, count in _SIZE_BYTES.items()}


class AluOp(StrEnum):
    """Two-operand arithmetic. SDIV, SMOD and MOVSX* share the code of DIV, MOD and MOV, not the ``off``."""

    ADD = "add"
    SUB = "sub"
    MUL = "mul"
    DIV = "div"
    OR = "or"
    AND = "and"
    LSH = "lsh"
    RSH = "rsh"
    MOD = "mod"
    XOR = "xor"
    MOV = "mov"
    ARSH = "arsh"
    SDIV = "sdiv"
    SMOD = "smod"
    MOVSX8 = "movsx8"
    MOVSX16 = "movsx16"
    MOVSX32 = "movsx32"


@dataclass(frozen=True, slots=True)
class AluSpec:
    """One row of the arithmetic table.

    ``code`` is the opcode's high nibble, ``off`` the offset field that tells variants apart, ``symbol``
    the pseudo-C operator, ``compute(dst, src, bits)`` the result before it is cut to ``bits``.
    """

    code: int
    off: int
    symbol: str
    compute: Callable[[int, int, int], int]
    doc: str


def _sdiv(dst: int, src: int, bits: int) -> int:
    a, b = signed(dst, bits), signed(src, bits)
    if b == 0:
        return 0
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


def _smod(dst: int, src: int, bits: int) -> int:
    a, b = signed(dst, bits), signed(src, bits)
    if b == 0:
        return a
    remainder = abs(a) % abs(b)
    return -remainder if a < 0 else remainder


ALU: Mapping[AluOp, AluSpec] = MappingProxyType(
    {
        AluOp.ADD: AluSpec(0x0, 0, "+=", lambda d, s, n: d + s, "Add; wraps around."),
        AluOp.SUB: AluSpec(0x1, 0, "-=", lambda d, s, n: d - s, "Subtract; wraps around."),
        AluOp.MUL: AluSpec(0x2, 0, "*=", lambda d, s, n: d * s, "Multiply; keeps the low bits."),
        AluOp.DIV: AluSpec(
            0x3, 0, "/=", lambda d, s, n: d // s if s else 0, "Divide unsigned; by 0 gives 0."
        ),
        AluOp.OR: AluSpec(0x4, 0, "|=", lambda d, s, n: d | s, "Bitwise or."),
        AluOp.AND: AluSpec(0x5, 0, "&=", lambda d, s, n: d & s, "Bitwise and."),
        AluOp.LSH: AluSpec(
            0x6, 0, "<<=", lambda d, s, n: d << (s & (n - 1)), "Shift left; the count is masked."
        ),
        AluOp.RSH: AluSpec(0x7, 0, ">>=", lambda d, s, n: d >> (s & (n - 1)), "Shift right, filling with 0."),
        AluOp.MOD: AluSpec(
            0x9, 0, "%=", lambda d, s, n: d % s if s else d, "Remainder unsigned; by 0 keeps dst."
        ),
        AluOp.XOR: AluSpec(0xA, 0, "^=", lambda d, s, n: d ^ s, "Bitwise exclusive or."),
        AluOp.MOV: AluSpec(0xB, 0, "=", lambda d, s, n: s, "Copy. A 32-bit copy zeroes the upper half."),
        AluOp.ARSH: AluSpec(
            0xC, 0, "s>>=", lambda d, s, n: signed(d, n) >> (s & (n - 1)), "Shift right, keeping the sign."
        ),
        AluOp.SDIV: AluSpec(0x3, 1, "s/=", _sdiv, "Divide signed, towards 0; by 0 gives 0."),
        AluOp.SMOD: AluSpec(0x9, 1, "s%=", _smod, "Remainder signed, with the sign of dst; by 0 keeps dst."),
        AluOp.MOVSX8: AluSpec(
            0xB, 8, "= (s8)", lambda d, s, n: sign_extend(s, 8, n), "Copy 8 bits with their sign."
        ),
        AluOp.MOVSX16: AluSpec(
            0xB, 16, "= (s16)", lambda d, s, n: sign_extend(s, 16, n), "Copy 16 bits with their sign."
        ),
        AluOp.MOVSX32: AluSpec(
            0xB, 32, "= (s32)", lambda d, s, n: sign_extend(s, 32, n), "Copy 32 bits with their sign."
        ),
    }
)

NEG_CODE = 0x8
END_CODE = 0xD


def alu(op: AluOp, dst: int, src: int, bits: int) -> int:
    """What ``dst op= src`` leaves in the register, for words of ``bits`` (32 results are zero-extended)."""
    word = (1 << bits) - 1
    return ALU[op].compute(dst & word, src & word, bits) & word


class EndianOp(StrEnum):
    """Byte-order conversions: to little endian, to big endian, and the unconditional swap."""

    LE = "le"
    BE = "be"
    BSWAP = "bswap"


def endian(op: EndianOp, value: int, bits: int) -> int:
    """``value`` cut to ``bits`` (16, 32, 64) and converted, on a little-endian machine."""
    if op is EndianOp.LE:
        return value & ((1 << bits) - 1)
    return byte_swap(value, bits)


class JumpOp(StrEnum):
    """Conditional jumps. The S forms compare as signed."""

    JEQ = "jeq"
    JGT = "jgt"
    JGE = "jge"
    JSET = "jset"
    JNE = "jne"
    JSGT = "jsgt"
    JSGE = "jsge"
    JLT = "jlt"
    JLE = "jle"
    JSLT = "jslt"
    JSLE = "jsle"


@dataclass(frozen=True, slots=True)
class JumpSpec:
    """One row of the jump table: high nibble, pseudo-C symbol, signed or not, and the test itself."""

    code: int
    symbol: str
    is_signed: bool
    test: Callable[[int, int], bool]
    doc: str


JUMP: Mapping[JumpOp, JumpSpec] = MappingProxyType(
    {
        JumpOp.JEQ: JumpSpec(0x1, "==", False, lambda d, s: d == s, "equal"),
        JumpOp.JGT: JumpSpec(0x2, ">", False, lambda d, s: d > s, "greater, unsigned"),
        JumpOp.JGE: JumpSpec(0x3, ">=", False, lambda d, s: d >= s, "greater or equal, unsigned"),
        JumpOp.JSET: JumpSpec(0x4, "&", False, lambda d, s: bool(d & s), "any of these bits set"),
        JumpOp.JNE: JumpSpec(0x5, "!=", False, lambda d, s: d != s, "not equal"),
        JumpOp.JSGT: JumpSpec(0x6, "s>", True, lambda d, s: d > s, "greater, signed"),
        JumpOp.JSGE: JumpSpec(0x7, "s>=", True, lambda d, s: d >= s, "greater or equal, signed"),
        JumpOp.JLT: JumpSpec(0xA, "<", False, lambda d, s: d < s, "less, unsigned"),
        JumpOp.JLE: JumpSpec(0xB, "<=", False, lambda d, s: d <= s, "less or equal, unsigned"),
        JumpOp.JSLT: JumpSpec(0xC, "s<", True, lambda d, s: d < s, "less, signed"),
        JumpOp.JSLE: JumpSpec(0xD, "s<=", True, lambda d, s: d <= s, "less or equal, signed"),
    }
)

JA_CODE = 0x0
CALL_CODE = 0x8
EXIT_CODE = 0x9
JCOND_CODE = 0xE


def holds(op: JumpOp, dst: int, src: int, bits: int) -> bool:
    """Whether the comparison ``dst op src`` of the low ``bits`` is true."""
    spec = JUMP[op]
    if spec.is_signed:
        return spec.test(signed(dst, bits), signed(src, bits))
    word = (1 << bits) - 1
    return spec.test(dst & word, src & word)


class AtomicOp(StrEnum):
    """Atomic read-modify-write on memory; XCHG and CMPXCHG always fetch the old value."""

    ADD = "add"
    OR = "or"
    AND = "and"
    XOR = "xor"
    XCHG = "xchg"
    CMPXCHG = "cmpxchg"


FETCH = 0x01
"""The bit of an atomic's ``imm`` that asks for the old value."""

ATOMIC_CODE: Mapping[AtomicOp, int] = MappingProxyType(
    {
        AtomicOp.ADD: 0x00,
        AtomicOp.OR: 0x40,
        AtomicOp.AND: 0x50,
        AtomicOp.XOR: 0xA0,
        AtomicOp.XCHG: 0xE0 | FETCH,
        AtomicOp.CMPXCHG: 0xF0 | FETCH,
    }
)
LOAD_ACQ = 0x100
STORE_REL = 0x110

_ATOMIC: Mapping[AtomicOp, Callable[[int, int, int], int]] = {
    AtomicOp.ADD: lambda old, src, r0: old + src,
    AtomicOp.OR: lambda old, src, r0: old | src,
    AtomicOp.AND: lambda old, src, r0: old & src,
    AtomicOp.XOR: lambda old, src, r0: old ^ src,
    AtomicOp.XCHG: lambda old, src, r0: src,
    AtomicOp.CMPXCHG: lambda old, src, r0: src if old == r0 else old,
}


def atomic(op: AtomicOp, old: int, src: int, r0: int, bits: int) -> int:
    """What the operation leaves in memory where ``old`` stood; ``r0`` is what CMPXCHG compares with."""
    word = (1 << bits) - 1
    return _ATOMIC[op](old & word, src & word, r0 & word) & word


class ImmKind(IntEnum):
    """What the 64-bit immediate of ``ld_imm64`` stands for: the ``src`` field (RFC 9669, section 5.4)."""

    VALUE = 0
    MAP_FD = 1
    MAP_VALUE = 2
    BTF_ID = 3
    FUNC = 4
    MAP_IDX = 5
    MAP_IDX_VALUE = 6


class CallKind(IntEnum):
    """What a call's ``imm`` names: the ``src`` field (RFC 9669, section 4.3)."""

    HELPER = 0
    LOCAL = 1
    KFUNC = 2
