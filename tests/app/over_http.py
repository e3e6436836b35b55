"""Questions over HTTP to a running server."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from tests.browser.server import Served


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and what came with it."""

    status: int
    body: Any


def http(served: Served, path: str, message: Any = None, method: str | None = None) -> Reply:
    """Asks with JSON, or with bytes as they are; a refusal is a reply like any other."""
    data = message if message is None or isinstance(message, bytes) else json.dumps(message).encode()
    request = urllib.request.Request(  # noqa: S310 - the address is ours
        served.url + path, data, {"Content-Type": "application/json"}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as found:  # noqa: S310
            return Reply(found.status, json.load(found))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, json.load(error))


def save(served: Served, source: str, key: str | None = None, base: int = 0) -> Reply:
    """Saves a program, as the browser does by itself."""
    message = {"title": "t", "inputs": {"source": source}, "place": {}, "base": base}
    if key is None:
        return http(served, "/api/workspaces", message)
    return http(served, f"/api/workspaces/{key}", message, "PUT")


def kept(served: Served, key: str) -> str:
    """The text of a saved program."""
    return str(http(served, f"/api/workspaces/{key}").body["inputs"]["source"])
