"""`python3 dev.py fuzz jit [--runs N] [--seed N]`: wild programs by the thousand, none of which may get out.

Every program runs with several sets of registers, and all of it twice, with other bytes around the memory it
may reach: what it leaves must be the same both times, so it read nothing else, and all else is as it was, so
it wrote nothing else. Its process must live through all of it.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.jit.many import OBJECTS, RUNS, TOP, Many, input_of
from tests.jit.wild import Places, program, registers
from vm.jit.guarded.compile import compile_guarded
from vm.jit.runner.runner import Runner, RunnerDiedError

INPUTS = 32
"""Sets of registers that each program runs with."""
FUEL = 300
PLACES = Places(tuple((one.first, one.size) for one in OBJECTS))
_TELL = 30
"""Seconds between two lines."""
FILLINGS = (0x5A, 0xC3)


@dataclass(slots=True)
class Tally:
    """Runs so far, each of them in both surroundings."""

    runs: int = 0
    programs: int = 0


def batches(seed: int, runner: Runner) -> Iterator[Tally]:
    """Runs batch after batch; AssertionError, which names the batch's seed, where a program got out."""
    tally = Tally()
    while True:
        rnd = Random(seed)
        runner.make_room(1 << 62)
        many = Many(runner)
        made = [compile_guarded(program(rnd, PLACES), {}) for _ in range(RUNS // INPUTS)]
        codes = [(code, runner.load(code.code)) for code in made]
        inputs = [input_of(registers(rnd, PLACES, TOP), rnd.randint(1, FUEL)) for _ in range(INPUTS)]
        try:
            left = [many.run(codes, inputs, value) for value in FILLINGS]
        except (AssertionError, RunnerDiedError) as error:
            raise AssertionError(f"seed {seed}: {error}") from error
        assert left[0] == left[1], f"seed {seed}: what a program leaves depends on bytes it may not read"
        seed += 1
        tally.programs += len(codes)
        tally.runs += len(codes) * len(inputs) * len(FILLINGS)
        yield tally


def main() -> None:
    """Runs as many as asked for, and says how many there were."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    begun = time.monotonic()
    with Runner() as runner:
        told = begun
        for tally in batches(options.seed, runner):
            now = time.monotonic()
            if now - told > _TELL or tally.runs >= options.runs:
                told = now
                runs = f"{tally.runs:,} runs of {tally.programs:,} programs"
                print(f"{runs} in {now - begun:,.0f} s: none got out", flush=True)
            if tally.runs >= options.runs:
                break


if __name__ == "__main__":
    main()
