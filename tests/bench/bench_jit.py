"""Native code against uBPF's JIT (a library given by `--ubpf PATH`) and the kernel's, in the same run.

Figures are ratios of speeds: above 1 the guarded form is faster. Each is the median of rounds in which all
engines take their turn, with the least and the greatest behind it.
"""

import os
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.bench.bench_jit_compile import bench as compiling
from tests.bench.bench_machine import STEPS, WORLDS
from tests.bench.jit_engines import Engine, TimedRunner, Ubpf, kernel, native
from tests.bench.jit_workloads import WORKLOADS, Workload
from tests.bench.row import Row, at_least, at_most
from vm.instruction import Instruction
from vm.jit.guarded.compile import compile_guarded
from vm.jit.runner.runner import unavailable
from vm.kernel.native_batch import run_batch
from vm.kernel.native_seek import NativeForward
from vm.kernel.scenario import Setup
from vm.machine.trace import Budget, Trace
from vm.uapi.prog_types import ProgType

ROUNDS = 9
AGAINST_UBPF = {
    "ALU loop": (0.95, None),
    "1,500-byte checksum": (0.65, 1.2),
    "hash lookup and atomic": (1.0, None),
    "XDP parse and count": (0.8, None),
}
"""The least ratio with checks, and with those dropped that the verifier proved needless."""


def bench() -> Iterator[Row]:
    """The figures; none where native code cannot run."""
    if why_not := unavailable():
        yield Row(f"native code: {why_not}", 0, "")
        return
    given = os.environ.get("HOOKSCOPE_UBPF")
    ubpf = Ubpf(Path(given)) if given else None
    with TimedRunner() as runner:
        for workload in WORKLOADS:
            yield from _race(workload, runner, ubpf)
        yield from _round_trip(runner)
        yield from _scenario(runner)
        yield from _seeking(runner)
    yield from compiling()


def _race(workload: Workload, runner: TimedRunner, ubpf: Ubpf | None) -> Iterator[Row]:
    with ExitStack() as stack:
        linux = stack.enter_context(kernel(workload))
        engines: dict[str, Engine] = {
            "guarded": native(workload, runner, proved=False),
            "guarded, proved": native(workload, runner, proved=True),
        }
        if ubpf is not None:
            engines["uBPF"] = ubpf.engine(workload)
        if linux is not None:
            engines["kernel"] = linux
        times = _measured(engines)
    wanted = AGAINST_UBPF[workload.name]
    for ours, limit in zip(("guarded", "guarded, proved"), wanted, strict=True):
        for other in ("uBPF", "kernel"):
            if other in times:
                least = limit if other == "uBPF" else None
                yield _ratio(f"{workload.name}: {ours} / {other}", times[ours], times[other], least)
    if workload.name == "XDP parse and count":
        yield _rate(f"{workload.name}, batched", times["guarded"], 40)


def _measured(engines: dict[str, Engine]) -> dict[str, list[float]]:
    """All engines in turn, round by round, behind one round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in engines}
    for number in range(ROUNDS + 1):
        for name, measure in engines.items():
            took = measure()
            if number:
                times[name].append(took)
    return times


def _ratio(name: str, ours: list[float], other: list[float], least: float | None) -> Row:
    ratios = [theirs / mine for mine, theirs in zip(ours, other, strict=True)]
    told = f"{name} ({min(ratios):.2f}–{max(ratios):.2f})"
    if least is None:
        return Row(told, median(ratios), "x")
    return at_least(told, median(ratios), "x", least)


def _rate(name: str, times: list[float], least: float) -> Row:
    rates = [1e3 / took for took in times]
    return at_least(f"{name} ({min(rates):.1f}–{max(rates):.1f})", median(rates), "M/s", least)


def _round_trip(runner: TimedRunner) -> Iterator[Row]:
    """The p50 of an order that runs one instruction."""
    place = runner.load(compile_guarded(_nothing(), {}).code)
    entry = compile_guarded(_nothing(), {}).entries[0]
    times = []
    for _ in range(2_000):
        start = time.perf_counter()
        runner.run(place, entry, [0] * 11, 10)
        times.append((time.perf_counter() - start) * 1e6)
    yield at_most(f"worker round trip, p50 ({min(times):.0f}–{max(times):.0f})", median(times), "µs", 100)


def _nothing() -> tuple[Instruction | None, ...]:
    return WORKLOADS[0].program().insns[-1:]


def _scenario(runner: TimedRunner) -> Iterator[Row]:
    """100,000 packets of many senders through XDP, all that Python does included, in processor time."""
    workload, choose = WORKLOADS[3], random.Random(1)
    packets = tuple(
        workload.packet[:37] + bytes((choose.randrange(256),)) + workload.packet[38:] for _ in range(100_000)
    )
    setup = Setup((workload.program(),), ProgType.XDP, packets)
    rates = []
    for _ in range(5):
        start, spent = time.process_time(), runner.spent
        run_batch(setup, runner)
        took = time.process_time() - start + (runner.spent - spent) / 1e9
        rates.append(len(packets) / took)
    name = f"100,000 packets through XDP unwatched ({min(rates):,.0f}–{max(rates):,.0f})"
    yield at_least(name, median(rates), "packets/s", 1_000_000)


def _seeking(runner: TimedRunner) -> Iterator[Row]:
    """Processor time of a seek to any step of a million-step run, native and, for a computer without, not."""
    for name, world in WORLDS.items():
        trace = Trace(world(), Budget(STEPS))
        for told, forward, most in (
            ("", NativeForward(runner), 1),
            (", without native code", trace.forward, 10),
        ):
            trace.forward = forward
            trace.seek(STEPS // 2)
            times = sorted(_seek(trace, runner, seed) for seed in range(500))
            label = f"seek in {len(trace):,} steps, {name}{told}, p99 (p50 {times[250]:.2f})"
            yield at_most(label, times[495], "ms", most)


def _seek(trace: Trace, runner: TimedRunner, seed: int) -> float:
    number = random.Random(seed).randrange(len(trace))
    start, spent = time.process_time(), runner.spent
    trace.seek(number)
    return (time.process_time() - start) * 1e3 + (runner.spent - spent) / 1e6
