"""Records what this machine's kernel answers to map operations, and which maps it makes.

Before it records, it runs 2,000 sequences of each kind on the kernel and on the simulator and prints how
many are equal; `HOOKSCOPE_MAP_SEQUENCES` asks for another number.
"""

import os

from tests.oracle import kernel
from tests.vm.maps import recorded
from tests.vm.maps.on_kernel import OnKernel, Result, create_errno
from tests.vm.maps.on_simulator import OnSimulator
from tests.vm.maps.sequences import KINDS, MapSequence, digest, sequence
from tests.vm.maps.specs import specs
from vm.maps.check import LIMITS
from vm.uapi.map_types import MapType


def on_kernel(asked: MapSequence) -> list[Result]:
    """The kernel's answers to a sequence."""
    made = OnKernel(asked)
    try:
        return made.run(asked.operations)
    finally:
        made.close()


def compare(kind: MapType, count: int, cpus: int) -> list[list[Result]]:
    """The kernel's answers to the first ``count`` sequences; prints how many the simulator equals."""
    answers: list[list[Result]] = []
    equal = 0
    for number in range(count):
        asked = sequence(kind, number, cpus)
        answers.append(on_kernel(asked))
        equal += answers[-1] == OnSimulator(asked, cpus).run(asked.operations)
    print(f"{kind.label}: {equal} of {count} sequences equal", flush=True)
    return answers


def main() -> None:
    """Asks the kernel everything."""
    reason = kernel.unavailable()
    if reason:
        raise SystemExit(reason)
    cpus, count = kernel.possible_cpus(), int(os.environ.get("HOOKSCOPE_MAP_SEQUENCES", "2000"))
    kept = min(recorded.COUNT, count)
    kinds = {}
    with kernel.on_one_cpu():
        for kind in KINDS:
            answers = compare(kind, count, cpus)[:kept]
            plain = [[recorded.plain(result) for result in one] for one in answers]
            kinds[kind.name] = {"digest": digest(kind, kept, cpus), "answers": plain}
    head = {"kernel": kernel.kernel_version(), "cpus": cpus}
    size = recorded.write(recorded.SEQUENCES.name, head | {"kinds": kinds})
    print(f"{recorded.SEQUENCES.name}: {size:,} bytes")
    made = {kind.name: [create_errno(spec) for spec in specs(kind)] for kind in LIMITS}
    size = recorded.write(recorded.CREATION.name, head | {"kinds": made})
    print(f"{recorded.CREATION.name}: {size:,} bytes")
