"""Engines that run the same program over the same packet: each tells the nanoseconds that one run takes.

Times are of the processor, so that what else a machine does counts as little as it can.
"""

import ctypes
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from app.linux.ask import kernel_maps, load_program
from app.linux.bpf import KernelProgram
from app.linux.bpf import unavailable as no_kernel
from tests.bench.jit_workloads import ENTRIES, Workload
from vm.encoding import pack
from vm.jit.runner.runner import Runner
from vm.kernel.native import prove
from vm.kernel.native_batch import NativeBatch
from vm.kernel.scenario import Setup
from vm.machine.trace import Budget
from vm.program import Program
from vm.uapi.prog_types import ProgType

Engine = Callable[[], float]
"""Runs a workload and returns the nanoseconds of one run."""


class TimedRunner(Runner):
    """A runner that adds up the processor's ns that its process takes for orders to run."""

    spent = 0

    def __enter__(self) -> "TimedRunner":
        return self

    def _processor(self) -> int:
        return int(Path(f"/proc/{self.process_id}/schedstat").read_text().split()[0])

    def run(self, code: int, entry: int, registers: Iterable[int], fuel: int) -> tuple[list[int], int, int]:
        start = self._processor()
        try:
            return super().run(code, entry, registers, fuel)
        finally:
            self.spent += self._processor() - start


def filled(program: Program) -> Program:
    return replace(program, maps=tuple(replace(spec, init=ENTRIES) for spec in program.maps))


def native(workload: Workload, runner: TimedRunner, *, proved: bool) -> Engine:
    """The guarded form over so many packets, one after the other; ``proved``: without the checks."""
    program = filled(workload.program())
    setup = Setup((program,), ProgType.XDP, (workload.packet,) * workload.runs, budget=Budget(1_000_000))

    slots = prove(program)[1].seen if proved else frozenset[int]()

    def measure() -> float:
        batch = NativeBatch(setup, runner, slots)
        runner.spent = 0
        result = batch.run()
        if result.finished:
            raise AssertionError("the machine had to help")
        return runner.spent / workload.runs

    return measure


@contextmanager
def kernel(workload: Workload) -> Iterator[Engine | None]:
    """BPF_PROG_TEST_RUN; None where this machine's kernel cannot be asked."""
    if no_kernel():
        yield None
        return
    program = filled(workload.program())
    with kernel_maps(program.maps) as maps:
        loaded = load_program(program, maps)
        if loaded.error:
            raise AssertionError(loaded.log[-500:])
        yield lambda: _test_run(loaded, workload)
        loaded.close()


def _test_run(loaded: KernelProgram, workload: Workload) -> float:
    start = time.thread_time_ns()
    loaded.test_run(workload.packet, repeat=workload.runs)
    return (time.thread_time_ns() - start) / workload.runs


class Ubpf:
    """uBPF's JIT from a library somebody built, without any checks, around it a loop in C."""

    def __init__(self, library: Path) -> None:
        compiler = shutil.which("cc")
        if compiler is None:
            raise AssertionError("the loop around uBPF's programs needs a C compiler (cc)")
        with TemporaryDirectory() as folder:
            loop = Path(folder) / "loop.so"
            source = Path(__file__).with_name("loop.c")
            subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", loop, source], check=True)
            self._loop = ctypes.CDLL(str(loop))
        self._loop.fill()
        self._loop.run.restype = ctypes.c_uint64
        self._ubpf = ctypes.CDLL(str(library))
        self._ubpf.ubpf_create.restype = ctypes.c_void_p
        self._ubpf.ubpf_compile.restype = ctypes.c_void_p

    def engine(self, workload: Workload) -> Engine:
        vm, message = ctypes.c_void_p(self._ubpf.ubpf_create()), ctypes.c_char_p()
        code = pack(workload.for_c().slots)
        self._ubpf.ubpf_register(vm, 1, b"lookup", self._loop.lookup)
        if self._ubpf.ubpf_load(vm, code, len(code), ctypes.byref(message)):
            raise AssertionError(f"uBPF: {message.value!r}")
        place = self._ubpf.ubpf_compile(vm, ctypes.byref(message))
        if not place:
            raise AssertionError(f"uBPF: {message.value!r}")
        program = ctypes.c_void_p(place)
        packet = ctypes.create_string_buffer(workload.packet, len(workload.packet))
        start = ctypes.addressof(packet)
        bounds = (ctypes.c_uint64 * 2)(start, start + len(packet))

        def measure() -> float:
            keep = packet  # the program reads it through an address
            runs = ctypes.c_uint64(workload.runs)
            took = self._loop.run(program, bounds, ctypes.c_size_t(16), runs)
            return float(took) / workload.runs if keep else 0.0

        return measure
