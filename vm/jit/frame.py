"""The beginning and the end of a function, as Linux 6.18 makes them."""

from collections.abc import Iterable
from dataclasses import dataclass

from vm.instruction import Slot
from vm.jit.piece import Emit, JumpOut, Piece
from vm.jit.registers import KEPT, X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import LEAVE, NOPS, Cond, Group, Reg

TAIL_CALLS = 33
"""Tail calls a run may make (MAX_TAIL_CALL_CNT)."""
RETURN_THUNK = "__x86_return_thunk"
"""Where a kernel with return thunks (a mitigation) goes instead of ``ret``."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a function keeps on the machine's stack.

    ``depth`` bytes of eBPF stack, the registers ``kept`` of its caller, and, where a tail call can be
    reached from it, two words that lead to the count of tail calls.
    """

    depth: int
    kept: tuple[int, ...]
    is_main: bool
    tail_calls: bool = False

    @property
    def room(self) -> int:
        """The depth in whole words."""
        return -(-self.depth // 8) * 8

    def prologue(self) -> bytes:
        """A place to patch in a tracing call, the frame, the stack, the caller's registers."""
        code = NOPS[5]
        code += x86.op(Group.XOR, Reg.RAX, Reg.RAX, wide=True) if self._counts_first else NOPS[3]
        code += x86.push(Reg.RBP) + x86.mov(Reg.RBP, Reg.RSP, wide=True)
        if self.room:
            code += x86.registers(b"\x81", Group.SUB, Reg.RSP, wide=True) + x86.i32(self.room)
        if self.tail_calls:
            code += self._tail_call_count()
        return code + b"".join(x86.push(X86[n]) for n in self.kept)

    def epilogue(self) -> tuple[Piece, ...]:
        """The caller's registers back, the frame gone, and back."""
        code = b"".join(x86.pop(X86[n]) for n in reversed(self.kept)) + LEAVE
        return Emit(code), JumpOut(RETURN_THUNK)

    @property
    def _counts_first(self) -> bool:
        return self.tail_calls and self.is_main

    def _tail_call_count(self) -> bytes:
        """Pushes the pointer to the count twice; the entry of all makes the count of rax, which is 0 there.

        rax is a pointer, hence more than 33, where another program tail-called into this one.
        """
        if not self.is_main:
            return x86.push(Reg.RAX) + x86.push(Reg.RAX)
        make = x86.push(Reg.RAX) + x86.mov(Reg.RAX, Reg.RSP, wide=True)
        take = x86.push(Reg.RAX)
        code = x86.op_imm(Group.CMP, Reg.RAX, TAIL_CALLS, wide=True)
        code += bytes((0x70 | Cond.A, len(make) + 2)) + make + bytes((0xEB, len(take))) + take
        return code + x86.push(Reg.RAX)


def kept_by(slots: Iterable[Slot]) -> tuple[int, ...]:
    """The registers r6 to r9 that the instructions name."""
    named = {n for slot in slots for n in (slot.dst, slot.src)}
    return tuple(n for n in KEPT if n in named)
