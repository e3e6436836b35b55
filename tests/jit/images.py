"""Machine code of the real kernel as it is kept: for recorded programs, the bytes of each function.

``tests/data/jit/images.jsonl.xz``: a line that says which kernel, then per program its seed in
tests/data/runs and its functions in hex. Addresses, which differ from boot to boot, are still in them.
"""

import json
import lzma
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.kernel_runs.recorded import read as read_runs
from vm.encoding import decode, unpack
from vm.instruction import Call
from vm.isa import CallKind
from vm.jit.kernel_form import NativeFunction

GOLDEN = Path(__file__).parents[1] / "data/jit/images.jsonl.xz"
WITH_HELPERS = 6
"""Of the programs that call helpers, every how many-th is kept."""
_TAIL_CALL = 12


def chosen() -> Iterator[dict[str, Any]]:
    """The recorded programs whose images are kept: all without helpers, all with tail calls, some others."""
    counted = 0
    for record in read_runs():
        helpers = helpers_of(record)
        counted += bool(helpers)
        if not helpers or counted % WITH_HELPERS == 0 or _TAIL_CALL in helpers:
            yield record


def helpers_of(record: dict[str, Any]) -> set[int]:
    """The numbers of the helpers that the program names."""
    insns = decode(unpack(bytes.fromhex(record["insns"])))
    return {insn.imm for insn in insns if isinstance(insn, Call) and insn.kind is not CallKind.LOCAL}


def write(kernel: str, images: Iterable[tuple[int, list[str]]]) -> int:
    """Keeps the images; returns how many."""
    lines = [json.dumps({"seed": seed, "functions": functions}) for seed, functions in images]
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join([json.dumps({"kernel": kernel}), *lines])
    GOLDEN.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return len(lines)


def read() -> dict[int, list[bytes]]:
    """The functions' bytes by seed."""
    with lzma.open(GOLDEN, "rt") as lines:
        next(lines)
        return {
            (kept := json.loads(line))["seed"]: [bytes.fromhex(code) for code in kept["functions"]]
            for line in lines
        }


def without_addresses(code: bytes, function: NativeFunction) -> bytes:
    """The code with zeros where ``function`` has what only a running kernel can fill in."""
    blank = bytearray(code)
    for relocation in function.relocations:
        blank[relocation.at : relocation.at + relocation.size] = bytes(relocation.size)
    return bytes(blank)
