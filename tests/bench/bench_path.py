"""How fast packets go through the modeled kernel, what 100,000 of them take, and how soon one opens again.

Times are of this process' CPU, so that a busy machine does not count.
"""

import gc
import time
import tracemalloc

from tests.bench.row import Row, at_least, at_most
from tests.vm.kernel.simulation.small import COUNT, program
from vm.kernel.scenarios.model import make
from vm.kernel.scenarios.table import SCENARIOS
from vm.kernel.simulation.simulation import Simulation, simulate
from vm.kernel.world.attach import Attachment

PACKETS = 100_000


def _counter(answer: str) -> Attachment:
    return Attachment((program("xdp", f"{COUNT}    r0 = {answer}\n    exit\n", "counter"),), "xdp", "eth0")


def _simulation(answer: str, packets: int = PACKETS) -> Simulation:
    made = make(SCENARIOS["syn-flood"], 1, {"events": packets})
    return simulate(made.world, made.events, [_counter(answer)])


def _speed(simulation: Simulation) -> float:
    """Packets a second of CPU time."""
    gc.collect()
    start = time.process_time()
    simulation.run()
    return len(simulation.outcomes) / (time.process_time() - start)


def _opening(simulation: Simulation) -> float:
    """The 95th percentile of opening a packet again, with its runs' surroundings, in ms of CPU time."""
    times = []
    for index in range(997, PACKETS, PACKETS // 60):
        start = time.process_time()
        for visit in simulation.open(index).visits:
            if visit.start is not None:
                visit.world()
        times.append((time.process_time() - start) * 1000)
    return sorted(times)[int(len(times) * 0.95)]


def bench() -> list[Row]:
    dropping, passing = _simulation("XDP_DROP"), _simulation("XDP_PASS")
    rows = [
        at_least(f"{PACKETS:,} packets through an XDP counter that drops", _speed(dropping), "/s", 20_000),
        at_least(f"{PACKETS:,} packets through an XDP counter and the stack", _speed(passing), "/s", 20_000),
        at_most("opening any of them again, p95", _opening(passing), "ms", 150),
    ]
    del dropping, passing
    gc.collect()
    tracemalloc.start()
    kept = _simulation("XDP_PASS", 20_000).run()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    rows.append(at_most(f"memory of {len(kept.outcomes):,} packets, events included", peak / 1e6, "MB", 60))
    return rows
