"""What processes do all day: read files, run commands, answer requests."""

from collections.abc import Iterator
from dataclasses import replace

from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MILLISECOND, Values
from vm.kernel.world.events import Event, Syscall
from vm.kernel.world.spec import DEFAULT_WORLD, ProcessSpec, WorldSpec

AT_FDCWD = 0xFFFF_FF9C
SIGCHLD = 17
NGINX, BASH, SSHD, CRON, NODE, BACKUP = 812, 1000, 410, 300, 1300, 320
FIRST_CHILD = 20_000
"""Children of scenarios get pids from here on, each source a thousand of its own, so that they never meet."""
CHILDREN = 1_000


def everybody(_values: Values) -> WorldSpec:
    """The default world, with cron, a backup and an application."""
    processes = (
        ProcessSpec(CRON, "cron", ("/usr/sbin/cron", "-f"), "/usr/sbin/cron", cgroup="/system.slice/cron"),
        ProcessSpec(BACKUP, "restic", ("restic", "backup", "/srv"), "/usr/bin/restic",
                    cgroup="/system.slice/backup"),
        ProcessSpec(NODE, "node", ("node", "server.js"), "/usr/bin/node", 1001, 1001, "/pods/shop", cpu=1),
    )  # fmt: skip
    return replace(DEFAULT_WORLD, processes=DEFAULT_WORLD.processes + processes)


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


COMMANDS = (
    ("ls", "-l"), ("git", "status"), ("vim", "notes.md"), ("make",), ("grep", "-r", "xdp", "src"),
    ("ps", "aux"),
    ("curl", "https://example.org/"), ("chmod", "+x", "build.sh"),
)  # fmt: skip
JOBS = (
    ("/usr/bin/logrotate", "/etc/logrotate.conf"),
    ("/usr/bin/find", "/tmp", "-mtime", "+7"),  # noqa: S108 - a path in the model
    ("/bin/sh", "/srv/backup.sh"),
)
PAGES = tuple(
    f"/var/www/{name}" for name in ("index.html", "style.css", "logo.svg", "shadow.css", "docs/xdp.html")
)


def children(source: int) -> Iterator[int]:
    """Pids for the children of a source, used again after a thousand."""
    number = 0
    while True:
        yield FIRST_CHILD + source * CHILDREN + number % CHILDREN
        number += 1


def typing(values: Values, pause_ns: int) -> Iterator[Event]:
    """Somebody at a shell."""
    draw, pids = Draw(values.seed, "typing"), children(0)
    for now in draw.times(0, pause_ns):
        yield from command(now, BASH, next(pids), draw.pick(COMMANDS), "normal")


def cron(values: Values, pause_ns: int) -> Iterator[Event]:
    """Jobs of the clock, some of which are shell scripts."""
    draw, pids = Draw(values.seed, "cron"), children(1)
    for now in draw.times(0, pause_ns):
        yield from command(now, CRON, next(pids), draw.pick(JOBS), "normal")


def serving(values: Values, pause_ns: int) -> Iterator[Event]:
    """The web server reads its pages."""
    draw = Draw(values.seed, "serving")
    for now in draw.times(0, pause_ns):
        yield opened(now, NGINX, draw.pick(PAGES), "normal")
