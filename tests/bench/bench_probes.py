"""How fast events go by at which programs watch: system calls, security hooks, functions, the scheduler.

Times are of this process' CPU, so that a busy machine does not count.
"""

import gc
import time

from tests.bench.row import Row, at_least
from tests.vm.kernel.simulation.small import attach, counting
from vm.kernel.scenarios.model import make
from vm.kernel.scenarios.table import SCENARIOS
from vm.kernel.simulation.simulation import simulate

EVENTS = 10_000
WATCHED = (
    ("secret-reader", "tracepoint/syscalls/sys_enter_openat"),
    ("secret-reader", "raw_tp/sys_enter"),
    ("secret-reader", "lsm/file_open"),
    ("secret-reader", "kprobe/do_sys_openat2"),
    ("slow-disk", "kretprobe/vfs_read"),
    ("exec-chain", "lsm/bprm_check_security"),
    ("fork-bomb", "tracepoint/sched/sched_process_fork"),
    ("noisy-neighbour", "tracepoint/sched/sched_switch"),
)
"""A scenario, and where a program counts its events."""


def _speed(scenario: str, place: str) -> float:
    """Events a second of CPU time."""
    made = make(SCENARIOS[scenario], 1, {"events": EVENTS})
    simulation = simulate(made.world, list(made.events), [attach(place, counting(0))])
    gc.collect()
    start = time.process_time()
    simulation.run()
    return EVENTS / (time.process_time() - start)


def bench() -> list[Row]:
    return [
        at_least(f"{scenario}, counted at {place}", _speed(scenario, place), "/s", 10_000)
        for scenario, place in WATCHED
    ]
