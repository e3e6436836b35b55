"""Simulations over Socket.IO: progress, the summary, and every question about one; stop; what is refused."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.app.session import Session
from vm.kernel.packet.pcap import read_capture, write_pcap
from vm.kernel.packet.samples import SAMPLES

GUARD = (Path(__file__).parents[2] / "lessons/examples/syn_guard/program.bpf").read_text(encoding="utf-8")
ANSWER = {"attack": 821, "normal": 0}
"""What the guard stops of the flood: all but the first ten SYNs of each of five sources."""


@pytest.fixture
def session(web: Flask) -> Iterator[Session]:
    made = Session(web)
    yield made
    made.close()


def flood(events: int = 1_000, place: str = "xdp:eth0", **others: Any) -> dict[str, Any]:
    inputs = {"scenario": "syn-flood", "parameters": {"events": events}, **others}
    return {"attachments": [{"source": GUARD, "place": place}], **inputs}


def simulated(session: Session, inputs: dict[str, Any], revision: int = 1) -> Any:
    accepted = session.ask("simulate", {"inputs": inputs, "revision": revision})
    assert accepted["accepted"], accepted
    return session.wait("simulate:done", revision)


def test_a_flood_is_told_in_sum_and_scored(session: Session) -> None:
    done = simulated(session, flood())
    assert (done["title"], done["done"], done["total"], done["stopped_early"]) == (
        "SYN flood",
        1_000,
        1_000,
        "",
    )
    assert {label["label"]: label["stopped"] for label in done["score"]["labels"]} == ANSWER
    assert (done["score"]["stopped"]["precision"], done["score"]["stopped"]["missed"]) == (1.0, 50)
    assert done["ends"]["dropped"] == done["denials"] == 821
    xdp = next(row for row in done["stations"] if row["station"] == "xdp")
    assert (xdp["device"], xdp["seen"], xdp["dropped"]) == ("eth0", 1_000, 821)
    drop = done["drops"][0]
    assert (drop["program"], drop["count"], drop["text"]) == ("syn_guard", 821, "if r1 > 9 goto drop")
    assert done["programs"][0]["verdicts"] == {"XDP_PASS": 179, "XDP_DROP": 821}
    assert done["outputs_total"] == 821
    assert "sent 11 SYNs" in done["outputs"][0]["text"]


def test_progress_is_pushed_while_it_goes_on(session: Session) -> None:
    session.ask("simulate", {"inputs": flood(6_000), "revision": 3})
    told = session.wait("simulate:progress", 3)
    assert 0 < told["done"] < told["total"] == 6_000
    assert told["stations"][0]["station"] == "nic"
    assert told["last"][-1]["index"] == told["done"] - 1
    session.ask("simulate:cancel", {"revision": 3})
    done = session.wait("simulate:done", 3)
    assert done["done"] < 6_000
    assert done["stopped_early"] == "it was stopped"


def test_rows_are_filtered_and_come_in_pages(session: Session) -> None:
    key = simulated(session, flood())["simulation"]

    def rows(**filters: Any) -> Any:
        return session.ask("simulate:rows", {"simulation": key, **filters})

    dropped = rows(ends=["dropped"], limit=3)
    assert (dropped["total"], len(dropped["rows"]), dropped["rows"][0]["verdict"]) == (821, 3, "XDP_DROP")
    assert rows(truths=["normal"], stopped=True)["total"] == 0
    assert rows(text="203.0.113.9")["total"] == rows(text="203.0.113.9", kinds=["packet"])["total"] > 100
    later = rows(ends=["dropped"], after=500, limit=1)
    assert later["rows"][0]["index"] >= 500
    assert rows(ends=["dropped"], offset=later["offset"], limit=1)["rows"] == later["rows"]
    assert rows(effects=["pass"])["total"] == 179
    assert rows(reported=True)["total"] == 821


def test_one_event_is_told_whole_and_its_run_is_stepped(session: Session) -> None:
    key = simulated(session, flood())["simulation"]
    last = session.ask("simulate:rows", {"simulation": key, "stopped": True, "after": 900, "limit": 1})[
        "rows"
    ][0]
    event = session.ask("simulate:event", {"simulation": key, "index": last["index"]})
    assert [hop["station"] for hop in event["hops"]] == ["nic", "xdp"]
    assert event["packet"]["summary"].endswith("SYN")
    xdp = event["hops"][1]
    assert (xdp["program"], xdp["verdict"], xdp["steppable"]) == ("syn_guard", "XDP_DROP", True)
    place = {"simulation": key, "index": last["index"], "hop": 1}
    opened = session.ask("simulate:open", place)
    assert opened["inputs"]["packets"] == [event["packet"]["data"]]
    window = session.ask("window", {"run": opened["run"], "packet": 0, "window": 0})
    assert len(window["steps"]) == opened["steps"] == xdp["steps"]
    source = last["title"].split()[1].partition(":")[0]
    before = next(entry for entry in opened["maps"][0]["entries"] if entry["key_text"] == source)
    changed = [change for step in window["steps"] for change in step["changes"] if change["k"] == "map"]
    assert [change["a_text"] for change in changed] == [before["value_text"]]
    assert int(before["value_text"]) > 10
    stop = {"run": opened["run"], "packet": 0, "step": 0, "direction": "forward", "until": "map-write"}
    assert session.ask("stop", stop)["why"] == "map write"
    refused = session.ask("simulate:open", {**place, "hop": 0})
    assert refused["failure"]["code"] == "not-reached"


def test_the_audit_names_who_was_denied_by_which_line(session: Session) -> None:
    key = simulated(session, flood())["simulation"]
    audit = session.ask("simulate:audit", {"simulation": key, "offset": 5, "limit": 2})
    assert (audit["total"], len(audit["lines"])) == (821, 2)
    line = audit["lines"][0]
    assert (line["program"], line["place"], line["answer"], line["truth"]) == (
        "syn_guard", "xdp:eth0", "XDP_DROP", "attack",
    )  # fmt: skip
    assert line["who"].startswith("203.0.113.")
    assert line["text"] in GUARD.split("\n")[line["line"] - 1]


def test_maps_are_told_over_time(session: Session) -> None:
    key = simulated(session, flood())["simulation"]
    series = session.ask("simulate:series", {"simulation": key, "map": "syn_count"})
    assert len(series["times_ns"]) > 100
    attacker = next(row for row in series["series"] if row["key_text"] == "203.0.113.9")
    values = [value for value in attacker["values"] if value is not None]
    assert values == sorted(values)
    assert values[-1] == 169


def test_packets_are_downloaded_with_comments(web: Flask, session: Session) -> None:
    key = simulated(session, flood())["simulation"]
    answer = web.test_client().get(f"/api/simulations/{key}/packets.pcapng?end=dropped")
    assert answer.status_code == 200
    assert len(read_capture(answer.data).packets) == 821
    assert b"dropped at XDP, eth0 by syn_guard (XDP_DROP), pc 25" in answer.data
    assert web.test_client().get("/api/simulations/none/packets.pcapng").status_code == 422


def test_scripts_and_captures_are_simulated_too(session: Session) -> None:
    script = "scenario: mine\nevents: [{packet: tcp-syn, repeat: 20, vary: {tcp.sport: {from: 1, to: 9}}}]"
    done = simulated(session, {"script": script, "attachments": [{"source": GUARD, "place": "xdp"}]}, 4)
    assert (done["title"], done["ends"]["dropped"]) == ("mine", 10)
    syn = (
        "525400123456525400abcdef08004500002800004000400606edcb007107c63364149c40005000000000000000005002faf0"
        + "0" * 8
    )
    done = simulated(session, {"packets": [syn] * 3, "attachments": [{"source": GUARD, "place": "xdp"}]}, 5)
    assert done["total"] == 3
    checked = session.ask(
        "simulate:script", {"text": "scenario: x\nevents:\n- {packet: tcp-syn, device: eth7}"}
    )
    assert [(problem["line"], problem["start"]) for problem in checked["problems"]] == [(3, 28)]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({}, "no-scenario"),
        ({"scenario": "syn-flod"}, "unknown-scenario"),
        ({"scenario": "syn-flood", "parameters": {"x": 1}}, "unknown-parameter"),
        ({"scenario": "syn-flood", "script": "scenario: x"}, "no-scenario"),
        ({"script": "scenario: x\nevents: 3"}, "bad-value"),
        ({"capture": "!"}, "bad-capture"),
        ({"capture": "AAAA"}, "capture-unreadable"),
        (flood(10, "xdp:eth9"), "no-device"),
        (flood(10, "xpd:eth0"), "unknown-hook"),
        ({"scenario": "syn-flood", "attachments": [{"source": "r0 = ", "place": "xdp"}]}, "unfinished"),
    ],
)
def test_what_cannot_be_simulated_is_refused(session: Session, inputs: dict[str, Any], code: str) -> None:
    session.ask("simulate", {"inputs": inputs, "revision": 9})
    failed = session.wait("simulate:failed", 9)
    assert code in failed["failure"]["code"]
    assert failed["failure"]["message"]


def test_one_that_is_forgotten_is_said_to_be(session: Session) -> None:
    for event in ("rows", "summary", "series", "audit"):
        assert (
            session.ask(f"simulate:{event}", {"simulation": "x"})["failure"]["code"] == "unknown-simulation"
        )


def test_scenarios_are_listed(web: Flask) -> None:
    listed = web.test_client().get("/api/scenarios").json
    assert listed is not None
    assert [row["id"] for row in listed][:2] == ["syn-flood", "port-scan"]
    assert listed[0]["parameters"][0]["name"] == "events"


def test_an_example_is_simulated_as_it_is_given(web: Flask, session: Session) -> None:
    listed = web.test_client().get("/api/simulations/examples").json
    assert listed is not None
    guard = next(row for row in listed if row["id"] == "tunnel_guard")
    assert (guard["group"], guard["inputs"]["scenario"]) == ("security", "dns-tunnel")
    score = simulated(session, guard["inputs"], 10)["score"]["stopped"]
    assert (score["precision"], score["recall"]) == (1.0, 1.0)


def test_a_capture_is_simulated(session: Session) -> None:
    file = base64.b64encode(write_pcap(SAMPLES["syn-burst"].make())).decode()
    inputs = {"capture": file, "attachments": [{"source": GUARD, "place": "xdp:eth0"}]}
    done = simulated(session, inputs, 11)
    assert (done["title"], done["total"], done["programs"][0]["verdicts"]["XDP_DROP"]) == ("Capture", 24, 5)


def test_an_endless_program_is_stopped(session: Session) -> None:
    endless = "r0 = 0\nagain: r0 += 1\ngoto again"
    inputs = {**flood(1_000), "attachments": [{"source": endless, "place": "xdp:eth0"}]}
    done = simulated(session, inputs, 6)
    assert done["done"] < 20
    assert done["stopped_early"].startswith("a program did not come to its end within 1,000,000 steps")
    aborted = session.ask("simulate:rows", {"simulation": done["simulation"], "effects": ["aborted"]})
    assert aborted["total"] == done["done"]


def test_a_denied_call_names_the_process_and_the_line(session: Session) -> None:
    lines = (".hook lsm/file_open", "call bpf_get_current_uid_gid", "if w0 == 1001 goto no", "r0 = 0", "exit")
    deny = "\n".join((*lines, "no:", "r0 = -13", "exit"))
    inputs = {"scenario": "secret-reader", "parameters": {"events": 200}}
    done = simulated(session, {**inputs, "attachments": [{"source": deny, "place": ""}]}, 7)
    line = session.ask("simulate:audit", {"simulation": done["simulation"], "limit": 1})["lines"][0]
    assert (line["who"], line["answer"], line["line"], line["text"]) == (
        "node[1300]", "-EACCES", 3, "if w0 == 1001 goto no",
    )  # fmt: skip
    assert line["what"].startswith("openat(AT_FDCWD, /")


def test_a_program_is_replaced_and_detached_while_events_flow(session: Session) -> None:
    """The flood's map goes on in the new program, which drops from the 31st SYN of a source on."""
    patient = GUARD.replace("if r1 > 9 goto drop", "if r1 > 29 goto drop")
    changes = [
        {"attachment": 0, "time_ns": 1_200_000_000, "source": patient},
        {"attachment": 0, "time_ns": 2_000_000_000, "source": ""},
    ]
    done = simulated(session, flood(replacements=changes), 8)

    def drops(after: int, before: int) -> int:
        query = {"simulation": done["simulation"], "effects": ["drop"], "limit": 200, "text": "XDP_DROP"}
        pages = [
            session.ask("simulate:rows", {**query, "offset": offset})["rows"] for offset in (0, 200, 400)
        ]
        return sum(after <= row["time_ns"] < before for page in pages for row in page)

    assert drops(0, 1_200_000_000) > 10
    assert drops(1_200_000_000, 1_250_000_000) == 0
    assert drops(1_400_000_000, 2_000_000_000) > 50
    assert drops(2_000_000_000, 1 << 62) == 0
    assert done["programs"][0]["verdicts"]["XDP_DROP"] == drops(0, 1 << 62)
    row = session.ask("simulate:rows", {"simulation": done["simulation"], "stopped": True, "after": 300})[
        "rows"
    ][0]
    assert row["program"] == "syn_guard_new"
