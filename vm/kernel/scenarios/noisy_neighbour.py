"""A noisy neighbour on a run queue: one process keeps a CPU, others wait behind it."""

from collections.abc import Iterator
from dataclasses import replace

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MICROSECOND, MILLISECOND, SECOND, Parameter, Scenario, Values
from vm.kernel.world.events import Runs
from vm.kernel.world.spec import DEFAULT_WORLD, ProcessSpec, WorldSpec

NOISY, VICTIM, QUIET = 1200, 900, 950
"""Pids: the encoder that takes all it gets, the cache that shares its CPU, and one on the other CPU."""


def _world(_values: Values) -> WorldSpec:
    processes = (
        ProcessSpec(VICTIM, "redis-server", ("redis-server",), "/usr/bin/redis-server", 110, 110,
                    "/pods/cache", cpu=1),
        ProcessSpec(QUIET, "prometheus", ("prometheus",), "/usr/bin/prometheus", 120, 120,
                    "/pods/metrics", cpu=0),
        ProcessSpec(NOISY, "ffmpeg", ("ffmpeg", "-i", "in.mp4", "out.webm"), "/usr/bin/ffmpeg", 1000, 1000,
                    "/pods/batch", cpu=1),
    )  # fmt: skip
    return replace(DEFAULT_WORLD, processes=DEFAULT_WORLD.processes + processes)


def _short(values: Values, pid: int, truth: str) -> Iterator[Runs]:
    """A server: woken often, needs little."""
    draw = Draw(values.seed, f"process {pid}")
    cpu = 1 if pid == VICTIM else 0
    for now in draw.times(0, values["wakes"] * MICROSECOND):
        yield Runs(now, pid, draw.around(values["needs"] * MICROSECOND), cpu, truth)


def _noisy(values: Values) -> Iterator[Runs]:
    """Long bursts, from the first second on."""
    draw = Draw(values.seed, "noisy")
    for now in draw.times(values["begin"] * SECOND, values["pause"] * MILLISECOND):
        yield Runs(now, NOISY, draw.around(values["burst"] * MILLISECOND), 1, "noisy")


NOISY_NEIGHBOUR = Scenario(
    "noisy-neighbour", "Noisy neighbour",
    "A cache wakes hundreds of times a second and needs the CPU for a moment; from second 1 on, an encoder "
    "on the same CPU keeps it waiting. On the other CPU the same load runs undisturbed.",
    "How long between sched_wakeup and the sched_switch that lets the process run? Compare the two CPUs.",
    lambda values: [_short(values, VICTIM, "victim"), _short(values, QUIET, "quiet"), _noisy(values)],
    (
        Parameter("wakes", "Microseconds between two wake-ups of a server.", 4000, 100, 1_000_000, "us"),
        Parameter("needs", "Microseconds a server runs.", 200, 1, 10_000, "us"),
        Parameter("pause", "Milliseconds between two bursts of the encoder.", 30, 1, 10_000, "ms"),
        Parameter("burst", "Milliseconds a burst takes.", 20, 1, 1_000, "ms"),
        Parameter("begin", "When the encoder begins.", 1, 0, 60, "s"),
    ),
    {"noisy": "a burst of the encoder", "victim": "the cache, on the same CPU", "quiet": "the other CPU"},
    attach=("tracepoint/sched/sched_switch", "tracepoint/sched/sched_wakeup", "raw_tp/sched_switch"),
    world=_world,
)  # fmt: skip
