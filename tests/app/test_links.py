"""A link gives the exact trace again: another server, other processes, another order of Python's sets."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from app.schemas.base import WINDOW
from app.workbench.examples import load
from tests.app.live import Live
from tests.app.over_http import http
from tests.browser.server import Served, serving

EXAMPLES = {view.id: view.inputs.model_dump(mode="json") for view in load()}
UNTILS = ("helper", "map-write", "branch", "return", "end")
LOOKED_AT = 2
"""Packets of each run that are asked about, and windows of each."""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Served]]:
    """Two servers on one database."""
    data = str(tmp_path_factory.mktemp("data"))
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(
                serving(tmp_path_factory.mktemp("server"), HOOKSCOPE_DATA=data, PYTHONHASHSEED=seed)
            )
            for seed in ("1", "815")
        )
        yield first, second


def told(served: Served, key: str) -> list[Any]:
    """All that a browser asks about what a link opens."""
    opened = http(served, f"/api/links/{key}").body
    session = Live(served.url)
    session.run(opened["inputs"], packet=opened["place"]["packet"], step=opened["place"]["step"])
    done = session.wait("run:done", seconds=60)
    run, answers = done["run"], [opened, done, session.wait("run:window")]
    for packet in done["packets"][:LOOKED_AT]:
        place = {"run": run, "packet": packet["index"]}
        windows = range(min(LOOKED_AT, packet["steps"] // WINDOW + 1))
        answers += [session.ask("window", place | {"window": number}) for number in windows]
        answers.append(session.ask("marks", place))
        answers += [
            session.ask("stop", place | {"step": step, "direction": direction, "until": until})
            for until in UNTILS
            for step, direction in ((0, "forward"), (packet["steps"], "back"))
        ]
    session.close()
    return answers


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_link_opens_the_same_trace_on_another_server(servers: tuple[Served, Served], name: str) -> None:
    first, second = servers
    snapshot = {"title": name, "inputs": EXAMPLES[name], "place": {"packet": 1, "step": 3}}
    key = http(first, "/api/links", snapshot).body["id"]
    here, there = told(first, key), told(second, key)
    assert [json.dumps(answer) for answer in here] == [json.dumps(answer) for answer in there]
    assert here[1]["packets"]
    assert not [answer for answer in here if "failure" in answer]
