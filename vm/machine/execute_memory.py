"""Loads and stores of 1 to 8 bytes; faults come from the memory."""

from vm.change import Change, PcChanged, RegisterChanged
from vm.instruction import Load, Reg, Store
from vm.machine.state import Executor, Site
from vm.word import MASK64, sign_extend


def bind_load(insn: Load, at: Site) -> Executor:
    """``dst = *(size *)(src + off)``."""
    return _load_signed(insn, at) if insn.signed else _load(insn, at)


def _load(insn: Load, at: Site) -> Executor:
    state, r, dst, src, off, pc = at.state, at.state.registers, insn.dst, insn.src, insn.off, at.pc + 1
    load, size, fall = at.state.world.memory.load, insn.size.bytes, PcChanged(at.pc, pc)

    def execute() -> tuple[Change, ...]:
        before = r[dst]
        r[dst] = after = load(r[src] + off & MASK64, size)
        state.pc = pc
        return RegisterChanged(dst, before, after), fall

    return execute


def _load_signed(insn: Load, at: Site) -> Executor:
    state, r, dst, src, off, pc = at.state, at.state.registers, insn.dst, insn.src, insn.off, at.pc + 1
    load, size, fall = at.state.world.memory.load, insn.size, PcChanged(at.pc, pc)

    def execute() -> tuple[Change, ...]:
        before = r[dst]
        r[dst] = after = sign_extend(load(r[src] + off & MASK64, size.bytes), size.bits)
        state.pc = pc
        return RegisterChanged(dst, before, after), fall

    return execute


def bind_store(insn: Store, at: Site) -> Executor:
    """``*(size *)(dst + off) = src``."""
    match insn.src:
        case Reg(n):
            return _store_register(insn, n, at)
        case constant:
            return _store_constant(insn, constant.word, at)


def _store_register(insn: Store, src: int, at: Site) -> Executor:
    state, r, dst, off, pc = at.state, at.state.registers, insn.dst, insn.off, at.pc + 1
    memory, size, fall = at.state.world.memory, insn.size.bytes, PcChanged(at.pc, pc)
    store, journal = memory.store, memory.journal

    def execute() -> tuple[Change, ...]:
        store(r[dst] + off & MASK64, size, r[src])
        state.pc = pc
        changes = (*journal, fall)
        journal.clear()
        return changes

    return execute


def _store_constant(insn: Store, value: int, at: Site) -> Executor:
    state, r, dst, off, pc = at.state, at.state.registers, insn.dst, insn.off, at.pc + 1
    memory, size, fall = at.state.world.memory, insn.size.bytes, PcChanged(at.pc, pc)
    store, journal = memory.store, memory.journal

    def execute() -> tuple[Change, ...]:
        store(r[dst] + off & MASK64, size, value)
        state.pc = pc
        changes = (*journal, fall)
        journal.clear()
        return changes

    return execute
