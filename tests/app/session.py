"""A browser's side of a Socket.IO session, for tests."""

import json
import time
from abc import ABC, abstractmethod
from typing import Any

from flask import Flask
from flask_socketio import SocketIOTestClient

Json = dict[str, Any]


def read(answer: Any) -> Any:
    """Large messages come as JSON text."""
    return json.loads(answer) if isinstance(answer, str) else answer


class Pushed(ABC):
    """Asks questions, and collects what is pushed meanwhile."""

    def __init__(self) -> None:
        self._pushed: list[tuple[str, Any]] = []

    @abstractmethod
    def ask(self, event: str, *message: Any) -> Any:
        """The acknowledgement; ``{"failure": …}`` for a refusal."""

    @abstractmethod
    def look(self, seconds: float) -> None:
        """Collects what is there, or comes within the time."""

    @abstractmethod
    def close(self) -> None:
        """Disconnects."""

    def push(self, event: str, message: Any) -> None:
        """Keeps what was pushed."""
        self._pushed.append((event, read(message)))

    def run(self, inputs: Json, revision: int = 1, **place: int) -> Any:
        """Starts a run."""
        return self.ask("run", {"inputs": inputs, "revision": revision, **place})

    def pushed(self) -> list[tuple[str, Any]]:
        """All that was pushed so far."""
        self.look(0)
        return self._pushed

    def wait(self, name: str, revision: int | None = None, seconds: float = 30.0) -> Any:
        """The first pushed event of that name (and revision)."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for found, message in self._pushed:
                if found == name and (revision is None or message["revision"] == revision):
                    return message
            self.look(0.01)
        raise AssertionError(f"no {name} in {seconds} seconds, only {self.names()}")

    def names(self) -> list[str]:
        """The names of what was pushed so far, in order."""
        return [name for name, _ in self.pushed()]


class Session(Pushed):
    """A session without a network."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.client: SocketIOTestClient = app.extensions["socketio"].test_client(app)

    def ask(self, event: str, *message: Any) -> Any:
        """The acknowledgement; ``{"failure": …}`` for a refusal."""
        return read(self.client.emit(event, *message, callback=True))

    def look(self, seconds: float) -> None:
        """Collects what is there."""
        for event in self.client.get_received():
            self.push(event["name"], event["args"][0])
        time.sleep(seconds)

    def close(self) -> None:
        """Disconnects."""
        if self.client.is_connected():
            self.client.disconnect()
