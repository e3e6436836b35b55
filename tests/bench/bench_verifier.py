"""How fast the verifier is, and how it compares with this machine's kernel: same program, same run.

Times are of the processor this process used, the kernel's on its behalf included, so that what else runs on
the machine counts less. Each is the best of several.
"""

import gc
import math
import time
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Final

from app.linux.ask import kernel_maps, load_program
from app.linux.bpf import KernelMap, unavailable
from tests.bench.row import Row, at_most
from tests.verifier.recorded import read
from vm.asm import assemble
from vm.program import Program
from vm.verifier import Options, scalar, verify
from vm.verifier.exploration import Recorder
from vm.verifier.state import State

EVERY: Final = 80
"""One of so many recorded programs is measured against the kernel."""
LARGE: Final = 30_000
"""Processed instructions from which on a program takes the kernel too long with its log."""
FEW_STATES: Final = 500
"""Kept states up to which memory by state would only say what the verifier itself takes."""

STRAIGHT: Final = "r0 = 0\n" + "r0 += 1\nr0 ^= 5\nr1 = r0\n" * 333 + "exit"
SHAPES: Final = {
    "a bounded loop": "r6 = 0\nagain: r6 += 1\nr0 = r6\nif r6 < 33332 goto again\nexit",
    "8,192 paths that differ": (
        "r7 = *(u32 *)(r1 + 16)\nr6 = 0\n"
        + "".join(f"if r7 & {1 << i} goto a{i}\nr6 += {1 << i}\na{i}: r8 = r6\n" for i in range(13))
        + "r0 = 0\nif r6 > 9000 goto end\nr0 = 1\nend: exit"
    ),
    "a loop of calls": (
        "r6 = 0\nr7 = r1\nagain: r1 = r6\nr2 = r7\ncall f\nr6 += 1\nif r6 < 9000 goto again\nr0 = 0\nexit\n"
        "f: r3 = r1\nr3 += 5\n*(u64 *)(r10 - 8) = r3\nr0 = *(u64 *)(r10 - 8)\nif r3 > 100000 goto end\n"
        "r0 += 1\nend: exit"
    ),
    "a loop over the stack": (
        "r7 = r1\nr6 = 0\nagain: r1 = r6\n*(u64 *)(r10 - 8) = r6\n*(u32 *)(r10 - 16) = r6\n"
        "r2 = *(u64 *)(r10 - 8)\nr3 = *(u32 *)(r7 + 16)\nr3 &= 0xff\nr3 += r2\n*(u64 *)(r10 - 24) = r3\n"
        "r6 += 1\nif r6 < 10000 goto again\nr0 = 0\nexit"
    ),
}
"""Programs of about 100,000 instructions processed, by what they are hard with."""


def bench() -> list[Row]:
    return [*_alone(), *_against_the_kernel()]


def _alone() -> list[Row]:
    straight = _program(STRAIGHT)
    name = f"{len(straight.slots):,} straight instructions"
    rows = [at_most(name, _best(lambda: verify(straight)) * 1000, "ms", 5)]
    memory = []
    for shape, text in SHAPES.items():
        program = _program(text)
        processed = verify(program).processed
        seconds = _best(lambda program=program: verify(program), 3)  # type: ignore[misc]
        rows.append(at_most(f"{shape}, by 100,000 processed", seconds * 100_000 / processed, "s", 1))
        if verify(program).peak_states > FEW_STATES:
            size, states = _memory(program)
            memory.append(at_most(f"{shape}, memory by state of {states:,}", size / states, "bytes", 2000))
    return rows + memory


def _program(text: str) -> Program:
    found = assemble(text).program
    if found is None:
        raise AssertionError("\n".join(map(str, assemble(text).errors)))
    return found


def _clear() -> None:
    """Frees what nobody holds."""
    gc.collect()
    scalar.sweep()


class _AtExit(Recorder):
    """Notes how many bytes are held each time a path comes to the program's exit."""

    held = 0

    def insn(self, index: int, pc: int, previous: int, state: State) -> None:
        """Keeps nothing: what is kept would be counted."""

    def exited(self, index: int, pc: int) -> None:
        _clear()
        self.held = max(self.held, tracemalloc.get_traced_memory()[0])


def _memory(program: Program) -> tuple[int, int]:
    """Bytes held when a path ends over those before, and how many states were kept at once at most.

    What the verifier keeps from program to program (its caches) is traced already, so that it does not count.
    """
    observer = _AtExit()
    tracemalloc.start()
    for _ in range(3):  # until every older entry of the caches has been exchanged for a traced one
        verify(program)
    _clear()
    before, _ = tracemalloc.get_traced_memory()
    states = verify(program, observer=observer).peak_states
    tracemalloc.stop()
    return observer.held - before, states


def _against_the_kernel() -> list[Row]:
    if reason := unavailable():
        print(f"not measured against the kernel: {reason}")
        return []
    rows = []
    for shape, text in {"straight instructions": STRAIGHT, **SHAPES}.items():
        program = _program(text)
        ratio = _spent(program, 0, 2) / _spent_by_kernel(program, (), 0, 2)
        rows.append(Row(f"{shape}, times the silent kernel", ratio, "×"))
    silent, logged, beside = [], [], []
    for recorded in read(EVERY):
        if recorded.root.processed in range(1, LARGE):
            program = recorded.program
            with kernel_maps(program.maps) as maps:
                kernel, kernel_log = (_spent_by_kernel(program, maps, level) for level in (0, 2))
            ours, our_log = (_spent(program, level) for level in (0, 2))
            silent.append(ours / kernel)
            logged.append(our_log / kernel_log)
            beside.append(ours / kernel_log)
    return [
        *rows,
        at_most(f"times the silent kernel, mean of {len(silent)} programs", _mean(silent), "×", 8),
        Row("times the silent kernel, worst", max(silent), "×"),
        Row("times the kernel with log level 2, ours silent, mean", _mean(beside), "×"),
        at_most("times the kernel with log level 2, ours silent, worst", max(beside), "×", 1),
        Row("times the kernel with log level 2, both logging, mean", _mean(logged), "×"),
        at_most("times the kernel with log level 2, both logging, worst", max(logged), "×", 1),
        Row("programs slower than the kernel, both logging", sum(ratio > 1 for ratio in logged), ""),
    ]


def _spent(program: Program, log_level: int, times: int = 5) -> float:
    return _best(lambda: verify(program, Options(log_level=log_level)), times)


def _spent_by_kernel(program: Program, maps: Sequence[KernelMap], log_level: int, times: int = 5) -> float:
    return _best(lambda: load_program(program, maps, log_level).close(), times)


def _mean(ratios: Sequence[float]) -> float:
    """The geometric mean."""
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def _best(work: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of several."""
    found = []
    for _ in range(times):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)
