"""Loads and stores. What lies at a constant place of the frame is reached from the stack pointer."""

from vm.instruction import Imm, Load, Reg, Store
from vm.isa import FP
from vm.jit.arm64 import encode as a64
from vm.jit.arm64.constants import load_constant
from vm.jit.arm64.encode import Op
from vm.jit.arm64.encode import Reg as Machine
from vm.jit.arm64.frame import Frame
from vm.jit.arm64.immediates import fits_offset
from vm.jit.arm64.registers import A64, FIRST, SECOND
from vm.jit.piece import Emit, Lowered
from vm.jit.program import ProbedLoad

_WITH_INDEX = {Op.LOAD: Op.LOAD_AT, Op.STORE: Op.STORE_AT, Op.LOAD_SIGNED: Op.LOAD_SIGNED_AT}


def lower_load(insn: Load, _pc: int, frame: Frame) -> Lowered:
    """One ``ldr`` where it takes the offset."""
    op = Op.LOAD_SIGNED if insn.signed else Op.LOAD
    return (Emit(_access(op, A64[insn.dst], insn.src, insn.off, insn.size.bytes, frame, FIRST)),)


def lower_probed_load(insn: ProbedLoad, pc: int, frame: Frame) -> Lowered:
    """The load itself: where it faults the kernel finds it in a table, makes dst 0 and goes on."""
    return lower_load(insn.load, pc, frame)


def lower_store(insn: Store, _pc: int, frame: Frame) -> Lowered:
    """One ``str``; a constant goes through a register."""
    size = insn.size.bytes
    match insn.src:
        case Reg(n):
            return (Emit(_access(Op.STORE, A64[n], insn.dst, insn.off, size, frame, FIRST)),)
        case Imm(value):
            constant = load_constant(FIRST, value, wide=True)
            return (Emit(constant + _access(Op.STORE, FIRST, insn.dst, insn.off, size, frame, SECOND)),)


def _access(op: Op, reg: Machine, base: int, off: int, size: int, frame: Frame, spare: Machine) -> bytes:
    near, offset = (Machine.SP, off + frame.room) if base == FP else (A64[base], off)
    if fits_offset(offset, size):
        return a64.memory(op, reg, near, offset, size)
    index = load_constant(spare, off, wide=True)
    return index + a64.memory_at(_WITH_INDEX[op], reg, A64[base], spare, size)
