"""Walks that take seconds: counted as they go, stopped with what there is, and gone on with."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.app.session import Json, Session
from tests.long_walk import nested

NESTED = nested(900, 900)
SHORT = ".hook xdp\nr0 = 2\nexit\n"


@pytest.fixture
def session(web: Flask) -> Iterator[Session]:
    asked = Session(web)
    yield asked
    asked.close()


def walk(session: Session, source: str, **more: Any) -> Json:
    reply: Json = session.ask("walk", {"source": source, "limit": 1_000_000, **more})
    assert reply["accepted"] is True
    return reply


def progress_of(session: Session, ask: int) -> Json:
    for _ in range(1_000):
        for name, message in session.pushed():
            if name == "walk:progress" and message["ask"] == ask:
                return dict(message)
        session.look(0.01)
    raise AssertionError(f"no progress of {ask}")


def test_a_short_walk_is_pushed_whole(session: Session) -> None:
    named = walk(session, SHORT, ask=7)["walk"]
    done = session.wait("walk:done")
    assert (done["ask"], done["walk"], done["pcs"], done["verdict"]["accepted"]) == (7, named, [0, 1], True)


def test_a_long_walk_is_counted_stopped_and_gone_on_with(session: Session) -> None:
    walk(session, NESTED, ask=1)
    first = session.wait("walk:progress")
    assert (first["ask"], first["total"]) == (1, 1_000_000)
    assert first["loop"]["line"] == 6
    assert first["loop"]["depth"] == 2
    assert 0 < first["loop"]["turns"] < first["done"]
    session.ask("walk:cancel", {"revision": 0})
    part = session.wait("walk:done")
    assert part["verdict"]["stopped"]
    assert not part["verdict"]["accepted"]
    assert first["done"] <= part["verdict"]["processed"] < 500_000
    assert part["paths"][-1]["end"] == "open"
    assert part["indexes"][-1] == part["verdict"]["processed"]
    window = session.ask("walk:window", {"walk": part["walk"], "window": 0})
    assert len(window["steps"]) == 512
    walk(session, NESTED, ask=2, revision=2)
    assert progress_of(session, 2)["done"] >= part["verdict"]["processed"]
    session.ask("walk:cancel", {"revision": 2})
    further = session.wait("walk:done", revision=2)
    assert (further["ask"], further["walk"]) == (2, part["walk"])
    assert further["verdict"]["processed"] > part["verdict"]["processed"]


def test_another_walk_takes_the_place_of_one_under_way(session: Session) -> None:
    walk(session, NESTED + "; another text\n", ask=1)
    session.wait("walk:progress")
    walk(session, SHORT, ask=2)
    assert session.wait("walk:done")["ask"] == 2


def test_what_does_not_assemble_is_said(session: Session) -> None:
    walk(session, "r0 = (", revision=5)
    failed = session.wait("walk:failed")
    assert (failed["revision"], failed["failure"]["code"]) == (5, "no-program")
