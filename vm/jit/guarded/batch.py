"""Packets one after the other, without anybody in between: the loop around a program in machine code.

Each packet finds what it would find alone: its bytes at the same guest addresses, a frame nobody wrote to,
its own clock and random numbers. Only maps stay. Where a packet needs the machine the loop stops in the
middle of it, as native code always does.
"""

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from vm.isa import STACK_SIZE
from vm.jit.guarded.access import ARENA_BASE, INDEX
from vm.jit.guarded.arena import (
    ALL_BOUNDS,
    BATCH,
    CLOCK,
    CTX_BASE,
    CTX_WORDS,
    DEPTH,
    DIRTY,
    FRAME_POINTER,
    RANDOM,
)
from vm.jit.guarded.calls import fill_frame, window_of_frame
from vm.jit.guarded.frame import place_frame
from vm.jit.guarded.sheet import Sheet
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Cond, Group, Reg

_ADD_TO = b"\x01"
_LOAD, _STORE, _LEA, _CMP, _CMP_BYTE = b"\x8b", b"\x89", b"\x8d", b"\x3b", b"\x80"
FEW_WORDS: Final = 8
"""Words of the frame that are made new one by one."""
_FILL: Final = 0xAAAAAAAAAAAAAAAA


class Word(IntEnum):
    """The words of a batch, from ``BATCH`` on; places in the header are offsets from the arena."""

    COUNT = 0
    """How many packets there are; 0 where no batch runs."""
    INDEX = 1
    """Which is next, or running."""
    INPUT = 2
    """Where the next, or running, packet's bytes are."""
    LENGTHS = 3
    """Where the packets' lengths (32 bits) are."""
    VALUES = 4
    """Where r0 (64 bits) of each goes."""
    CHANGED = 5
    """Where a byte for each says whether the packet was written to: then its bytes go to ``OUTPUT``."""
    STEPS = 6
    """Where the steps (32 bits) of each go."""
    BUDGET = 7
    """Steps a packet may take."""
    DATA = 8
    """The guest address of the packet's first byte."""
    WINDOW = 9
    """The window that it lies in."""
    FRAME = 10
    """The guest address of the end of the first frame."""
    LENGTH = 11
    """The length that the windows' limits are set for; none has all bits set."""
    TIMES = 12
    """Where each one's clock (64 bits) is."""
    SEED = 13
    """The seed of the first one's random numbers; each next one's is one more."""
    OUTPUT = 14
    """Where the next, or running, packet's bytes go; those of the batch side by side."""
    ADVANCE = 15
    """All bits where each packet's bytes come behind the one's before; 0 where all are the same."""

    @property
    def off(self) -> int:
        """Where the word is."""
        return BATCH + 8 * self


class Batch:
    """Writes the loop. ``end_word`` is the number of the context word that holds data_end, if any is used;
    ``written`` are the words of the first frame (offsets) that stores of known place go to."""

    def __init__(
        self, sheet: Sheet, end_word: int | None, written: Iterable[int], *, events: bool, frame_kept: bool
    ) -> None:
        self._sheet = sheet
        self._end_word = end_word
        self._written = sorted(written)
        self._events = events
        self._frame_kept = frame_kept
        self._next = sheet.label()

    def begin(self, start: int, stop: int) -> None:
        """Writes what stands before each packet; it goes on at slot ``start``, in the end to ``stop``."""
        sheet, same = self._sheet, self._sheet.label()
        sheet.here(self._next)
        sheet.code += _get(Reg.RBX, Word.INDEX)
        sheet.code += x86.memory(_CMP, Reg.RBX, ARENA_BASE, Word.COUNT.off, wide=True)
        sheet.branch(stop, Cond.AE)
        sheet.code += _get(Reg.RAX, Word.LENGTHS) + x86.op(Group.ADD, Reg.RAX, ARENA_BASE, wide=True)
        sheet.code += x86.indexed(_LOAD, Reg.RCX, Reg.RAX, Reg.RBX, wide=False, scale=2)
        sheet.code += x86.memory(_CMP, Reg.RCX, ARENA_BASE, Word.LENGTH.off, wide=True)
        sheet.branch(same, Cond.E)
        self._set_length()
        sheet.here(same)
        self._copy_in()
        self._renew_frame()
        if self._events:
            sheet.code += _get(Reg.RAX, Word.TIMES) + x86.op(Group.ADD, Reg.RAX, ARENA_BASE, wide=True)
            sheet.code += x86.indexed(_LOAD, Reg.RAX, Reg.RAX, Reg.RBX, wide=True, scale=3)
            sheet.code += x86.memory(_STORE, Reg.RAX, ARENA_BASE, CLOCK, wide=True)
            sheet.code += _get(Reg.RAX, Word.SEED) + x86.op(Group.ADD, Reg.RAX, Reg.RBX, wide=True)
            sheet.code += x86.memory(_STORE, Reg.RAX, ARENA_BASE, RANDOM, wide=True)
        for reg in X86[:10]:
            sheet.code += x86.mov_imm32(reg, 0, sign_extend=False)
        sheet.code += x86.memory(_STORE, Reg.RAX, ARENA_BASE, DEPTH, wide=True)
        sheet.code += x86.memory(_LOAD, Reg.RDI, ARENA_BASE, CTX_BASE, wide=True)
        if not self._frame_kept:
            sheet.code += _get(Reg.RBP, Word.FRAME)
        sheet.code += _get(Reg.R9, Word.BUDGET)
        sheet.branch(start)

    def end(self, alone: int) -> None:
        """Writes what stands behind each packet; without a batch it goes to ``alone``."""
        sheet, unchanged = self._sheet, self._sheet.label()
        sheet.code += x86.memory(b"\x83", Group.CMP, ARENA_BASE, Word.COUNT.off, wide=True) + b"\0"
        sheet.branch(alone, Cond.E)
        sheet.code += _get(Reg.RBX, Word.INDEX) + _get(Reg.RDX, Word.VALUES)
        sheet.code += x86.op(Group.ADD, Reg.RDX, ARENA_BASE, wide=True)
        sheet.code += x86.indexed(_STORE, Reg.RAX, Reg.RDX, Reg.RBX, wide=True, scale=3)
        sheet.code += _get(Reg.RAX, Word.BUDGET) + x86.op(Group.SUB, Reg.RAX, Reg.R9, wide=True)
        sheet.code += _get(Reg.RDX, Word.STEPS) + x86.op(Group.ADD, Reg.RDX, ARENA_BASE, wide=True)
        sheet.code += x86.indexed(_STORE, Reg.RAX, Reg.RDX, Reg.RBX, wide=False, scale=2)
        sheet.code += _get(Reg.RCX, Word.LENGTH) + _get(Reg.RDI, Word.OUTPUT)
        sheet.code += x86.memory(_ADD_TO, Reg.RCX, ARENA_BASE, Word.OUTPUT.off, wide=True)
        sheet.code += _get(Reg.RAX, Word.ADVANCE) + x86.op(Group.AND, Reg.RAX, Reg.RCX, wide=True)
        sheet.code += x86.memory(_ADD_TO, Reg.RAX, ARENA_BASE, Word.INPUT.off, wide=True)
        sheet.code += x86.memory(b"\x83", Group.ADD, ARENA_BASE, Word.INDEX.off, wide=True) + b"\x01"
        sheet.code += _get(INDEX, Word.WINDOW)
        sheet.code += x86.indexed(_CMP_BYTE, Group.CMP, ARENA_BASE, INDEX, DIRTY, wide=False) + b"\0"
        sheet.branch(self._next, Cond.E)
        sheet.here(unchanged)
        self._copy_out()
        sheet.branch(self._next)

    def _set_length(self) -> None:
        """rcx: the length. What is allowed of the packet's window, and where the context says it ends."""
        sheet = self._sheet
        # Another length, another packet: its bytes are surely not there yet.
        sheet.code += _get(INDEX, Word.WINDOW)
        sheet.code += x86.indexed(b"\xc6", 0, ARENA_BASE, INDEX, DIRTY, wide=False) + b"\x01"
        sheet.code += x86.memory(_STORE, Reg.RCX, ARENA_BASE, Word.LENGTH.off, wide=True)
        sheet.code += _get(INDEX, Word.WINDOW)
        for bounds in ALL_BOUNDS:
            # A frame has 14 bytes at least, so no limit is below 0.
            sheet.code += x86.memory(_LEA, Reg.RAX, Reg.RCX, 1 - bounds.size, wide=True)
            sheet.code += x86.indexed(_STORE, Reg.RAX, ARENA_BASE, INDEX, bounds.limit, wide=True, scale=3)
        if self._end_word is not None:
            sheet.code += _get(Reg.RAX, Word.DATA) + x86.op(Group.ADD, Reg.RAX, Reg.RCX, wide=True)
            sheet.code += x86.memory(_STORE, Reg.RAX, ARENA_BASE, CTX_WORDS + 8 * self._end_word, wide=True)

    def _copy_in(self) -> None:
        """rcx bytes, rounded up to 16: what lies behind the packet in its buffer no program sees.

        The same packet again is there already, unless it was written to.
        """
        sheet, copy, there = self._sheet, self._sheet.label(), self._sheet.label()
        sheet.code += x86.memory(b"\x83", Group.CMP, ARENA_BASE, Word.ADVANCE.off, wide=True) + b"\0"
        sheet.branch(copy, Cond.NE)
        sheet.code += _get(INDEX, Word.WINDOW)
        sheet.code += x86.indexed(_CMP_BYTE, Group.CMP, ARENA_BASE, INDEX, DIRTY, wide=False) + b"\0"
        sheet.branch(there, Cond.E)
        sheet.here(copy)
        sheet.code += _get(Reg.RSI, Word.INPUT) + x86.op(Group.ADD, Reg.RSI, ARENA_BASE, wide=True)
        sheet.code += x86.memory(_LOAD, Reg.RDI, ARENA_BASE, Word.DATA.off, wide=False)
        sheet.code += x86.op(Group.ADD, Reg.RDI, ARENA_BASE, wide=True)
        loop = x86.indexed(b"\x0f\x10", 0, Reg.RSI, Reg.RAX, wide=False)  # movups xmm0, [rsi + rax]
        loop += x86.indexed(b"\x0f\x11", 0, Reg.RDI, Reg.RAX, wide=False)
        loop += x86.op_imm(Group.ADD, Reg.RAX, 16, wide=False) + x86.op(
            Group.CMP, Reg.RAX, Reg.RCX, wide=False
        )
        sheet.code += x86.mov_imm32(Reg.RAX, 0, sign_extend=False)
        sheet.code += loop + bytes((0x70 | Cond.B, -(len(loop) + 2) & 0xFF))
        sheet.code += _get(INDEX, Word.WINDOW)
        sheet.code += x86.indexed(b"\xc6", 0, ARENA_BASE, INDEX, DIRTY, wide=False) + b"\0"
        sheet.here(there)

    def _copy_out(self) -> None:
        """rcx bytes, exactly, to rdi."""
        sheet = self._sheet
        sheet.code += x86.op(Group.ADD, Reg.RDI, ARENA_BASE, wide=True)
        sheet.code += x86.memory(_LOAD, Reg.RSI, ARENA_BASE, Word.DATA.off, wide=False)
        sheet.code += x86.op(Group.ADD, Reg.RSI, ARENA_BASE, wide=True) + b"\xf3\xa4"  # rep movsb
        sheet.code += _get(Reg.RDX, Word.CHANGED) + x86.op(Group.ADD, Reg.RDX, ARENA_BASE, wide=True)
        sheet.code += x86.indexed(b"\xc6", 0, Reg.RDX, Reg.RBX, wide=False) + b"\x01"

    def _renew_frame(self) -> None:
        """The words that are stored to as such; all of them where a store found its own way there."""
        sheet, clean = self._sheet, self._sheet.label()
        sheet.code += _get(Reg.RBP, Word.FRAME)
        sheet.code += x86.memory(_STORE, Reg.RBP, ARENA_BASE, FRAME_POINTER, wide=True) + place_frame()
        if len(self._written) > FEW_WORDS:
            sheet.code += fill_frame()
            return
        sheet.code += window_of_frame()
        sheet.code += x86.indexed(_CMP_BYTE, Group.CMP, ARENA_BASE, INDEX, DIRTY, wide=False) + b"\0"
        sheet.branch(clean, Cond.E)
        sheet.code += x86.indexed(b"\xc6", 0, ARENA_BASE, INDEX, DIRTY, wide=False) + b"\0" + fill_frame()
        sheet.here(clean)
        if self._written:
            sheet.code += x86.movabs(Reg.RAX, _FILL)
        for at in self._written:
            sheet.code += x86.memory(_STORE, Reg.RAX, Reg.RBP, at, wide=True)


def words_of(off: int, size: int) -> set[int]:
    """The frame's words (offsets from its end) that a store touches."""
    return set(range((off + STACK_SIZE) // 8 * 8 - STACK_SIZE, off + size, 8))


def _get(reg: Reg, word: Word) -> bytes:
    return x86.memory(_LOAD, reg, ARENA_BASE, word.off, wide=True)
