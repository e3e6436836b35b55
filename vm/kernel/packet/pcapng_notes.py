"""pcapng files that say what became of each packet: a comment beside it, and interfaces with names.

Wireshark shows the comment above the packet and finds it with ``frame.comment contains "dropped"``.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vm.kernel.packet.capture import ETHERNET, MAX_SNAPLEN
from vm.kernel.packet.pcapng import BYTE_ORDER_MAGIC, TSRESOL, Block, as_block

_COMMENT, _NAME, _FLAGS, _APPLICATION = 1, 2, 2, 4
_LONGEST = 4_000
"""Bytes of a comment."""


@dataclass(frozen=True, slots=True)
class NotedPacket:
    """A frame at a time (ns since 1970) on an interface (its place in the list), and what is said of it.

    ``outbound``: it leaves by the interface.
    """

    timestamp_ns: int
    data: bytes
    interface: int = 0
    comment: str = ""
    outbound: bool = False


def write_noted(packets: Iterable[NotedPacket], interfaces: Sequence[str]) -> Iterator[bytes]:
    """The blocks of a file, one after the other: a simulation's packets need not all be in memory."""
    section = struct.pack("<IHHq", BYTE_ORDER_MAGIC, 1, 0, -1) + _option(_APPLICATION, b"Hookscope") + _END
    yield as_block(Block.SECTION, section)
    for name in interfaces:
        options = _option(_NAME, name.encode()) + _option(TSRESOL, b"\x09") + _END
        yield as_block(Block.INTERFACE, struct.pack("<HHI", ETHERNET, 0, MAX_SNAPLEN) + options)
    for packet in packets:
        yield as_block(Block.ENHANCED, _enhanced(packet))


_END = bytes(4)


def _enhanced(packet: NotedPacket) -> bytes:
    size = len(packet.data)
    high, low = packet.timestamp_ns >> 32 & 0xFFFF_FFFF, packet.timestamp_ns & 0xFFFF_FFFF
    head = struct.pack("<IIIII", packet.interface, high, low, size, size)
    said = packet.comment.encode()[:_LONGEST]
    comment = _option(_COMMENT, said) if said else b""
    flags = _option(_FLAGS, struct.pack("<I", 2 if packet.outbound else 1))
    return head + packet.data + bytes(-size % 4) + comment + flags + _END


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)
