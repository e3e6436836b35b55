"""Packet buffers: the bytes with room before and behind them."""

from vm.helpers.api import PacketBuffer
from vm.memory.memory import Memory
from vm.memory.region import RegionKind


class GrowingBuffer(PacketBuffer):
    """A socket buffer's bytes: data_end may be moved behind the end, the buffer then grows.

    Grow before writing behind the old end and shrink after: a step back then finds every byte it needs.
    """

    __slots__ = ()

    def place(self, bounds: tuple[int, int, int]) -> None:
        """Puts the bounds where a change, or a snapshot, says, and adds zero bytes that are missing."""
        missing = bounds[2] - len(self.region.data)
        if missing > 0:
            self.region.data.extend(bytes(missing))
        super().place(bounds)


def packet_buffer(
    memory: Memory, packet: bytes, headroom: int, tailroom: int, kind: type[PacketBuffer] = PacketBuffer
) -> PacketBuffer:
    """A buffer in a region of its own that holds ``packet`` behind ``headroom`` bytes, without metadata."""
    region = memory.add(RegionKind.PACKET, "pkt", bytearray(bytes(headroom) + packet + bytes(tailroom)))
    return kind(region, (headroom, headroom, headroom + len(packet)), memory.journal)
