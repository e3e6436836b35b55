"""Routes, headers and errors of the web edge."""

import gzip
import json

import pytest
from flask.testing import FlaskClient


def test_healthz_answers(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"ok": True, "lasting": True}


def test_every_page_has_a_strict_policy(client: FlaskClient) -> None:
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_nonces_differ(client: FlaskClient) -> None:
    first, second = (client.get("/healthz").headers["Content-Security-Policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("path", ["/api/check", "/api/packets/hex", "/api/workspaces", "/api/links"])
def test_another_sites_page_may_change_nothing(client: FlaskClient, path: str) -> None:
    reply = client.post(path, data="{}", headers={"Origin": "https://elsewhere.example"})
    assert (reply.status_code, reply.get_json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("/api/nothing", None, 404, "not-found"),
        ("/api/workspaces/nothing", None, 404, "not-found"),
        ("/api/links/nothing", None, 404, "not-found"),
        ("/api/check", "not json", 422, "bad-message"),
        ("/api/check", '{"source": 7}', 422, "bad-message"),
        ("/api/check", '{"source": "", "unknown": 1}', 422, "bad-message"),
        (
            "/api/workspaces",
            '{"inputs": {"source": "x", "packets": ["zz"]}, "place": {}}',
            422,
            "bad-message",
        ),
    ],
)
def test_bad_requests_are_told_why(
    client: FlaskClient, path: str, body: str | None, status: int, code: str
) -> None:
    reply = client.get(path) if body is None else client.post(path, data=body)
    failure = reply.get_json()
    assert (reply.status_code, failure["code"]) == (status, code)
    assert failure["message"]


def test_a_body_over_the_limit_is_refused(client: FlaskClient) -> None:
    reply = client.post("/api/packets/capture", data=b"\0" * (17 << 20))
    assert (reply.status_code, reply.get_json()["code"]) == (413, "too-large")


@pytest.mark.parametrize("path", ["/w/../../etc/passwd", "/w/a.b", "/l/%2e%2e"])
def test_strange_workspace_names_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_workspace_is_saved_listed_and_read(client: FlaskClient) -> None:
    made = client.post("/api/workspaces", json={"title": "mine", "inputs": {"source": "exit"}, "place": {}})
    key = made.get_json()["id"]
    assert client.get(f"/api/workspaces/{key}").get_json()["inputs"]["source"] == "exit"
    assert key in {kept["id"] for kept in client.get("/api/workspaces").get_json()}


def test_a_link_opens_what_it_was_made_of(client: FlaskClient) -> None:
    body = {"title": "t", "inputs": {"source": "r0 = 1\nexit", "packets": ["00ff"]}, "place": {"step": 1}}
    key = client.post("/api/links", json=body).get_json()["id"]
    found = client.get(f"/api/links/{key}").get_json()
    assert (found["inputs"]["packets"], found["place"]["step"]) == (["00ff"], 1)


def test_large_answers_are_compressed(client: FlaskClient) -> None:
    reply = client.get("/api/samples", headers={"Accept-Encoding": "gzip"})
    assert reply.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(reply.data))[0]["packets"]


def test_packets_come_back_dissected(client: FlaskClient) -> None:
    reply = client.post("/api/packets/form", json={"packets": [{"tcp": {"dport": 80, "flags": ["SYN"]}}]})
    packet = reply.get_json()["packets"][0]
    assert [layer["name"] for layer in packet["layers"]][:3] == ["ethhdr", "iphdr", "tcphdr"]


def test_garbage_as_capture_is_a_clear_error(client: FlaskClient) -> None:
    reply = client.post("/api/packets/capture", data=b"\x89PNG not a capture at all")
    assert reply.status_code == 422
    assert "no capture format" in reply.get_json()["message"]
