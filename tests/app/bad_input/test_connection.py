"""Lines that drop, processes that die, and two tabs on one program."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.schemas.base import WINDOW
from tests.app.live import Live
from tests.app.over_http import kept, save
from tests.browser.server import Served

Connect = Callable[[Served], Live]
linux = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
COUNTING = "r0 = 0\nagain: r0 += 1\ngoto again"


def inputs(source: str = COUNTING, packets: int = 1, **others: Any) -> dict[str, Any]:
    return {"source": source, "packets": ["00" * 64] * packets, **others}


def simulations(served: Served) -> list[int]:
    """The ids of the server's simulation processes."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text("ascii", "replace").rpartition(")")[2].split()[1])
            line = stat.with_name("cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if b"spawn_main" in line and (parent == served.process.pid or parent in _children(served)):
            found.append(int(stat.parent.name))
    return found


def _children(served: Served) -> list[int]:
    """gunicorn's own worker, whose children the simulation processes are."""
    pid = served.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]


def kill_simulations(served: Served) -> int:
    victims = simulations(served)
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    return len(victims)


@contextmanager
def massacre(served: Served) -> Iterator[None]:
    """Every simulation process dies as soon as it lives."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.05):
            kill_simulations(served)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_dropped_line_resumes_at_the_same_step(served: Served, connect: Connect) -> None:
    first = connect(served)
    first.run(inputs(max_steps=5_000), packet=0, step=3_000)
    done, window = first.wait("run:done"), first.wait("run:window")
    first.drop()
    second = connect(served)
    asked = second.ask("window", {"run": done["run"], "packet": 0, "window": 2})
    second.run(inputs(max_steps=5_000), revision=2, packet=0, step=3_000)
    assert second.wait("run:done")["run"] == done["run"]
    assert second.wait("run:window") == asked == window
    assert window["first"] == 2 * WINDOW


def test_a_run_whose_line_drops_ends_and_leaves_the_server_free(served: Served, connect: Connect) -> None:
    gone = connect(served)
    gone.run(inputs(packets=10_000, source="r0 = 2\nexit", seed=3))
    gone.wait("run:progress")
    gone.drop()
    session = connect(served)
    session.run(inputs(source="r0 = 2\nexit", seed=4))
    assert session.wait("run:done", seconds=30)["not_run"] == 0


@linux
def test_a_run_whose_process_is_killed_is_answered(served: Served, connect: Connect) -> None:
    session = connect(served)
    question = inputs(packets=2_000, source="r0 = 2\nexit", seed=5)
    session.run(question)
    session.wait("run:progress")
    assert kill_simulations(served) > 0
    done = session.wait("run:done", seconds=60)
    assert (len(done["packets"]), done["not_run"]) == (2_000, 0)
    undisturbed = connect(served)
    undisturbed.run(question)
    assert undisturbed.wait("run:done", seconds=60) == done


@linux
def test_a_killed_process_forgets_its_runs_and_says_so(served: Served, connect: Connect) -> None:
    session = connect(served)
    session.run(inputs(max_steps=3_000))
    before = session.wait("run:window")
    run = session.wait("run:done")["run"]
    kill_simulations(served)
    question = {"run": run, "packet": 0, "window": 0}
    assert session.ask("window", question)["failure"]["code"] == "unknown-run"
    session.run(inputs(max_steps=3_000), revision=2)
    session.wait("run:done", revision=2)
    assert session.ask("window", question) == before


@linux
def test_a_question_that_always_kills_its_process_is_answered_too(served: Served, connect: Connect) -> None:
    session = connect(served)
    with massacre(served):
        failure = session.ask("check", {"source": "exit"})["failure"]
        session.run(inputs())
        failed = session.wait("run:failed", seconds=60)["failure"]
    assert failure["code"] == failed["code"] == "worker-died"
    assert "your text is safe" in failure["hint"]
    assert session.ask("check", {"source": "r0 = 0\nexit"})["ok"] is True


def test_two_tabs_on_one_program_lose_neither_text(served: Served) -> None:
    key = save(served, "r0 = 0").body["id"]
    assert save(served, "r0 = 1", key, base=1).body["conflict"] is None
    late = save(served, "r0 = 2", key, base=1)
    assert (late.status, late.body["conflict"]) == (200, "r0 = 1")
    assert kept(served, key) == "r0 = 2"


def test_two_tabs_saving_at_once_count_every_version(served: Served) -> None:
    key = save(served, "start").body["id"]
    replies: list[Any] = []

    def tab(name: str) -> None:
        replies.extend(save(served, f"{name} {number}", key, base=number) for number in range(1, 21))

    tabs = [threading.Thread(target=tab, args=(name,)) for name in ("one", "two")]
    for each in tabs:
        each.start()
    for each in tabs:
        each.join()
    assert {reply.status for reply in replies} == {200}
    assert sorted(reply.body["version"] for reply in replies) == list(range(2, 42))
    texts = {f"{name} {number}" for name in ("one", "two") for number in range(1, 21)}
    seen = {reply.body["conflict"] for reply in replies} - {None} | {kept(served, key)}
    assert seen <= texts


def test_two_tabs_on_one_run_are_answered_alike(served: Served, connect: Connect) -> None:
    tabs = [connect(served), connect(served)]
    for tab in tabs:
        tab.run(inputs(packets=300, source="r0 = 2\nexit", seed=6))
    first, second = (tab.wait("run:done", seconds=60) for tab in tabs)
    assert first == second
