"""Accesses to elements of maps that only the address tells: within one element, never across two."""

from typing import Final

from vm.jit.guarded import access
from vm.jit.guarded.access import ARENA_BASE, DISTANCE, INDEX
from vm.jit.guarded.arena import STRIDES
from vm.jit.guarded.sheet import Sheet
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import RET, Cond, Group, Reg, Shift
from vm.memory.region import WINDOW_BITS

ROW: Final = 32
"""Bytes per window: the first address, the bytes there are, from one element to the next, and of each."""
_ROW_BITS: Final = ROW.bit_length() - 1
_SUB, _CMP_FROM, _CMP_WITH, _LEA = b"\x2b", b"\x3b", b"\x39", b"\x8d"


class Strided:
    """Writes the checks, and in the end one routine for each size."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._routines: dict[int, int] = {}

    def check(self, insn: access.Access, refused: int) -> None:
        """Goes to ``refused`` unless the access lies in an element, and marks what is written."""
        sheet, (base, writes), size = self._sheet, access.base_of(insn), insn.size.bytes
        routine = self._routines.setdefault(size, 0) or sheet.label()
        self._routines[size] = routine
        sheet.code += x86.memory(_LEA, DISTANCE, X86[base], insn.off, wide=True)
        sheet.call(routine)
        sheet.branch(refused, Cond.B)
        if writes:
            sheet.code += access.mark_unchecked(base, insn.off)

    def finish(self) -> None:
        """Writes the routines: carry is set where the address in DISTANCE may not be accessed."""
        for size, label in self._routines.items():
            self._sheet.here(label)
            self._routine(size)

    def _routine(self, size: int) -> None:
        sheet, outside = self._sheet, self._sheet.label()
        sheet.code += x86.push(Reg.RAX) + x86.push(Reg.RDX)
        sheet.code += x86.mov(INDEX, DISTANCE, wide=False) + x86.shift_imm(
            Shift.SHR, INDEX, WINDOW_BITS, wide=False
        )
        sheet.code += x86.shift_imm(Shift.SHL, INDEX, _ROW_BITS, wide=False)
        sheet.code += (
            x86.mov(Reg.RAX, DISTANCE, wide=True) + _row(_SUB, Reg.RAX, 0) + _row(_CMP_FROM, Reg.RAX, 8)
        )
        sheet.branch(outside, Cond.AE)
        sheet.code += x86.op(Group.XOR, Reg.RDX, Reg.RDX, wide=False) + _row(b"\xf7", 6, 16)
        sheet.code += x86.op_imm(Group.ADD, Reg.RDX, size, wide=True) + _row(_CMP_WITH, Reg.RDX, 24)
        sheet.code += x86.pop(Reg.RDX) + x86.pop(Reg.RAX) + RET
        sheet.here(outside)
        sheet.code += x86.pop(Reg.RDX) + x86.pop(Reg.RAX) + b"\xf9" + RET  # stc


def _row(opcode: bytes, reg: int, at: int) -> bytes:
    return x86.indexed(opcode, reg, ARENA_BASE, INDEX, STRIDES + at, wide=True)
