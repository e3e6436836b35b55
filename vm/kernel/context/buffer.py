"""Packet buffers: the bytes with room before and behind them."""

from vm.helpers.api import PacketBuffer
from vm.memory.memory import Memory
from vm.memory.region import RegionKind


def packet_buffer(memory: Memory, packet: bytes, headroom: int, tailroom: int) -> PacketBuffer:
    """A buffer in a region of its own that holds ``packet`` behind ``headroom`` bytes, without metadata."""
    region = memory.add(RegionKind.PACKET, "pkt", bytearray(bytes(headroom) + packet + bytes(tailroom)))
    region.origin = headroom
    return PacketBuffer(region, (headroom, headroom, headroom + len(packet)), memory.journal)
