"""Programs that want too much: they are stopped, told why, and can be stepped as far as they came."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.workers.pool import Pool
from tests.app.live import Live
from tests.browser.server import Served, serving

Connect = Callable[[Served], Live]
ENDLESS = "r0 = 0\nagain: r0 += 1\nif r0 != 0 goto again\nexit"
ROOM = 25 << 20
"""Bytes more than a simulation process needs at rest."""


def array(size: int) -> str:
    """A program with a map of that many bytes."""
    return f".map big array key=u32 value=u64 entries={size // 8}\nr1 = big ll\nr0 = 2\nexit"


def inputs(source: str, packets: int = 1, **others: Any) -> dict[str, Any]:
    return {"source": source, "packets": ["00" * 64] * packets, **others}


@pytest.mark.parametrize(
    "source",
    [ENDLESS, "again: goto again", "f: call f\nexit"],
    ids=["counting", "empty", "recursive"],
)
def test_an_endless_program_is_stopped_or_faults(served: Served, connect: Connect, source: str) -> None:
    session = connect(served)
    session.run(inputs(source))
    (packet,) = session.wait("run:done")["packets"]
    assert packet["how"] in ("budget", "fault")
    assert packet["steps"] > 1
    last = session.ask("window", {"run": session.wait("run:done")["run"], "packet": 0, "window": 10**6})
    assert last["first"] + len(last["steps"]) == packet["steps"]
    ends = [change for change in last["steps"][-1]["changes"] if change["k"] == "end"]
    assert ends[0]["message"]


def test_what_was_stopped_can_be_stepped_both_ways(served: Served, connect: Connect) -> None:
    session = connect(served)
    session.run(inputs(ENDLESS))
    run = session.wait("run:done")["run"]

    def stop(step: int, direction: str, until: str) -> Any:
        question = {"run": run, "packet": 0, "step": step, "direction": direction, "until": until}
        return session.ask("stop", question)

    end = stop(0, "forward", "end")["step"]
    assert end == session.wait("run:done")["packets"][0]["steps"] == 1_000_001
    assert end - 3 <= stop(end, "back", "branch")["step"] < end
    far = session.ask("window", {"run": run, "packet": 0, "window": 900})
    assert int(far["keyframe"]["registers"][0]["word"], 16) == far["first"] // 2


@pytest.mark.parametrize("entries", ["4294967295", "4294967296", "0xffffffff", "99999999999999999999"])
@pytest.mark.parametrize(
    "kind", ["hash", "array", "percpu_array", "lru_hash", "lpm_trie", "queue", "ringbuf"]
)
def test_a_map_bomb_is_refused_at_once(served: Served, connect: Connect, kind: str, entries: str) -> None:
    session = connect(served)
    shape = "" if kind == "ringbuf" else "value=u64 " if kind == "queue" else "key=u64 value=u64 "
    session.run(inputs(f".map bomb {kind} {shape}entries={entries}\nr1 = bomb ll\nr0 = 2\nexit"))
    failure = session.wait("run:failed")["failure"]
    assert failure["code"] != "internal"
    assert failure["message"]
    assert failure["hint"] or failure["span"]


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose one simulation process has little memory."""
    pool = Pool(1, 4 << 30, 20)
    pool.run("check", '{"source": "exit"}')
    process = pool._all[0].process
    status = Path(f"/proc/{process.pid if process else 0}/status")
    found = re.search(r"VmPeak:\s+(\d+) kB", status.read_text()) if status.exists() else None
    pool.close()
    if found is None:
        pytest.skip("looks at /proc for what a process needs")
    limit = str((int(found[1]) << 10) + ROOM)
    folder = tmp_path_factory.mktemp("tight")
    with serving(folder, HOOKSCOPE_WORKER_MEMORY=limit, HOOKSCOPE_WORKERS="1") as served:
        yield served


def test_a_run_over_its_memory_says_so_and_the_next_is_answered(tight: Served, connect: Connect) -> None:
    session = connect(tight)
    session.run(inputs(array(2 * ROOM)), revision=1)
    failure = session.wait("run:failed")["failure"]
    assert (failure["code"], failure["hint"]) == ("memory", "make its maps smaller")
    session.run(inputs("r0 = 2\nexit"), revision=2)
    assert session.wait("run:done", revision=2)["packets"][0]["how"] == "exit"


def test_runs_together_may_need_more_than_a_process_has(tight: Served, connect: Connect) -> None:
    session = connect(tight)
    for revision in range(1, 13):
        session.run(inputs(array(ROOM // 4), seed=revision), revision=revision)
        assert session.wait("run:done", revision=revision)["packets"][0]["how"] == "exit"
