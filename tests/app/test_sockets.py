"""A session over Socket.IO: run, windows, stops; the newest run wins; nothing that is sent ends it."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.schemas.base import WINDOW
from tests.app.session import Session
from vm.kernel.packet.form import from_form

SYN = from_form({"tcp": {"src": "203.0.113.7", "dport": 80, "flags": ["SYN"]}}).hex()
ENDLESS = "r0 = 0\nagain: r0 += 1\ngoto again"
COUNT = """
.map hits array key=u32 value=u64 entries=1
    *(u32 *)(r10 - 4) = 0
    r1 = hits ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto out
    r1 = 1
    lock *(u64 *)(r0 + 0) += r1
out:
    r0 = 2
    exit
"""


@pytest.fixture
def session(web: Flask) -> Iterator[Session]:
    made = Session(web)
    yield made
    made.close()


def inputs(source: str = COUNT, packets: int = 3, **others: Any) -> dict[str, Any]:
    return {"source": source, "packets": [SYN] * packets, **others}


def test_a_run_is_done_with_its_first_window_then_windows_and_stops_are_answered(session: Session) -> None:
    accepted = session.run(inputs(), revision=7)
    done = session.wait("run:done")
    window = session.wait("run:window")
    assert accepted == {"accepted": True, "run": done["run"]}
    assert (done["revision"], len(done["packets"]), done["not_run"]) == (7, 3, 0)
    assert (window["run"], window["packet"], window["first"]) == (done["run"], 0, 0)
    assert len(window["steps"]) == done["packets"][0]["steps"]
    second = session.ask("window", {"run": done["run"], "packet": 2, "window": 0})
    assert second["keyframe"]["maps"][0]["entries"][0]["value_text"] == "2"
    stop = {"run": done["run"], "packet": 0, "step": 0, "direction": "forward", "until": "map-write"}
    assert session.ask("stop", stop) == {"packet": 0, "step": 8, "why": "map write"}
    marks = session.ask("marks", {"run": done["run"], "packet": 1})
    assert (marks["bin"], marks["pcs"][:3]) == (1, [0, 1, 3])


def test_the_window_sent_along_is_the_one_asked_for(session: Session) -> None:
    session.run(inputs(ENDLESS, 2, max_steps=5_000), packet=1, step=3_000)
    window = session.wait("run:window")
    assert (window["packet"], window["first"]) == (1, 2 * WINDOW)


def test_a_place_that_no_longer_is_gives_the_nearest_window(session: Session) -> None:
    session.run(inputs(), packet=99, step=10**9)
    window = session.wait("run:window")
    assert (window["packet"], window["window"]) == (2, 0)


def test_an_endless_program_is_answered_soon_and_says_what_was_not_run(session: Session) -> None:
    started = time.monotonic()
    session.run(inputs(ENDLESS, 24))
    done = session.wait("run:done")
    assert [packet["how"] for packet in done["packets"]] == ["budget", "budget"]
    assert (done["packets"][0]["steps"], done["not_run"]) == (1_000_001, 22)
    assert time.monotonic() - started < 15  # 1 second on a machine that does nothing else


def test_a_long_run_tells_its_progress(session: Session) -> None:
    session.run(inputs(packets=500), revision=3)
    done = session.wait("run:done")
    progress = [message for name, message in session.pushed() if name == "run:progress"]
    assert progress
    assert {(message["revision"], message["total"]) for message in progress} == {(3, 500)}
    told = [message["done"] for message in progress]
    assert told == sorted(told)
    assert len(done["packets"]) == 500


def test_a_cancelled_run_keeps_what_was_run_and_goes_on_when_asked_again(session: Session) -> None:
    long = inputs(packets=1_500)
    session.run(long, revision=1)
    session.wait("run:progress")
    session.ask("cancel", {"revision": 1})
    part = session.wait("run:done")
    sent = len(part["packets"])
    assert 0 < sent < 1_500
    assert part["not_run"] == 1_500 - sent
    session.run(long, revision=2)
    whole = session.wait("run:done", revision=2, seconds=60)
    assert (whole["run"], len(whole["packets"]), whole["not_run"]) == (part["run"], 1_500, 0)
    assert whole["packets"][:sent] == part["packets"]


def test_a_run_cancelled_in_its_first_packet_says_so(session: Session) -> None:
    session.run(inputs(ENDLESS, 1), revision=5)
    session.ask("cancel", {"revision": 5})
    failed = session.wait("run:failed")
    assert (failed["revision"], failed["failure"]["code"]) == (5, "cancelled")


def test_cancelling_an_older_revision_lets_the_newer_run(session: Session) -> None:
    session.run(inputs(), revision=9)
    session.ask("cancel", {"revision": 8})
    assert session.wait("run:done")["revision"] == 9


def test_the_newest_run_wins_and_older_ones_are_not_answered(session: Session) -> None:
    for revision in range(1, 21):
        session.run(inputs(f"r0 = {revision}\n{ENDLESS}"), revision=revision)
    done = session.wait("run:done", revision=20)
    assert done["revision"] == 20
    answered = {message["revision"] for name, message in session.pushed() if name == "run:done"}
    assert answered <= {1, 20}


def test_a_session_that_goes_takes_its_run_along(web: Flask, session: Session) -> None:
    other = Session(web)
    other.run(inputs(packets=10_000, cpu=1))
    other.wait("run:progress")
    other.close()
    session.run(inputs(packets=2, seed=5))
    assert session.wait("run:done", seconds=10)["not_run"] == 0


def test_two_long_runs_take_turns(web: Flask, session: Session) -> None:
    other = Session(web)
    other.run(inputs(packets=6_000, cpu=2))
    other.wait("run:progress")
    session.run(inputs(packets=20, seed=6))
    assert len(session.wait("run:done", seconds=10)["packets"]) == 20
    assert "run:done" not in other.names()
    other.close()


def test_a_text_that_is_no_program_is_refused_with_its_place(session: Session) -> None:
    session.run(inputs("r0 = 0\nexitt"), revision=4)
    failed = session.wait("run:failed")
    assert failed["revision"] == 4
    assert failed["failure"]["span"] == [2, 0, 5]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"source": ""}, "empty"),
        ({"packets": []}, "no-packets"),
        ({"hook": "xpd"}, "unknown-hook"),
        ({"source": ".map m hash key=u64 value=u64 entries=4294967295\nr1 = m ll\nexit"}, "map-too-big"),
    ],
)
def test_what_cannot_run_says_why(session: Session, changed: dict[str, Any], code: str) -> None:
    session.run(inputs() | changed)
    failure = session.wait("run:failed")["failure"]
    assert failure["code"] == code
    assert failure["message"]
    assert failure["hint"]


def test_a_run_nobody_remembers_is_said_so_that_it_is_run_again(session: Session) -> None:
    for event in ("window", "marks", "stop"):
        message: dict[str, Any] = {"run": "0" * 32, "packet": 0}
        if event == "window":
            message["window"] = 0
        if event == "stop":
            message |= {"step": 0, "direction": "forward", "until": "end"}
        assert session.ask(event, message)["failure"]["code"] == "unknown-run"


BAD: list[Any] = [
    None,
    "text",
    b"\x00\xff",
    7,
    [],
    {},
    {"unknown": 1},
    {"source": None},
    {"source": "x" * (1_048_576 + 1)},
    {"inputs": {"source": "exit", "packets": ["zz"]}},
    {"inputs": {"source": "exit", "packets": ["00"] * 10_001}},
    {"inputs": {"source": "exit", "times_ns": ["soon"]}},
    {"run": "x", "packet": "first", "window": 0},
    {"run": None, "packet": 0, "window": 10**400},
    {"run": "x", "packet": 0, "step": 0, "direction": "up", "until": "end"},
    {"run": "x", "packet": 0, "step": 0, "direction": "forward", "until": "when ready"},
    {"revision": "latest"},
]


@pytest.mark.parametrize("event", ["check", "run", "window", "stop", "marks", "cancel"])
def test_no_message_ends_the_session(session: Session, event: str) -> None:
    for message in BAD:
        answer = session.ask(event, message)
        accepted = event in ("run", "cancel") and answer.get("accepted")
        assert accepted or answer["failure"]["message"], message
    assert session.ask(event)["failure"]["code"] == "bad-message"
    assert session.ask(event, {}, {}, {}) is not None
    assert session.client.is_connected()
    assert session.ask("check", {"source": "r0 = 0\nexit"})["ok"] is True


def test_an_event_nobody_knows_is_nothing(session: Session) -> None:
    assert session.client.emit("shutdown", {"now": True}, callback=True) in (None, [])
    assert session.ask("check", {"source": "exit"})["revision"] == 0


def test_more_sessions_than_may_be_are_refused(web: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.extensions["hookscope"].settings, "max_sessions", 0)
    assert Session(web).client.is_connected() is False
