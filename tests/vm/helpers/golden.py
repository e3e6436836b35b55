"""Answers recorded from the kernel."""

import gzip
import json
from typing import Any

from tests.shared_data import CHECKOUT

FOLDER = CHECKOUT / "tests/data/helpers"


def golden(name: str) -> Any:
    """The recorded answers of a file."""
    return json.loads(gzip.decompress((FOLDER / name).read_bytes()))["answers"]
