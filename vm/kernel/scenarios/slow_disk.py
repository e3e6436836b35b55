"""A slow disk: most reads come from memory, some wait for a disk that has its moods."""

from collections.abc import Iterator
from dataclasses import replace

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MICROSECOND, Parameter, Scenario, Values
from vm.kernel.world.events import FunctionCall
from vm.kernel.world.spec import DEFAULT_WORLD, ProcessSpec, WorldSpec

DATABASE, LOGGER = 1400, 1500
WORKERS, PAGE = 8, 8192
"""Processes of the database, which read pages of 8 KiB; their pids follow on one another."""
_FILE, _BUFFER = 0xFFFF_8880_0420_0000, 0x7F12_3400_0000
"""What struct file * and the user's buffer look like; nothing is behind them."""


def _world(_values: Values) -> WorldSpec:
    processes = (
        *(
            ProcessSpec(DATABASE + worker, "postgres", ("postgres", "-D", "/data"), "/usr/bin/postgres",
                        70, 70, "/pods/db", files=("/data/base/16384/2619",), cpu=worker % 2)
            for worker in range(WORKERS)
        ),
        ProcessSpec(LOGGER, "rsyslogd", ("rsyslogd", "-n"), "/usr/sbin/rsyslogd", cgroup="/system.slice/log",
                    files=("/var/log/syslog",), cpu=1),
    )  # fmt: skip
    return replace(DEFAULT_WORLD, processes=DEFAULT_WORLD.processes + processes)


def _reads(values: Values, worker: int) -> Iterator[FunctionCall]:
    """One worker of the database: it reads, does something else, reads again."""
    draw, now, at = Draw(values.seed, f"worker {worker}"), 0, 0
    while True:
        now += draw.around(WORKERS * values["gap"] * MICROSECOND)
        slow = draw.chance(values["percent"])
        duration = draw.around(values["slow" if slow else "fast"] * MICROSECOND)
        at += PAGE
        args = (_FILE, _BUFFER, PAGE, at)
        truth = "slow" if slow else "fast"
        yield FunctionCall(now, DATABASE + worker, "vfs_read", args, PAGE, duration, truth=truth)
        now += duration


def _writes(values: Values) -> Iterator[FunctionCall]:
    draw = Draw(values.seed, "writes")
    for now in draw.times(0, 20 * values["gap"] * MICROSECOND):
        size, duration = draw.between(40, 200), draw.around(values["fast"] * MICROSECOND)
        yield FunctionCall(now, LOGGER, "vfs_write", (_FILE, _BUFFER, size, 0), size, duration, truth="fast")


SLOW_DISK = Scenario(
    "slow-disk", "Slow disk",
    "A database reads pages of 8 KiB. Most are in memory; some wait for the disk, a hundred times as long.",
    "The mean says little: a histogram of latencies in powers of two shows two hills.",
    lambda values: [*(_reads(values, worker) for worker in range(WORKERS)), _writes(values)],
    (
        Parameter("gap", "Microseconds between two reads.", 500, 10, 1_000_000, "us"),
        Parameter("fast", "Microseconds a read from memory takes.", 60, 1, 10_000, "us"),
        Parameter("slow", "Microseconds a read from the disk takes.", 8000, 1, 1_000_000, "us"),
        Parameter("percent", "How many of a hundred reads come from the disk.", 4, 0, 100, "%"),
    ),
    {"slow": "a read from the disk", "fast": "one from memory, or a write"},
    attach=("kprobe/vfs_read", "kretprobe/vfs_read"),
    world=_world,
)  # fmt: skip
