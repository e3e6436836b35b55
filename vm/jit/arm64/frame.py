"""The beginning and the end of a function, as Linux 6.18 makes them on AArch64.

Of a kernel with pointer authentication and without branch targets, which is how GCC builds it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from vm.instruction import Slot
from vm.jit.arm64 import encode as a64
from vm.jit.arm64.encode import FP, LR, ZR, Op, Reg
from vm.jit.arm64.registers import A64, COUNT, KEPT, RESULT
from vm.jit.piece import Emit, Piece

BEHIND_PROLOGUE = 7 * a64.WORD
"""Bytes of a prologue that a tail call skips: frame record and count are those of the first program."""
_ALIGN = 16


@dataclass(frozen=True, slots=True)
class Frame:
    """What a function keeps on the machine's stack: ``depth`` bytes of eBPF stack and ``kept`` registers."""

    depth: int
    kept: tuple[int, ...]
    is_main: bool

    @property
    def room(self) -> int:
        """The depth as the stack pointer may be moved."""
        return -(-self.depth // _ALIGN) * _ALIGN

    def prologue(self) -> bytes:
        """A place to patch in a tracing call, the frame record, the count, registers, the stack."""
        code = a64.mov(Reg.X9, LR, wide=True) + a64.plain(Op.NOP) + a64.plain(Op.PACIASP)
        code += a64.push(FP, LR) + a64.mov(FP, Reg.SP, wide=True)
        if self.is_main:
            code += a64.push(ZR, COUNT) + a64.mov(COUNT, Reg.SP, wide=True)
        else:
            code += a64.push(COUNT, COUNT)
        code += b"".join(a64.push(*pair) for pair in self._pairs())
        if KEPT[-1] in self.kept:
            code += a64.mov(A64[KEPT[-1]], Reg.SP, wide=True)
        return code + self._move_stack(Op.SUB_IMM)

    def epilogue(self) -> tuple[Piece, ...]:
        """All of it undone, and r0 where C wants it."""
        code = self.take_down() + a64.pop(ZR, COUNT) + a64.pop(FP, LR)
        code += a64.mov(RESULT, A64[0], wide=True)
        return (Emit(code + a64.plain(Op.AUTIASP) + a64.branch_register(Op.RET, LR)),)

    def take_down(self) -> bytes:
        """The eBPF stack gone and the caller's registers back."""
        return self._move_stack(Op.ADD_IMM) + b"".join(a64.pop(*pair) for pair in reversed(self._pairs()))

    def _move_stack(self, op: Op) -> bytes:
        return a64.arithmetic_imm(op, Reg.SP, Reg.SP, self.room, wide=True) if self.room else b""

    def _pairs(self) -> list[tuple[Reg, Reg]]:
        """The stack pointer moves by 16 bytes only: the last of an odd number goes with zero."""
        regs = [A64[n] for n in self.kept]
        if len(regs) % 2:
            regs.append(ZR)
        return list(zip(regs[::2], regs[1::2], strict=True))


def kept_by(slots: Iterable[Slot]) -> tuple[int, ...]:
    """The registers r6 to r10 that the instructions name."""
    named = {n for slot in slots for n in (slot.dst, slot.src)}
    return tuple(n for n in KEPT if n in named)
