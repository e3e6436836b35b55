"""The parent's side of a runner: memory shared with its process, and orders to it."""

import mmap
import os
import platform
import select
import struct
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Final

from vm.jit.guarded.arena import ALL_BOUNDS, DIRTY, HEADER, LOW, STATE, STRIDES, TABLE, WINDOWS
from vm.jit.guarded.strided import ROW
from vm.jit.runner.protocol import CODE_SIZE, DONE, MESSAGE, SHARED_SIZE, Order
from vm.source import HookscopeError
from vm.word import MASK64

_REGISTERS: Final = struct.Struct("<11QqQ")
_WORD: Final = struct.Struct("<Q")
_ELEMENTS: Final = struct.Struct("<4Q")
_SECONDS: Final = 30.0
"""How long one order may take: far more than the fuel it is given lasts."""
_ROOT: Final = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True)
class Window:
    """An open window: the first address, the bytes behind it, and whether they may be written.

    With a ``stride`` they are elements, of which the first ``size`` bytes may be accessed.
    """

    first: int
    total: int
    writable: bool
    stride: int = 0
    size: int = 0


class RunnerDiedError(Exception):
    """The runner's process ended; what it was doing has to be done another way."""


@cache
def unavailable() -> str | None:
    """Why native code cannot run on this machine; None where it can."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "AMD64"):
        return "native code needs Linux on x86-64"
    try:
        with Runner():
            return None
    except (OSError, RunnerDiedError) as error:
        return f"no runner could be started: {error}"


class Runner:
    """A confined process and the memory shared with it. Use as a context manager, or ``stop`` it."""

    def __init__(self) -> None:
        shared, code = (
            os.memfd_create(name, os.MFD_CLOEXEC) for name in ("hookscope-arena", "hookscope-code")
        )
        try:
            os.ftruncate(shared, SHARED_SIZE)
            os.ftruncate(code, CODE_SIZE)
            self._shared = mmap.mmap(shared, SHARED_SIZE, mmap.MAP_SHARED)
            self._code = mmap.mmap(code, CODE_SIZE)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "vm.jit.runner.worker", str(shared), str(code)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(shared, code),
                cwd=_ROOT,
                bufsize=0,
                env={"PYTHONPATH": str(_ROOT)},
            )
        finally:
            os.close(shared)
            os.close(code)
        self._code_end = 0
        self._loaded: dict[bytes, int] = {}
        self._windows: dict[int, Window] = {}
        self._opened: set[tuple[int, int]] = set()
        self._answer()
        self.close_all()

    def __enter__(self) -> "Runner":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def process_id(self) -> int:
        """The process' number."""
        return self._process.pid

    def stop(self) -> None:
        """Ends the process and gives the memory back."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._shared.close()
        self._code.close()

    def load(self, code: bytes) -> int:
        """Puts code where the process may run it and returns the place; HookscopeError without room."""
        found = self._loaded.get(code)
        if found is not None:
            return found
        at = -(-self._code_end // 64) * 64
        if at + len(code) > CODE_SIZE:
            raise HookscopeError.of(
                "native-room", "there is no room for more native code", "run less at once"
            )
        self._code[at : at + len(code)] = code
        self._code_end = at + len(code)
        self._loaded[code] = at
        return at

    def make_room(self, size: int) -> bool:
        """Makes room for so much code; whether all code loaded before had to go for it."""
        if self._code_end + size <= CODE_SIZE:
            return False
        self._code_end = 0
        self._loaded.clear()
        return True

    def close_all(self) -> None:
        """No window is open any more, and its pages are gone."""
        self._order(Order.CLOSE, 0, 0)
        self._opened.clear()
        self._windows = {}
        self.put(LOW, bytes(TABLE))
        self.put(STRIDES, bytes(ROW * WINDOWS))
        for bounds in ALL_BOUNDS:
            self.put(bounds.limit, bytes(TABLE))

    def open(self, windows: Mapping[int, Window], objects: Iterable[tuple[int, int]]) -> None:
        """Opens exactly these windows; ``objects`` are the arena's bytes (from, count) that must be there."""
        for off, size in objects:
            if size and (off, size) not in self._opened:
                self._order(Order.OPEN, off, size)
                self._opened.add((off, size))
        for window, now in windows.items():
            if self._windows.get(window) != now:
                self._write_window(window, now)
        for window in self._windows.keys() - windows.keys():
            self._write_window(window, None)
        self._windows = dict(windows)

    def unsure(self, windows: Iterable[int]) -> None:
        """Native code may have opened or closed these."""
        for window in windows:
            self._windows[window] = Window(0, 0, False)

    def _write_window(self, window: int, now: Window | None) -> None:
        plain = now is not None and not now.stride
        if now is not None:
            self.put(LOW + 8 * window, _WORD.pack(now.first))
        for bounds in ALL_BOUNDS:
            places = bounds.places(now.total, writable=now.writable) if now is not None and plain else 0
            self.put(bounds.limit + 8 * window, _WORD.pack(places))
        elements = _ELEMENTS.pack(0, 0, 0, 0)
        if now is not None and now.stride and now.writable:
            elements = _ELEMENTS.pack(now.first, now.total, now.stride, now.size)
        self.put(STRIDES + ROW * window, elements)

    def put(self, off: int, data: bytes | bytearray | memoryview) -> None:
        """Writes bytes of the arena or, at a negative offset, of the header."""
        self._shared[HEADER + off : HEADER + off + len(data)] = data

    def get(self, off: int, size: int) -> bytes:
        """Reads bytes of the arena or, at a negative offset, of the header."""
        return self._shared[HEADER + off : HEADER + off + size]

    def give_back(self, off: int, size: int) -> None:
        """Lets go of whole pages of the header, which are zeros then."""
        start = -(-(HEADER + off) // mmap.PAGESIZE) * mmap.PAGESIZE
        end = (HEADER + off + size) // mmap.PAGESIZE * mmap.PAGESIZE
        if end > start:
            self._shared.madvise(mmap.MADV_REMOVE, start, end - start)

    def word(self, off: int) -> int:
        """Reads 64 bits."""
        return int(_WORD.unpack_from(self._shared, HEADER + off)[0])

    def set_word(self, off: int, value: int) -> None:
        """Writes 64 bits."""
        _WORD.pack_into(self._shared, HEADER + off, value & MASK64)

    def run(self, code: int, entry: int, registers: Iterable[int], fuel: int) -> tuple[list[int], int, int]:
        """Goes on at ``entry`` of the code that was loaded at ``code``.

        Returns registers, the fuel left and the slot it stopped before.

        Raises RunnerDiedError where the process does not come back.
        """
        _REGISTERS.pack_into(self._shared, HEADER + STATE, *registers, fuel, 0)
        self._order(Order.RUN, code, code + entry)
        *after, left, pc = _REGISTERS.unpack_from(self._shared, HEADER + STATE)
        return after, left, pc

    def written(self) -> list[int]:
        """The windows that were stored to since this was last asked."""
        start = HEADER + DIRTY
        found = [window for window, mark in enumerate(self._shared[start : start + WINDOWS]) if mark]
        if found:
            self._shared[start : start + WINDOWS] = bytes(WINDOWS)
        return found

    def _order(self, what: Order, first: int, second: int) -> None:
        pipe = self._process.stdin
        try:
            if pipe is not None:
                pipe.write(MESSAGE.pack(what, first, second))
        except OSError as error:
            raise RunnerDiedError(f"the runner is gone: {error}") from error
        self._answer()

    def _answer(self) -> None:
        pipe = self._process.stdout
        if pipe is None or not select.select([pipe], [], [], _SECONDS)[0]:
            self._process.kill()
            raise RunnerDiedError("the runner did not answer in time")
        if pipe.read(1) != DONE:
            raise RunnerDiedError(f"the runner was ended by signal {-self._process.wait()}")
