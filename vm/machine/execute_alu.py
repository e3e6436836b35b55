"""Arithmetic: ``alu``, negation and byte order, as ``vm.isa`` defines them."""

from vm.change import Change, PcChanged, RegisterChanged
from vm.instruction import Alu, Endian, Neg, Reg
from vm.isa import ALU, endian
from vm.machine.state import Executor, Site
from vm.word import mask


def bind_alu(insn: Alu, at: Site) -> Executor:
    """``dst op= src``."""
    match insn.src:
        case Reg(n):
            return _alu_register(insn, n, at)
        case constant:
            return _alu_constant(insn, constant.word & mask(insn.bits), at)


def _alu_register(insn: Alu, src: int, at: Site) -> Executor:
    state, r, dst, pc, bits, word = (
        at.state,
        at.state.registers,
        insn.dst,
        at.pc + 1,
        insn.bits,
        mask(insn.bits),
    )
    compute, fall = ALU[insn.op].compute, PcChanged(at.pc, pc)

    def execute() -> tuple[Change, ...]:
        before = r[dst]
        r[dst] = after = compute(before & word, r[src] & word, bits) & word
        state.pc = pc
        return RegisterChanged(dst, before, after), fall

    return execute


def _alu_constant(insn: Alu, value: int, at: Site) -> Executor:
    state, r, dst, pc, bits, word = (
        at.state,
        at.state.registers,
        insn.dst,
        at.pc + 1,
        insn.bits,
        mask(insn.bits),
    )
    compute, fall = ALU[insn.op].compute, PcChanged(at.pc, pc)

    def execute() -> tuple[Change, ...]:
        before = r[dst]
        r[dst] = after = compute(before & word, value, bits) & word
        state.pc = pc
        return RegisterChanged(dst, before, after), fall

    return execute


def bind_neg(insn: Neg, at: Site) -> Executor:
    """``dst = -dst``."""
    state, r, dst, pc, word = at.state, at.state.registers, insn.dst, at.pc + 1, mask(insn.bits)
    fall = PcChanged(at.pc, pc)

    def execute() -> tuple[Change, ...]:
        before = r[dst]
        r[dst] = after = -before & word
        state.pc = pc
        return RegisterChanged(dst, before, after), fall

    return execute


def bind_endian(insn: Endian, at: Site) -> Executor:
    """``dst = be16 dst`` and its kin."""
    state, r, dst, pc, op, bits = at.state, at.state.registers, insn.dst, at.pc + 1, insn.op, insn.bits
    fall = PcChanged(at.pc, pc)

    def execute() -> tuple[Change, ...]:
        before = r[dst]
        r[dst] = after = endian(op, before, bits)
        state.pc = pc
        return RegisterChanged(dst, before, after), fall

    return execute
