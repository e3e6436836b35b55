"""Helpers for tunnels, and congestion marks: keys of every length and flag, headers of every mark."""

from collections.abc import Iterator
from itertools import product

from tests.vm.helpers.build import CTX, Builder, Case, ipv4_packet, ipv6_packet
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.prog_types import ProgType

_KEY = bytes(range(1, 23)) + bytes(2) + bytes(4) + bytes(range(29, 45))
_SIZES = (8, 20, 22, 24, 28, 44)
_SET_FLAGS, _GET_FLAGS = (0, 1, 2, 4, 8, 16, 31, 32), (0, 1, 16, 17, 32)
_LABELS = (0, 5, 0xFFF00005)
_CHECKS = (0, 1, 2, 0x1234, 0xFFFB, 0xFFFD, 0xFFFE, 0xFFFF)


def cases() -> Iterator[Case]:
    """All programs."""
    for given, asked, flags, wanted in product(_SIZES, _SIZES, _SET_FLAGS, _GET_FLAGS):
        yield _key(_KEY, given, flags, asked, wanted)
    for label, flags, wanted in product(_LABELS, (0, 1), (0, 1)):
        yield _key(_KEY[:24] + label.to_bytes(4, "little") + _KEY[28:], 44, flags, 44, wanted)
    yield _key(_KEY[:22] + b"\1\0" + _KEY[24:], 44, 0, 44, 0)
    yield from _marks()


def _key(key: bytes, given: int, flags: int, asked: int, wanted: int) -> Case:
    name = f"key of {given} flags {flags}, {asked} asked for with {wanted}"
    program = Builder(ProgType.SCHED_CLS, ipv4_packet(), name)
    program.call(H.SKB_SET_TUNNEL_KEY, CTX, program.memory(key), given, flags)
    return program.call(H.SKB_GET_TUNNEL_KEY, CTX, program.memory(b"\x55" * 44), asked, wanted).done()


def _marks() -> Iterator[Case]:
    for kind in (ProgType.SCHED_CLS, ProgType.CGROUP_SKB):
        for tos, check in product(range(8), _CHECKS):
            frame = bytearray(ipv4_packet())
            frame[15], frame[24:26] = tos, check.to_bytes(2, "big")
            yield _mark(kind, bytes(frame), f"IPv4 {tos} {check:#x}")
        for traffic in range(16):
            frame = bytearray(ipv6_packet())
            frame[15] = traffic << 4 | 5
            yield _mark(kind, bytes(frame), f"IPv6 {traffic}")
    yield _mark(ProgType.SCHED_CLS, ipv4_packet(kind=0x88B5), "no IP")


def _mark(kind: ProgType, frame: bytes, what: str) -> Case:
    return Builder(kind, frame, f"{kind.label} mark {what}").call(H.SKB_ECN_SET_CE, CTX).done()
