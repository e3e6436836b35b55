"""Between 8-byte slots and instructions: every quirk of the encoding ends here.

``decode`` never fails: a slot that is no instruction becomes ``Invalid`` with the reason. Reserved fields
that are not zero are tolerated where Linux reports them by their own rule (``vm.cfg.structure``).
"""

import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from vm.instruction import (
    AddrSpaceCast,
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Invalid,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Operand,
    Reg,
    Slot,
    Store,
    StoreRelease,
    width,
)
from vm.isa import (
    ALU,
    ATOMIC_CODE,
    CALL_CODE,
    END_CODE,
    EXIT_CODE,
    FETCH,
    JA_CODE,
    JCOND_CODE,
    JUMP,
    LOAD_ACQ,
    NEG_CODE,
    STORE_REL,
    AluOp,
    AtomicOp,
    CallKind,
    EndianOp,
    ImmKind,
    InsnClass,
    JumpOp,
    Mode,
    Size,
    Source,
)
from vm.source import HookscopeError

_SLOT = struct.Struct("<BBhi")
SLOT_BYTES = _SLOT.size
LD_IMM64 = InsnClass.LD | Mode.IMM | Size.DW

_ALU_BY_CODE: Mapping[tuple[int, int], AluOp] = {(spec.code, spec.off): op for op, spec in ALU.items()}
_JUMP_BY_CODE: Mapping[int, JumpOp] = {spec.code: op for op, spec in JUMP.items()}
_ATOMIC_BY_CODE: Mapping[int, tuple[AtomicOp, bool]] = {
    code | fetch: (op, bool((code | fetch) & FETCH))
    for op, code in ATOMIC_CODE.items()
    for fetch in (0, FETCH)
}


def unpack(data: bytes) -> tuple[Slot, ...]:
    """The slots in ``data``, whose length must be a multiple of 8."""
    if len(data) % SLOT_BYTES:
        raise HookscopeError.of(
            "program-length",
            f"a program is a whole number of 8-byte slots; this has {len(data)} bytes",
            "check that the file is raw eBPF bytecode and was copied whole",
        )
    return tuple(Slot(op, regs & 15, regs >> 4, off, imm) for op, regs, off, imm in _SLOT.iter_unpack(data))


def pack(slots: Iterable[Slot]) -> bytes:
    """The slots as little-endian bytes, as the kernel takes them."""
    return b"".join(_SLOT.pack(s.opcode, s.dst | s.src << 4, s.off, s.imm) for s in slots)


def decode(slots: Sequence[Slot]) -> tuple[Instruction | None, ...]:
    """One instruction per slot; None for the second slot of ``ld_imm64``."""
    insns: list[Instruction | None] = []
    while len(insns) < len(slots):
        pc = len(insns)
        insn = decode_one(slots[pc], slots[pc + 1] if pc + 1 < len(slots) else None)
        insns.append(insn)
        if width(insn) == 2:
            insns.append(None)
    return tuple(insns)


def decode_one(slot: Slot, following: Slot | None = None) -> Instruction:
    """The instruction in ``slot``; ``following`` completes an ``ld_imm64``."""
    match InsnClass(slot.opcode & 7):
        case InsnClass.LD:
            return _decode_ld(slot, following)
        case InsnClass.LDX:
            return _decode_ldx(slot)
        case InsnClass.ST:
            return _decode_st(slot)
        case InsnClass.STX:
            return _decode_stx(slot)
        case InsnClass.ALU | InsnClass.ALU64:
            return _decode_alu(slot)
        case InsnClass.JMP | InsnClass.JMP32:
            return _decode_jump(slot)


def unknown(slot: Slot) -> Invalid:
    """The slot as an opcode Linux does not know."""
    return Invalid(slot, f"unknown opcode {slot.opcode:02x}")


def _decode_ld(slot: Slot, following: Slot | None) -> Instruction:
    mode, size = slot.opcode & 0xE0, Size(slot.opcode & 0x18)
    if slot.opcode == LD_IMM64:
        if following is None or following.opcode != 0 or slot.src > max(ImmKind):
            return Invalid(slot, "invalid bpf_ld_imm64 insn" if following else "incomplete ld_imm64")
        return LoadImm64(slot.dst, ImmKind(slot.src), slot.imm, following.imm)
    if mode == Mode.ABS and size is not Size.DW:
        return LoadPacket(size, None, slot.imm)
    if mode == Mode.IND and size is not Size.DW:
        return LoadPacket(size, slot.src, slot.imm)
    return unknown(slot)


def _decode_ldx(slot: Slot) -> Instruction:
    mode, size = slot.opcode & 0xE0, Size(slot.opcode & 0x18)
    if mode == Mode.MEM:
        return Load(size, slot.dst, slot.src, slot.off)
    if mode == Mode.MEMSX and size is not Size.DW:
        return Load(size, slot.dst, slot.src, slot.off, signed=True)
    return unknown(slot)


def _decode_st(slot: Slot) -> Instruction:
    if slot.opcode & 0xE0 == Mode.MEM:
        return Store(Size(slot.opcode & 0x18), slot.dst, slot.off, Imm(slot.imm))
    return unknown(slot)


def _decode_stx(slot: Slot) -> Instruction:
    mode, size = slot.opcode & 0xE0, Size(slot.opcode & 0x18)
    if mode == Mode.MEM:
        return Store(size, slot.dst, slot.off, Reg(slot.src))
    if mode != Mode.ATOMIC:
        return unknown(slot)
    if slot.imm == LOAD_ACQ:
        return LoadAcquire(size, slot.dst, slot.src, slot.off)
    if slot.imm == STORE_REL:
        return StoreRelease(size, slot.dst, slot.off, slot.src)
    if size in (Size.W, Size.DW) and slot.imm in _ATOMIC_BY_CODE:
        op, fetch = _ATOMIC_BY_CODE[slot.imm]
        return Atomic(op, size, slot.dst, slot.off, slot.src, fetch)
    if size in (Size.W, Size.DW):
        return Invalid(slot, f"BPF_ATOMIC uses invalid atomic opcode {slot.imm & 0xFFFFFFFF:02x}")
    return unknown(slot)


def _operand(slot: Slot) -> Operand:
    return Reg(slot.src) if slot.opcode & Source.X else Imm(slot.imm)


def _decode_alu(slot: Slot) -> Instruction:
    bits = 64 if slot.opcode & 7 == InsnClass.ALU64 else 32
    code, from_register = slot.opcode >> 4, bool(slot.opcode & Source.X)
    if code == NEG_CODE:
        return unknown(slot) if from_register else Neg(bits, slot.dst)
    if code == END_CODE:
        return _decode_endian(slot, bits, from_register)
    if slot.opcode == 0xBF and slot.off == 1:
        return AddrSpaceCast(slot.dst, slot.src, slot.imm)
    op = _ALU_BY_CODE.get((code, slot.off)) or _ALU_BY_CODE.get((code, 0))
    sign_extends = op in (AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32)
    if op is None or (sign_extends and (not from_register or ALU[op].off >= bits)):
        op = _ALU_BY_CODE.get((code, 0))
    return unknown(slot) if op is None else Alu(op, bits, slot.dst, _operand(slot))


def _decode_endian(slot: Slot, bits: int, to_big: bool) -> Instruction:
    if bits == 64 and to_big:
        return unknown(slot)
    if slot.imm not in (16, 32, 64):
        return Invalid(slot, "BPF_END uses reserved fields")
    op = EndianOp.BSWAP if bits == 64 else EndianOp.BE if to_big else EndianOp.LE
    return Endian(op, slot.imm, slot.dst)


def _decode_jump(slot: Slot) -> Instruction:
    wide = slot.opcode & 7 == InsnClass.JMP32
    code, from_register = slot.opcode >> 4, bool(slot.opcode & Source.X)
    if code in _JUMP_BY_CODE:
        return Jump(_JUMP_BY_CODE[code], 32 if wide else 64, slot.dst, _operand(slot), slot.off)
    match code, wide, from_register:
        case 0x0, _, False:
            return Goto(slot.imm if wide else slot.off, wide)
        case 0x8, False, False if slot.src <= max(CallKind):
            return Call(CallKind(slot.src), slot.imm, slot.off)
        case 0x8, False, False:
            return Invalid(slot, "BPF_CALL uses reserved fields")
        case 0x8, False, True:
            return CallX(slot.dst)
        case 0x9, False, False:
            return Exit()
        case 0xE, False, False:
            return MayGoto(slot.off)
        case _:
            return unknown(slot)


def encode(insn: Instruction) -> tuple[Slot, ...]:
    """The one or two slots of the instruction."""
    return _ENCODERS[type(insn)](insn)


def _alu(insn: Alu) -> tuple[Slot, ...]:
    spec = ALU[insn.op]
    return (_with_operand(spec.code << 4 | _ALU_CLASS[insn.bits], insn.dst, insn.src, spec.off),)


def _neg(insn: Neg) -> tuple[Slot, ...]:
    return (Slot(NEG_CODE << 4 | _ALU_CLASS[insn.bits], insn.dst),)


def _endian(insn: Endian) -> tuple[Slot, ...]:
    return (Slot(_ENDIAN_OPCODE[insn.op], insn.dst, 0, 0, insn.bits),)


def _addr_space_cast(insn: AddrSpaceCast) -> tuple[Slot, ...]:
    return (Slot(0xBF, insn.dst, insn.src, 1, insn.imm),)


def _load(insn: Load) -> tuple[Slot, ...]:
    mode = Mode.MEMSX if insn.signed else Mode.MEM
    return (Slot(InsnClass.LDX | mode | insn.size, insn.dst, insn.src, insn.off),)


def _store(insn: Store) -> tuple[Slot, ...]:
    if isinstance(insn.src, Reg):
        return (Slot(InsnClass.STX | Mode.MEM | insn.size, insn.dst, insn.src.n, insn.off),)
    return (Slot(InsnClass.ST | Mode.MEM | insn.size, insn.dst, 0, insn.off, insn.src.value),)


def _atomic(insn: Atomic) -> tuple[Slot, ...]:
    return (_atomic_slot(insn, ATOMIC_CODE[insn.op] | (FETCH if insn.fetch else 0)),)


def _load_acquire(insn: LoadAcquire) -> tuple[Slot, ...]:
    return (_atomic_slot(insn, LOAD_ACQ),)


def _store_release(insn: StoreRelease) -> tuple[Slot, ...]:
    return (_atomic_slot(insn, STORE_REL),)


def _jump(insn: Jump) -> tuple[Slot, ...]:
    return (_with_operand(JUMP[insn.op].code << 4 | _JUMP_CLASS[insn.bits], insn.dst, insn.src, insn.off),)


def _goto(insn: Goto) -> tuple[Slot, ...]:
    if insn.wide:
        return (Slot(JA_CODE | InsnClass.JMP32, imm=insn.off),)
    return (Slot(JA_CODE | InsnClass.JMP, off=insn.off),)


def _may_goto(insn: MayGoto) -> tuple[Slot, ...]:
    return (Slot(JCOND_CODE << 4 | InsnClass.JMP, off=insn.off),)


def _call(insn: Call) -> tuple[Slot, ...]:
    return (Slot(CALL_CODE << 4 | InsnClass.JMP, 0, insn.kind, insn.off, insn.imm),)


def _callx(insn: CallX) -> tuple[Slot, ...]:
    return (Slot(CALL_CODE << 4 | Source.X | InsnClass.JMP, insn.reg),)


def _exit(_: Exit) -> tuple[Slot, ...]:
    return (Slot(EXIT_CODE << 4 | InsnClass.JMP),)


def _load_imm64(insn: LoadImm64) -> tuple[Slot, ...]:
    return (Slot(LD_IMM64, insn.dst, insn.kind, 0, insn.imm), Slot(0, imm=insn.next_imm))


def _load_packet(insn: LoadPacket) -> tuple[Slot, ...]:
    if insn.src is None:
        return (Slot(InsnClass.LD | Mode.ABS | insn.size, imm=insn.imm),)
    return (Slot(InsnClass.LD | Mode.IND | insn.size, 0, insn.src, 0, insn.imm),)


def _invalid(insn: Invalid) -> tuple[Slot, ...]:
    return (insn.slot,)


_ENCODERS: Mapping[type[Instruction], Callable[[Any], tuple[Slot, ...]]] = {
    Alu: _alu,
    Neg: _neg,
    Endian: _endian,
    AddrSpaceCast: _addr_space_cast,
    Load: _load,
    Store: _store,
    Atomic: _atomic,
    LoadAcquire: _load_acquire,
    StoreRelease: _store_release,
    Jump: _jump,
    Goto: _goto,
    MayGoto: _may_goto,
    Call: _call,
    CallX: _callx,
    Exit: _exit,
    LoadImm64: _load_imm64,
    LoadPacket: _load_packet,
    Invalid: _invalid,
}

# Plain ints: `|` of enum members costs a microsecond, and an assembler encodes thousands.
_ALU_CLASS: Mapping[int, int] = {64: int(InsnClass.ALU64), 32: int(InsnClass.ALU)}
_JUMP_CLASS: Mapping[int, int] = {64: int(InsnClass.JMP), 32: int(InsnClass.JMP32)}
_ENDIAN_OPCODE: Mapping[EndianOp, int] = {
    EndianOp.LE: END_CODE << 4 | Source.K | InsnClass.ALU,
    EndianOp.BE: END_CODE << 4 | Source.X | InsnClass.ALU,
    EndianOp.BSWAP: END_CODE << 4 | Source.K | InsnClass.ALU64,
}


def _with_operand(opcode: int, dst: int, src: Operand, off: int) -> Slot:
    if isinstance(src, Reg):
        return Slot(opcode | 0x08, dst, src.n, off)
    return Slot(opcode, dst, 0, off, src.value)


def _atomic_slot(insn: Atomic | LoadAcquire | StoreRelease, imm: int) -> Slot:
    return Slot(InsnClass.STX | Mode.ATOMIC | insn.size, insn.dst, insn.src, insn.off, imm)
