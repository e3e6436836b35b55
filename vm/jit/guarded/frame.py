"""How native code is come to and left: the machine's registers are taken from the header and left there."""

from functools import cache
from typing import Final

from vm.isa import FP
from vm.jit.guarded.access import ARENA_BASE
from vm.jit.guarded.arena import FRAME_POINTER, FUEL, STATE, STOPPED_AT
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import RET, Group, Reg

FUEL_REG: Final = Reg.R9
_SAVED = (Reg.RBX, Reg.RBP, Reg.R12, Reg.R13, Reg.R14, Reg.R15)


@cache
def entry(*, frame_kept: bool) -> bytes:
    """Saves C's registers, takes the arena, fills the program's registers and goes where it is told.

    ``frame_kept``: the program never changes r10, whose register then holds the frame's place here.
    """
    code = b"".join(map(x86.push, _SAVED)) + x86.push(Reg.RSI)
    code += x86.mov(ARENA_BASE, Reg.RDI, wide=True) + x86.mov(Reg.R11, Reg.RSI, wide=True)
    for n, reg in enumerate(X86[: FP + 1]):
        code += x86.memory(b"\x8b", reg, ARENA_BASE, STATE + 8 * n, wide=True)
    code += x86.memory(b"\x8b", FUEL_REG, ARENA_BASE, FUEL, wide=True)
    if frame_kept:
        code += x86.memory(b"\x89", Reg.RBP, ARENA_BASE, FRAME_POINTER, wide=True) + place_frame()
    return code + b"\x41\xff\xe3"  # jmp r11


def place_frame() -> bytes:
    """From r10's value to the frame's place."""
    return x86.mov(Reg.RBP, Reg.RBP, wide=False) + x86.op(Group.ADD, Reg.RBP, ARENA_BASE, wide=True)


@cache
def leave(*, frame_kept: bool) -> bytes:
    """Leaves registers, fuel and the slot in r10d where the machine finds them, and returns."""
    code = b""
    if frame_kept:
        code = x86.memory(b"\x8b", Reg.RBP, ARENA_BASE, FRAME_POINTER, wide=True)
    for n, reg in enumerate(X86[: FP + 1]):
        code += x86.memory(b"\x89", reg, ARENA_BASE, STATE + 8 * n, wide=True)
    code += x86.memory(b"\x89", FUEL_REG, ARENA_BASE, FUEL, wide=True)
    code += x86.memory(b"\x89", Reg.R10, ARENA_BASE, STOPPED_AT, wide=True)
    return code + x86.pop(Reg.RSI) + b"".join(map(x86.pop, reversed(_SAVED))) + RET


@cache
def fuel(group: Group, count: int) -> bytes:
    """Takes so many instructions off the fuel, or gives them back."""
    return x86.op_imm(group, FUEL_REG, count, wide=True)
