"""A fork bomb: a process whose children do nothing but have children."""

from collections.abc import Iterator
from itertools import count

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MICROSECOND, MILLISECOND, SECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.people import BASH, everybody, forked, serving, typing
from vm.kernel.world.events import Event

FIRST = 40_000
"""Pid of the first child of the bomb; the others follow."""


def _bomb(values: Values) -> Iterator[Event]:
    """Each generation doubles: every process of it forks twice, ever faster."""
    draw, now, pids = Draw(values.seed, "bomb"), values["begin"] * SECOND, count(FIRST)
    generation, gap = [BASH], values["gap"] * MICROSECOND
    while True:
        born: list[int] = []
        for parent in generation:
            for _ in range(2):
                child = next(pids)
                now += draw.around(max(1_000, gap // len(generation)))
                yield forked(now, parent, child, "bomb")
                born.append(child)
        generation = born if len(born) <= values["width"] else born[: values["width"]]


FORK_BOMB = Scenario(
    "fork-bomb", "Fork bomb",
    "Somebody types `:(){ :|:& };:` between ordinary commands, and the processes double and double again.",
    "Count clone calls by command name, or by user, in a short time: ordinary shells fork now and then.",
    lambda values: [
        _bomb(values), typing(values, 400 * MILLISECOND), serving(values, 25 * MILLISECOND)
    ],
    (
        Parameter("begin", "When the bomb goes off.", 2, 0, 60, "s"),
        Parameter("gap", "Microseconds between two forks at first; later less.", 4000, 10, 1_000_000, "us"),
        Parameter("width", "Processes that still fork at once.", 256, 1, 4096),
    ),
    {"bomb": "a fork of the bomb", "normal": "anything else"},
    frozenset({"bomb"}),
    ("tracepoint/syscalls/sys_enter_clone", "tracepoint/sched/sched_process_fork", "lsm/task_alloc"),
    world=everybody,
)  # fmt: skip
