"""System calls that behaviours of processes are made of."""

from collections.abc import Iterator

from vm.kernel.scenarios.model import MILLISECOND
from vm.kernel.world.events import Event, Syscall

AT_FDCWD = 0xFFFF_FF9C
SIGCHLD = 17
FIRST_CHILD = 20_000
"""Children of scenarios get pids from here on, each source a thousand of its own, so that they never meet."""
CHILDREN = 1_000


def opened(now: int, pid: int, path: str, truth: str, flags: int = 0) -> Syscall:
    """openat of a path, for reading where nothing else is said; the file is closed right after."""
    return Syscall(now, pid, "openat", (AT_FDCWD, path, flags, 0), 9, truth=truth)


def executed(now: int, pid: int, argv: tuple[str, ...], path: str, truth: str) -> Syscall:
    """execve of a program."""
    return Syscall(now, pid, "execve", (path, argv, ("PATH=/usr/bin:/bin",)), 0, 300_000, truth=truth)


def forked(now: int, pid: int, child: int, truth: str) -> Syscall:
    """clone as fork() makes it; the child gets this pid."""
    return Syscall(now, pid, "clone", (SIGCHLD, 0, 0, 0, 0), child, 80_000, truth=truth)


def left(now: int, pid: int, truth: str) -> Syscall:
    """The process ends."""
    return Syscall(now, pid, "exit_group", (0,), truth=truth)


def command(
    now: int, parent: int, child: int, argv: tuple[str, ...], truth: str, took: int = MILLISECOND
) -> list[Event]:
    """A command run by a shell: fork, execve, exit."""
    path = argv[0] if argv[0].startswith("/") else f"/usr/bin/{argv[0]}"
    return [
        forked(now, parent, child, truth),
        executed(now + 100_000, child, argv, path, truth),
        left(now + 500_000 + took, child, truth),
    ]


def children(source: int) -> Iterator[int]:
    """Pids for the children of a source, used again after a thousand."""
    number = 0
    while True:
        yield FIRST_CHILD + source * CHILDREN + number % CHILDREN
        number += 1
