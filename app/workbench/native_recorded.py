"""Images of the built-in examples as Linux made them (``dev.py golden example_images`` records them anew)."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from vm.encoding import pack
from vm.program import Program

FILE = Path(__file__).with_name("native_images.json")


@dataclass(frozen=True, slots=True)
class Recorded:
    """The machine code of each function, its addresses 0, and the release of the kernel that made it."""

    release: str
    functions: tuple[bytes, ...]


def recorded(program: Program) -> Recorded | None:
    """The image of a program with exactly these instructions and maps, where it was recorded."""
    file = _file()
    found = file["images"].get(key_of(program))
    return None if found is None else Recorded(file["release"], tuple(map(bytes.fromhex, found)))


def key_of(program: Program) -> str:
    """What decides about a program's image: its type, instructions and maps."""
    maps = [
        (spec.type.name, spec.key_size, spec.value_size, spec.max_entries, spec.flags, spec.frozen, spec.init)
        for spec in program.maps
    ]
    text = f"{program.prog_type.name} {maps}".encode()
    return hashlib.sha256(text + pack(program.slots)).hexdigest()[:16]


@cache
def _file() -> Any:
    return json.loads(FILE.read_text(encoding="utf-8"))
