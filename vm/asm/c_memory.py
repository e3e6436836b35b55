"""Builders of pseudo-C: loads, stores, atomics, legacy packet loads.

Each takes the tokens of a known shape and the unit, and answers with the instruction, or None when it left
it to a fixup. The indices are those of the example line in ``vm.asm.grammar``.
"""

from vm.asm import words
from vm.asm.expression import integer
from vm.asm.operands import (
    REG,
    REGISTER,
    SIGNED,
    Build,
    Tokens,
    imm32,
    narrow,
    offset16,
    only_r0,
    same_register,
    unsigned,
)
from vm.asm.unit import Mistake, Unit
from vm.instruction import (
    Atomic,
    Instruction,
    Load,
    LoadAcquire,
    LoadPacket,
    Store,
    StoreRelease,
)
from vm.isa import AtomicOp, Size


def load(bits: int) -> Build:
    """``r1 = *(u32 *)(r2 + 4)``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        size = unsigned(t, 4)
        if bits == 32 and size is Size.DW:
            raise narrow(t, 0, 4)
        return Load(size, REGISTER[t[0]], REGISTER[t[8]], offset16(t, 9))

    return build


def load_signed(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = *(s8 *)(r2 + 4)``."""
    size = SIGNED.get(t[4])
    if size is None:
        raise Mistake("bad-width", "an 8-byte load has no sign to extend", 4, "use u64", "u64")
    return Load(size, REGISTER[t[0]], REGISTER[t[8]], offset16(t, 9), signed=True)


def load_signed_w(t: Tokens, unit: Unit) -> Instruction:
    """``w1 = *(s8 *)(r2 + 4)``: there is no such instruction."""
    raise Mistake(
        "bad-width", "a sign-extending load fills all 64 bits", 0, f"write r{t[0][1:]}", f"r{t[0][1:]}"
    )


def store_reg(bits: int) -> Build:
    """``*(u32 *)(r1 + 4) = r2``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        size = unsigned(t, 2)
        if bits == 32 and size is Size.DW:
            raise narrow(t, 11, 2)
        return Store(size, REGISTER[t[6]], offset16(t, 7), REG[t[11]])

    return build


def store_imm(t: Tokens, unit: Unit) -> Instruction:
    """``*(u32 *)(r1 + 4) = 5``."""
    size = unsigned(t, 2)
    return Store(size, REGISTER[t[6]], offset16(t, 7), imm32(t, 11, unit, size.bits))


_LOCKED = {"+=": AtomicOp.ADD, "|=": AtomicOp.OR, "&=": AtomicOp.AND, "^=": AtomicOp.XOR}


def lock(bits: int) -> Build:
    """``lock *(u64 *)(r1 + 8) += r2``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        op = _LOCKED.get(t[11])
        if op is None:
            raise Mistake("bad-atomic", f"`{t[11]}` cannot be atomic", 11, "atomic are +=, |=, &= and ^=")
        size = atomic_size(t, 3, 12, bits)
        return Atomic(op, size, REGISTER[t[7]], offset16(t, 8), REGISTER[t[12]], False)

    return build


def atomic_size(t: Tokens, kind: int, register: int, bits: int) -> Size:
    """The width of an atomic operation: 4 or 8 bytes."""
    size = unsigned(t, kind)
    if size not in (Size.W, Size.DW):
        raise Mistake("bad-width", f"an atomic operation cannot be on {t[kind]}", kind, "use u32 or u64")
    if bits == 32 and size is Size.DW:
        raise narrow(t, register, kind)
    return size


def fetch(bits: int) -> Build:
    """``r1 = atomic_fetch_add((u64 *)(r2 + 8), r1)``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        size = atomic_size(t, 5, 0, bits)
        same_register(t, 0, 14, "gives the old value back in the register it takes")
        return Atomic(words.FETCH_WORDS[t[2]], size, REGISTER[t[9]], offset16(t, 10), REGISTER[t[14]], True)

    return build


def xchg(bits: int) -> Build:
    """``r1 = atomic64_xchg((u64 *)(r2 + 8), r1)``, as the verifier prints it."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        size = atomic_size(t, 5, 0, bits)
        same_register(t, 0, 14, "exchanges a register with memory")
        return Atomic(AtomicOp.XCHG, size, REGISTER[t[9]], offset16(t, 10), REGISTER[t[14]], True)

    return build


def cmpxchg(bits: int) -> Build:
    """``r0 = atomic64_cmpxchg((u64 *)(r2 + 8), r0, r1)``, as the verifier prints it."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        size = atomic_size(t, 5, 0, bits)
        only_r0(t, 0, 14)
        return Atomic(AtomicOp.CMPXCHG, size, REGISTER[t[9]], offset16(t, 10), REGISTER[t[16]], True)

    return build


def llvm_xchg(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = xchg_64(r2 + 8, r1)``, as LLVM prints it."""
    same_register(t, 0, 8, "exchanges a register with memory")
    size = Size.W if t[2] == "xchg32_32" else Size.DW
    return Atomic(AtomicOp.XCHG, size, REGISTER[t[4]], offset16(t, 5), REGISTER[t[8]], True)


def llvm_cmpxchg(t: Tokens, unit: Unit) -> Instruction:
    """``r0 = cmpxchg_64(r2 + 8, r0, r1)``, as LLVM prints it."""
    only_r0(t, 0, 8)
    size = Size.W if t[2] == "cmpxchg32_32" else Size.DW
    return Atomic(AtomicOp.CMPXCHG, size, REGISTER[t[4]], offset16(t, 5), REGISTER[t[10]], True)


def acquire(bits: int) -> Build:
    """``r1 = load_acquire((u64 *)(r2 + 8))``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        size = unsigned(t, 5)
        if bits == 32 and size is Size.DW:
            raise narrow(t, 0, 5)
        return LoadAcquire(size, REGISTER[t[0]], REGISTER[t[9]], offset16(t, 10))

    return build


def release(bits: int) -> Build:
    """``store_release((u64 *)(r1 + 8), r2)``."""

    def build(t: Tokens, unit: Unit) -> Instruction:
        size = unsigned(t, 3)
        if bits == 32 and size is Size.DW:
            raise narrow(t, 12, 3)
        return StoreRelease(size, REGISTER[t[7]], offset16(t, 8), REGISTER[t[12]])

    return build


def packet_abs(t: Tokens, unit: Unit) -> Instruction:
    """``r0 = *(u8 *)skb[12]``."""
    return LoadPacket(packet_size(t), None, imm32(t, 9, unit, 32).value)


def packet_ind(t: Tokens, unit: Unit) -> Instruction:
    """``r0 = *(u8 *)skb[r1 + 12]``."""
    imm = integer(t[10] + t[11], 11)
    if not -(1 << 31) <= imm < 1 << 31:
        raise Mistake("imm-range", "this offset does not fit 32 bits", 11)
    return LoadPacket(packet_size(t), REGISTER[t[9]], imm)


def packet_size(t: Tokens) -> Size:
    """The width of a legacy packet load, whose result is always in r0."""
    only = REGISTER[t[0]]
    if only != 0:
        raise Mistake("only-r0", "packet loads always put their result in r0", 0, "write r0", "r0")
    size = unsigned(t, 4)
    if size is Size.DW:
        raise Mistake("bad-width", "packet loads read 1, 2 or 4 bytes", 4, "use u8, u16 or u32")
    return size
