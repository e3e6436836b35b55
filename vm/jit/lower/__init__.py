"""The machine code of each instruction, one file per class of instructions, joined in one table."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

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
    Store,
    StoreRelease,
)
from vm.jit.lower.arithmetic import lower_alu, lower_endian, lower_neg
from vm.jit.lower.atomics import lower_acquire, lower_atomic, lower_release
from vm.jit.lower.constants import lower_imm64
from vm.jit.lower.control import lower_call, lower_exit, lower_goto, lower_jump
from vm.jit.lower.kernels_own import lower_address, lower_kernel_call, lower_per_cpu, lower_probed_load
from vm.jit.lower.memory import lower_load, lower_store
from vm.jit.piece import Lowered
from vm.jit.program import Insn, KernelAddress, KernelCall, PerCpuAddress, ProbedLoad
from vm.source import HookscopeError

LOWERINGS: Mapping[type, Callable[[Any, int], Lowered]] = MappingProxyType(
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
        KernelAddress: lower_address,
        KernelCall: lower_kernel_call,
        PerCpuAddress: lower_per_cpu,
        ProbedLoad: lower_probed_load,
    }
)
"""The lowering of each kind of instruction; what is not here is rewritten into these before."""


def lower(insn: Insn, pc: int) -> Lowered:
    """The machine code of the instruction at slot ``pc``; HookscopeError where there is none."""
    lowering = LOWERINGS.get(type(insn))
    if lowering is None:
        raise no_machine_code(insn, pc)
    return lowering(insn, pc)


def no_machine_code(insn: Insn, pc: int) -> HookscopeError:
    """The error that says so, of the instruction at slot ``pc``."""
    return HookscopeError.of(
        "jit-instruction",
        f"instruction {pc} has no machine code: {type(insn).__name__}",
        "the verifier refuses such instructions or rewrites them; compile a program that it accepts",
    )
