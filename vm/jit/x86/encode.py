"""An x86-64 encoder: every form of instruction the compiler needs, as a function that returns its bytes.

Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2. Displacements are 8 bits wide
where they fit and always there, also where they are 0, as the kernel's JIT writes them.
"""

from enum import IntEnum

Code = bytes


class Reg(IntEnum):
    """The sixteen general registers; bit 3 goes into the REX prefix."""

    RAX = 0
    RCX = 1
    RDX = 2
    RBX = 3
    RSP = 4
    RBP = 5
    RSI = 6
    RDI = 7
    R8 = 8
    R9 = 9
    R10 = 10
    R11 = 11
    R12 = 12
    R13 = 13
    R14 = 14
    R15 = 15


class Cond(IntEnum):
    """Condition codes: the low four bits of ``jcc``."""

    B = 0x2
    AE = 0x3
    E = 0x4
    NE = 0x5
    BE = 0x6
    A = 0x7
    S = 0x8
    L = 0xC
    GE = 0xD
    LE = 0xE
    G = 0xF


class Group(IntEnum):
    """The operation of ``81 /n`` and ``83 /n``, which is also ``(opcode - 1) / 8`` of its register form."""

    ADD = 0
    OR = 1
    AND = 4
    SUB = 5
    XOR = 6
    CMP = 7


class Shift(IntEnum):
    """The operation of ``c1 /n``, ``d1 /n`` and ``d3 /n``."""

    ROR = 1
    SHL = 4
    SHR = 5
    SAR = 7


_SIB_BASE = 4
"""rsp and r12 as a base mean "a SIB byte follows"."""
_NO_INDEX = 0x24
_BYTE_NEEDS_REX = frozenset({Reg.RSP, Reg.RBP, Reg.RSI, Reg.RDI})
"""Without REX their numbers mean ah, ch, dh and bh in 8-bit instructions."""


def imm8(value: int) -> bool:
    """Whether a signed byte holds the value."""
    return -128 <= value < 128


def _i8(value: int) -> bytes:
    return (value & 0xFF).to_bytes(1, "little")


def i32(value: int) -> bytes:
    """The low 32 bits, little endian."""
    return (value & 0xFFFFFFFF).to_bytes(4, "little")


def _rex(*, wide: bool, reg: int = 0, index: int = 0, base: int = 0, force: bool = False) -> bytes:
    bits = wide << 3 | (reg >> 3) << 2 | (index >> 3) << 1 | base >> 3
    return bytes((0x40 | bits,)) if bits or force else b""


def registers(opcode: bytes, reg: int, rm: int, *, wide: bool, force: bool = False) -> Code:
    """``opcode`` with a register (or opcode extension) ``reg`` and the register ``rm``."""
    return _rex(wide=wide, reg=reg, base=rm, force=force) + opcode + bytes((0xC0 | (reg & 7) << 3 | rm & 7,))


def memory(opcode: bytes, reg: int, base: int, disp: int, *, wide: bool, force: bool = False) -> Code:
    """``opcode`` with a register (or opcode extension) ``reg`` and the memory at ``base + disp``."""
    mode, tail = (0x40, _i8(disp)) if imm8(disp) else (0x80, i32(disp))
    sib = bytes((_NO_INDEX,)) if base & 7 == _SIB_BASE else b""
    modrm = bytes((mode | (reg & 7) << 3 | base & 7,))
    return _rex(wide=wide, reg=reg, base=base, force=force) + opcode + modrm + sib + tail


def indexed(
    opcode: bytes,
    reg: int,
    base: int,
    index: int,
    disp: int = 0,
    *,
    wide: bool,
    scale: int = 0,
    force: bool = False,
) -> Code:
    """``opcode`` with a register and the memory at ``base + (index << scale) + disp``; index is not rsp."""
    mode, tail = (0x40, _i8(disp)) if imm8(disp) else (0x80, i32(disp))
    rex = _rex(wide=wide, reg=reg, index=index, base=base, force=force)
    return rex + opcode + bytes((mode | (reg & 7) << 3 | 4, scale << 6 | (index & 7) << 3 | base & 7)) + tail


def op(group: Group, dst: Reg, src: Reg, *, wide: bool) -> Code:
    """``add dst, src`` and its kin."""
    return registers(bytes((group << 3 | 1,)), src, dst, wide=wide)


def op_imm(group: Group, dst: Reg, value: int, *, wide: bool, short: bool = True) -> Code:
    """``add dst, value``; ``short`` lets rax have its form without a ModRM byte."""
    if imm8(value):
        return registers(b"\x83", group, dst, wide=wide) + _i8(value)
    if dst is Reg.RAX and short:
        return _rex(wide=wide) + bytes((group << 3 | 5,)) + i32(value)
    return registers(b"\x81", group, dst, wide=wide) + i32(value)


def test(dst: Reg, src: Reg, *, wide: bool) -> Code:
    """``test dst, src``."""
    return registers(b"\x85", src, dst, wide=wide)


def test_imm(dst: Reg, value: int, *, wide: bool) -> Code:
    """``test dst, value``."""
    return registers(b"\xf7", 0, dst, wide=wide) + i32(value)


def mov(dst: Reg, src: Reg, *, wide: bool) -> Code:
    """``mov dst, src``."""
    return registers(b"\x89", src, dst, wide=wide)


def mov_imm32(dst: Reg, value: int, *, sign_extend: bool) -> Code:
    """The shortest move of a 32-bit value; the upper half becomes its sign, or 0."""
    if sign_extend and value < 0:
        return registers(b"\xc7", 0, dst, wide=True) + i32(value)
    if value == 0:
        return op(Group.XOR, dst, dst, wide=False)
    return _rex(wide=False, base=dst) + bytes((0xB8 | dst & 7,)) + i32(value)


def mov_sx32(dst: Reg, value: int) -> Code:
    """``mov r64, imm32``, sign-extended, whatever the value."""
    return registers(b"\xc7", 0, dst, wide=True) + i32(value)


def mov_imm64(dst: Reg, value: int) -> Code:
    """A 64-bit constant: as 32 bits where the upper half is 0 or all signs, otherwise ``movabs``."""
    if value >> 32 == 0:
        return mov_imm32(dst, value, sign_extend=False)
    if value >> 31 == (1 << 33) - 1:
        return mov_sx32(dst, value)
    return movabs(dst, value)


def movabs(dst: Reg, value: int) -> Code:
    """``movabs``: ten bytes, whatever the value."""
    return _rex(wide=True, base=dst) + bytes((0xB8 | dst & 7,)) + value.to_bytes(8, "little")


_EXTENDING = {
    (1, False): b"\x0f\xb6",
    (2, False): b"\x0f\xb7",
    (1, True): b"\x0f\xbe",
    (2, True): b"\x0f\xbf",
    (4, True): b"\x63",
}


def extend(dst: Reg, src: Reg, size: int, *, signed: bool, wide: bool) -> Code:
    """``movsx`` or ``movzx`` of the low ``size`` (1, 2; 4 only signed) bytes."""
    force = size == 1 and src in _BYTE_NEEDS_REX
    return registers(_EXTENDING[size, signed], dst, src, wide=wide, force=force)


def load_opcode(size: int, *, signed: bool) -> tuple[bytes, bool]:
    """The opcode that loads ``size`` bytes extended to 64 bits, and whether it needs REX.W."""
    if size == 8 or (size == 4 and not signed):
        return b"\x8b", size == 8
    return _EXTENDING[size, signed], True


def load(dst: Reg, base: Reg, disp: int, size: int, *, signed: bool = False) -> Code:
    """``size`` bytes at ``base + disp``, extended to 64 bits."""
    opcode, wide = load_opcode(size, signed=signed)
    return memory(opcode, dst, base, disp, wide=wide)


def store(base: Reg, disp: int, src: Reg, size: int) -> Code:
    """The low ``size`` bytes of ``src`` to ``base + disp``."""
    prefix = b"\x66" if size == 2 else b""
    force = size == 1 and src in _BYTE_NEEDS_REX
    return prefix + memory(store_opcode(size), src, base, disp, wide=size == 8, force=force)


def store_opcode(size: int) -> bytes:
    """The opcode that stores a register's low ``size`` bytes."""
    return b"\x88" if size == 1 else b"\x89"


def store_imm(base: Reg, disp: int, value: int, size: int) -> Code:
    """A constant of ``size`` bytes (8: sign-extended from 32 bits) to ``base + disp``."""
    prefix = b"\x66" if size == 2 else b""
    opcode = b"\xc6" if size == 1 else b"\xc7"
    return prefix + memory(opcode, 0, base, disp, wide=size == 8) + i32(value)[: min(size, 4)]


def shift_imm(shift: Shift, dst: Reg, count: int, *, wide: bool) -> Code:
    """``shl dst, count`` and its kin."""
    if count == 1:
        return registers(b"\xd1", shift, dst, wide=wide)
    return registers(b"\xc1", shift, dst, wide=wide) + _i8(count)


def shift_cl(shift: Shift, dst: Reg, *, wide: bool) -> Code:
    """``shl dst, cl`` and its kin."""
    return registers(b"\xd3", shift, dst, wide=wide)


_BMI2_PREFIX = {Shift.SHL: 1, Shift.SAR: 2, Shift.SHR: 3}


def shift_bmi2(shift: Shift, dst: Reg, count: Reg, *, wide: bool) -> Code:
    """``shlx dst, dst, count`` and its kin (BMI2, VEX encoded)."""
    low = dst < Reg.R8  # VEX holds the register bits of REX inverted
    second = low << 7 | 1 << 6 | low << 5 | 2
    third = wide << 7 | (~count & 0xF) << 3 | _BMI2_PREFIX[shift]
    return bytes((0xC4, second, third, 0xF7, 0xC0 | (dst & 7) << 3 | dst & 7))


def imul(dst: Reg, src: Reg, *, wide: bool) -> Code:
    """``imul dst, src``."""
    return registers(b"\x0f\xaf", dst, src, wide=wide)


def imul_imm(dst: Reg, value: int, *, wide: bool) -> Code:
    """``imul dst, dst, value``."""
    if imm8(value):
        return registers(b"\x6b", dst, dst, wide=wide) + _i8(value)
    return registers(b"\x69", dst, dst, wide=wide) + i32(value)


def neg(dst: Reg, *, wide: bool) -> Code:
    """``neg dst``."""
    return registers(b"\xf7", 3, dst, wide=wide)


def divide(src: Reg, *, signed: bool, wide: bool) -> Code:
    """``div src`` or ``idiv src``: rdx:rax by ``src``."""
    return registers(b"\xf7", 7 if signed else 6, src, wide=wide)


def sign_into_rdx(*, wide: bool) -> Code:
    """``cqo`` or ``cdq``: the sign of rax throughout rdx."""
    return _rex(wide=wide) + b"\x99"


def bswap(dst: Reg, *, wide: bool) -> Code:
    """``bswap dst``."""
    return _rex(wide=wide, base=dst) + bytes((0x0F, 0xC8 | dst & 7))


def push(reg: Reg) -> Code:
    """``push reg``."""
    return _rex(wide=False, base=reg) + bytes((0x50 | reg & 7,))


def pop(reg: Reg) -> Code:
    """``pop reg``."""
    return _rex(wide=False, base=reg) + bytes((0x58 | reg & 7,))


def lock(code: Code) -> Code:
    """The instruction made atomic on memory."""
    return b"\xf0" + code


NOPS = {0: b"", 1: b"\x90", 2: b"\x66\x90", 3: b"\x0f\x1f\x00", 4: b"\x0f\x1f\x40\x00",
        5: b"\x0f\x1f\x44\x00\x00"}  # fmt: skip
"""Instructions that do nothing, by length."""
LEAVE = b"\xc9"
RET = b"\xc3"
