"""Programs near the structural rules: a table by hand, every opcode with every field, and mutations.

``cases()`` is deterministic. A case is a frame, a program type and the slots inside the frame as hex.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from vm.encoding import pack, unpack
from vm.instruction import Slot
from vm.program import MapSpec
from vm.uapi.map_types import MapType

MAPS = (
    MapSpec("one", MapType.ARRAY, 4, 8, 1),
    MapSpec("table", MapType.HASH, 4, 8, 16),
    MapSpec("many", MapType.ARRAY, 4, 16, 4),
)
"""The maps of every case."""


def _hex(*slots: Slot) -> str:
    return pack(slots).hex()


def _mov(dst: int, imm: int) -> Slot:
    return Slot(0xB7, dst, imm=imm)


EXIT = Slot(0x95)
ZERO = _mov(0, 0)
UNSURE = Slot(0x85, imm=7)
"""A call of bpf_get_prandom_u32: r0 is then anything."""

_ALL_SET = (
    Slot(0xBF, 6, 1),
    *(_mov(register, 1) for register in (0, 1, 2, 3, 4, 5, 7, 8, 9)),
    Slot(0x7A, 10, off=-8, imm=1),
    Slot(0x7A, 10, off=-16, imm=1),
)

FRAMES: dict[str, tuple[str, str]] = {
    "bare": ("", ""),
    "set": (_hex(*_ALL_SET), _hex(ZERO, EXIT)),
}
"""What stands before and behind a case: nothing, or code that sets every register and code that returns 0."""


@dataclass(frozen=True, slots=True)
class Case:
    """``typed`` cases are loaded with BTF function information."""

    frame: str
    prog_type: str
    body: str
    typed: bool = False

    @property
    def code(self) -> bytes:
        """The bytes of the program."""
        before, behind = FRAMES[self.frame]
        return bytes.fromhex(before + self.body + behind)


def call(offset: int) -> Slot:
    """A call of the local function ``offset`` slots behind the next."""
    return Slot(0x85, src=1, imm=offset)


def wide(src: int = 0, imm: int = 0, next_imm: int = 0, dst: int = 1, off: int = 0) -> tuple[Slot, Slot]:
    """An ``ld_imm64``."""
    return Slot(0x18, dst, src, off, imm), Slot(0, imm=next_imm)


def _by_hand() -> Iterator[tuple[Slot, ...]]:
    """Programs for one rule each, or for the order of two."""
    yield from (
        (),
        (ZERO,),
        (EXIT,),
        (ZERO, EXIT),
        (Slot(0),),
        (Slot(0), EXIT),
        (ZERO, Slot(0x05, off=7), EXIT),
        (ZERO, Slot(0x05, off=-3), EXIT),
        (ZERO, Slot(0x06, imm=7), EXIT),
        (ZERO, Slot(0x06, imm=-3, off=1), EXIT),
        (ZERO, Slot(0x06, imm=-(1 << 31)), EXIT),
        (ZERO, Slot(0x06, imm=(1 << 31) - 1), EXIT),
        (ZERO, Slot(0x05, off=1), ZERO, EXIT),
        (ZERO, Slot(0x05, off=1), Slot(0xFF), EXIT),
        (ZERO, EXIT, EXIT),
        (ZERO, EXIT, ZERO, EXIT),
        (Slot(0x05, off=-1), EXIT),
        (ZERO, Slot(0x05, off=0), EXIT),
        (ZERO, Slot(0x15, off=-2)),
        (ZERO, Slot(0xE5, off=-2)),
        (ZERO, Slot(0x96)),
        (ZERO, Slot(0x96), EXIT),
        (ZERO, Slot(0x8D), EXIT),
        (ZERO, Slot(0x0D, off=9), EXIT),
        (ZERO, Slot(0xFD, off=9), EXIT),
        (Slot(0xFF), Slot(0x05, off=9), EXIT),
        (Slot(0xFF), call(70), EXIT),
        (Slot(0x05, off=3), ZERO),
        (Slot(0x61, 0, 1, imm=1), Slot(0xFF), EXIT),
        (Slot(0xFF), Slot(0x61, 0, 1, imm=1), EXIT),
        (Slot(0xFF), *wide(9), EXIT),
        (*wide(9), Slot(0xFF), EXIT),
        (ZERO, Slot(0x05, off=1), *wide(), EXIT),
    )
    for imm in (0, 1, 1 << 16, 2):
        yield (_mov(2, 1), Slot(0xBF, 1, 2, 1, imm), ZERO, EXIT)
        yield (_mov(2, 1), Slot(0xBF, 11, 12, 1, imm), ZERO, EXIT)
    yield from _imm64_by_hand()
    yield from _calls_by_hand()
    yield from _walks_by_hand()


def _imm64_by_hand() -> Iterator[tuple[Slot, ...]]:
    for src in range(16):
        for next_imm in (0, 77):
            for imm in (0, 1000) if src != 3 else (0,):
                yield (*wide(src, imm, next_imm), ZERO, EXIT)
    for index, spec in enumerate(MAPS):
        for offset in (0, spec.value_size - 1, spec.value_size, (1 << 29) - 1, 1 << 29, -1):
            yield (*wide(2, index, offset), ZERO, EXIT)
    second = Slot(0x18, 1)
    yield (ZERO, second)
    yield (second, Slot(0, dst=1), ZERO, EXIT)
    yield (second, Slot(0, src=1), ZERO, EXIT)
    yield (second, Slot(0, off=1), ZERO, EXIT)
    yield (second, Slot(0x05), ZERO, EXIT)
    yield (second, EXIT)
    yield (second, second, Slot(0), EXIT)
    yield (*wide(dst=11), ZERO, EXIT)
    yield (*wide(dst=10), ZERO, EXIT)
    yield (*wide(off=1), ZERO, EXIT)
    yield (*wide(dst=11, off=1), ZERO, EXIT)
    yield (*wide(9, off=1), ZERO, EXIT)
    for jump in (0x15, 0x55, 0x25, 0xE5):
        yield (UNSURE, Slot(jump, off=1), *wide(), ZERO, EXIT)
        yield (UNSURE, Slot(jump, off=2), *wide(), ZERO, EXIT)
    yield (UNSURE, Slot(0x15, off=3), *wide(), Slot(0x05, off=-2), EXIT)
    yield (UNSURE, *wide(), Slot(0x15, off=-2), ZERO, EXIT)
    yield (UNSURE, *wide(), Slot(0x15, off=-3), ZERO, EXIT)


def _calls_by_hand() -> Iterator[tuple[Slot, ...]]:
    for offset in (-(1 << 31), -3, -2, -1, 0, 1, 2, 3, 4, (1 << 31) - 1):
        yield (ZERO, call(offset), EXIT)
        yield (ZERO, call(offset), EXIT, ZERO, EXIT)
        yield (*wide(4, offset), ZERO, EXIT, ZERO, EXIT)
    yield (call(1), EXIT, *wide(), EXIT, ZERO, EXIT)
    yield (call(2), EXIT, *wide(), EXIT, ZERO, EXIT)
    yield (call(2), Slot(0x05, off=1), EXIT, ZERO)
    yield (call(2), Slot(0x05, off=1), EXIT, ZERO, EXIT)
    yield (call(1), ZERO, ZERO, EXIT)
    yield (ZERO, call(1), EXIT, ZERO, Slot(0x85, imm=5))
    yield (call(1), EXIT, Slot(0x05, off=-3), EXIT)
    yield (call(1), EXIT, call(1), EXIT, Slot(0x15, off=-5), EXIT)
    for length in range(5, 11):
        yield (*(slot for _ in range(length) for slot in (call(1), EXIT)), ZERO, EXIT)
        yield (ZERO, Slot(0x15, off=1), *(s for _ in range(length) for s in (call(1), EXIT)), ZERO, EXIT)
        yield (UNSURE, Slot(0x15, off=1), *(s for _ in range(length) for s in (call(1), EXIT)), ZERO, EXIT)
    yield (call(1), EXIT, call(-1), EXIT)
    yield (call(1), EXIT, ZERO, call(-4), EXIT)
    yield (ZERO, Slot(0x15, off=1), call(1), EXIT, ZERO, call(-2), EXIT)
    yield (ZERO, Slot(0x15, off=1), call(-3), EXIT)
    yield (_mov(1, 3), call(1), EXIT, ZERO, Slot(0x15, 1, off=2), Slot(0x07, 1, imm=-1), call(-4), EXIT)
    for count in (2, 255, 256, 257):
        calls = (call(count + 1 + index) for index in range(count))
        yield (*calls, ZERO, EXIT, *(slot for _ in range(count) for slot in (ZERO, EXIT)))
    legacy, tail_call = Slot(0x20), Slot(0x85, imm=12)
    for slot in (legacy, Slot(0x40), Slot(0x38), Slot(0x58), tail_call, Slot(0x85, src=2, imm=0)):
        yield (call(1), EXIT, slot, ZERO, EXIT)
        yield (call(1), EXIT, slot, Slot(0xFF), EXIT)
        yield (call(2), slot, EXIT, ZERO, EXIT)
    yield (call(2), call(3), EXIT, tail_call, EXIT, legacy, EXIT)
    yield (call(3), call(1), EXIT, tail_call, EXIT, legacy, EXIT)
    yield (call(1), EXIT, tail_call, legacy, EXIT)


BROKEN_EXIT = Slot(0x95, imm=1)
BROKEN_MOV = Slot(0xB7, off=1)


def _walks_by_hand() -> Iterator[tuple[Slot, ...]]:
    """Which instructions the verifier comes to, and which first."""
    for set_up, jump in _decided():
        yield (*set_up, jump, BROKEN_EXIT, ZERO, EXIT)
    skip = Slot(0x15, imm=5, off=2)
    yield (UNSURE, skip, BROKEN_EXIT, EXIT, BROKEN_MOV, EXIT)
    yield (UNSURE, skip, ZERO, EXIT, BROKEN_MOV, EXIT)
    yield (UNSURE, skip, ZERO, BROKEN_EXIT, BROKEN_MOV, EXIT)
    yield (ZERO, Slot(0xE5, off=2), ZERO, BROKEN_EXIT, BROKEN_MOV, EXIT)
    yield (UNSURE, Slot(0x1D, 0, 0, off=1), BROKEN_EXIT, ZERO, EXIT)
    yield (UNSURE, Slot(0x15, imm=1, off=2), Slot(0x15, imm=2, off=2), EXIT, BROKEN_EXIT, BROKEN_MOV, EXIT)
    yield (UNSURE, Slot(0x25, imm=7, off=1), Slot(0x05, off=1), BROKEN_EXIT, EXIT)
    callee = (UNSURE, Slot(0x15, off=1), EXIT)
    yield (call(2), BROKEN_MOV, EXIT, *callee, BROKEN_EXIT)
    yield (call(2), ZERO, EXIT, *callee, BROKEN_EXIT)
    yield (call(3), call(2), BROKEN_MOV, EXIT, *callee, EXIT)
    yield (_mov(6, 4), call(4), Slot(0x15, 6, off=1, imm=4), BROKEN_EXIT, ZERO, EXIT, ZERO, EXIT)
    yield (call(4), Slot(0x15, off=1), BROKEN_EXIT, ZERO, EXIT, ZERO, EXIT)
    yield (_mov(1, 4), call(2), ZERO, EXIT, Slot(0x15, 1, off=1, imm=4), BROKEN_EXIT, ZERO, EXIT)
    yield (_mov(6, 4), call(2), ZERO, EXIT, Slot(0x15, 6, off=1, imm=4), BROKEN_EXIT, ZERO, EXIT)
    yield (
        UNSURE,
        _mov(2, 3),
        Slot(0x15, imm=0, off=1),
        _mov(2, 4),
        Slot(0x15, 2, off=1, imm=4),
        BROKEN_EXIT,
        EXIT,
    )
    loop = (_mov(2, 0), Slot(0x07, 2, imm=1), Slot(0xA5, 2, off=-2, imm=4))
    yield (*loop, BROKEN_EXIT)
    yield (*loop, ZERO, EXIT)


def _decided() -> Iterator[tuple[tuple[Slot, ...], Slot]]:
    """Constants in r2 and a jump over one slot that they decide, or do not."""
    two_three = (_mov(2, 6), _mov(3, 2))
    for opcode in range(0x00, 0xD0, 0x10):
        for cls in (0x04, 0x07):
            for change in (Slot(opcode | cls, 2, imm=2), Slot(opcode | cls | 8, 2, 3)):
                for imm in (0, 2, 3, 8, 12):
                    yield (*two_three, change), Slot(0x15, 2, off=1, imm=imm)
    for opcode in range(0x15, 0xE0, 0x10):
        for imm in (-1, 2, 3, 4):
            yield (_mov(2, 3),), Slot(opcode, 2, off=1, imm=imm)
            yield (_mov(2, 3),), Slot(opcode | 3, 2, off=1, imm=imm)
    for imm in (8, 16, 32, 64):
        for opcode in (0xD4, 0xDC, 0xD7):
            yield (_mov(2, 6), Slot(opcode, 2, imm=imm)), Slot(0x15, 2, off=1, imm=6)
    for off in (8, 16, 32):
        for opcode in (0xBF, 0xBC):
            yield (_mov(2, 255), Slot(opcode, 2, 2, off)), Slot(0x15, 2, off=1, imm=-1)
            yield (_mov(2, 255), Slot(opcode, 2, 2, off)), Slot(0x16, 2, off=1, imm=255)
    yield (*wide(0, 5, dst=2),), Slot(0x15, 2, off=1, imm=5)
    yield (*wide(0, 5, 1, dst=2),), Slot(0x15, 2, off=1, imm=5)
    yield (Slot(0x85, imm=5),), Slot(0x15, off=1, imm=5)
    yield (UNSURE, Slot(0xBF, 2, 0), Slot(0x55, 2, off=1, imm=5)), Slot(0x15, 2, off=1, imm=5)


def _typed_by_hand() -> Iterator[tuple[Slot, ...]]:
    """With BTF: functions may be pointed to, and may end the program."""
    back = (ZERO, EXIT)
    loop = (_mov(1, 4), *wide(4, 6, dst=2), _mov(3, 0), _mov(4, 0), Slot(0x85, imm=181), *back)
    yield (*loop, *back)
    yield (*loop[:-2], BROKEN_MOV, EXIT, ZERO, EXIT)
    yield (*loop, BROKEN_MOV, EXIT)
    yield (*loop, Slot(0xFF), EXIT)
    yield (*loop, call(1), EXIT, call(-1), EXIT)
    yield (*loop, call(-1), EXIT)
    yield (*loop, call(-9), EXIT)
    yield (*wide(4, 2), ZERO, EXIT, *back)
    yield (*wide(4, 3), ZERO, EXIT, *back)
    yield (*wide(4, -1), ZERO, EXIT)
    yield (call(1), EXIT, Slot(0x85, imm=12), ZERO, EXIT)
    yield (call(1), EXIT, Slot(0xFF), EXIT)
    yield (call(1), EXIT, BROKEN_MOV, EXIT)


VARIANTS: tuple[dict[str, int], ...] = (
    {},
    {"dst": 1},
    {"src": 1},
    {"src": 3},
    {"off": 1},
    {"off": 8},
    {"imm": 1},
    {"imm": 16},
    {"imm": 100},
    {"imm": -1},
    {"dst": 11},
    {"dst": 10},
    {"dst": 10, "off": -8},
    {"dst": 10, "off": -8, "imm": 1},
    {"src": 10, "off": -8},
    {"dst": 11, "src": 12},
    {"dst": 11, "imm": 64},
)
"""Fields given to every opcode that exists."""


def _opcodes() -> Iterator[tuple[str, Slot]]:
    from vm.cfg.structure.early import KNOWN_OPCODES

    for opcode in range(256):
        if opcode not in KNOWN_OPCODES:
            yield "xdp", Slot(opcode)
            yield "xdp", Slot(opcode, 11, 12, 8, 1)
            continue
        for fields in VARIANTS:
            yield "socket_filter" if opcode & 0xE7 in (0x20, 0x40) else "xdp", Slot(opcode, **fields)
    for prog_type in ("sched_cls", "sched_act", "xdp", "cgroup_skb", "lwt_in", "sk_skb", "kprobe"):
        yield prog_type, Slot(0x20)
        yield prog_type, Slot(0x40, 1, 2)
    for opcode in (0xC3, 0xDB, 0xCB, 0xD3):
        for imm in (0, 1, 2, 0x40, 0x41, 0x51, 0xA1, 0xE0, 0xE1, 0xF0, 0xF1, 0x100, 0x101, 0x110, 0x111, -1):
            yield "xdp", Slot(opcode, 10, 1, -8, imm)
            yield "xdp", Slot(opcode, 1, 10, -8, imm)
            yield "xdp", Slot(opcode, 11, 12, -8, imm)


_SOUND = (
    (ZERO, EXIT),
    (UNSURE, Slot(0x15, imm=3, off=2), Slot(0x25, imm=9, off=1), ZERO, _mov(0, 2), EXIT),
    (_mov(2, 0), Slot(0x07, 2, imm=1), Slot(0xA5, 2, off=-2, imm=4), ZERO, EXIT),
    (call(2), ZERO, EXIT, UNSURE, Slot(0x55, off=1), ZERO, EXIT),
    (*wide(1, 0), *wide(2, 0, 4, dst=2), *wide(0, 7, 9, dst=3), Slot(0x61, 0, 2), EXIT),
    (_mov(1, 1), Slot(0x7B, 10, 1, -8), Slot(0xDB, 10, 1, -8, 1), Slot(0x79, 0, 10, -8), EXIT),
    (ZERO, Slot(0xE5, off=2), Slot(0x07, imm=1), Slot(0x05, off=-3), EXIT),
    (ZERO, Slot(0x06, imm=1), Slot(0x95), Slot(0x06, imm=-2)),
    (call(3), call(4), ZERO, EXIT, call(1), EXIT, ZERO, EXIT),
    (_mov(2, 6), Slot(0x3F, 2, 2, 1), Slot(0xD7, 2, imm=16), Slot(0x87, 2), Slot(0xBF, 0, 2, 8), EXIT),
    (UNSURE, Slot(0x15, off=4), *wide(), _mov(0, 1), Slot(0x05, off=1), ZERO, EXIT),
)
_EDGES = {
    "opcode": (0x05, 0x06, 0x15, 0x18, 0x85, 0x95, 0xB7, 0xBF, 0x0D, 0x00, 0x61, 0x7B, 0xE5, 0x8F),
    "dst": (0, 1, 2, 9, 10, 11, 15),
    "src": (0, 1, 2, 3, 4, 9, 10, 11, 15),
    "off": (-32768, -4, -3, -2, -1, 0, 1, 2, 3, 4, 8, 16, 32, 32767),
    "imm": (-(1 << 31), -4, -3, -2, -1, 0, 1, 2, 3, 4, 16, 32, 63, 64, (1 << 31) - 1),
}


def mutated(count: int, seed: int = 618) -> Iterator[tuple[Slot, ...]]:
    """Sound programs with a few slots changed, added or taken away."""
    rng = random.Random(seed)
    for _ in range(count):
        slots = list(rng.choice(_SOUND))
        for _ in range(rng.choice((1, 1, 1, 2, 2, 3))):
            _mutate(slots, rng)
        yield tuple(map(_answerable, slots))


def _mutate(slots: list[Slot], rng: random.Random) -> None:
    at = rng.randrange(len(slots))
    match rng.randrange(8):
        case 0 if len(slots) > 1:
            del slots[at]
        case 1:
            slots.insert(at, rng.choice(rng.choice(_SOUND)))
        case 2:
            slots.insert(at, slots[rng.randrange(len(slots))])
        case _:
            name = rng.choice(tuple(_EDGES))
            old = slots[at]
            fields = {key: getattr(old, key) for key in _EDGES}
            fields[name] = rng.choice(_EDGES[name])
            slots[at] = Slot(**fields)


def _answerable(slot: Slot) -> Slot:
    """The slot without references whose meaning depends on the machine: descriptors, kernel types."""
    if slot.opcode == 0x18 and slot.src in (1, 2) and not 0 <= slot.imm < len(MAPS):
        return Slot(0x18, slot.dst, slot.src, slot.off, 1000)
    if (slot.opcode, slot.src) in ((0x18, 3), (0x85, 2)):
        return Slot(slot.opcode, slot.dst, slot.src, 0, 0)
    return slot


def cases() -> list[Case]:
    """All cases, each once."""
    found: dict[Case, None] = {}
    for slots in _by_hand():
        found[Case("bare", "xdp", _hex(*slots))] = None
    for slots in _typed_by_hand():
        found[Case("bare", "xdp", _hex(*slots), typed=True)] = None
    for prog_type, slot in _opcodes():
        found[Case("set", prog_type, _hex(slot))] = None
    for slots in mutated(1_200):
        found[Case("bare", "xdp", _hex(*slots))] = None
    return [case for case in found if unpack(case.code) or case.body == ""]
