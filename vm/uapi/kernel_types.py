"""Numbers of the kernel's types (BTF) that programs may name: its variables and functions.

Recorded from Linux 6.18.44 as built for the goldens (``python dev.py golden kernel_types``); every build has
numbers of its own.
"""

import json
import lzma
from base64 import b64decode
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _recorded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("vm.uapi").joinpath("kernel_types.json").read_text("utf-8"))
    return found


@cache
def variables() -> Mapping[int, str]:
    """Variables' names by number."""
    return {int(number): name for number, name in _recorded()["variables"].items()}


@cache
def _functions() -> int:
    return int.from_bytes(lzma.decompress(b64decode(_recorded()["functions"])), "little")


def is_function(number: int) -> bool:
    """Whether the type of that number is a function."""
    at = number - _recorded()["first_function"]
    return at >= 0 and bool(_functions() >> at & 1)


def last_type() -> int:
    """The greatest number there is."""
    return int(_recorded()["last"])
