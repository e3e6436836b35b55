"""Guarded loads, stores and atomic operations.

The checked form, for a base register in ``base`` and an access of ``size`` bytes:

    lea  r11, [base + off]            the guest address
    mov  r10d, r11d; shr r10d, 24     its window
    sub  r11, [r12 + r10*8 + low]     how far behind the start of the window's object
    cmp  r11, [r12 + r10*8 + limit]   as far as an access of this size may begin?
    ja   hand back
    lea  r10d, [base + off]           the low half
    op   [r12 + r10]
"""

from vm.instruction import Atomic, Imm, Load, LoadAcquire, Store, StoreRelease
from vm.isa import FP, STACK_SIZE, AtomicOp
from vm.jit.guarded.arena import DIRTY, Bounds
from vm.jit.piece import Branch, Emit, Lowered
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond, Group, Shift
from vm.jit.x86.encode import Reg as Machine
from vm.memory.region import WINDOW_BITS

ARENA_BASE = Machine.R12
INDEX = Machine.R10
DISTANCE = Machine.R11
_LEA = b"\x8d"
_LOAD, _SUB, _CMP = b"\x8b", b"\x2b", b"\x3b"
_STORE_BYTE = b"\xc6"
_CMPXCHG, _XADD, _XCHG = b"\x0f\xb1", b"\x0f\xc1", b"\x87"


class Access:
    """Lowers accesses; ``proved`` ones go unchecked, and so do those of the frame at a constant offset."""

    def __init__(self, *, frame_is_safe: bool, proved: frozenset[int] = frozenset()) -> None:
        self._frame_is_safe = frame_is_safe
        self._proved = proved

    def load(self, insn: Load | LoadAcquire, pc: int, refused: int) -> Lowered:
        """``refused`` is the slot of what hands the instruction back."""
        size = insn.size.bytes
        opcode, wide = x86.load_opcode(size, signed=isinstance(insn, Load) and insn.signed)
        reach = self._reach(insn.src, insn.off, Bounds(size, write=False), pc, refused)
        return *reach, Emit(x86.indexed(opcode, X86[insn.dst], ARENA_BASE, INDEX, wide=wide))

    def store(self, insn: Store | StoreRelease, pc: int, refused: int) -> Lowered:
        """A register's low bytes, or a constant."""
        size = insn.size.bytes
        reach = self._reach(insn.dst, insn.off, Bounds(size, write=True), pc, refused)
        prefix = b"\x66" if size == 2 else b""
        tail = b""
        if isinstance(insn, StoreRelease):
            opcode, source = x86.store_opcode(size), int(X86[insn.src])
        elif isinstance(insn.src, Imm):
            opcode, source = b"\xc6" if size == 1 else b"\xc7", 0
            tail = x86.i32(insn.src.value)[: min(size, 4)]
        else:
            opcode, source = x86.store_opcode(size), int(X86[insn.src.n])
        code = x86.indexed(opcode, source, ARENA_BASE, INDEX, wide=size == 8, force=size == 1)
        return *reach, Emit(prefix + code + tail)

    def atomic(self, insn: Atomic, pc: int, refused: int) -> Lowered:
        """A locked instruction; and, or and xor that fetch are a loop around ``cmpxchg``."""
        wide, src = insn.size.bytes == 8, X86[insn.src]
        reach = self._reach(insn.dst, insn.off, Bounds(insn.size.bytes, write=True), pc, refused)
        match insn.op:
            case AtomicOp.CMPXCHG:
                code = _locked(_CMPXCHG, src, wide=wide)
                # cmpxchg leaves the upper half of rax alone where it succeeds; eBPF clears it.
                code += b"" if wide else x86.mov(Machine.RAX, Machine.RAX, wide=False)
            case AtomicOp.XCHG:
                code = _locked(_XCHG, src, wide=wide)
            case AtomicOp.ADD if insn.fetch:
                code = _locked(_XADD, src, wide=wide)
            case _ if insn.fetch:
                code = _fetch_loop(insn)
            case _:
                code = _locked(bytes((_GROUP[insn.op] << 3 | 1,)), src, wide=wide)
        return *reach, Emit(code)

    def _reach(self, base: int, off: int, bounds: Bounds, pc: int, refused: int) -> Lowered:
        """Leaves the low half of the address in INDEX, once the access is known to be allowed."""
        reg = X86[base]
        low_half = Emit(x86.memory(_LEA, INDEX, reg, off, wide=False))
        if pc in self._proved or (base == FP and self._frame_is_safe and -STACK_SIZE <= off <= -bounds.size):
            return (low_half,)
        check = x86.memory(_LEA, DISTANCE, reg, off, wide=True)
        check += x86.mov(INDEX, DISTANCE, wide=False)
        check += x86.shift_imm(Shift.SHR, INDEX, WINDOW_BITS, wide=False)
        check += x86.indexed(_SUB, DISTANCE, ARENA_BASE, INDEX, bounds.low, wide=True, scale=3)
        check += x86.indexed(_CMP, DISTANCE, ARENA_BASE, INDEX, bounds.limit, wide=True, scale=3)
        dirty = b""
        if bounds.write:
            dirty = x86.indexed(_STORE_BYTE, 0, ARENA_BASE, INDEX, DIRTY, wide=False) + b"\x01"
        return Emit(check), Branch(refused, Cond.A), Emit(dirty), low_half


_GROUP = {AtomicOp.ADD: Group.ADD, AtomicOp.AND: Group.AND, AtomicOp.OR: Group.OR, AtomicOp.XOR: Group.XOR}


def _locked(opcode: bytes, src: Machine, *, wide: bool) -> bytes:
    return x86.lock(x86.indexed(opcode, src, ARENA_BASE, INDEX, wide=wide))


def _fetch_loop(insn: Atomic) -> bytes:
    """``cmpxchg`` needs rax: r0 waits on the machine's stack, and is read there where it takes part."""
    wide, src = insn.size.bytes == 8, X86[insn.src]
    combine = bytes((_GROUP[insn.op] << 3 | 3,))
    loop = x86.indexed(_LOAD, Machine.RAX, ARENA_BASE, INDEX, wide=wide)
    loop += x86.mov(DISTANCE, Machine.RAX, wide=wide)
    if src is Machine.RAX:
        loop += x86.memory(combine, DISTANCE, Machine.RSP, 0, wide=wide)
    else:
        loop += x86.op(_GROUP[insn.op], DISTANCE, src, wide=wide)
    loop += _locked(_CMPXCHG, DISTANCE, wide=wide)
    loop += bytes((0x70 | Cond.NE, -(len(loop) + 2) & 0xFF))
    if src is Machine.RAX:
        old = b"" if wide else x86.mov(Machine.RAX, Machine.RAX, wide=False)
        return x86.push(Machine.RAX) + loop + old + x86.pop(DISTANCE)
    return x86.push(Machine.RAX) + loop + x86.mov(src, Machine.RAX, wide=wide) + x86.pop(Machine.RAX)
