"""Helpers of maps, ring buffers and perf event arrays, called from programs."""

import random
from collections.abc import Iterator

from tests.vm.helpers.build import CTX, Argument, Builder, Case, MapObject, ipv4_packet
from vm.instruction import Alu, Call, Imm, Jump, LoadImm64, Reg, Store
from vm.isa import AluOp, CallKind, ImmKind, JumpOp, Size
from vm.program import MapSpec
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

_PACKET = ipv4_packet()
_KEYED = (
    MapSpec("array", MapType.ARRAY, 4, 8, 4),
    MapSpec("hash", MapType.HASH, 4, 8, 3),
    MapSpec("lru", MapType.LRU_HASH, 4, 8, 8),
    MapSpec("own_array", MapType.PERCPU_ARRAY, 4, 8, 4),
    MapSpec("own_hash", MapType.PERCPU_HASH, 4, 8, 3),
)
_QUEUED = (MapSpec("queue", MapType.QUEUE, 0, 8, 3), MapSpec("stack", MapType.STACK, 0, 8, 3))
_FLAGS = (0, 1, 2, 3, 4, 8, 1 << 32)
_MAP = MapObject(2)


def cases() -> Iterator[Case]:
    """All programs."""
    yield from _keyed()
    yield from _queued()
    yield from _rings()
    yield from _events()


def _builder(name: str, spec: MapSpec, kind: ProgType = ProgType.XDP) -> Builder:
    return Builder(kind, _PACKET, name, extra_maps=(spec,))


def _look_up(program: Builder, key: Argument) -> None:
    """Keeps the value found (or -1 for none)."""
    program.load(1, _MAP)
    program.load(2, key)
    program.insns += [
        Call(CallKind.HELPER, H.MAP_LOOKUP_ELEM),
        Alu(AluOp.MOV, 64, 1, Imm(-1)),
        Jump(JumpOp.JEQ, 64, 0, Imm(0), 1),
        program.read_word(1, 0),
    ]
    program.keep(1)


def _keyed() -> Iterator[Case]:
    chosen = random.Random(7)
    for spec in _KEYED:
        for number in range(40):
            program = _builder(f"{spec.name} {number}", spec)
            keys = [program.memory(n.to_bytes(4, "little")) for n in (0, 1, 2, 3, 4, 0xFFFFFFFF)]
            for _ in range(8):
                key = chosen.choice(keys)
                match chosen.randrange(4):
                    case 0 | 1:
                        flags = chosen.choice((0, 0, 0, *_FLAGS))
                        program.call(H.MAP_UPDATE_ELEM, _MAP, key, program.memory(chosen.randbytes(8)), flags)
                    case 2:
                        program.call(H.MAP_DELETE_ELEM, _MAP, key)
                    case _:
                        _look_up(program, key)
            for key in keys:
                _look_up(program, key)
            yield program.done(2)


def _queued() -> Iterator[Case]:
    chosen = random.Random(8)
    for spec in _QUEUED:
        for number in range(30):
            program = _builder(f"{spec.name} {number}", spec)
            for _ in range(10):
                match chosen.randrange(5):
                    case 0 | 1 | 2:
                        flags = chosen.choice((0, 0, *_FLAGS))
                        program.call(H.MAP_PUSH_ELEM, _MAP, program.memory(chosen.randbytes(8)), flags)
                    case 3:
                        program.call(H.MAP_POP_ELEM, _MAP, program.memory(b"\x55" * 8))
                    case _:
                        program.call(H.MAP_PEEK_ELEM, _MAP, program.memory(b"\x55" * 8))
            yield program.done(2)


_RING = MapSpec("ring", MapType.RINGBUF, 0, 0, 4096)


def _rings() -> Iterator[Case]:
    for size in (0, 1, 7, 8, 100, 1000):
        for flags in (0, 1, 2, 3, 4, 1 << 32):
            program = _builder(f"output {size} {flags:#x}", _RING)
            data: Argument = program.memory(bytes(size)) if size else program.memory(bytes(8))
            for _ in range(6):
                program.call(H.RINGBUF_OUTPUT, _MAP, data, size, flags)
            yield _query(program).done(2)
    for size in (0, 1, 8, 100, 1000, 2000, 4080, 4087, 4088, 4089, 5000, 1 << 30):
        for flags in (0, 1, 1 << 32):
            for end, how in ((H.RINGBUF_SUBMIT, 0), (H.RINGBUF_SUBMIT, 1), (H.RINGBUF_DISCARD, 2)):
                program = _builder(f"reserve {size} {flags:#x} {end.name} {how}", _RING)
                for _ in range(3):
                    _reserve(program, size, flags, end, how)
                yield _query(program).done(2)
    for what in (0, 1, 2, 3, 4, -1, 1 << 32):
        yield _builder(f"query {what}", _RING).call(H.RINGBUF_QUERY, _MAP, what).done(2)


def _query(program: Builder) -> Builder:
    for what in range(4):
        program.call(H.RINGBUF_QUERY, _MAP, what)
    return program


def _reserve(program: Builder, size: int, flags: int, end: H, how: int) -> None:
    """Reserves a record, and if there is one, writes to it and lets it go; keeps whether there was one."""
    arguments: tuple[Argument, ...] = (_MAP, size, flags)
    for n, argument in enumerate(arguments, 1):
        program.load(n, argument)
    fill = [Store(Size.DW, 0, 0, Imm(7))] if size >= 8 else []
    program.insns += [
        Call(CallKind.HELPER, H.RINGBUF_RESERVE),
        Alu(AluOp.MOV, 64, 7, Imm(0)),
        Jump(JumpOp.JEQ, 64, 0, Imm(0), 5 + len(fill)),
        *fill,
        Alu(AluOp.MOV, 64, 1, Reg(0)),
        LoadImm64(2, ImmKind.VALUE, how),
        Call(CallKind.HELPER, end),
        Alu(AluOp.MOV, 64, 7, Imm(1)),
    ]
    program.keep(7)


_EVENTS = MapSpec("events", MapType.PERF_EVENT_ARRAY, 4, 4, 2)


def _events() -> Iterator[Case]:
    """Nobody has opened an event, so the best answer is -ENOENT."""
    kinds = (ProgType.XDP, ProgType.SCHED_CLS, ProgType.SOCKET_FILTER, ProgType.CGROUP_SKB)
    for kind in kinds:
        for index in (0, 1, 2, 0xFFFFFFFE, 0xFFFFFFFF):
            for wanted in (0, 1, 60, 61, 74, 75, 0xFFFFF, 0x100000, 1 << 31):
                name = f"event {kind.label} {index:#x} with {wanted} packet bytes"
                program = _builder(name, _EVENTS, kind)
                flags = wanted << 32 | index
                program.call(H.PERF_EVENT_OUTPUT, CTX, _MAP, flags, program.memory(bytes(8)), 8)
                yield program.done(1)
