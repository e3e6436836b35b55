"""`python3 dev.py fuzz equal [--programs N] [--seed N]`: generated programs on the machine and natively.

Return values, packets, maps and faults must be the same, and so must everything after any number of steps.
The programs are the shared data's generator's; every third is broken, as no verifier would let it run.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import count
from random import Random
from typing import Any

from tests.golden.record_runs import tools
from tests.jit.test_native_run import natively, stepped
from tests.kernel_runs.test_replay import setup_of
from tests.verifier.mutate import mutant
from vm.jit.runner.runner import Runner
from vm.kernel.engine_native import Native
from vm.kernel.run import run_all
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine

FIRST_SEED = 600_000
STEPS = 3_000
"""Of each run: a broken program may never end."""
_TOLD = 20


def drawn(record: dict[str, Any], rnd: Random) -> Setup:
    """The record's packets through its program, or through a broken one."""
    setup = setup_of(record)
    setup = replace(setup, budget=replace(setup.budget, steps=STEPS))
    if rnd.randrange(3):
        return setup
    return replace(setup, programs=(mutant(setup.programs[0], f"equal {record['seed']}")[1],))


def differences(setup: Setup, runner: Runner, native: Native, rnd: Random) -> Iterator[str]:
    """What native code does otherwise: all packets to the end, and one to some step."""
    alone, helped = run_all(setup), run_all(setup, native)
    if alone != helped:
        yield f"ends otherwise: {alone} natively {helped}"
    index = rnd.randrange(len(setup))
    machines = [Machine(Scenario(setup).world(index), STEPS) for _ in range(2)]
    until = rnd.randint(1, 120)
    stopped, natively_stopped = stepped(machines[0], until), natively(machines[1], until, runner)
    for what, value in stopped.items():
        if natively_stopped[what] != value:
            yield f"after {until} steps of packet {index}, {what}: {value}, natively {natively_stopped[what]}"


def _records(first: int) -> Iterator[dict[str, Any]]:
    generator = tools().gen
    for seed in count(first):
        with suppress(ZeroDivisionError):  # the generator's own, for one seed in some thousands
            yield generator.generate(seed)


def main() -> None:
    """Compares as many programs as asked for, and says what differed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=FIRST_SEED)
    options = parser.parse_args()
    begun, wrong = time.monotonic(), 0
    with Runner() as runner, Native() as native:
        for done, record in enumerate(_records(options.seed)):
            if done >= options.programs:
                break
            rnd = Random(record["seed"])
            for difference in differences(drawn(record, rnd), runner, native, rnd):
                wrong += 1
                if wrong <= _TOLD:
                    print(f"seed {record['seed']}: {difference}"[:1_000], flush=True)
    seconds = time.monotonic() - begun
    print(f"{options.programs:,} programs in {seconds:,.0f} s: {wrong} differences")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
