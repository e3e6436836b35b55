"""How fast the verifier is, and how it compares with this machine's kernel: same program, same run."""

import gc
import math
import time
import tracemalloc
from collections.abc import Callable, Sequence

from app.linux.ask import kernel_maps, load_program
from app.linux.bpf import KernelMap, unavailable
from tests.bench.row import Row, at_most
from tests.verifier.recorded import read
from vm.asm import assemble
from vm.program import Program
from vm.verifier import Options, verify

EVERY = 100
"""One of so many recorded programs is measured against the kernel."""
LARGE = 30_000
"""Processed instructions from which on a program takes the kernel too long with its log."""


def bench() -> list[Row]:
    return [*_alone(), *_against_the_kernel()]


def _alone() -> list[Row]:
    straight = _program("r0 = 0\n" + "r0 += 1\nr0 ^= 5\nr1 = r0\n" * 333 + "exit")
    looping = _program("r6 = 0\nagain: r6 += 1\nr0 = r6\nif r6 < 33332 goto again\nexit")
    processed = verify(looping).processed
    seconds = _best(lambda: verify(looping), 3)
    peak, states = _memory(looping)
    return [
        at_most(
            f"{len(straight.slots):,} straight instructions", _best(lambda: verify(straight)) * 1000, "ms", 5
        ),
        at_most(f"a loop of {processed:,} processed, by 100,000", seconds * 100_000 / processed, "s", 1),
        at_most(f"memory by stored state, of {states:,} states", peak / states, "bytes", 2000),
    ]


def _program(text: str) -> Program:
    found = assemble(text).program
    if found is None:
        raise AssertionError("\n".join(map(str, assemble(text).errors)))
    return found


def _memory(program: Program) -> tuple[int, int]:
    """Bytes at the highest, and how many states were kept."""
    gc.collect()
    tracemalloc.start()
    states = verify(program).peak_states
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak, states


def _against_the_kernel() -> list[Row]:
    if reason := unavailable():
        print(f"not measured against the kernel: {reason}")
        return []
    silent, logged = [], []
    for recorded in read(EVERY):
        if recorded.root.processed in range(1, LARGE):
            with kernel_maps(recorded.program.maps) as maps:
                silent.append(_ratio(recorded.program, maps, 0))
                logged.append(_ratio(recorded.program, maps, 2))
    slower = sum(ratio > 1 for ratio in logged)
    return [
        at_most(f"times the silent kernel, mean of {len(silent)} programs", _mean(silent), "×", 8),
        Row("times the silent kernel, worst", max(silent), "×"),
        Row("times the kernel with log level 2, both logging, mean", _mean(logged), "×"),
        at_most("times the kernel with log level 2, both logging, worst", max(logged), "×", 1),
        Row("programs slower than the kernel with log level 2", slower, ""),
    ]


def _ratio(program: Program, maps: Sequence[KernelMap], log_level: int) -> float:
    """Our time over the kernel's, each the best of several."""

    def load() -> None:
        load_program(program, maps, log_level).close()

    return _best(lambda: verify(program, Options(log_level=log_level))) / _best(load)


def _mean(ratios: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def _best(work: Callable[[], object], times: int = 5) -> float:
    """Seconds of the fastest of several."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found)
