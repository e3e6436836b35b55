"""Questions over HTTP: the same answers as over the socket."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web.questions import QUESTIONS
from app.workers.jobs import JOBS
from tests.app.session import Session

SOURCE = ".program one\nr0 = 2\nexit\n"


@pytest.mark.parametrize("name", ["check", "graph", "verdict"])
def test_http_answers_what_the_socket_answers(web: Flask, client: FlaskClient, name: str) -> None:
    session = Session(web)
    told: dict[str, Any] = session.ask(name, {"source": SOURCE, "revision": 3})
    session.close()
    reply = client.post(f"/api/ask/{name}", data=json.dumps({"source": SOURCE, "revision": 3}))
    assert (reply.status_code, reply.get_json()) == (200, told)


def test_a_refusal_is_an_answer(client: FlaskClient) -> None:
    reply = client.post("/api/ask/window", data='{"run": "forgotten", "packet": 0, "window": 0}')
    assert (reply.status_code, reply.get_json()["failure"]["code"]) == (200, "unknown-run")


def test_an_unknown_question_is_not_found(client: FlaskClient) -> None:
    reply = client.post("/api/ask/nothing", data="{}")
    assert (reply.status_code, reply.get_json()["code"]) == (404, "not-found")


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_is_no_message_is_refused(client: FlaskClient, name: str) -> None:
    assert client.post(f"/api/ask/{name}", data='{"unknown": 1}').get_json()["code"] == "bad-message"


def test_every_question_has_a_job() -> None:
    assert {question.job for question in QUESTIONS.values()} <= set(JOBS)
