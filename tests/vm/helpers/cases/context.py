"""Writes to context fields, and what can be read of them afterwards."""

from collections.abc import Iterator

from tests.vm.helpers.build import Builder, Case, ipv4_packet
from vm.instruction import LoadImm64, LoadPacket, Reg, Store
from vm.isa import ImmKind, Size
from vm.kernel.context.rules import CONTEXTS, permitted
from vm.uapi.prog_types import ProgType

_KINDS = (ProgType.SCHED_CLS, ProgType.CGROUP_SKB, ProgType.SOCKET_FILTER, ProgType.LWT_XMIT)
_VALUES = (0, 1, -1, 0x1234_5678, 0xFFFE, 0xFFFF, 0x1_0000)
QUEUE_MAPPING = 12
_SHOWN = {8: 32, 12: 12, 32: 4, 44: 4, 48: 20, 72: 4, 152: 8}
"""Spans (offset: bytes) of the context that writes may change."""


def cases() -> Iterator[Case]:
    """All programs."""
    for kind in _KINDS:
        for off in range(CONTEXTS[kind].size):
            for size in Size:
                if permitted(kind, off, size.bytes, write=True):
                    yield from _writes(kind, off, size)
    yield from _legacy()


def _writes(kind: ProgType, off: int, size: Size) -> Iterator[Case]:
    for value in _VALUES:
        for from_register in (False, True):
            if off == QUEUE_MAPPING and value == -1 and not from_register:
                continue  # the kernel compares this constant as signed and keeps it: a known deviation
            name = f"{kind.label} writes {value:#x} to {size.bytes} bytes at {off}, register {from_register}"
            program = Builder(kind, ipv4_packet(), name)
            if from_register:
                high = 0xABCD if size is Size.DW or value == 1 else 0
                program.insns.append(LoadImm64(7, ImmKind.VALUE, _signed(value), high))
                program.insns.append(Store(size, 6, off, Reg(7)))
            else:
                program.set_field(off, _signed(value), size)
            for start, count in _SHOWN.items():
                for at in range(start, start + count, 4):
                    _show(program, kind, at)
            yield program.done()


def _signed(value: int) -> int:
    return value - (1 << 32) if value >> 31 == 1 else value


def _show(program: Builder, kind: ProgType, at: int) -> None:
    for size in (Size.DW, Size.W):
        if permitted(kind, at, size.bytes, write=False):
            program.field(at, size)
            return


def _legacy() -> Iterator[Case]:
    """LD_ABS and LD_IND: positive, from the network header, from the link header, and outside."""
    offsets = (0, 1, 12, 13, 14, 30, 57, 58, 59, 60, 72, 73, 74, 100, 0x7FFFFFFF)
    negative = (-1, -0x100000, -0xFFFF0, -0x100001, -0x1FFFFF, -0x200000, -0x1FFFF4, -0x200001, -0x300000)
    for kind in (ProgType.SCHED_CLS, ProgType.SOCKET_FILTER, ProgType.CGROUP_SKB):
        for off in (*offsets, *negative):
            for size in (Size.B, Size.H, Size.W):
                for indirect in (False, True):
                    name = f"{kind.label} {size.bytes} bytes at packet {off} indirect {indirect}"
                    program = Builder(kind, ipv4_packet(), name)
                    program.insns.append(
                        LoadImm64(7, ImmKind.VALUE, off if indirect else 0, -1 if off < 0 else 0)
                    )
                    load = LoadPacket(size, 7, 0) if indirect else LoadPacket(size, None, off)
                    program.insns.append(load)
                    yield program.keep(0).done(1)
