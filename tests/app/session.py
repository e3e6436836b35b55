"""A browser's side of the Socket.IO connection, for tests."""

import json
import time
from typing import Any

from flask import Flask
from flask_socketio import SocketIOTestClient

Json = dict[str, Any]


class Session:
    """Asks questions, and collects what is pushed."""

    def __init__(self, app: Flask) -> None:
        self.client: SocketIOTestClient = app.extensions["socketio"].test_client(app)
        self._pushed: list[tuple[str, Any]] = []

    def ask(self, event: str, *message: Any) -> Any:
        """The acknowledgement; ``{"failure": …}`` for a refusal."""
        answer = self.client.emit(event, *message, callback=True)
        return json.loads(answer) if isinstance(answer, str) else answer

    def run(self, inputs: Json, revision: int = 1, **place: int) -> Any:
        """Starts a run."""
        return self.ask("run", {"inputs": inputs, "revision": revision, **place})

    def pushed(self) -> list[tuple[str, Any]]:
        """All that was pushed so far."""
        for event in self.client.get_received():
            message = event["args"][0]
            self._pushed.append((event["name"], json.loads(message) if isinstance(message, str) else message))
        return self._pushed

    def wait(self, name: str, revision: int | None = None, seconds: float = 30.0) -> Any:
        """The first pushed event of that name (and revision)."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for found, message in self.pushed():
                if found == name and (revision is None or message["revision"] == revision):
                    return message
            time.sleep(0.01)
        raise AssertionError(f"no {name} in {seconds} seconds, only {[n for n, _ in self.pushed()]}")

    def names(self) -> list[str]:
        """The names of what was pushed so far, in order."""
        return [name for name, _ in self.pushed()]

    def close(self) -> None:
        """Disconnects."""
        if self.client.is_connected():
            self.client.disconnect()
