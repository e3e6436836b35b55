"""Guarded loads, stores and atomic operations.

The checked form, for a base register in ``base`` and an access of ``size`` bytes:

    lea  r11, [base + off]            the guest address
    mov  r10d, r11d; shr r10d, 24     its window
    sub  r11, [r12 + r10*8 + low]     how far behind the start of the window's object
    cmp  r11, [r12 + r10*8 + limit]   at one of the places where an access of this size may begin?
    jae  refused
    lea  r10d, [base + off]           the low half
    op   [r12 + r10]

The check is not made where it is known that the base is the frame pointer, or a value of a map just found.
"""

from functools import lru_cache
from typing import Final

from vm.instruction import Atomic, Imm, Load, LoadAcquire, Reg, Store, StoreRelease
from vm.isa import STACK_SIZE, AtomicOp
from vm.jit.guarded.arena import DIRTY, LOW, Bounds
from vm.jit.guarded.known import Fact, Known
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond, Group, Shift
from vm.jit.x86.encode import Reg as Machine
from vm.memory.region import WINDOW_BITS

ARENA_BASE: Final = Machine.R12
INDEX: Final = Machine.R10
DISTANCE: Final = Machine.R11
FRAME: Final = Machine.RBP
_LEA = b"\x8d"
_LOAD, _SUB, _CMP = b"\x8b", b"\x2b", b"\x3b"
_STORE_BYTE = b"\xc6"
_CMPXCHG, _XADD, _XCHG = b"\x0f\xb1", b"\x0f\xc1", b"\x87"

Access = Load | LoadAcquire | Store | StoreRelease | Atomic


def base_of(insn: Access) -> tuple[int, bool]:
    """The register that holds the address, and whether the access writes."""
    return (insn.src, False) if isinstance(insn, Load | LoadAcquire) else (insn.dst, True)


def is_safe(fact: Fact, off: int, size: int, value_size: int) -> bool:
    """Whether what is known of the base makes the access allowed."""
    match fact:
        case (Known.FRAME, at):
            return -STACK_SIZE <= at + off <= -size
        case (Known.VALUE, _):
            return 0 <= off <= value_size - size
        case _:
            return False


@lru_cache(maxsize=8192)
def check(reg: int, off: int, size: int, write: bool) -> bytes:
    """Finds out whether the access is allowed: it is not where the carry flag is clear then (``jae``)."""
    code = _sum(DISTANCE, X86[reg], off, wide=True)
    code += x86.mov(INDEX, DISTANCE, wide=False)
    code += x86.shift_imm(Shift.SHR, INDEX, WINDOW_BITS, wide=False)
    code += x86.indexed(_SUB, DISTANCE, ARENA_BASE, INDEX, LOW, wide=True, scale=3)
    return code + x86.indexed(
        _CMP, DISTANCE, ARENA_BASE, INDEX, Bounds(size, write).limit, wide=True, scale=3
    )


REFUSED: Final = Cond.AE
MARK: Final = x86.indexed(_STORE_BYTE, 0, ARENA_BASE, INDEX, DIRTY, wide=False) + b"\x01"
"""Says that something was stored in the window in INDEX."""


@lru_cache(maxsize=8192)
def low_half(reg: int, off: int) -> bytes:
    """The low half of the address into INDEX."""
    return _sum(INDEX, X86[reg], off, wide=False)


def _sum(into: Machine, reg: Machine, off: int, *, wide: bool) -> bytes:
    return x86.memory(_LEA, into, reg, off, wide=wide) if off else x86.mov(into, reg, wide=wide)


def mark_window(window: int) -> bytes:
    """Says that something was stored in a window known beforehand."""
    return x86.memory(_STORE_BYTE, 0, ARENA_BASE, DIRTY + window, wide=False) + b"\x01"


@lru_cache(maxsize=8192)
def mark_unchecked(reg: int, off: int) -> bytes:
    """The same for a store whose window nobody looked up."""
    return low_half(reg, off) + x86.shift_imm(Shift.SHR, INDEX, WINDOW_BITS, wide=False) + MARK


@lru_cache(maxsize=8192)
def operate(insn: Access, at: int | None = None) -> bytes:
    """The access itself, at [ARENA_BASE + INDEX], or ``at`` so many bytes from the frame's end."""
    match insn:
        case Load() | LoadAcquire():
            signed = isinstance(insn, Load) and insn.signed
            opcode, wide = x86.load_opcode(insn.size.bytes, signed=signed)
            return _there(opcode, X86[insn.dst], at, wide=wide)
        case Atomic():
            return _atomic(insn, at)
        case _:
            return _store(insn, at)


def _there(opcode: bytes, reg: int, at: int | None, *, wide: bool, force: bool = False) -> bytes:
    if at is None:
        return x86.indexed(opcode, reg, ARENA_BASE, INDEX, wide=wide, force=force)
    return x86.memory(opcode, reg, FRAME, at, wide=wide, force=force)


def _store(insn: Store | StoreRelease, at: int | None) -> bytes:
    """A register's low bytes, or a constant."""
    size, tail = insn.size.bytes, b""
    prefix = b"\x66" if size == 2 else b""
    source = Reg(insn.src) if isinstance(insn, StoreRelease) else insn.src
    match source:
        case Imm(value):
            opcode, reg = b"\xc6" if size == 1 else b"\xc7", 0
            tail = x86.i32(value)[: min(size, 4)]
        case Reg(n):
            opcode, reg = x86.store_opcode(size), int(X86[n])
    return prefix + _there(opcode, reg, at, wide=size == 8, force=size == 1) + tail


def _atomic(insn: Atomic, at: int | None) -> bytes:
    """A locked instruction; and, or and xor that fetch are a loop around ``cmpxchg``."""
    wide, src = insn.size.bytes == 8, X86[insn.src]
    match insn.op:
        case AtomicOp.CMPXCHG:
            code = x86.lock(_there(_CMPXCHG, src, at, wide=wide))
            # cmpxchg leaves the upper half of rax alone where it succeeds; eBPF clears it.
            return code + (b"" if wide else x86.mov(Machine.RAX, Machine.RAX, wide=False))
        case AtomicOp.XCHG:
            return x86.lock(_there(_XCHG, src, at, wide=wide))
        case AtomicOp.ADD if insn.fetch:
            return x86.lock(_there(_XADD, src, at, wide=wide))
        case _ if insn.fetch:
            return _fetch_loop(insn, at)
        case _:
            return x86.lock(_there(bytes((_GROUP[insn.op] << 3 | 1,)), src, at, wide=wide))


_GROUP = {AtomicOp.ADD: Group.ADD, AtomicOp.AND: Group.AND, AtomicOp.OR: Group.OR, AtomicOp.XOR: Group.XOR}


def _fetch_loop(insn: Atomic, at: int | None) -> bytes:
    """``cmpxchg`` needs rax: r0 waits on the machine's stack, and is read there where it takes part."""
    wide, src = insn.size.bytes == 8, X86[insn.src]
    combine = bytes((_GROUP[insn.op] << 3 | 3,))
    loop = _there(_LOAD, Machine.RAX, at, wide=wide)
    loop += x86.mov(DISTANCE, Machine.RAX, wide=wide)
    if src is Machine.RAX:
        loop += x86.memory(combine, DISTANCE, Machine.RSP, 0, wide=wide)
    else:
        loop += x86.op(_GROUP[insn.op], DISTANCE, src, wide=wide)
    loop += x86.lock(_there(_CMPXCHG, DISTANCE, at, wide=wide))
    loop += bytes((0x70 | Cond.NE, -(len(loop) + 2) & 0xFF))
    if src is Machine.RAX:
        old = b"" if wide else x86.mov(Machine.RAX, Machine.RAX, wide=False)
        return x86.push(Machine.RAX) + loop + old + x86.pop(DISTANCE)
    return x86.push(Machine.RAX) + loop + x86.mov(src, Machine.RAX, wide=wide) + x86.pop(Machine.RAX)
