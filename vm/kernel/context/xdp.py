"""The context of an XDP program: ``xdp_md`` over a received frame that has no socket buffer yet."""

from vm.helpers.event import Event
from vm.kernel.context.buffer import packet_buffer
from vm.kernel.context.fault import refuse
from vm.kernel.context.packet_context import PacketContext
from vm.kernel.context.rules import permitted, rule_at
from vm.memory.memory import Memory
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

HEADROOM = 256
"""Bytes a driver leaves before the frame (XDP_PACKET_HEADROOM)."""
FRAME_SIZE = 4096
"""One page holds headroom, frame and tailroom."""
TAILROOM = 320
"""Bytes at the end of the page kept for the kernel (struct skb_shared_info)."""
MAX_PACKET = FRAME_SIZE - HEADROOM - TAILROOM
"""Longest frame that fits one page."""
MIN_PACKET = 14
"""Shortest frame: an Ethernet header."""


class XdpContext(PacketContext):
    """``xdp_md``: pointers to the frame, and where it came in."""

    def __init__(self, packet: bytes, memory: Memory, event: Event, fields: dict[str, int]) -> None:
        if not MIN_PACKET <= len(packet) <= MAX_PACKET:
            raise HookscopeError.of(
                "packet-size",
                f"XDP gets frames of {MIN_PACKET} to {MAX_PACKET} bytes, this one has {len(packet)}",
                "shorten the packet, or pad it to an Ethernet header",
            )
        buffer = packet_buffer(memory, packet, HEADROOM, FRAME_SIZE - HEADROOM - len(packet))
        super().__init__(ProgType.XDP, "xdp", buffer, memory, fields)
        self._start("ingress_ifindex", event.ifindex)
        self._start("rx_queue_index", event.rx_queue)
        self._start("egress_ifindex", 0)

    def load(self, off: int, size: int) -> int:
        """A load from the context; raises MachineFault."""
        rule = rule_at(self.kind, off)
        if rule is None or not permitted(self.kind, off, size, write=False):
            refuse(self.kind, self.region, off, size, write=False)
        return self._pointer(rule.points) if rule.points else self.field(rule.name)

    def store(self, off: int, size: int, value: int) -> None:  # noqa: ARG002 no field may be written
        """A store to the context, which no XDP program may make; raises MachineFault."""
        refuse(self.kind, self.region, off, size, write=True)

    @property
    def tailroom(self) -> int:
        """Bytes the frame may still grow at its end."""
        return FRAME_SIZE - TAILROOM - self.buffer.bounds[2]

    def data_out(self) -> bytes:
        """The frame as BPF_PROG_TEST_RUN gives it back: from data_meta to data_end."""
        meta, _, end = self.bounds()
        return self.read(meta, end)
