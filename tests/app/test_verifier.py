"""Verdicts, walks, what is known of each place, and the log, as the browser asks for them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from app.schemas.verifier import (
    ExploreReply,
    ExploreRequest,
    KnownReply,
    LogReply,
    VerdictReply,
    WalkWindow,
    WalkWindowRequest,
)
from app.workbench.examples import load
from app.workbench.exploration import Walks
from app.workbench.keys import walk_key
from tests.app.session import Json, Session
from vm.source import HookscopeError

WHY = {view.id: view for view in load() if view.group == "why"}
SOURCES = {view.id: view.inputs.source for view in load()}
REFUSED = {
    "why_off_by_one": ("EACCES", "memory", 19, 28, "R4 offset is outside of the packet", 48),
    "why_null": ("EACCES", "memory", 14, 20, "R0 invalid mem access 'map_value_or_null'", 14),
    "why_unset": ("EACCES", "register-type", 9, 16, "R0 !read_ok", 11),
    "why_leak": ("EINVAL", "resource-lifetime", 18, 25, "would lead to reference leak", 20),
    "why_loop": ("EINVAL", "program-structure", 7, 14, "infinite loop detected at insn 7", 11),
}


@pytest.fixture
def session(web: Flask) -> Iterator[Session]:
    asked = Session(web)
    yield asked
    asked.close()


def verdict(session: Session, source: str, **more: Any) -> VerdictReply:
    return VerdictReply.model_validate(session.ask("verdict", {"source": source, **more}))


def explored(session: Session, source: str, **more: Any) -> ExploreReply:
    return ExploreReply.model_validate(session.ask("explore", {"source": source, **more}))


def test_the_group_of_refused_examples_is_the_five_a_newcomer_meets() -> None:
    assert set(WHY) == set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_who_where_and_why(session: Session, name: str) -> None:
    errno, category, pc, line, error, processed = REFUSED[name]
    [found] = verdict(session, SOURCES[name], revision=7, hook=WHY[name].inputs.hook).programs
    assert not found.accepted
    assert not found.stopped
    assert (found.errno, found.pc, found.processed) == (errno, pc, processed)
    assert found.span is not None
    assert found.span.line == line
    assert found.error.endswith(error)
    assert found.what
    assert found.hint
    assert found.category in {category, "loops"}


def test_an_accepted_program_counts_what_was_walked_and_cut(session: Session) -> None:
    reply = verdict(session, SOURCES["syn_guard"], revision=3)
    [found] = reply.programs
    assert reply.revision == 3
    assert found.accepted
    assert (found.processed, found.total_states, found.depth, found.stack) == (53, 4, 1, 16)
    assert found.walked[36] == (2, 5)
    assert sum(walked + cut for walked, cut in found.walked.values()) == 53


def test_every_program_of_a_file_has_its_verdict(session: Session) -> None:
    found = verdict(session, SOURCES["tail_calls"]).programs
    assert [program.name for program in found] == ["dispatch", "count_tcp", "count_udp"]
    assert all(program.accepted for program in found)


def test_a_text_that_does_not_assemble_has_no_verdict(session: Session) -> None:
    assert verdict(session, "r0 = nonsense(").programs == []
    assert verdict(session, "").programs == []


def test_a_map_linux_would_not_make_is_refused_with_the_reason(session: Session) -> None:
    [found] = verdict(session, ".map m hash key=u32 value=u64 entries=0\nr0 = 0\nexit\n").programs
    assert not found.accepted
    assert found.category == "map"
    assert "m" in found.what


def test_the_server_says_where_it_stopped(session: Session) -> None:
    [found] = verdict(session, SOURCES["endless"], limit=500).programs
    assert found.stopped
    assert not found.accepted
    assert found.limit == 500


def test_another_loader_has_another_verdict(session: Session) -> None:
    [root] = verdict(session, SOURCES["syn_guard"]).programs
    [other] = verdict(session, SOURCES["syn_guard"], profile="no-perfmon").programs
    assert root.accepted
    assert not other.accepted
    assert "bpf_trace_printk" in other.error


@pytest.mark.parametrize("bad", [{"profile": "king"}, {"limit": 0}, {"limit": 10**9}, {"source": 4}])
def test_what_may_not_be_asked_is_refused_in_words(session: Session, bad: Json) -> None:
    assert "failure" in session.ask("verdict", {"source": "exit", **bad})


def test_a_walk_tells_its_steps_paths_and_forks(session: Session) -> None:
    walk = explored(session, SOURCES["why_off_by_one"], revision=5)
    assert walk.revision == 5
    assert not walk.verdict.accepted
    assert walk.indexes == list(range(1, 49))
    assert walk.pcs[:5] == [0, 1, 2, 3, 4]
    assert walk.pcs[-1] == 19
    assert [(path.first, path.last, path.end) for path in walk.paths] == [
        (1, 32, "exit"), (33, 42, "exit"), (43, 43, "pruned"), (44, 48, "rejected"),
    ]  # fmt: skip
    assert walk.paths[2].by in range(1, 43)
    assert len([fork for fork in walk.forks if fork.child is None]) == walk.waiting == 5
    assert [fork.child for fork in walk.forks if fork.step == 27] == [2]
    cut = {(edge.source, edge.target) for edge in walk.edges if edge.cut}
    assert cut == {(9, 39)}


def test_each_step_has_the_state_before_it(session: Session) -> None:
    walk = explored(session, SOURCES["why_off_by_one"])
    assert walk.window is not None
    last = walk.window.steps[-1]
    [frame] = [walk.window.frames[index] for index in last.frames]
    r4, r1 = (walk.window.values[frame.regs[n]] for n in (4, 1))
    assert (r4.kind, r4.text, r4.low, r4.size) == ("pkt", "pkt +18", "18", 27)
    assert r4.kernel == "pkt(off=18,r=27)"
    assert r1.text == "pkt +27"
    assert r1.note == "27 bytes proved"
    assert walk.window.values[frame.regs[7]].kind == "none"


def test_windows_of_a_walk_follow_one_another(session: Session) -> None:
    source = "r1 = 0\nagain:\nr1 += 1\nif r1 < 400 goto again\nr0 = 0\nexit\n"
    walk = explored(session, source)
    assert walk.verdict.accepted
    assert walk.window is not None
    assert walk.window.window == 1
    first = WalkWindow.model_validate(session.ask("walk:window", {"walk": walk.walk, "window": 0}))
    assert [step.index for step in first.steps] == list(range(1, 513))
    assert walk.window.steps[0].index == 513
    assert len(first.steps) + len(walk.window.steps) == walk.verdict.processed


def test_what_was_known_covers_all_paths_of_an_accepted_program(session: Session) -> None:
    walk = explored(session, SOURCES["proto_count"])
    known = KnownReply.model_validate(session.ask("walk:known", {"walk": walk.walk}))
    assert known.whole
    assert {place.pc for place in known.places} == set(walk.pcs)
    at8 = next(place for place in known.places if place.pc == 8)
    [r4] = [known.values[index] for index in at8.regs[4].values]
    assert r4.text == "any byte"
    assert r4.scalar is not None
    assert r4.scalar.umax == "255"
    out = next(place for place in known.places if place.pc == 28)
    assert 6 in out.unfollowed
    assert 10 not in out.unfollowed


def test_nothing_is_claimed_of_every_run_of_a_refused_program(session: Session) -> None:
    walk = explored(session, SOURCES["why_null"])
    assert not KnownReply.model_validate(session.ask("walk:known", {"walk": walk.walk})).whole


def test_the_log_leads_to_steps(session: Session) -> None:
    walk = explored(session, SOURCES["why_off_by_one"])
    log = LogReply.model_validate(session.ask("walk:log", {"walk": walk.walk, "first": 0, "count": 1000}))
    assert log.total == len(log.lines) == len(log.steps)
    told = dict(zip(log.lines, log.steps, strict=True))
    assert told["19: (71) r5 = *(u8 *)(r4 +9)"] == told["R4 offset is outside of the packet"] == 48
    assert told["from 9 to 39: safe"] == 43
    end = LogReply.model_validate(session.ask("walk:log", {"walk": walk.walk, "first": -3}))
    assert end.lines == log.lines[-3:]
    assert end.first == log.total - 3


def test_a_walk_stopped_by_the_server_is_not_told_as_a_refusal(session: Session) -> None:
    walk = explored(session, SOURCES["endless"], limit=300)
    assert walk.verdict.stopped
    assert [path.end for path in walk.paths] == ["open"]


def test_of_a_long_walk_the_log_is_cut_off(session: Session) -> None:
    walk = explored(session, SOURCES["endless"], limit=21_000)
    log = LogReply.model_validate(session.ask("walk:log", {"walk": walk.walk, "first": 0, "count": 10}))
    assert not log.whole
    end = LogReply.model_validate(session.ask("walk:log", {"walk": walk.walk, "first": -3}))
    assert not [line for line in end.lines if line.startswith(("processed", "BPF program is too large"))]
    short = explored(session, SOURCES["endless"], limit=300)
    assert LogReply.model_validate(session.ask("walk:log", {"walk": short.walk})).whole


def test_a_walk_that_is_forgotten_is_said_so(session: Session) -> None:
    answer = session.ask("walk:window", {"walk": "0" * 32, "window": 0})
    assert answer["failure"]["code"] == "unknown-walk"


def test_there_is_no_walk_without_a_program(session: Session) -> None:
    assert session.ask("explore", {"source": "r0 = ("})["failure"]["code"] == "no-program"
    assert session.ask("explore", {"source": "exit", "program": 3})["failure"]["code"] == "no-program"


def test_one_walk_has_one_name_whatever_the_revision(session: Session) -> None:
    first, second = (explored(session, SOURCES["proto_count"], revision=k) for k in (1, 2))
    assert first.walk == second.walk
    assert json.dumps(first.pcs) == json.dumps(second.pcs)


def test_a_process_that_has_forgotten_a_walk_walks_it_again() -> None:
    of = ExploreRequest(source=SOURCES["proto_count"])
    asked = WalkWindowRequest(walk=walk_key(of), of=of, window=0)
    assert len(Walks().get(asked).window(0).steps) == 32
    with pytest.raises(HookscopeError):
        Walks().get(asked.model_copy(update={"walk": "0" * 32}))
