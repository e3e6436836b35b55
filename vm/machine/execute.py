"""From instructions to executors: each slot that runs is bound, once, to the state it works on.

A table keyed by the class of instruction picks the function that binds it; those functions stand in
``execute_*.py``, one per shape. An executor does what its instruction means at once, leaves ``state.pc`` at
the next slot, and returns the changes it made.
"""

from collections.abc import Callable, Mapping
from typing import Any

from vm.change import Change
from vm.instruction import (
    AddrSpaceCast,
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Invalid,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import REGISTERS
from vm.machine.execute_alu import bind_alu, bind_endian, bind_neg
from vm.machine.execute_atomic import bind_atomic, bind_load_acquire, bind_store_release
from vm.machine.execute_call import bind_call, bind_callx
from vm.machine.execute_exit import bind_exit
from vm.machine.execute_jump import bind_goto, bind_jump, bind_may_goto
from vm.machine.execute_load import bind_load_imm64, bind_load_packet
from vm.machine.execute_memory import bind_load, bind_store
from vm.machine.fault import raising
from vm.machine.state import Executor, Site, State
from vm.memory.fault import FaultKind


def bind_invalid(insn: Invalid, _: Site) -> Executor:
    """A slot that is no instruction."""
    return raising(FaultKind.BAD_INSTRUCTION, f"{insn.reason}: this slot is no instruction")


def bind_addr_space_cast(_: AddrSpaceCast, at: Site) -> Executor:
    """Address spaces exist only with arenas, which no run here has."""
    return raising(
        FaultKind.BAD_INSTRUCTION,
        f"slot {at.pc} casts a pointer between address spaces, but there is no arena",
    )


# Each function takes the instruction class it is keyed by, which a type of the table cannot say.
BIND: Mapping[type[Instruction], Callable[[Any, Site], Executor]] = {
    Alu: bind_alu,
    Neg: bind_neg,
    Endian: bind_endian,
    AddrSpaceCast: bind_addr_space_cast,
    Load: bind_load,
    Store: bind_store,
    Atomic: bind_atomic,
    LoadAcquire: bind_load_acquire,
    StoreRelease: bind_store_release,
    Jump: bind_jump,
    Goto: bind_goto,
    MayGoto: bind_may_goto,
    Call: bind_call,
    CallX: bind_callx,
    Exit: bind_exit,
    LoadImm64: bind_load_imm64,
    LoadPacket: bind_load_packet,
    Invalid: bind_invalid,
}


def bind_program(state: State, program: int) -> list[Executor]:
    """One executor per slot, bound when it first runs, and one behind the last that faults."""
    insns = state.world.programs[program].insns
    end = (
        f"execution ran past the last slot, {len(insns) - 1}" if insns else "the program has no instructions"
    )

    def first() -> tuple[Change, ...]:
        pc = state.pc
        code[pc] = execute = _bind(insns[pc], Site(state, program, pc))
        return execute()

    code: list[Executor] = [first] * len(insns)
    code.append(raising(FaultKind.BAD_JUMP, end))
    return code


def _bind(insn: Instruction | None, at: Site) -> Executor:
    if insn is None:
        return raising(
            FaultKind.BAD_JUMP, f"slot {at.pc} is the second half of the ld_imm64 at slot {at.pc - 1}"
        )
    for n in _registers(insn):
        if n >= REGISTERS:
            return raising(FaultKind.BAD_INSTRUCTION, f"there is no register r{n}: the last one is r10")
    return BIND[type(insn)](insn, at)


def _registers(insn: Instruction) -> list[int]:
    """The numbers of the registers the instruction names."""
    if isinstance(insn, Invalid):
        return []
    named = [getattr(insn, field, None) for field in ("dst", "src", "reg")]
    numbers = [operand.n if isinstance(operand, Reg) else operand for operand in named]
    return [n for n in numbers if n is not None and not isinstance(n, Imm)]
