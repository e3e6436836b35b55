"""What the JIT page asks over HTTP, and who may have the kernel asked."""

from dataclasses import replace
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from app.cli.serve import serve
from app.config import Settings
from app.web.native import forbidden
from app.workbench.examples import load

INPUTS = load()[0].inputs.model_dump()


def reason(web: Flask, allowed: bool, host: str, remote: str) -> str:
    """What a request that comes so is told."""
    services = web.extensions["hookscope"]
    settings: Settings = services.settings.model_copy(update={"ask_kernel": allowed})
    web.extensions["hookscope"] = replace(services, settings=settings)
    try:
        where = {"REMOTE_ADDR": remote, "HTTP_HOST": host}
        with web.test_request_context("/", environ_overrides=where):
            return forbidden()
    finally:
        web.extensions["hookscope"] = services


@pytest.mark.parametrize(
    ("allowed", "host", "remote", "may"),
    [
        (True, "127.0.0.1:8000", "127.0.0.1", True),
        (True, "localhost:8000", "127.0.0.1", True),
        (True, "[::1]:8000", "::1", True),
        (False, "127.0.0.1:8000", "127.0.0.1", False),
        (True, "127.0.0.1:8000", "192.0.2.7", False),
        (True, "rebound.example:8000", "127.0.0.1", False),
        (True, "127.0.0.1.rebound.example", "127.0.0.1", False),
        (True, "0.0.0.0:8000", "127.0.0.1", False),
    ],
)
def test_only_somebody_at_this_computer_has_its_kernel_asked(
    web: Flask, allowed: bool, host: str, remote: str, may: bool
) -> None:
    assert (reason(web, allowed, host, remote) == "") == may


def test_nobody_has_it_asked_unless_the_server_was_started_so(client: FlaskClient) -> None:
    reply: Any = client.post("/api/native/linux", json={"source": "    r0 = 1\n    exit\n", "live": True})
    assert (reply.get_json()["source"], reply.get_json()["may_ask"]) == ("", False)
    assert "--ask-kernel" in reply.get_json()["why"]


@pytest.mark.parametrize("path", ["/api/native/linux", "/api/native/race", "/api/native/run"])
def test_another_sites_page_asks_nothing(client: FlaskClient, path: str) -> None:
    assert client.post(path, data="{}", headers={"Origin": "https://elsewhere.example"}).status_code == 403


def test_a_run_comes_with_the_window_around_its_step(client: FlaskClient) -> None:
    reply: Any = client.post("/api/native/run", json={"inputs": INPUTS, "packet": 15, "step": 24}).get_json()
    assert reply["run"]["packets"][15]["steps"] == 35
    assert (reply["window"]["packet"], len(reply["window"]["steps"])) == (15, 35)
    assert reply["window"]["steps"][24]["pc"] == 25


def test_a_race_without_the_kernel(client: FlaskClient) -> None:
    reply: Any = client.post("/api/native/race", json={"inputs": INPUTS, "runs": 2}).get_json()
    assert {lane["engine"] for lane in reply["lanes"]} >= {"machine"}
    assert "kernel" in {found["engine"] for found in reply["absent"]}


@pytest.mark.parametrize("host", ["::", "192.0.2.7", "elsewhere.example"])
def test_a_server_that_others_reach_is_not_started_so(host: str) -> None:
    result = CliRunner().invoke(serve, ["--host", host, "--ask-kernel"])
    assert result.exit_code == 1
    assert "one's own computer" in result.output
