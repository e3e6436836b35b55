"""XDP helpers: bounds moved by every interesting amount, bytes copied at every edge."""

import random
from collections.abc import Iterator

from tests.vm.helpers.build import CTX, Builder, Case
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.prog_types import ProgType

DATA, END, META = 0, 4, 8
_FRAME = bytes(range(64))
_EDGES = (
    -4000,
    -300,
    -256,
    -217,
    -216,
    -215,
    -64,
    -51,
    -50,
    -49,
    -14,
    -4,
    -3,
    -1,
    0,
    1,
    3,
    4,
    13,
    49,
    50,
    51,
    300,
)
_TAILS = (3455, 3456, 3457, 4096, 0x7FFFFFFF, -0x80000000)


def _builder(name: str, packet: bytes = _FRAME) -> Builder:
    return Builder(ProgType.XDP, packet, name)


def _lengths(program: Builder) -> Builder:
    return program.length(DATA, END).length(META, DATA)


def cases() -> Iterator[Case]:
    """All programs."""
    for helper in (H.XDP_ADJUST_HEAD, H.XDP_ADJUST_META, H.XDP_ADJUST_TAIL):
        for delta in (*_EDGES, *_TAILS, 1 << 32, 0xFFFFFFFF):
            program = _builder(f"{helper.name} {delta}").call(helper, CTX, delta)
            yield _lengths(program).done(2)
    for metadata in (-4, -8, -32, -216):
        for delta in (-212, -20, -1, 1, 20, 50):
            program = _builder(f"meta {metadata} then head {delta}")
            program.call(H.XDP_ADJUST_META, CTX, metadata).call(H.XDP_ADJUST_HEAD, CTX, delta)
            yield _lengths(program).call(H.XDP_ADJUST_TAIL, CTX, -delta).done(2)
    yield from _copies(_FRAME)
    yield from _copies(bytes(range(256)) * 20)
    yield from _fragments()
    yield from _sequences()


def _copies(frame: bytes) -> Iterator[Case]:
    size = len(frame)
    for offset in (
        0,
        1,
        14,
        3519,
        3520,
        3521,
        size - 8,
        size - 7,
        size - 1,
        size,
        size + 1,
        0xFFFF,
        0x10000,
        -1,
    ):
        for count in (1, 8, 64):
            program = _builder(f"copy {count} at {offset} of {size}", frame)
            target, source = program.memory(b"\x55" * count), program.memory(b"\xaa" * count)
            program.call(H.XDP_LOAD_BYTES, CTX, offset, target, count)
            program.call(H.XDP_STORE_BYTES, CTX, offset, source, count)
            yield program.call(H.XDP_GET_BUFF_LEN, CTX).done(2)


def _fragments() -> Iterator[Case]:
    for size in (3520, 3521, 7616, 7617, 20_000):
        for delta in (-size + 14, -size + 13, -4097, -4096, -1, 0, 1, 100, 3519, 3520, 4095, 4096):
            program = _builder(f"fragments {size} tail {delta}", bytes(range(250)) * 81)
            program.packet = program.packet[:size]
            program.call(H.XDP_ADJUST_TAIL, CTX, delta).call(H.XDP_ADJUST_TAIL, CTX, 10)
            yield _lengths(program).call(H.XDP_GET_BUFF_LEN, CTX).done(2)


def _sequences() -> Iterator[Case]:
    chosen = random.Random(1)
    helpers = (H.XDP_ADJUST_HEAD, H.XDP_ADJUST_META, H.XDP_ADJUST_TAIL)
    for number in range(150):
        program = _builder(f"sequence {number}", chosen.randbytes(chosen.randrange(14, 200)))
        for _ in range(chosen.randrange(2, 8)):
            program.call(chosen.choice(helpers), CTX, chosen.choice((4, 8, 1)) * chosen.randrange(-20, 20))
            program.call(H.XDP_STORE_BYTES, CTX, chosen.randrange(60), program.memory(chosen.randbytes(5)), 5)
        yield _lengths(program).done(2)
