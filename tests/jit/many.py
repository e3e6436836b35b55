"""Many runs of guarded code in one journey to the runner, with everything around their memory watched.

A piece of machine code, the driver, goes through a table of runs: it sets the registers, closes the frames
that the run before left open, calls the code and keeps the registers it ends with.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from vm.isa import MAX_FRAMES, STACK_SIZE
from vm.jit.guarded.arena import ALL_BOUNDS, DEEPEST, DEPTH, DIRTY, HEADER, LOW, ROOM, STATE, TABLE, WINDOWS
from vm.jit.guarded.compile import GuardedCode
from vm.jit.runner.runner import Runner, Window
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import RET, Cond, Group, Reg
from vm.memory.region import ARENA, WINDOW

_LOAD, _STORE, _LEA = b"\x8b", b"\x89", b"\x8d"
_COPY_WORDS: Final = b"\xfc\xf3\x48\xa5"
"""cld; rep movsq"""
_SAVED: Final = (Reg.RBX, Reg.RBP, Reg.R12, Reg.R13, Reg.R14)
_RUN: Final = struct.Struct("<QQ12Q13Q")
"""Where the code is, where it is to go on, registers and fuel; then registers, fuel and slot afterwards."""
_INPUT: Final = struct.Struct("<11Qq")
RUNS: Final = 4096
"""As many as one journey takes."""
_WORDS: Final = ROOM - 8 - RUNS * _RUN.size
"""Where the table is, its length before it."""
FRAME: Final = 1
"""The window of the first frame; those of the others follow."""
TOP: Final = ARENA + FRAME * WINDOW + STACK_SIZE


@dataclass(frozen=True, slots=True)
class Object:
    """Bytes of the arena in a window (or two): ``size`` of them from ``off`` on may be reached."""

    window: int
    off: int
    size: int
    writable: bool
    windows: int = 1

    @property
    def first(self) -> int:
        """The first address."""
        return ARENA + self.window * WINDOW + self.off


OBJECTS: Final = (
    Object(FRAME, 0, STACK_SIZE, writable=True),
    Object(20, 16, 100, writable=True),
    Object(21, 0, 64, writable=False),
    Object(23, 0, 4096, writable=True),
    Object(24, WINDOW - 64, 128, writable=True, windows=2),
    Object(30, 7, 1, writable=True),
)
SECRET: Final = 22
"""A window whose page is there and which nobody may reach."""
_PAGE: Final = 4096


def driver() -> bytes:
    """Called with the arena in rdi and the code's first byte in rsi."""
    code = b"".join(map(x86.push, _SAVED))
    code += x86.mov(Reg.R13, Reg.RDI, wide=True) + x86.mov(Reg.RBX, Reg.RSI, wide=True)
    code += x86.memory(_LOAD, Reg.RBP, Reg.R13, _WORDS, wide=True)
    code += x86.memory(_LEA, Reg.R14, Reg.R13, _WORDS + 8, wide=True)
    one = _before() + _call() + _after()
    one += x86.op_imm(Group.SUB, Reg.RBP, 1, wide=True)
    code += one + bytes((0x0F, 0x80 | Cond.NE)) + x86.i32(-len(one) - 6)
    return code + b"".join(map(x86.pop, reversed(_SAVED))) + RET


def _copy(to: tuple[Reg, int], come: tuple[Reg, int], words: int) -> bytes:
    code = x86.memory(_LEA, Reg.RDI, *to, wide=True) + x86.memory(_LEA, Reg.RSI, *come, wide=True)
    return code + x86.mov_imm32(Reg.RCX, words, sign_extend=False) + _COPY_WORDS


def _before() -> bytes:
    """No call is under way and no other frame is open."""
    code = b""
    for at in (DEPTH, DEEPEST):
        code += x86.store_imm(Reg.R13, at, 0, 8)
    for bounds in ALL_BOUNDS:
        for window in range(FRAME + 1, FRAME + MAX_FRAMES):
            code += x86.store_imm(Reg.R13, bounds.limit + 8 * window, 0, 8)
    return code + _copy((Reg.R13, STATE), (Reg.R14, 16), 12)


def _call() -> bytes:
    code = x86.mov(Reg.RDI, Reg.R13, wide=True)
    for reg, at in ((Reg.RSI, 8), (Reg.RAX, 0)):
        code += x86.memory(_LOAD, reg, Reg.R14, at, wide=True) + x86.op(Group.ADD, reg, Reg.RBX, wide=True)
    return code + b"\xff\xd0"  # call rax


def _after() -> bytes:
    code = _copy((Reg.R14, 16 + 12 * 8), (Reg.R13, STATE), 13)
    return code + x86.op_imm(Group.ADD, Reg.R14, _RUN.size, wide=True)


class Many:
    """A runner with the driver, the objects, and every other byte it can reach filled with one value."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        assert runner.load(driver()) == 0, "the worker calls the first code there is"
        windows = {
            one.window + n: Window(one.first, one.size, one.writable)
            for one in OBJECTS
            for n in range(one.windows)
        }
        runner.open(windows, [(start, size) for start, size in _pages()])

    def fill(self, value: int) -> None:
        """Objects get zeros, all around them ``value``."""
        for start, size in _pages():
            self.runner.put(start, bytes([value]) * size)
        for one in OBJECTS:
            self.runner.put(one.first - ARENA, bytes(one.size))
        self.runner.put(DIRTY, bytes(WINDOWS))

    def run(self, codes: Sequence[tuple[GuardedCode, int]], inputs: Sequence[bytes], value: int) -> bytes:
        """Every code with every input; what registers and objects are afterwards.

        Raises AssertionError where a byte was changed that is nobody's; RunnerDiedError.
        """
        self.fill(value)
        empty = bytes(13 * 8)
        rows = [
            struct.pack("<QQ", place, place + code.entries[0]) + given + empty
            for code, place in codes
            for given in inputs
        ]
        assert len(rows) <= RUNS
        before = self._tables()
        self.runner.put(_WORDS, struct.pack("<Q", len(rows)) + b"".join(rows))
        self.runner.run(0, 0, [0] * 11, 0)
        assert self._tables() == before, "the tables were changed"
        self._look_around(value)
        table = self.runner.get(_WORDS + 8, len(rows) * _RUN.size)
        return table + b"".join(self.runner.get(one.first - ARENA, one.size) for one in OBJECTS)

    def _tables(self) -> bytes:
        """All that says what may be reached, but for the frames of calls."""
        frames = slice(8 * (FRAME + 1), 8 * (FRAME + MAX_FRAMES))
        tables = [bytearray(self.runner.get(bounds.limit, TABLE)) for bounds in ALL_BOUNDS]
        for table in tables:
            table[frames] = bytes(8 * (MAX_FRAMES - 1))
        return self.runner.get(LOW, TABLE) + b"".join(tables)

    def _look_around(self, value: int) -> None:
        """Nobody's bytes are as they were."""
        for start, size in _pages():
            page = bytearray(self.runner.get(start, size))
            for first, length in _reachable():
                if 0 <= first - start < size:
                    page[first - start : first - start + length] = bytes([value]) * length
            assert page == bytes([value]) * size, f"bytes at {start:#x} were changed"


def input_of(registers: Sequence[int], fuel: int) -> bytes:
    """Registers and fuel as a row of the table holds them."""
    return _INPUT.pack(*registers, fuel)


def _reachable() -> list[tuple[int, int]]:
    """The arena's bytes that a run may write: the objects', and the frames' of calls."""
    frames = [(window * WINDOW, STACK_SIZE) for window in range(FRAME + 1, FRAME + MAX_FRAMES)]
    return [(one.first - ARENA, one.size) for one in OBJECTS] + frames


@cache
def _pages() -> list[tuple[int, int]]:
    """The bytes of the arena that are there (from, how many): whole pages, the secret one too."""
    found = [
        (one.first - ARENA & -_PAGE, -(-(one.off % _PAGE + one.size) // _PAGE) * _PAGE) for one in OBJECTS
    ]
    found += [(window * WINDOW, _PAGE) for window in range(FRAME + 1, FRAME + MAX_FRAMES)]
    return [*found, (SECRET * WINDOW, _PAGE)]


assert _WORDS > -HEADER
