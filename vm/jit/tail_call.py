"""Tail calls: the count is looked up, raised, the frame taken down, and the other program jumped into.

A call whose map and index are known is patched by the kernel: the jump over it becomes a nop as soon as a
program is there, the nop at its end a jump into that program (arch/x86/net/bpf_jit_comp.c, Linux 6.18).
"""

from vm.jit.frame import TAIL_CALLS, Frame
from vm.jit.kernel_structs import ARRAY_VALUES, MAP_MAX_ENTRIES, PROG_FUNCTION
from vm.jit.piece import Emit, JumpOut, Lowered
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import NOPS, Cond, Group, Reg

_BEHIND_PROLOGUE = 12
"""Bytes of a prologue that a tail call skips: the count is not to begin anew."""
_THUNK = "__x86_indirect_thunk_rcx"
_FULL = b"\x48\x83\x38" + bytes((TAIL_CALLS,))
"""``cmp qword [rax], 33``"""
_RAISE = b"\x48\x83\x00\x01"
"""``add qword [rax], 1``"""
_LONG_JUMP = 5


def tail_call(frame: Frame, *, direct: bool) -> Lowered:
    """What stands for the call; it falls through where there is nothing to go to, or too many came before."""
    return (Emit(_direct(frame)),) if direct else _indirect(frame)


def load_count(frame: Frame) -> bytes:
    """rax = where the count is; also what a function is called with that may reach a tail call."""
    return b"\x48\x8b\x85" + x86.i32(-frame.room - 16)


def _take_down(frame: Frame) -> bytes:
    code = b"".join(x86.pop(X86[n]) for n in reversed(frame.kept)) + x86.pop(Reg.RAX) * 2
    if frame.room:
        code += x86.registers(b"\x81", Group.ADD, Reg.RSP, wide=True) + x86.i32(frame.room)
    return code


def _short(cond: Cond, distance: int) -> bytes:
    return bytes((0x70 | cond, distance))


def _direct(frame: Frame) -> bytes:
    tail = _RAISE + _take_down(frame) + NOPS[5]
    skip = b"\xe9" + x86.i32(len(tail))
    return load_count(frame) + _FULL + _short(Cond.AE, len(skip + tail)) + skip + tail


def _indirect(frame: Frame) -> Lowered:
    end = _RAISE + _take_down(frame)
    end += x86.memory(b"\x8b", Reg.RCX, Reg.RCX, PROG_FUNCTION, wide=True)
    end += x86.op_imm(Group.ADD, Reg.RCX, _BEHIND_PROLOGUE, wide=True)
    left = len(end) + _LONG_JUMP
    program = x86.indexed(b"\x8b", Reg.RCX, Reg.RSI, Reg.RDX, ARRAY_VALUES, wide=True, scale=3)
    program += x86.test(Reg.RCX, Reg.RCX, wide=True) + _short(Cond.E, left)
    left += len(program)
    count = load_count(frame) + _FULL + _short(Cond.AE, left)
    left += len(count)
    index = x86.mov(Reg.RDX, Reg.RDX, wide=False)
    index += x86.memory(b"\x39", Reg.RDX, Reg.RSI, MAP_MAX_ENTRIES, wide=False) + _short(Cond.BE, left)
    return Emit(index + count + program + end), JumpOut(_THUNK)
