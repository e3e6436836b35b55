"""`python3 dev.py fuzz equal [--programs N] [--seed N]`: generated programs on the machine and natively.

Return values, packets, maps and faults must be the same, and so must everything after any number of steps.
The programs are the shared data's generator's; every third is broken, as no verifier would let it run. With
each come two that try to get out of their memory, one of them by maps.
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
from tests.jit.wild import Places, lookups, slots
from tests.kernel_runs.test_replay import setup_of
from tests.verifier.mutate import mutant
from vm.encoding import decode
from vm.jit.runner.runner import Runner
from vm.kernel.bare import bare_world
from vm.kernel.engine_native import Native
from vm.kernel.run import run_all
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.memory.region import ARENA
from vm.program import MapSpec, Program
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

FIRST_SEED = 600_000
STEPS = 3_000
"""Of each run: a broken program may never end."""
MEMORY = bytes(range(100))
MAPS = (
    MapSpec("a", MapType.ARRAY, 4, 8, 3),
    MapSpec("b", MapType.HASH, 4, 16, 2),
    MapSpec("c", MapType.HASH, 8, 3, 2, flags=1),
    MapSpec("d", MapType.PERCPU_ARRAY, 4, 24, 2),
    MapSpec("e", MapType.PERCPU_HASH, 4, 8, 2),
    MapSpec("f", MapType.LRU_HASH, 16, 8, 2),
    MapSpec("g", MapType.LRU_PERCPU_HASH, 4, 4, 2),
    MapSpec("h", MapType.RINGBUF, 0, 0, 4096),
)
_EMPTY = Program("wild", ProgType.UNSPEC, (), ())
_TOLD = 20
_TELL = 60
"""Seconds between two lines."""


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
    for packet, (one, other) in enumerate(zip(alone.runs, helped.runs, strict=True)):
        if one != other:
            yield f"packet {packet} ends otherwise: {one}, natively {other}"
    if alone.maps != helped.maps:
        yield f"maps are left otherwise: {alone.maps}, natively {helped.maps}"
    index = rnd.randrange(len(setup))
    machines = [Machine(Scenario(setup).world(index), STEPS) for _ in range(2)]
    until = rnd.randint(1, 120)
    stopped, natively_stopped = stepped(machines[0], until), natively(machines[1], until, runner)
    for what, value in stopped.items():
        if natively_stopped[what] != value:
            yield f"after {until} steps of packet {index}, {what}: {value}, natively {natively_stopped[what]}"


def wild_differences(runner: Runner, rnd: Random) -> Iterator[str]:
    """The same of a program that tries to get out of its memory."""
    objects = Machine(bare_world(_EMPTY, MEMORY)).world.memory.regions
    drawn_slots = slots(rnd, Places(tuple((region.base, len(region.data)) for region in objects)))
    program = replace(_EMPTY, slots=tuple(drawn_slots), insns=decode(drawn_slots))
    limit = rnd.choice((STEPS, rnd.randint(1, 40)))
    machines = [Machine(bare_world(program, MEMORY), limit) for _ in range(2)]
    if stepped(machines[0], STEPS) != natively(machines[1], STEPS, runner):
        yield f"wild program with {limit} steps differs"


def wild_maps(rnd: Random) -> Setup:
    """Two packets through a program that does the same with maps of every kind native code knows."""
    drawn_slots = lookups(rnd, Places(((ARENA, 64),)), MAPS)
    program = Program("wild", ProgType.XDP, tuple(drawn_slots), decode(drawn_slots), MAPS)
    setup = Setup((program,), ProgType.XDP, (bytes(64), bytes(range(100))))
    return replace(setup, budget=replace(setup.budget, steps=STEPS))


def all_differences(setup: Setup, runner: Runner, native: Native, rnd: Random) -> Iterator[str]:
    """Those of a setup, of a wild program, and of one with maps."""
    yield from differences(setup, runner, native, rnd)
    yield from wild_differences(runner, rnd)
    yield from (f"wild maps: {found}" for found in differences(wild_maps(rnd), runner, native, rnd))


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
    told = begun
    with Runner() as runner, Native() as native:
        for done, record in enumerate(_records(options.seed)):
            now = time.monotonic()
            if now - told > _TELL or done >= options.programs:
                told = now
                print(f"{done:,} programs in {now - begun:,.0f} s: {wrong} differences", flush=True)
            if done >= options.programs:
                break
            rnd = Random(record["seed"])
            for difference in all_differences(drawn(record, rnd), runner, native, rnd):
                wrong += 1
                if wrong <= _TOLD:
                    print(f"seed {record['seed']}: {difference}"[:1_000], flush=True)
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
