"""Builders of the pseudo-C syntax: from the tokens of a known shape to the instruction.

Each takes the tokens and the unit, and answers with the instruction, or None when it left it to a fixup.
The indices are those of the example line in ``vm.asm.grammar``.
"""

from collections.abc import Callable

from vm.asm import words
from vm.asm.expression import integer
from vm.asm.operands import (
    ASSIGN,
    COMPARE,
    REG,
    REGISTER,
    SIGNED,
    Tokens,
    checked_distance,
    imm32,
    offset16,
    operand,
    target,
    unsigned,
)
from vm.asm.unit import Mistake, Unit, Use
from vm.instruction import (
    AddrSpaceCast,
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Store,
    StoreRelease,
)
from vm.isa import AluOp, AtomicOp, CallKind, ImmKind, Size
from vm.source import did_you_mean
from vm.uapi.helper_ids import HELPER_NAMES, helper_id
from vm.word import MASK32, signed

Build = Callable[[Tokens, Unit], Instruction | None]
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


def same_register(t: Tokens, first: int, second: int, verb: str) -> None:
    """Raises Mistake unless both tokens are the same register."""
    if REGISTER[t[first]] != REGISTER[t[second]]:
        raise Mistake(
            "two-registers",
            f"this instruction {verb}: both must be the same",
            second,
            f"copy first: `{t[first]} = {t[second]}`",
            t[first],
        )


def cast(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = addr_space_cast(r2, 0, 1)``."""
    spaces = [integer(t[at], at) for at in (6, 8)]
    for at, space in zip((6, 8), spaces, strict=True):
        if not 0 <= space < 1 << 16:
            raise Mistake("imm-range", "an address space is a number from 0 to 65535", at)
    return AddrSpaceCast(REGISTER[t[0]], REGISTER[t[4]], signed(spaces[0] << 16 | spaces[1], 32))


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


def narrow(t: Tokens, register: int, kind: int) -> Mistake:
    """The mistake of a 64-bit access through a 32-bit register."""
    wide = f"r{REGISTER[t[register]]}"
    return Mistake(
        "bad-width", f"{t[register]} is 32 bits wide, {t[kind]} is 64", register, f"write {wide}", wide
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


def only_r0(t: Tokens, *places: int) -> None:
    """Raises Mistake unless the tokens are r0 or w0."""
    for at in places:
        if REGISTER[t[at]] != 0:
            right = f"{t[at][0]}0"
            raise Mistake(
                "only-r0", "compare-and-exchange always compares with r0", at, f"write {right}", right
            )


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


def jump(bits: int) -> Build:
    """``if r1 == r2 goto label``."""

    def build(t: Tokens, unit: Unit) -> Instruction | None:
        op, dst, src = COMPARE[t[2]], REGISTER[t[1]], operand(t, 3, unit, bits)
        return target(t, 5, unit, lambda off: Jump(op, bits, dst, src, off))

    return build


def goto(t: Tokens, unit: Unit) -> Instruction | None:
    """``goto label``."""
    return target(t, 1, unit, Goto)


def gotol(t: Tokens, unit: Unit) -> Instruction | None:
    """``gotol label``."""
    return target(t, 1, unit, lambda off: Goto(off, wide=True), bits=32)


def may_goto(t: Tokens, unit: Unit) -> Instruction | None:
    """``may_goto label``."""
    return target(t, 1, unit, MayGoto)


def call_number(t: Tokens, unit: Unit) -> Instruction:
    """``call 6``: a helper by its number."""
    return Call(CallKind.HELPER, imm32(t, 1, unit, 32).value)


def call_minus(t: Tokens, unit: Unit) -> Instruction:
    """``call -6``: no helper has such a number, but the encoding holds it."""
    return call_number((t[0], t[1] + t[2]), unit)


def call_pc(t: Tokens, unit: Unit) -> Instruction | None:
    """``call pc+3``: a local function by its distance."""
    return target(t, 1, unit, lambda off: Call(CallKind.LOCAL, off), bits=32)


def call_name(t: Tokens, unit: Unit) -> Instruction | None:
    """``call bpf_redirect``, or ``call`` and a label: a function of the program."""
    name = t[1]
    found = helper_id(name) if name[:4].lower() == "bpf_" else None
    if found is not None:
        return Call(CallKind.HELPER, int(found))
    return target(t, 1, unit, lambda off: Call(CallKind.LOCAL, off), bits=32, use=Use.CALL)


def call_hash(t: Tokens, unit: Unit) -> Instruction | None:
    """``call bpf_map_lookup_elem#1``: bpftool and the verifier print name and number."""
    name, _, digits = t[1].partition("#")
    number = integer(digits.lstrip("0") or "0", 1)
    if not -(1 << 31) <= number < 1 << 31:
        raise Mistake("imm-range", "the number behind `#` does not fit 32 bits", 1)
    if name == "kfunc":
        return Call(CallKind.KFUNC, number)
    found = helper_id(name)
    if found is None and name not in ("unknown", "bpf_unspec"):
        raise Mistake("unknown-helper", f"there is no helper `{name}`", 1, did_you_mean(name, HELPER_NAMES))
    # After verification bpftool prints an address instead of the number: the name is what was meant.
    return Call(CallKind.HELPER, number if found is None else int(found))


def callx(t: Tokens, unit: Unit) -> Instruction:
    """``callx r1``."""
    return CallX(REGISTER[t[1]])


def exit_(t: Tokens, unit: Unit) -> Instruction:
    """``exit``."""
    return Exit()


def imm64(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = 5 ll``."""
    return LoadImm64(REGISTER[t[0]], ImmKind.VALUE, *halves(integer(t[2], 2), 2))


def halves(value: int, at: int) -> tuple[int, int]:
    """A 64-bit number as the signed low and high immediate."""
    if not -(1 << 63) <= value < 1 << 64:
        raise Mistake("imm-range", "this number does not fit 64 bits", at)
    return signed(value & MASK32, 32), signed(value >> 32 & MASK32, 32)


def address(t: Tokens, unit: Unit) -> Instruction | None:
    """``r1 = counts ll``: the address of a map, of data, or of a function."""
    return symbol_address(REGISTER[t[0]], t[2], 2, 0, unit)


def ampersand(t: Tokens, unit: Unit) -> Instruction | None:
    """``r1 = &counts``: the same."""
    return symbol_address(REGISTER[t[0]], t[3], 3, 0, unit)


def symbol_address(dst: int, name: str, at: int, offset: int, unit: Unit) -> Instruction | None:
    """The ``ld_imm64`` of a name, ``offset`` bytes into its data; a name not declared is a label."""
    symbols = unit.symbols
    datum = symbols.data.get(name)
    if datum is not None:
        return map_value(dst, datum.map_index, datum.offset + offset, at)
    index = symbols.map_index.get(name)
    if index is not None:
        return LoadImm64(dst, ImmKind.MAP_FD, index)
    value = symbols.constant(name)
    if value is not None:
        return LoadImm64(dst, ImmKind.VALUE, *halves(value + offset, at))
    unit.defer(name, at, lambda off: LoadImm64(dst, ImmKind.FUNC, off), use=Use.ADDRESS)
    return None


def map_value(dst: int, index: int, offset: int, at: int) -> Instruction:
    """The address of byte ``offset`` of the value of an array map."""
    if not 0 <= offset < 1 << 32:
        raise Mistake(
            "offset-range", f"{offset} is no offset into a map's value", at, "it counts bytes from 0"
        )
    return LoadImm64(dst, ImmKind.MAP_VALUE, index, signed(offset, 32))


_MAP_KINDS = {
    "id": (ImmKind.MAP_FD, ImmKind.MAP_VALUE),
    "fd": (ImmKind.MAP_FD, ImmKind.MAP_VALUE),
    "idx": (ImmKind.MAP_IDX, ImmKind.MAP_IDX_VALUE),
}


def map_number(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = map[id:5]``, as bpftool prints it; the number is the map's place in the file."""
    return numbered_map(REGISTER[t[0]], t, 2)


def map_value_number(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = map[id:5][0]+8``: an address inside the map's first value."""
    return numbered_map_value(REGISTER[t[0]], t, 2)


def subprog(t: Tokens, unit: Unit) -> Instruction:
    """``r1 = subprog[+3]``: the address of a local function."""
    return subprog_at(REGISTER[t[0]], t, 2)


def numbered_map(dst: int, t: Tokens, at: int) -> Instruction:
    """``map[id:5]`` at ``at``; ``btf[id:5]`` is a kernel variable by its BTF id."""
    number = integer(t[at + 4], at + 4)
    if t[at] == "btf" and t[at + 2] == "id":
        return LoadImm64(dst, ImmKind.BTF_ID, *halves(number, at + 4))
    return LoadImm64(dst, map_kinds(t, at)[0], checked_index(number, at + 4))


def numbered_map_value(dst: int, t: Tokens, at: int) -> Instruction:
    """``map[id:5][0]+8`` at ``at``."""
    index, offset = integer(t[at + 4], at + 4), integer(t[at + 10], at + 10)
    if integer(t[at + 7], at + 7) != 0:
        raise Mistake(
            "bad-index", "only entry 0 has an address known before the run", at + 7, "write [0]", "0"
        )
    if offset >= 1 << 32:
        raise Mistake("imm-range", "the offset does not fit 32 bits", at + 10)
    return LoadImm64(dst, map_kinds(t, at)[1], checked_index(index, at + 4), signed(offset, 32))


def map_kinds(t: Tokens, at: int) -> tuple[ImmKind, ImmKind]:
    """What ``map[id:`` or ``map[idx:`` at ``at`` stands for: of the map, and of its value."""
    if t[at] != "map" or t[at + 2] not in _MAP_KINDS:
        raise Mistake("bad-map-reference", f"`{t[at]}[{t[at + 2]}:` is not understood", at, "write map[id:0]")
    return _MAP_KINDS[t[at + 2]]


def checked_index(number: int, at: int) -> int:
    """A map's number, which must fit the immediate."""
    if number >= 1 << 32:
        raise Mistake("imm-range", "the number of the map does not fit 32 bits", at)
    return signed(number, 32)


def subprog_at(dst: int, t: Tokens, at: int) -> Instruction:
    """``subprog[+3]`` at ``at``."""
    if t[at] != "subprog":
        raise Mistake(
            "bad-map-reference", f"`{t[at]}[` is not understood", at, "write subprog[+3] or a label"
        )
    off = integer(t[at + 2] + t[at + 3], at + 3)
    return LoadImm64(dst, ImmKind.FUNC, checked_distance(off, at + 3, 32))


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
