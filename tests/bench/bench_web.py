"""What a learner waits for: the running server over a real WebSocket, alone and beside 29 other sessions."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

from app.schemas.base import WINDOW
from app.schemas.trace import Inputs
from app.workbench.run import RUN_SECONDS, Runs
from app.workbench.watch import Watch
from tests.app.live import Live
from tests.bench.bench_asm import source
from tests.bench.row import Row, at_most
from tests.browser.server import Served, serving

ENDLESS = "r0 = 0\nagain: r0 += 1\n*(u64 *)(r10 - 8) = r0\nif r0 != 0 goto again\nexit"
LONG = 1_000_000
SESSIONS = 30
WINDOWS = 40
SYN = "00" * 12 + "0800" + "45" + "00" * 50


def milliseconds(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return (time.perf_counter() - started) * 1_000


def times(ask: Callable[[int], object], rounds: int) -> list[float]:
    """Each round's milliseconds; a round before them is not counted."""
    ask(-1)
    return [milliseconds(lambda n=n: ask(n)) for n in range(rounds)]  # type: ignore[misc]


def percentiles(name: str, found: list[float], limit: float | None = None) -> list[Row]:
    """p50, and p95 held against its limit where there is one."""
    cuts = statistics.quantiles(found, n=20, method="inclusive")
    p95 = (
        Row(f"{name}, p95", cuts[18], "ms")
        if limit is None
        else at_most(f"{name}, p95", cuts[18], "ms", limit)
    )
    return [Row(f"{name}, p50", cuts[9], "ms"), p95]


def first_window(session: Live, text: str, revision: int, packets: int = 1, **place: int) -> Any:
    """Runs until the first window is there."""
    session.run({"source": text, "packets": [SYN] * packets, "seed": revision}, revision=revision, **place)
    session.wait("run:done", revision=revision, seconds=60)
    return session.pushed()[-2]


def checks(session: Live, lines: int, limit: float | None) -> list[Row]:
    text = source(lines)

    def check(n: int) -> None:
        changed = text.replace("exit\n", f"r0 = {n}\nexit\n")
        reply = session.ask("check", {"source": changed, "revision": n + 1})
        assert reply["revision"] == n + 1

    return percentiles(f"check of {lines:,} lines", times(check, 40 if lines < 1_000 else 12), limit)


def windows(session: Live) -> list[Row]:
    """Windows of a run of a million steps: one after the other, then in any order."""
    session.run({"source": ENDLESS, "packets": [SYN]}, revision=100)
    run = session.wait("run:done", revision=100, seconds=60)["run"]

    def window(index: int) -> None:
        reply = session.ask("window", {"run": run, "packet": 0, "window": index})
        assert reply["first"] == index * WINDOW

    places = [Random(1).randrange(LONG // WINDOW) for _ in range(40)]
    return [
        *percentiles("window of 1,024 steps, in order", times(lambda n: window(n + 1), 40), 50),
        *percentiles("window of 1,024 steps, in any order", times(lambda n: window(places[n]), 40)),
    ]


def telling() -> list[Row]:
    """What a process works to tell a window, and the few steps about a place."""
    run = Runs().of(Inputs(source=ENDLESS, packets=(SYN,), max_steps=WINDOWS * WINDOW))
    while not run.go_on(Watch(lambda *_: None, lambda: False), RUN_SECONDS):
        pass
    rows: list[Row] = []
    for name, around in (("telling a window of 1,024 steps", None), ("telling a glimpse", 500)):
        found: list[float] = []
        for index in range(WINDOWS):
            started = time.process_time()
            told = run.window(0, index, None if around is None else index * WINDOW + around)
            found.append((time.process_time() - started) * 1_000)
            assert f'"first":{index * WINDOW}' in told or around is not None
        rows += percentiles(f"{name}, time of the processor", found)
    return rows


def starts(session: Live) -> list[Row]:
    text = "r0 = 2\n" * 20 + "exit"
    few = times(lambda n: first_window(session, text, 201 + n), 25)
    many = times(lambda n: first_window(session, text, 301 + n, packets=24), 15)
    return [
        *percentiles("run of 1 packet, to its first window", few),
        *percentiles("run of 24 packets, to its first window", many),
    ]


def crowd(served: Served) -> list[Row]:
    """All sessions type at once: each changes a program of 500 lines, and waits for check and run."""
    text, found = source(500), []

    def learn(number: int) -> None:
        session = Live(served.url)
        for n in range(3):
            changed = f"; {number} {n}\n{text}"
            found.append(milliseconds(lambda: session.ask("check", {"source": changed})))  # noqa: B023
            time.sleep(0.3)
        session.close()

    learners = [Thread(target=learn, args=(number,)) for number in range(SESSIONS)]
    for learner in learners:
        learner.start()
    for learner in learners:
        learner.join()
    return percentiles(f"check of 500 lines, {SESSIONS} sessions at once", found)


def bench() -> list[Row]:
    with TemporaryDirectory() as folder, serving(Path(folder)) as served:
        session = Live(served.url)
        rows = [
            *checks(session, 500, 100),
            *checks(session, 4_000, None),
            *starts(session),
            *windows(session),
            *telling(),
        ]
        session.close()
        return rows + crowd(served)
