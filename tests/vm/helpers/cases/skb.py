"""Helpers that copy bytes of a socket buffer or change numbers kept with it."""

from collections.abc import Iterator

from tests.vm.helpers.build import CTX, Builder, Case, ipv4_packet, ipv6_packet
from vm.isa import Size
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.prog_types import ProgType

_TC, _FILTER, _CGROUP = ProgType.SCHED_CLS, ProgType.SOCKET_FILTER, ProgType.CGROUP_SKB
_PACKETS = (ipv4_packet(), ipv6_packet(), ipv4_packet(kind=0x88B5), ipv4_packet(kind=0x0004))
_OFFSETS = (
    0,
    1,
    12,
    14,
    59,
    60,
    61,
    65,
    66,
    67,
    73,
    74,
    75,
    200,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    -1,
    -14,
)
HASH, TSTAMP, TSTAMP_TYPE, PKT_TYPE = 68, 152, 180, 4


def cases() -> Iterator[Case]:
    """All programs."""
    for prog_type in (_TC, _FILTER, _CGROUP, ProgType.LWT_XMIT):
        yield from _loads(prog_type)
    for prog_type in (_TC, ProgType.LWT_XMIT):
        yield from _stores(prog_type)
    yield from _pulls()
    yield from _numbers()


def _loads(prog_type: ProgType) -> Iterator[Case]:
    for offset in _OFFSETS:
        for count in (1, 2, 8):
            program = Builder(prog_type, _PACKETS[0], f"load {prog_type.label} {count} at {offset}")
            target = program.memory(b"\x55" * count)
            yield program.call(H.SKB_LOAD_BYTES, CTX, offset, target, count).done()
            for header in (0, 1, 2) if prog_type is not ProgType.LWT_XMIT else ():
                program = Builder(
                    prog_type, _PACKETS[0], f"{prog_type.label} {count} at {offset} from {header}"
                )
                target = program.memory(b"\x55" * count)
                yield program.call(H.SKB_LOAD_BYTES_RELATIVE, CTX, offset, target, count, header).done()


def _stores(prog_type: ProgType) -> Iterator[Case]:
    for offset in _OFFSETS:
        for count, flags in ((1, 0), (8, 0), (2, 1), (2, 2), (2, 3), (2, 4), (2, 1 << 32)):
            program = Builder(
                prog_type, _PACKETS[0], f"store {prog_type.label} {count} at {offset} flags {flags}"
            )
            source = program.memory(b"\xaa" * count)
            program.call(H.SKB_STORE_BYTES, CTX, offset, source, count, flags)
            yield program.field(HASH).done()


def _pulls() -> Iterator[Case]:
    for prog_type in (_TC, ProgType.LWT_IN):
        for count in (0, 1, 59, 60, 61, 73, 74, 75, 100, -1):
            program = Builder(prog_type, _PACKETS[0], f"pull {prog_type.label} {count}")
            yield program.call(H.SKB_PULL_DATA, CTX, count).length(76, 80).done()


def _numbers() -> Iterator[Case]:
    for kind in (0, 1, 2, 3, 4, 5, 7, 8, -1, 1 << 32):
        for packet in (_PACKETS[0], bytes(6) + _PACKETS[0][6:]):
            program = Builder(_TC, packet, f"type {kind} {packet[:2].hex()}")
            yield program.call(H.SKB_CHANGE_TYPE, CTX, kind).field(PKT_TYPE).done()
    for packet in _PACKETS[:3]:
        for tstamp in (0, 1, 1 << 40):
            for clock in (0, 1, 2, 3, -1):
                program = Builder(_TC, packet, f"tstamp {tstamp} {clock} {packet[12:14].hex()}")
                program.call(H.SKB_SET_TSTAMP, CTX, tstamp, clock).field(TSTAMP, Size.DW)
                yield program.field(TSTAMP_TYPE, Size.B).done()
    program = Builder(_TC, _PACKETS[0], "hash set, kept and cleared")
    program.call(H.SET_HASH, CTX, 0x12345678).field(HASH).call(H.GET_HASH_RECALC, CTX).field(HASH)
    yield program.call(H.SET_HASH_INVALID, CTX).field(HASH).done()
    program = Builder(_TC, _PACKETS[0], "hash cleared by a store")
    program.call(H.SET_HASH, CTX, 7).call(H.SKB_STORE_BYTES, CTX, 20, program.memory(b"ab"), 2, 2)
    yield program.field(HASH).done()
    yield Builder(_TC, _PACKETS[0], "realm").call(H.GET_ROUTE_REALM, CTX).done()
