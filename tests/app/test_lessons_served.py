"""Lessons as they are served: what learners are sent, what comes of submissions, progress that is kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings
from tests.app.lessons.folders import DROP, FILES, NAME, lesson_folder
from tests.app.session import Session

LEARNER = "0123456789abcdef"
HIDDEN = """
- id: drops-others
  title: Whatever comes is dropped
  hidden: true
  leak-free: Is everything dropped?
  send: {udp: {dport: 4711}}
  expect: {verdicts: {all: DROP}, native: equal}
- id: looked
  title: You looked at the registers
  points: 0
  expect: {action: {did: opened, at: registers}}
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    root: Path = tmp_path_factory.mktemp("lessons")
    lesson_folder(root, {"checks.yaml": FILES["checks.yaml"] + HIDDEN})
    lesson_folder(root, {"hints.yaml": "- when: {chek: drops}\n"}, "b-11-a-broken-one")
    (root / "glossary.yaml").write_text(
        "verdict:\n  term: verdict\n  means: What *r0* says.\n  see: ['hook:xdp']\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOKSCOPE_LESSONS", str(root))
        app = create_app(Settings(data=tmp_path_factory.mktemp("data"), workers=1))
        yield app
        app.extensions["hookscope"].close()


@pytest.fixture
def client(served: Flask) -> FlaskClient:
    return served.test_client()


@pytest.fixture
def session(served: Flask) -> Iterator[Session]:
    made = Session(served)
    yield made
    made.close()


def graded(session: Session, source: str, **others: Any) -> Any:
    asked = {"lesson": NAME, "source": source, "learner": LEARNER, "revision": 1, **others}
    assert session.ask("grade", asked)["accepted"]
    return session.wait("grade:done", revision=1)


def test_a_broken_lesson_is_said_and_takes_no_other_down(client: FlaskClient) -> None:
    course = client.get("/api/lessons").get_json()
    assert [row["id"] for row in course["lessons"]] == [NAME]
    assert any("b-11-a-broken-one" in problem for problem in course["problems"])
    assert len(course["tracks"]) == 7


def test_a_lesson_is_sent_without_answers_and_without_hidden_checks(client: FlaskClient) -> None:
    text = client.get(f"/api/lessons/{NAME}").text
    doc = json.loads(text)
    assert [check["id"] for check in doc["checks"]] == ["drops", "looked"]
    assert doc["hidden"] == 1
    for secret in ("drops-others", "Whatever comes", "4711", "names are those of", '"answer"', DROP[-30:]):
        assert secret not in text
    kinds = {block["kind"] for block in doc["blocks"]}
    assert kinds == {"html", "task", "predict", "view", "figure", "hint"}
    assert doc["inputs"]["hook"] == "xdp"
    assert len(doc["inputs"]["packets"]) == 1


@pytest.mark.parametrize("name", ["b-10-another", "..", "b-10-a-small-one%2F..", "examples"])
def test_there_is_no_way_to_other_folders(client: FlaskClient, name: str) -> None:
    assert client.get(f"/api/lessons/{name}").status_code == 404


@pytest.mark.parametrize(("answer", "right"), [("1", True), ("2", False), ("", False)])
def test_a_prediction_is_judged_and_then_told(client: FlaskClient, answer: str, right: bool) -> None:
    asked = {"lesson": NAME, "id": "verdict", "answer": answer}
    reply = client.post("/api/ask/lesson:predict", json=asked).get_json()
    assert (reply["right"], reply["answer"]) == (right, "1")
    assert "names are those of" in reply["html"]


def test_what_passes_gets_the_solution_to_compare_with(session: Session) -> None:
    reply = graded(session, DROP)
    assert reply["passed"]
    assert reply["solution"] == DROP
    assert (reply["instructions"], reply["lesson"]) == (2, NAME)


def test_what_fails_learns_why_and_nothing_hidden(session: Session) -> None:
    reply = graded(session, FILES["stub.bpf"])
    assert not reply["passed"]
    assert reply["solution"] is None
    drops, hidden = reply["checks"]
    assert (drops["status"], drops["shown"]["packet"]) == ("failed", 0)
    assert drops["shown"]["inputs"]["source"] == FILES["stub.bpf"]
    assert (hidden["id"], hidden["message"], hidden["shown"]) == ("hidden-1", "Is everything dropped?", None)
    assert "drops-others" not in json.dumps(reply)
    assert reply["hints"] == ["<p>XDP_DROP is the word.</p>\n"]


def test_what_does_not_assemble_is_no_attempt(session: Session) -> None:
    reply = graded(session, "r0 = \nexit")
    assert (reply["gradable"], reply["checks"]) == (False, [])
    assert reply["diagnostics"][0]["span"]["line"] == 1


def test_an_unknown_lesson_is_refused(session: Session) -> None:
    asked = {"lesson": "a-01-nothing", "source": "", "learner": LEARNER, "revision": 7}
    assert session.ask("grade", asked)["accepted"]
    assert session.wait("grade:failed")["failure"]["code"] == "not-found"


def test_the_glossary_names_the_lessons_that_teach_a_term(client: FlaskClient) -> None:
    found = client.get("/api/concepts").get_json()
    (term,) = found["concepts"]
    assert (term["slug"], term["lessons"]) == ("verdict", [NAME])
    assert term["html"] == "<p>What <em>r0</em> says.</p>\n"


def done(when: str, **others: Any) -> dict[str, Any]:
    return {"lesson": NAME, "version": 1, "source": "r0 = 1", "updated_at": when, **others}


def put(client: FlaskClient, learner: str, what: dict[str, Any]) -> Any:
    return client.put(f"/api/progress/{learner}/{what['lesson']}", json=what)


def test_progress_of_two_browsers_comes_together(client: FlaskClient) -> None:
    put(client, LEARNER, done("2026-01-02", checks=["drops"], instructions=4, passed_at="2026-01-02"))
    late = put(client, LEARNER, done("2026-01-01", source="older", checks=["looked"], instructions=2))
    assert late.status_code == 200
    (kept,) = client.get(f"/api/progress/{LEARNER}").get_json()["lessons"]
    assert kept["source"] == "r0 = 1"
    assert sorted(kept["checks"]) == ["drops", "looked"]
    assert (kept["instructions"], kept["passed_at"]) == (2, "2026-01-02")


def test_learners_are_apart(client: FlaskClient) -> None:
    put(client, "learner-number-one-1", done("2026-01-01"))
    assert client.get("/api/progress/learner-number-two-2").get_json()["lessons"] == []


@pytest.mark.parametrize("learner", ["short", "x" * 65, "not;a;learner;name;x"])
def test_a_learners_name_is_one_that_a_browser_draws(client: FlaskClient, learner: str) -> None:
    assert client.get(f"/api/progress/{learner}").status_code == 404


def test_progress_is_of_the_lesson_it_is_put_to(client: FlaskClient) -> None:
    assert client.put(f"/api/progress/{LEARNER}/a-01-other", json=done("2026-01-01")).status_code == 422
