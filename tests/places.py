"""Which places of its context a program may access at each hook, as Linux answered; a program per place.

``tests/data/verifier/places.json``: per hook, ``reads`` and ``writes`` as ``WIDTH: OFFSETS; …``.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from vm.encoding import decode, pack
from vm.instruction import Slot
from vm.program import Program
from vm.uapi.prog_types import ProgType, hook_named

GOLDEN: Final = Path(__file__).parent / "data/verifier/places.json"
WIDTHS: Final = (1, 2, 4, 8)
BEYOND: Final = 8
_SIZE_BITS: Final = {1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18}
_LDX, _STX = 0x61, 0x63

Place = tuple[int, int]


def program(hook: str, off: int, size: int, *, write: bool) -> Program:
    """Accesses one place, then returns what the hook takes."""
    named = hook_named(hook)
    assert named is not None
    access = Slot((_STX if write else _LDX) | _SIZE_BITS[size], 1, 2 if write else 1, off, 0)
    zero = Slot(0xB7, 2, 0, 0, 0)
    slots = (
        zero,
        access,
        Slot(0xB7, 0, 0, 0, 1 if _wants_one(named.hook.prog_type) else 0),
        Slot(0x95, 0, 0, 0, 0),
    )
    return Program("place", named.hook.prog_type, slots, decode(slots), hook=hook)


def _wants_one(kind: ProgType) -> bool:
    return kind is ProgType.CGROUP_SOCK_ADDR


def code(made: Program) -> bytes:
    """The instructions."""
    return pack(made.slots)


def spelled(places: Iterable[Place]) -> str:
    """``4: 0..20/4 24; 8: 0`` of offsets and widths."""
    by_width: dict[int, list[int]] = {}
    for off, size in sorted(places):
        by_width.setdefault(size, []).append(off)
    return "; ".join(f"{size}: {' '.join(_runs(offs, size))}" for size, offs in sorted(by_width.items()))


def _runs(offsets: list[int], step: int) -> Iterator[str]:
    start = last = offsets[0]
    for off in [*offsets[1:], None]:
        if off is not None and off == last + step:
            last = off
            continue
        yield str(start) if start == last else f"{start}..{last}/{step}"
        if off is not None:
            start = last = off


def read(text: str) -> set[Place]:
    """The other way round."""
    found: set[Place] = set()
    for part in filter(None, text.split("; ")):
        size, _, runs = part.partition(": ")
        for run in runs.split():
            bounds, _, step = run.partition("/")
            first, _, last = bounds.partition("..")
            found |= {(off, int(size)) for off in range(int(first), int(last or first) + 1, int(step or 1))}
    return found


def recorded() -> dict[str, dict[str, str]]:
    """What Linux answered, by hook."""
    answers: dict[str, dict[str, str]] = json.loads(GOLDEN.read_text())["hooks"]
    return answers
