"""The parent's side of a runner: memory shared with its process, and orders to it."""

import mmap
import os
import platform
import select
import struct
import subprocess
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Final

from vm.jit.guarded.arena import ALL_BOUNDS, DIRTY, HEADER, STATE, WINDOWS, closed
from vm.jit.runner.protocol import CODE_SIZE, DONE, MESSAGE, SHARED_SIZE, Order
from vm.source import HookscopeError

_REGISTERS: Final = struct.Struct("<11QqQ")
_WORDS: Final = struct.Struct(f"<{WINDOWS}Q")
_SECONDS: Final = 30.0
"""How long one order may take: far more than the fuel it is given lasts."""
_ROOT: Final = Path(__file__).parents[3]

Window = tuple[int, int, bool]
"""Of an open window: the first address, the bytes behind it, and whether they may be written."""


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
        at = -(-self._code_end // 16) * 16
        if at + len(code) > CODE_SIZE:
            raise HookscopeError.of(
                "native-room", "there is no room for more native code", "run less at once"
            )
        self._code[at : at + len(code)] = code
        self._code_end = at + len(code)
        return at

    def forget_code(self) -> None:
        """Makes room: what was loaded may not be run any more."""
        self._code_end = 0

    def close_all(self) -> None:
        """No window is open any more, and its pages are gone."""
        self._order(Order.CLOSE, 0, 0)
        self._opened.clear()
        self._windows = {}
        self._write_tables()

    def open(self, windows: Mapping[int, Window], objects: Iterable[tuple[int, int]]) -> None:
        """Opens exactly these windows; ``objects`` are the arena's bytes (from, count) that must be there."""
        for off, size in objects:
            if size and (off, size) not in self._opened:
                self._order(Order.OPEN, off, size)
                self._opened.add((off, size))
        if windows != self._windows:
            self._windows = dict(windows)
            self._write_tables()

    def _write_tables(self) -> None:
        for bounds in ALL_BOUNDS:
            low = [closed(window) for window in range(WINDOWS)]
            limit = [0] * WINDOWS
            for window, (first, size, writable) in self._windows.items():
                if size >= bounds.size and (writable or not bounds.write):
                    low[window], limit[window] = first, size - bounds.size
            self._put_header(bounds.low, _WORDS.pack(*low))
            self._put_header(bounds.limit, _WORDS.pack(*limit))

    def put(self, off: int, data: bytes | bytearray) -> None:
        """Writes bytes of the arena."""
        self._shared[HEADER + off : HEADER + off + len(data)] = bytes(data)

    def get(self, off: int, size: int) -> bytes:
        """Reads bytes of the arena."""
        return self._shared[HEADER + off : HEADER + off + size]

    def run(self, entry: int, registers: Iterable[int], fuel: int) -> tuple[list[int], int, int]:
        """Goes on at a place of the code; returns registers, the fuel left and the slot it stopped before.

        Raises RunnerDiedError where the process does not come back.
        """
        self._put_header(STATE, _REGISTERS.pack(*registers, fuel, 0))
        self._order(Order.RUN, entry, 0)
        *after, left, pc = _REGISTERS.unpack(self._shared[HEADER + STATE : HEADER + STATE + _REGISTERS.size])
        return after, left, pc

    def written(self) -> list[int]:
        """The windows that were stored to since this was last asked."""
        start = HEADER + DIRTY
        found = [window for window, mark in enumerate(self._shared[start : start + WINDOWS]) if mark]
        if found:
            self._shared[start : start + WINDOWS] = bytes(WINDOWS)
        return found

    def _put_header(self, off: int, data: bytes) -> None:
        self._shared[HEADER + off : HEADER + off + len(data)] = data

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
