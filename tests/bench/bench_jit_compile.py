"""How long it takes to compile an instruction: processor time of this process, the best of several rounds."""

import gc
import time
from collections.abc import Callable, Sequence
from itertools import islice

from tests.bench.row import Row, at_most
from tests.kernel_runs.recorded import read
from tests.kernel_runs.test_replay import setup_of
from vm.instruction import LoadImm64
from vm.jit.arch import Arch
from vm.jit.guarded.compile import compile_guarded
from vm.jit.kernel_form import _usual, compile_kernel_form
from vm.jit.program import Rewritten
from vm.jit.rewrite import rewrite
from vm.kernel.native import prove

PROGRAMS = 1_000
ROUNDS = 7
LIMIT_US = 2


def _best(work: Callable[[], object]) -> float:
    """Seconds of the fastest round; what is compiled is given back outside of it."""
    found = []
    for _ in range(ROUNDS):
        gc.collect()
        gc.freeze()
        begun = time.process_time()
        made = work()
        found.append(time.process_time() - begun)
        del made
    gc.unfreeze()
    return min(found)


def _forgetful(programs: Sequence[Rewritten]) -> object:
    _usual.cache_clear()
    return [compile_kernel_form(one) for one in programs]


def bench() -> list[Row]:
    """Microseconds per slot of recorded programs whose verdict is known."""
    programs = [setup_of(record).programs[0] for record in islice(read(), PROGRAMS)]
    proved = [(program, prove(program)[1]) for program in programs]
    rewritten = {arch: [rewrite(*one, arch) for one in proved] for arch in Arch}
    constants = [
        {pc: 0 for pc, insn in enumerate(program.insns) if isinstance(insn, LoadImm64)}
        for program in programs
    ]
    slots = sum(len(program.slots) for program in programs)
    more = sum(len(one.slots) for one in rewritten[Arch.X86_64])
    works: dict[str, tuple[Callable[[], object], int]] = {
        "rewrite as Linux does": (lambda: [rewrite(*one) for one in proved], slots),
        "kernel form, x86-64": (lambda: [compile_kernel_form(one) for one in rewritten[Arch.X86_64]], more),
        "kernel form, x86-64, nothing remembered at first": (
            lambda: _forgetful(rewritten[Arch.X86_64]),
            more,
        ),
        "kernel form, AArch64": (
            lambda: [compile_kernel_form(one, Arch.AARCH64) for one in rewritten[Arch.AARCH64]],
            more,
        ),
        "guarded form": (
            lambda: [
                compile_guarded(one.insns, known) for one, known in zip(programs, constants, strict=True)
            ],
            slots,
        ),
    }
    return [
        at_most(f"compile: {name}", 1e6 * _best(work) / count, "µs/insn", LIMIT_US)
        for name, (work, count) in works.items()
    ]
