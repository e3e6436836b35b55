"""The real server, started as a user starts it, for tests and screenshots to talk to."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Served:
    """A server under way: its address, its process, and the file of its own words."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path


@contextmanager
def running_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """Serve the app from this checkout, keeping its state and its log in `folder`; yields its address.

    Raises RuntimeError with the server's own words when it does not answer /healthz in a minute.
    """
    with serving(folder, port=port) as served:
        yield served.url


@contextmanager
def serving(folder: Path, *command: str | Path, port: int | None = None, **settings: str) -> Iterator[Served]:
    """As `running_server`, with more environment variables, or another `command` than this checkout's."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    command = command or (sys.executable, "-m", "app")
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT), "HOOKSCOPE_DATA": str(folder), **settings}
    log = folder / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*command, "serve", "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
        ) as server,
    ):
        try:
            wait_until_healthy(url, server, log)
            yield Served(url, server, log)
        finally:
            server.terminate()


def wait_until_healthy(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310  # the address is ours
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text('utf-8', 'replace')}")
