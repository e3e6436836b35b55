"""The kernel's recorded answers to map operations: where they are, and how they are written."""

import gzip
import json
from functools import cache
from typing import Any

from tests.shared_data import CHECKOUT
from tests.vm.maps.on_kernel import Result

FOLDER = CHECKOUT / "tests/data/maps"
SEQUENCES = FOLDER / "sequences.json.gz"
CREATION = FOLDER / "creation.json.gz"
COUNT = 300
"""Sequences recorded of each kind."""


@cache
def read(path: str) -> dict[str, Any]:
    """A recorded file of the folder."""
    found: dict[str, Any] = json.loads(gzip.decompress((FOLDER / path).read_bytes()))
    return found


def write(path: str, content: dict[str, Any]) -> int:
    """Writes a file so that equal content gives equal bytes; its size."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    data = gzip.compress(json.dumps(content, separators=(",", ":")).encode(), 9, mtime=0)
    (FOLDER / path).write_bytes(data)
    return len(data)


def plain(result: Result) -> object:
    """A result as JSON holds it: bytes as hexadecimal text."""
    match result:
        case bytes():
            return result.hex()
        case list():
            return [plain(item) for item in result]
        case _:
            return result
