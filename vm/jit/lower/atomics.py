"""Atomic instructions. x86 orders loads and stores strongly, so acquire and release are plain ones."""

from collections.abc import Mapping

from vm.instruction import Atomic, LoadAcquire, StoreRelease
from vm.isa import AtomicOp
from vm.jit.piece import Emit, Lowered
from vm.jit.registers import AX, SCRATCH, X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond, Group, Reg

_PLAIN: Mapping[AtomicOp, Group] = {
    AtomicOp.ADD: Group.ADD,
    AtomicOp.AND: Group.AND,
    AtomicOp.OR: Group.OR,
    AtomicOp.XOR: Group.XOR,
}
_EXCHANGES: Mapping[AtomicOp, bytes] = {
    AtomicOp.ADD: b"\x0f\xc1",
    AtomicOp.XCHG: b"\x87",
    AtomicOp.CMPXCHG: b"\x0f\xb1",
}
"""``lock xadd``, ``xchg`` and ``lock cmpxchg``, which leave the old value in a register."""


def lower_atomic(insn: Atomic, _pc: int) -> Lowered:
    """A locked instruction; and, or and xor that fetch need a loop around ``cmpxchg``."""
    base, src, wide = X86[insn.dst], X86[insn.src], insn.size.bytes == 8
    if insn.fetch and insn.op not in _EXCHANGES:
        return (Emit(_fetch_loop(insn)),)
    opcode = _EXCHANGES[insn.op] if insn.fetch else bytes((_PLAIN[insn.op] << 3 | 1,))
    return (Emit(x86.lock(x86.memory(opcode, src, base, insn.off, wide=wide))),)


def _fetch_loop(insn: Atomic) -> bytes:
    """Until nobody came between: read the old value, combine, exchange if it is still there.

    ``cmpxchg`` needs rax: r0 waits in the register of AX meanwhile, and is meant there where it takes part.
    """
    wide, size, aside = insn.size.bytes == 8, insn.size.bytes, X86[AX]
    base = aside if X86[insn.dst] is Reg.RAX else X86[insn.dst]
    src = aside if X86[insn.src] is Reg.RAX else X86[insn.src]
    loop = x86.load(Reg.RAX, base, insn.off, size)
    loop += x86.mov(SCRATCH, Reg.RAX, wide=wide)
    loop += x86.op(_PLAIN[insn.op], SCRATCH, src, wide=wide)
    loop += x86.lock(x86.memory(b"\x0f\xb1", SCRATCH, base, insn.off, wide=wide))
    back = bytes((0x70 | Cond.NE, -(len(loop) + 2) & 0xFF))
    end = x86.mov(src, Reg.RAX, wide=wide) + x86.mov(Reg.RAX, aside, wide=True)
    return x86.mov(aside, Reg.RAX, wide=True) + loop + back + end


def lower_acquire(insn: LoadAcquire, _pc: int) -> Lowered:
    """A plain load."""
    return (Emit(x86.load(X86[insn.dst], X86[insn.src], insn.off, insn.size.bytes)),)


def lower_release(insn: StoreRelease, _pc: int) -> Lowered:
    """A plain store."""
    return (Emit(x86.store(X86[insn.dst], insn.off, X86[insn.src], insn.size.bytes)),)
