"""What Linux asks of one instruction by itself when the verifier comes to it, in the kernel's order.

Fields that must be zero, register numbers, constants that can never be right. Between these the verifier
also asks about register contents (data flow); that is not done here.
"""

from collections.abc import Iterator
from functools import lru_cache

from vm.cfg.structure.rejection import Rejection, reject
from vm.cfg.structure.rules import Kind
from vm.instruction import Slot
from vm.isa import (
    ALU,
    ATOMIC_CODE,
    END_CODE,
    FETCH,
    FP,
    LOAD_ACQ,
    NEG_CODE,
    REGISTERS,
    STORE_REL,
    AluOp,
    AtomicOp,
    CallKind,
    InsnClass,
    Mode,
    Size,
    Source,
)
from vm.uapi.prog_types import ProgType
from vm.word import MASK32

LEGACY_PACKET_ACCESS = frozenset({ProgType.SOCKET_FILTER, ProgType.SCHED_CLS, ProgType.SCHED_ACT})
"""The program types that may use LD_ABS and LD_IND."""

_MOV = ALU[AluOp.MOV].code
_DIVISIONS = (ALU[AluOp.DIV].code, ALU[AluOp.MOD].code)
_SHIFTS = (ALU[AluOp.LSH].code, ALU[AluOp.RSH].code, ALU[AluOp.ARSH].code)
_SIGN_EXTENSIONS = {InsnClass.ALU: (0, 8, 16), InsnClass.ALU64: (0, 8, 16, 32)}
_ADDRESS_SPACE_CASTS = (1, 1 << 16)
_ALWAYS_FETCH = (ATOMIC_CODE[AtomicOp.XCHG], ATOMIC_CODE[AtomicOp.CMPXCHG])
_ATOMICS = frozenset(code | fetch for code in ATOMIC_CODE.values() for fetch in (0, FETCH))


def check_instruction(slot: Slot, prog_type: ProgType, pc: int = 0) -> Rejection | None:
    """The first rule that the instruction in ``slot`` breaks by itself, None if it is well formed.

    Opcodes that do not exist and both slots of ``ld_imm64`` are earlier rules (``vm.cfg.structure.early``).
    """
    if _is_well_formed(slot.opcode, slot.dst, slot.src, slot.off, slot.imm, prog_type):
        return None
    return next(_broken(slot, prog_type, pc), None)


@lru_cache(1 << 12)
def _is_well_formed(opcode: int, dst: int, src: int, off: int, imm: int, prog_type: ProgType) -> bool:
    return next(_broken(Slot(opcode, dst, src, off, imm), prog_type, 0), None) is None


def _broken(slot: Slot, prog_type: ProgType, pc: int) -> Iterator[Rejection]:
    match InsnClass(slot.opcode & 7):
        case InsnClass.ALU | InsnClass.ALU64:
            yield from _alu(slot, pc)
        case InsnClass.JMP | InsnClass.JMP32:
            yield from _jump(slot, pc)
        case InsnClass.LDX:
            yield from _read(slot.src, pc)
            yield from _write(slot.dst, pc)
        case InsnClass.ST:
            if slot.src:
                yield reject(Kind.ST_RESERVED, pc)
            yield from _read(slot.dst, pc)
        case InsnClass.STX:
            yield from _stx(slot, pc)
        case InsnClass.LD:
            yield from _ld(slot, prog_type, pc)


def _read(register: int, pc: int) -> Iterator[Rejection]:
    if register >= REGISTERS:
        yield reject(Kind.NO_SUCH_REGISTER, pc, register=register)


def _write(register: int, pc: int) -> Iterator[Rejection]:
    yield from _read(register, pc)
    if register == FP:
        yield reject(Kind.FRAME_POINTER, pc)


def _alu(slot: Slot, pc: int) -> Iterator[Rejection]:
    code, from_register = slot.opcode >> 4, bool(slot.opcode & Source.X)
    if code == NEG_CODE:
        if slot.src or slot.off or slot.imm:
            yield reject(Kind.NEG_RESERVED, pc)
        yield from _write(slot.dst, pc)
    elif code == END_CODE:
        if slot.src or slot.off or slot.imm not in (16, 32, 64):
            yield reject(Kind.END_RESERVED, pc)
        yield from _write(slot.dst, pc)
    elif code == _MOV:
        yield from _mov(slot, pc, from_register)
    else:
        yield from _arithmetic(slot, pc, code, from_register)


def _mov(slot: Slot, pc: int, from_register: bool) -> Iterator[Rejection]:
    cls = InsnClass(slot.opcode & 7)
    if from_register and cls is InsnClass.ALU64 and slot.off == 1:
        kind = Kind.NO_ARENA if slot.imm in _ADDRESS_SPACE_CASTS else Kind.ADDRESS_SPACES
        yield reject(kind, pc)
    if from_register:
        if slot.imm or slot.off not in _SIGN_EXTENSIONS[cls]:
            yield reject(Kind.MOV_RESERVED, pc)
        yield from _read(slot.src, pc)
    elif slot.src or slot.off:
        yield reject(Kind.MOV_RESERVED, pc)
    yield from _write(slot.dst, pc)


def _arithmetic(slot: Slot, pc: int, code: int, from_register: bool) -> Iterator[Rejection]:
    unused = slot.imm if from_register else slot.src
    if unused or slot.off not in ((0, 1) if code in _DIVISIONS else (0,)):
        yield reject(Kind.ALU_RESERVED, pc)
    if from_register:
        yield from _read(slot.src, pc)
    yield from _read(slot.dst, pc)
    if not from_register:
        bits = 64 if slot.opcode & 7 == InsnClass.ALU64 else 32
        if code in _DIVISIONS and slot.imm == 0:
            yield reject(Kind.DIVISION_BY_ZERO, pc)
        if code in _SHIFTS and not 0 <= slot.imm < bits:
            yield reject(Kind.SHIFT_TOO_FAR, pc, count=slot.imm, bits=bits, last=bits - 1)
    yield from _write(slot.dst, pc)


def _jump(slot: Slot, pc: int) -> Iterator[Rejection]:
    match slot.opcode >> 4:
        case 0x8:
            if slot.dst or slot.src > max(CallKind) or (slot.off and slot.src != CallKind.KFUNC):
                yield reject(Kind.CALL_RESERVED, pc)
        case 0x9:
            if slot.dst or slot.src or slot.imm:
                yield reject(Kind.EXIT_RESERVED, pc)
        case 0x0:
            unused = slot.off if slot.opcode & 7 == InsnClass.JMP32 else slot.imm
            if slot.dst or slot.src or unused:
                yield reject(Kind.JA_RESERVED, pc)
        case 0xE:
            if slot.dst or slot.src or slot.imm:
                yield reject(Kind.MAY_GOTO_FIELDS, pc, imm=slot.imm)
        case _:
            yield from _comparison(slot, pc)


def _comparison(slot: Slot, pc: int) -> Iterator[Rejection]:
    yield from _read(slot.dst, pc)
    from_register = bool(slot.opcode & Source.X)
    if slot.imm if from_register else slot.src:
        yield reject(Kind.JMP_RESERVED, pc)
    if from_register:
        yield from _read(slot.src, pc)


def _stx(slot: Slot, pc: int) -> Iterator[Rejection]:
    if slot.opcode & 0xE0 == Mode.ATOMIC:
        yield from _atomic(slot, pc)
        return
    if slot.imm:
        yield reject(Kind.STX_RESERVED, pc)
    yield from _read(slot.src, pc)
    yield from _read(slot.dst, pc)


def _atomic(slot: Slot, pc: int) -> Iterator[Rejection]:
    if slot.imm == LOAD_ACQ:
        yield from _read(slot.src, pc)
        yield from _write(slot.dst, pc)
        return
    if slot.imm != STORE_REL:
        code = slot.imm & MASK32
        if code not in _ATOMICS:
            yield reject(Kind.ATOMIC_OPCODE, pc, code=code)
        size = Size(slot.opcode & 0x18)
        if size not in (Size.W, Size.DW):
            yield reject(Kind.ATOMIC_SIZE, pc, size=size.bytes)
    yield from _read(slot.src, pc)
    yield from _read(slot.dst, pc)
    if slot.imm & FETCH and slot.imm != ATOMIC_CODE[AtomicOp.CMPXCHG]:
        yield from _write(slot.src, pc)


def _ld(slot: Slot, prog_type: ProgType, pc: int) -> Iterator[Rejection]:
    mode = slot.opcode & 0xE0
    if mode == Mode.IMM:
        if slot.off:
            yield reject(Kind.LD_IMM64_RESERVED, pc)
        yield from _write(slot.dst, pc)
        return
    if prog_type not in LEGACY_PACKET_ACCESS:
        yield reject(Kind.LD_ABS_NOT_ALLOWED, pc)
    if slot.dst or slot.off or (slot.src and mode == Mode.ABS):
        yield reject(Kind.LD_ABS_RESERVED, pc)
    if mode == Mode.IND:
        yield from _read(slot.src, pc)
