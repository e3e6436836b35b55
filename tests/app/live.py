"""A browser's side of a real WebSocket: Socket.IO's packets as text, so that a connection can be cut off."""

import json
import socket
import time
from collections.abc import Callable
from typing import Any

from simple_websocket import Client

from tests.app.session import Pushed, read

_PING, _PONG = "2", "3"
_CONNECT, _EVENT, _ACK, _REFUSED = "40", "42", "43", "44"


class Live(Pushed):
    """Asks questions of a running server, and collects what it pushes."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._socket = Client.connect(f"{url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket")
        self._acknowledged: dict[int, Any] = {}
        self._asked = 0
        self._accepted: bool | None = None
        self._socket.send(_CONNECT)
        self._until(lambda: self._accepted is not None, 30.0)

    @property
    def connected(self) -> bool:
        """Whether the server took the session."""
        return bool(self._accepted)

    def ask(self, event: str, *message: Any) -> Any:
        """The acknowledgement; ``{"failure": …}`` for a refusal."""
        self._asked += 1
        number = self._asked
        self._socket.send(f"{_EVENT}{number}{json.dumps([event, *message])}")
        self._until(lambda: number in self._acknowledged, 60.0)
        return read(self._acknowledged.pop(number))

    def look(self, seconds: float) -> None:
        """Takes in what comes within the time."""
        packet = self._socket.receive(timeout=seconds)
        if packet is not None:
            self._take(str(packet))

    def drop(self) -> None:
        """Cuts the line without a word, as a laptop's lid does."""
        self._socket.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Disconnects."""
        if self._socket.connected:
            self._socket.close()

    def _until(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < deadline, f"no answer in {seconds:g} seconds"
            self.look(0.5)

    def _take(self, packet: str) -> None:
        kind, rest = packet[:2], packet[2:]
        if packet == _PING:
            self._socket.send(_PONG)
        elif kind == _CONNECT:
            self._accepted = True
        elif kind == _REFUSED:
            self._accepted = False
        elif kind == _EVENT:
            self.push(*json.loads(rest))
        elif kind == _ACK:
            number, _, answer = rest.partition("[")
            self._acknowledged[int(number)] = json.loads(f"[{answer}")[0]
