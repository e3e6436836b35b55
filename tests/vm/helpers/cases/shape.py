"""Helpers that change the shape of a packet in a socket buffer."""

import random
from collections.abc import Iterator

from tests.vm.helpers.build import CTX, Builder, Case, ipv4_packet, ipv6_packet
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.prog_types import ProgType

_TC, _XMIT = ProgType.SCHED_CLS, ProgType.LWT_XMIT
LEN, PROTOCOL, VLAN_PRESENT, VLAN_TCI, VLAN_PROTO, DATA, END = 0, 16, 20, 24, 28, 76, 80
_V4, _V6, _OTHER = ipv4_packet(), ipv6_packet(), ipv4_packet(kind=0x88B5)
_TAGGED = _V4[:12] + bytes.fromhex("81000123") + _V4[12:]
_TWICE = _V4[:12] + bytes.fromhex("88a80456") + _TAGGED[12:]
_SHORT = _V4[:12] + bytes.fromhex("8100")
PACKETS = {"v4": _V4, "v6": _V6, "other": _OTHER, "tagged": _TAGGED, "twice": _TWICE, "short": _SHORT}


def look(program: Builder) -> Builder:
    """Keeps what can be seen of the packet's shape."""
    for offset in (LEN, PROTOCOL, VLAN_PRESENT, VLAN_TCI, VLAN_PROTO):
        program.field(offset)
    program.length(DATA, END)
    for header in (0, 1):
        program.call(H.SKB_LOAD_BYTES_RELATIVE, CTX, 0, program.memory(bytes(20)), 20, header)
    return program


def cases() -> Iterator[Case]:
    """All programs."""
    yield from _protos()
    yield from _ends()
    yield from _room()
    yield from _vlans()
    yield from _sequences()


def _protos() -> Iterator[Case]:
    for name, packet in PACKETS.items():
        for wanted in (0x0008, 0xDD86, 0x0800, 0, 0xDD86 | 1 << 16, 0x0081):
            for flags in (0, 1):
                program = Builder(_TC, packet, f"proto {name} {wanted:#x} {flags}")
                yield look(program.call(H.SKB_CHANGE_PROTO, CTX, wanted, flags)).done()


def _ends() -> Iterator[Case]:
    for length in (0, 1, 13, 14, 15, 73, 74, 75, 200, 1514, 16_063, 16_064, 16_065, 70_000, -1):
        for flags in (0, 1):
            for name in ("v4", "short"):
                program = Builder(_TC, PACKETS[name], f"tail {name} {length} {flags}")
                yield look(program.call(H.SKB_CHANGE_TAIL, CTX, length, flags)).done()
    for count in (0, 1, 14, 100, 15_990, 15_991, 70_000, -1, 0x7FFFFFFF):
        for flags in (0, 1):
            program = Builder(_TC, _V4, f"head {count} {flags}")
            yield look(program.call(H.SKB_CHANGE_HEAD, CTX, count, flags)).done()
    for count in (0, 14, 20):
        program = Builder(_XMIT, _V4, f"xmit head {count}")
        yield program.call(H.SKB_CHANGE_HEAD, CTX, count, 0).field(LEN).length(DATA, END).done()
        program = Builder(_XMIT, _V4, f"xmit tail {count}")
        yield program.call(H.SKB_CHANGE_TAIL, CTX, count, 0).field(LEN).length(DATA, END).done()


_FLAGS = (
    0,
    1,
    2,
    4,
    6,
    2 | 8,
    2 | 16,
    2 | 8 | 16,
    4 | 8,
    32,
    2 | 64 | 14 << 56,
    2 | 64 | 13 << 56,
    2 | 20 << 56,
)
_MORE_FLAGS = (2 | 21 << 56, 128, 256, 384, 512, 1 << 40, 128 | 1, 256 | 32, 2 | 128)


def _room() -> Iterator[Case]:
    for diff in (0, 1, 8, 20, 28, 4095, 4096, -1, -8, -20, -39, -40, -41, -60, -4095, -4096):
        for mode in (0, 1, 2):
            for name in ("v4", "v6", "other"):
                program = Builder(_TC, PACKETS[name], f"room {name} {diff} mode {mode}")
                yield look(program.call(H.SKB_ADJUST_ROOM, CTX, diff, mode, 0)).done()
    for flags in (*_FLAGS, *_MORE_FLAGS):
        for diff in (20, 40, -20, -40):
            for name in ("v4", "v6"):
                for mode in (0, 1):
                    program = Builder(_TC, PACKETS[name], f"room {name} {diff} mode {mode} flags {flags:#x}")
                    yield look(program.call(H.SKB_ADJUST_ROOM, CTX, diff, mode, flags)).done()
    for first, second in ((2, 2), (2, 4), (4, 0), (2, 32)):
        program = Builder(_TC, _V4, f"room twice {first} {second}")
        program.call(H.SKB_ADJUST_ROOM, CTX, 20, 1, first).call(H.SKB_ADJUST_ROOM, CTX, 20, 1, second)
        yield look(program.call(H.SKB_CHANGE_TAIL, CTX, 60, 0)).done()


def _vlans() -> Iterator[Case]:
    for name, packet in PACKETS.items():
        program = Builder(_TC, packet, f"pop {name}").call(H.SKB_VLAN_POP, CTX)
        yield look(program.call(H.SKB_VLAN_POP, CTX).call(H.SKB_VLAN_POP, CTX)).done()
        for protocol in (0x0081, 0xA888, 0x8100, 0, 0xA888 | 1 << 16):
            for tci in (0, 1, 0xFFFF, 0x10002):
                program = Builder(_TC, packet, f"push {name} {protocol:#x} {tci:#x}")
                yield look(program.call(H.SKB_VLAN_PUSH, CTX, protocol, tci)).done()
        program = Builder(_TC, packet, f"push twice {name}").call(H.SKB_VLAN_PUSH, CTX, 0x0081, 5)
        program.call(H.SKB_VLAN_PUSH, CTX, 0xA888, 6)
        yield look(program).done()


def _step(program: Builder, chosen: random.Random) -> None:
    match chosen.randrange(7):
        case 0:
            program.call(H.SKB_VLAN_PUSH, CTX, chosen.choice((0x0081, 0xA888)), chosen.randrange(4096))
        case 1:
            program.call(H.SKB_VLAN_POP, CTX)
        case 2:
            program.call(H.SKB_CHANGE_PROTO, CTX, chosen.choice((0x0008, 0xDD86)), 0)
        case 3:
            program.call(H.SKB_CHANGE_TAIL, CTX, chosen.choice((20, 60, 100, 300, chosen.randrange(200))), 0)
        case 4:
            program.call(H.SKB_CHANGE_HEAD, CTX, chosen.choice((0, 4, 14)), 0)
        case 5:
            program.call(H.SKB_ADJUST_ROOM, CTX, chosen.randrange(-40, 60), chosen.randrange(2), 0)
        case _:
            source = program.memory(chosen.randbytes(6))
            program.call(H.SKB_STORE_BYTES, CTX, chosen.randrange(60), source, 6, 0)


def _sequences() -> Iterator[Case]:
    chosen = random.Random(2)
    for number in range(250):
        program = Builder(_TC, chosen.choice(tuple(PACKETS.values())), f"sequence {number}")
        for _ in range(chosen.randrange(2, 7)):
            _step(program, chosen)
        yield look(program).done()
