"""A function of a rewritten program as AArch64 code."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from vm.encoding import decode
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Exit,
    Goto,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Neg,
    Slot,
    Store,
    StoreRelease,
)
from vm.jit.arm64.arithmetic import lower_alu, lower_endian, lower_neg
from vm.jit.arm64.atomics import lower_acquire, lower_atomic, lower_release
from vm.jit.arm64.constants import lower_address, lower_imm64
from vm.jit.arm64.control import (
    lower_call,
    lower_exit,
    lower_goto,
    lower_jump,
    lower_kernel_call,
    lower_per_cpu,
    lower_tail_call,
)
from vm.jit.arm64.frame import Frame, kept_by
from vm.jit.arm64.layout import lay_out
from vm.jit.arm64.memory import lower_load, lower_probed_load, lower_store
from vm.jit.layout import Laid
from vm.jit.lower import no_machine_code
from vm.jit.piece import Emit, Lowered
from vm.jit.program import OWN, KernelAddress, KernelCall, PerCpuAddress, ProbedLoad, Rewritten, TailCall

LOWERINGS: Mapping[type, Callable[[Any, int, Frame], Lowered]] = MappingProxyType(
    {
        Alu: lower_alu,
        Neg: lower_neg,
        Endian: lower_endian,
        Load: lower_load,
        Store: lower_store,
        Atomic: lower_atomic,
        LoadAcquire: lower_acquire,
        StoreRelease: lower_release,
        LoadImm64: lower_imm64,
        Jump: lower_jump,
        Goto: lower_goto,
        Call: lower_call,
        Exit: lower_exit,
        TailCall: lower_tail_call,
        KernelAddress: lower_address,
        KernelCall: lower_kernel_call,
        PerCpuAddress: lower_per_cpu,
        ProbedLoad: lower_probed_load,
    }
)
"""The lowering of each kind of instruction; what is not here is rewritten into these before."""


def compile_function(program: Rewritten, slots: range) -> Laid:
    """Rows by slot, the first without one (prologue); HookscopeError for what has no machine code."""
    body = program.slots[slots.start : slots.stop]
    frame = Frame(program.depths.get(slots.start, 0), kept_by(body), slots.start == 0)
    sources: list[tuple[int | None, Lowered]] = [(None, (Emit(frame.prologue()),))]
    insns, room = program.insns, frame.room
    for pc, slot in zip(slots, body, strict=True):
        insn = insns[pc]
        kind = type(insn)
        if insn is None:
            sources.append((pc, ()))
        elif kind not in LOWERINGS:
            raise no_machine_code(insn, pc)
        elif kind in OWN or kind is LoadImm64:
            sources.append((pc, LOWERINGS[kind](insn, 0, frame)))
        else:
            sources.append((pc, _usual(slot.opcode, slot.dst, slot.src, slot.off, slot.imm, room)))
    return lay_out(sources, frame.epilogue())


@lru_cache(maxsize=1 << 16)
def _usual(opcode: int, dst: int, src: int, off: int, imm: int, room: int) -> Lowered:
    """The code of an instruction of one slot in a frame of that size, distances counted from it."""
    [insn] = decode((Slot(opcode, dst, src, off, imm),))
    return LOWERINGS[type(insn)](insn, 0, Frame(room, (), is_main=False))
