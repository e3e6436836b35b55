"""`python -m tests.witness.measure [START COUNT]`: how many rejections that can fault get a witness.

Programs come from the shared generator, by seed. Counted are rejections about memory and null at an
instruction that accesses memory, in programs that run on packets. Which of them can fault at all is found out
by a search twenty times as long, with packets of the generator and random ones on top. Prints the share by
kind, and with ``--missed`` the seeds that were missed. ``--record`` keeps what the test
of the share is held to.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from tests.shared_data import CHECKOUT
from tests.verifier.programs import generated, program_from
from tests.verifier.recorded import read
from vm.instruction import Atomic, Call, Load, LoadAcquire, Store, StoreRelease
from vm.kernel.run import run_all
from vm.kernel.scenario import Scenario, Setup
from vm.machine.trace import Budget as RunBudget
from vm.program import Program
from vm.source import HookscopeError
from vm.verifier import Options
from vm.verifier.category import Category
from vm.verifier.explain import Explained, explained
from vm.witness import Budget, Witness
from vm.witness.ask import can_run, witness_of
from vm.witness.search import RUNNABLE

ACCESSES = (Load, LoadAcquire, Store, StoreRelease, Atomic, Call)
LONG = Budget(runs=4_000, seconds=4.0)
RANDOM = 300
GOLDEN = CHECKOUT / "tests/data/witness.json"
EVERY = 20
"""One in so many of the recorded programs is looked at by the test."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One rejection: whether a witness was found in the ordinary budget, by the long search, or by chance."""

    seed: int
    kind: str
    found: bool
    confirmed: bool
    longer: bool
    beside: bool
    """Of those without a fault: an input was found with which the access leaves its map value."""


def concerns(found: Explained, program: Program) -> bool:
    """Whether the rejection is about memory or null, at an access, in a program that can run."""
    about = found.explanation
    if about is None or about.place.pc is None or about.category != Category.MEMORY:
        return False
    return program.prog_type in RUNNABLE and isinstance(program.insns[about.place.pc], ACCESSES)


def confirmed(program: Program, witness: Witness) -> bool:
    """Whether the machine, asked from scratch, faults on the witness's last packet and on no other."""
    setup = Setup((witness.of(program),), program.prog_type, witness.packets, budget=RunBudget(steps=50_000))
    runs = run_all(setup).runs
    return runs[-1].fault is not None and all(run.fault is None for run in runs[:-1])


def measured(seed: int) -> Measured | None:
    """The rejection of a seed, if it is one that counts."""
    record = generated(seed)
    program = program_from(record)
    found = explained(program, Options())
    if found.explanation is None or not concerns(found, program) or not can_run(found):
        return None
    short = witness_of(program, found, Budget())
    kind = found.explanation.kind
    if isinstance(short, Witness) and short.how == "fault":
        return Measured(seed, kind, True, confirmed(program, short), True, False)
    beside = isinstance(short, Witness)
    most = witness_of(program, found, LONG)
    longer = (isinstance(most, Witness) and most.how == "fault") or by_chance(program, found, record)
    return Measured(seed, kind, False, False, longer, beside)


def can_fault(program: Program) -> bool:
    """Whether the program is rejected at an access that a long search makes fault."""
    found = explained(program, Options())
    if not concerns(found, program) or not can_run(found):
        return False
    answer = witness_of(program, found, LONG)
    return isinstance(answer, Witness) and answer.how == "fault" and confirmed(program, answer)


def record() -> int:
    """Keeps the seeds of recorded programs that can fault; how many they are."""
    seeds = [one.seed for one in read(EVERY) if not one.root.accepted and can_fault(one.program)]
    GOLDEN.write_text(json.dumps(seeds) + "\n", encoding="utf-8")
    return len(seeds)


def by_chance(program: Program, found: Explained, record: dict[str, list[str]]) -> bool:
    """Whether one of the generator's packets or many random ones make the machine fault at the slot."""
    random = Random(0)
    packets = [bytes.fromhex(text) for text in record.get("packets", [])]
    for _ in range(RANDOM):
        packet = bytearray(random.choice(packets)) if packets else bytearray(random.randbytes(60))
        for _ in range(random.randint(1, 12)):
            packet[random.randrange(len(packet))] = random.choice((0, 1, 255, random.randrange(256)))
        packets.append(bytes(packet[: random.randint(14, len(packet))]))
    pc = found.explanation.place.pc if found.explanation else None
    setup = Setup((program,), program.prog_type, tuple(packets), budget=RunBudget(steps=20_000))
    return any(at == pc for at in fault_slots(setup))


def fault_slots(setup: Setup) -> Iterator[int]:
    """The slots at which the packets, each on fresh maps, make the machine fault."""
    for packet in setup.packets:
        try:
            machine = Scenario(replace(setup, packets=(packet,))).finished(0)
        except HookscopeError:
            continue
        if machine.fault is not None:
            yield machine.state.pc


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("start", nargs="?", type=int, default=0)
    parser.add_argument("count", nargs="?", type=int, default=500)
    parser.add_argument("--missed", action="store_true", help="print the seeds that were missed")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--record", action="store_true", help="keep which recorded programs can fault")
    given = parser.parse_args()
    if given.record:
        print(f"{record()} recorded programs can fault")
        return
    seeds = range(given.start, given.start + given.count)
    with ProcessPoolExecutor(given.jobs) as pool:
        rows = [row for row in pool.map(partial(measured), seeds, chunksize=10) if row is not None]
    can = [row for row in rows if row.longer]
    got = [row for row in can if row.found]
    kinds = Counter(row.kind for row in can)
    for kind, number in kinds.most_common():
        mine = sum(row.kind == kind for row in got)
        print(f"{kind:28} {mine:5} of {number}")
    share = len(got) / len(can) if can else 1.0
    print(
        f"{len(rows)} rejections at an access, {len(can)} can fault, {len(got)} have a witness: {share:.1%}"
    )
    beside = sum(row.beside for row in rows)
    print(f"of those that cannot fault, {beside} reach what lies beside their map value, and are shown so")
    print(f"confirmed by a run from scratch: {sum(row.confirmed for row in got)} of {len(got)}")
    if given.missed:
        print("missed:", *(f"{row.seed} ({row.kind})" for row in can if not row.found))
        print("cannot fault:", *(f"{row.seed} ({row.kind})" for row in rows if not row.longer))


if __name__ == "__main__":
    main()
