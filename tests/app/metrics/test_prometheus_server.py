"""A real Prometheus scrapes a workspace, where one is installed or HOOKSCOPE_PROMETHEUS names its binary."""

import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.workbench.metrics_examples import with_rules
from tests.app.over_http import http
from tests.browser.server import free_port, serving

BINARY = os.environ.get("HOOKSCOPE_PROMETHEUS") or shutil.which("prometheus")
EXAMPLE = with_rules()[0]
SECONDS = 40.0
pytestmark = pytest.mark.skipif(
    BINARY is None, reason="no prometheus is installed: try apt-get install prometheus"
)

CONFIG = """
global: {{scrape_interval: 1s}}
scrape_configs:
  - job_name: hookscope
    metrics_path: {path}
    static_configs: [{{targets: ["{host}"]}}]
"""


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prometheus that scrapes the example, saved in a server of its own."""
    folder: Path = tmp_path_factory.mktemp("prometheus")
    with serving(tmp_path_factory.mktemp("server")) as served:
        document = {"title": "t", "inputs": EXAMPLE.inputs.model_dump(mode="json"), "place": {}}
        key = http(served, "/api/workspaces", document).body["id"]
        kept = {"manifests": {"rules": EXAMPLE.rules}, "base": 0}
        http(served, f"/api/workspaces/{key}/manifests", kept, "PUT")
        host = urllib.parse.urlsplit(served.url).netloc
        config = folder / "prometheus.yml"
        config.write_text(CONFIG.format(path=f"/workspaces/{key}/metrics", host=host), "utf-8")
        port = free_port()
        command = [
            str(BINARY),
            f"--config.file={config}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def ask(address: str, query: str) -> Any:
    """What Prometheus answers once it has something; it has to start and to scrape first."""
    deadline = time.monotonic() + SECONDS
    found: Any = []
    while not found and time.monotonic() < deadline:
        try:
            asked = f"{address}/api/v1/query?query={urllib.parse.quote(query)}"
            with urllib.request.urlopen(asked, timeout=5) as reply:  # noqa: S310 - the address is ours
                found = json.load(reply)["data"]["result"]
        except OSError:
            pass
        time.sleep(0.2)
    return found


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("up == 1", "1"),
        ('hookscope_syns_total{source="203.0.113.7"}', "15"),
        ("sum(hookscope_syns_total)", "20"),
        ('hookscope_xdp_verdicts_total{verdict="drop"}', "5"),
        ("hookscope_gap_seconds_count", "23"),
        ('hookscope_gap_seconds_bucket{le="0.256"}', "7"),
    ],
)
def test_prometheus_has_what_the_maps_hold(prometheus: str, query: str, value: str) -> None:
    (found,) = ask(prometheus, query)
    assert found["value"][1] == value


def test_prometheus_takes_it_for_what_it_is(prometheus: str) -> None:
    assert ask(prometheus, "hookscope_syns_total")
    with urllib.request.urlopen(f"{prometheus}/api/v1/metadata", timeout=5) as reply:  # noqa: S310 - the address is ours
        kinds = {name: one[0]["type"] for name, one in json.load(reply)["data"].items()}
    assert kinds["hookscope_syns_total"] == "counter"
    assert kinds["hookscope_gap_seconds"] == "histogram"
