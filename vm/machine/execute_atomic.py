"""Atomic operations. One instruction at a time runs here, so each is a load, a computation and a store."""

from vm.change import Change, PcChanged, RegisterChanged
from vm.instruction import Atomic, Load, LoadAcquire, Reg, Store, StoreRelease
from vm.isa import AtomicOp, atomic
from vm.machine.execute_memory import bind_load, bind_store
from vm.machine.state import Executor, Site
from vm.word import MASK64, mask


def bind_atomic(insn: Atomic, at: Site) -> Executor:
    """``lock *(size *)(dst + off) op= src``; a fetched old value of 32 bits is zero-extended."""
    state, r, memory, pc = at.state, at.state.registers, at.state.world.memory, at.pc + 1
    op, size, bits, dst, off, src = insn.op, insn.size.bytes, insn.size.bits, insn.dst, insn.off, insn.src
    fetched = None if not insn.fetch else 0 if op is AtomicOp.CMPXCHG else src
    fall, journal = PcChanged(at.pc, pc), memory.journal

    def execute() -> tuple[Change, ...]:
        address = r[dst] + off & MASK64
        memory.check(address, size, write=True)
        old = memory.load(address, size)
        memory.store(address, size, atomic(op, old, r[src], r[0] & mask(bits), bits))
        changes = list(journal)
        journal.clear()
        if fetched is not None:
            changes.append(RegisterChanged(fetched, r[fetched], old))
            r[fetched] = old
        state.pc = pc
        return (*changes, fall)

    return execute


def bind_load_acquire(insn: LoadAcquire, at: Site) -> Executor:
    """A load that later accesses may not overtake: with one CPU running, a plain load."""
    return bind_load(Load(insn.size, insn.dst, insn.src, insn.off), at)


def bind_store_release(insn: StoreRelease, at: Site) -> Executor:
    """A store that earlier accesses may not overtake: with one CPU running, a plain store."""
    return bind_store(Store(insn.size, insn.dst, insn.off, Reg(insn.src)), at)
