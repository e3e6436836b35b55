"""Calls of the program's own functions, and coming back from them.

A frame in the header keeps what the machine's does, and where native code goes on. A frame that the machine
entered has no such place: leaving it is handed back.
"""

from typing import Final

from vm.isa import MAX_FRAMES, STACK_SIZE
from vm.jit.guarded.access import ARENA_BASE, DISTANCE, INDEX
from vm.jit.guarded.arena import ALL_BOUNDS, DEEPEST, DEPTH, FRAME_POINTER, FRAME_SIZE, FRAMES
from vm.jit.guarded.sheet import Sheet
from vm.jit.registers import KEPT, X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import RET, Cond, Group, Reg, Shift
from vm.memory.region import WINDOW, WINDOW_BITS

_LOAD, _STORE, _LEA, _CMP_IMM = b"\x8b", b"\x89", b"\x8d", b"\x83"
_FRAME_BITS: Final = FRAME_SIZE.bit_length() - 1
_SAVED: Final = 16
"""Where a frame keeps r6 to r9."""
_FILL: Final = 0xAAAAAAAA


class Calls:
    """Writes calls and exits, and in the end what they share."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._enter, self._leave = sheet.label(), sheet.label()
        self._used = False

    def call(self, target: int, following: int, refused: int) -> None:
        """Enters the function at slot ``target``; it comes back to slot ``following``."""
        self._used = True
        sheet = self._sheet
        sheet.code += x86.mov_imm32(INDEX, following, sign_extend=False)
        sheet.distance(b"\x4c\x8d\x1d", following)  # lea r11, [rip + distance]
        sheet.call(self._enter)
        sheet.branch(refused, Cond.AE)
        sheet.branch(target)

    def exit(self, refused: int, main: int) -> None:
        """Leaves the function, or at ``main`` the program."""
        self._used = True
        sheet = self._sheet
        sheet.code += x86.memory(_LOAD, INDEX, ARENA_BASE, DEPTH, wide=True)
        sheet.code += x86.test(INDEX, INDEX, wide=True)
        sheet.branch(main, Cond.E)
        sheet.code += x86.shift_imm(Shift.SHL, INDEX, _FRAME_BITS, wide=False)
        sheet.code += _framed(_LOAD, DISTANCE, -FRAME_SIZE)
        sheet.code += x86.test(DISTANCE, DISTANCE, wide=True)
        sheet.branch(refused, Cond.E)
        sheet.branch(self._leave)

    def finish(self) -> None:
        """Writes what is shared."""
        if self._used:
            self._write_enter()
            self._write_leave()

    def _write_enter(self) -> None:
        """r10: the slot to come back to, r11: its code. Carry is clear where the frames are used up."""
        sheet, full = self._sheet, self._sheet.label()
        sheet.here(self._enter)
        sheet.code += x86.memory(_CMP_IMM, Group.CMP, ARENA_BASE, DEPTH, wide=True) + bytes((MAX_FRAMES - 1,))
        sheet.branch(full, Cond.AE)
        sheet.code += x86.push(Reg.RAX) + x86.mov(Reg.RAX, INDEX, wide=False)
        sheet.code += x86.memory(_LOAD, INDEX, ARENA_BASE, DEPTH, wide=True)
        sheet.code += x86.shift_imm(Shift.SHL, INDEX, _FRAME_BITS, wide=False)
        sheet.code += _framed(_STORE, DISTANCE, 0) + _framed(_STORE, Reg.RAX, 8)
        for place, n in enumerate(KEPT):
            sheet.code += _framed(_STORE, X86[n], _SAVED + 8 * place)
        sheet.code += x86.memory(_LOAD, Reg.RAX, ARENA_BASE, DEPTH, wide=True)
        sheet.code += x86.op_imm(Group.ADD, Reg.RAX, 1, wide=True)
        sheet.code += x86.memory(_STORE, Reg.RAX, ARENA_BASE, DEPTH, wide=True)
        known = sheet.label()
        sheet.code += x86.memory(b"\x3b", Reg.RAX, ARENA_BASE, DEEPEST, wide=True)
        sheet.branch(known, Cond.BE)
        sheet.code += x86.memory(_STORE, Reg.RAX, ARENA_BASE, DEEPEST, wide=True)
        sheet.here(known)
        sheet.code += x86.pop(Reg.RAX) + x86.op_imm(Group.ADD, Reg.RBP, WINDOW, wide=True)
        sheet.code += x86.memory(b"\x81", Group.ADD, ARENA_BASE, FRAME_POINTER, wide=True) + x86.i32(WINDOW)
        sheet.code += window_of_frame() + _limits(STACK_SIZE) + fill_frame()
        sheet.code += b"\xf9" + RET  # stc
        sheet.here(full)
        sheet.code += b"\xf8" + RET  # clc

    def _write_leave(self) -> None:
        """r10: how far the running frame is behind the first, r11: where to go on."""
        sheet = self._sheet
        sheet.here(self._leave)
        for place, n in enumerate(KEPT):
            sheet.code += _framed(_LOAD, X86[n], _SAVED + 8 * place - FRAME_SIZE)
        sheet.code += window_of_frame() + _limits(0)
        sheet.code += x86.op_imm(Group.SUB, Reg.RBP, WINDOW, wide=True)
        sheet.code += x86.memory(b"\x81", Group.SUB, ARENA_BASE, FRAME_POINTER, wide=True) + x86.i32(WINDOW)
        sheet.code += x86.memory(_CMP_IMM, Group.SUB, ARENA_BASE, DEPTH, wide=True) + b"\x01"
        sheet.code += b"\x41\xff\xe3"  # jmp r11


def _framed(opcode: bytes, reg: int, at: int) -> bytes:
    """A word of the frame that INDEX leads to."""
    return x86.indexed(opcode, reg, ARENA_BASE, INDEX, FRAMES + at, wide=True)


def window_of_frame() -> bytes:
    """The running frame's window into INDEX."""
    code = x86.memory(_LOAD, INDEX, ARENA_BASE, FRAME_POINTER, wide=False)
    return code + x86.shift_imm(Shift.SHR, INDEX, WINDOW_BITS, wide=False)


def _limits(size: int) -> bytes:
    """Opens the window in INDEX for an object of that size, or closes it."""
    code = b""
    for bounds in ALL_BOUNDS:
        places = bounds.places(size, writable=True) if size else 0
        code += x86.indexed(b"\xc7", 0, ARENA_BASE, INDEX, bounds.limit, wide=True, scale=3) + x86.i32(places)
    return code


def fill_frame() -> bytes:
    """Makes the running frame one that nobody wrote to. Spoils r10 and xmm0."""
    code = x86.mov_imm32(INDEX, _FILL, sign_extend=False)
    code += b"\x66\x41\x0f\x6e\xc2"  # movd xmm0, r10d
    code += b"\x66\x0f\x70\xc0\x00"  # pshufd xmm0, xmm0, 0
    for at in range(-STACK_SIZE, 0, 16):
        code += x86.memory(b"\x0f\x11", 0, Reg.RBP, at, wide=False)  # movups
    return code
