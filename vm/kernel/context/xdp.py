"""The context of an XDP program: ``xdp_md`` over a received frame that has no socket buffer yet."""

from vm.helpers.event import Event
from vm.kernel.context.buffer import packet_buffer
from vm.kernel.context.fault import refuse
from vm.kernel.context.frame import Frame
from vm.kernel.context.packet_context import PacketContext
from vm.kernel.context.rules import permitted, rule_at
from vm.memory.memory import Memory
from vm.memory.region import RegionKind
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

HEADROOM = 256
"""Bytes a driver leaves before the frame (XDP_PACKET_HEADROOM)."""
PAGE = 4096
"""One page holds headroom, the frame's linear part and tailroom; each fragment is one more."""
TAILROOM = 320
"""Bytes at the end of the page kept for the kernel (struct skb_shared_info)."""
LINEAR_MAX = PAGE - HEADROOM - TAILROOM
"""Bytes of a frame that data to data_end can hold; the rest goes into fragments."""
MAX_PACKET = LINEAR_MAX + 17 * PAGE
"""Longest frame: MAX_SKB_FRAGS fragments."""
MIN_PACKET = 14
"""Shortest frame: an Ethernet header."""
_HEADROOM = bytes(HEADROOM)


class XdpContext(PacketContext):
    """``xdp_md``: pointers to the frame, and where it came in."""

    def __init__(self, frame: Frame, memory: Memory, event: Event, fields: dict[str, int]) -> None:
        packet = frame.data
        if not MIN_PACKET <= len(packet) <= MAX_PACKET:
            raise HookscopeError.of(
                "packet-size",
                f"XDP gets frames of {MIN_PACKET} to {MAX_PACKET} bytes, this one has {len(packet)}",
                "shorten the packet, or pad it to an Ethernet header",
            )
        linear, rest = packet[:LINEAR_MAX], packet[LINEAR_MAX:]
        buffer = packet_buffer(memory, linear, HEADROOM, PAGE - HEADROOM - len(linear))
        super().__init__(ProgType.XDP, "xdp", buffer, memory, fields)
        pages = -(-len(rest) // PAGE) * PAGE
        self._fragments = memory.add(RegionKind.MEM, "frags", bytearray(rest.ljust(pages, b"\0")))
        self._came: Frame | None = None
        self._bounds = buffer.bounds
        self._fragments.hi = 0  # no program has a pointer to them
        self._begin(len(rest), event)

    def _begin(self, rest: int, event: Event) -> None:
        self.fields.update(
            {
                "xdp.frags_len": rest,
                "xdp.ingress_ifindex": event.ifindex,
                "xdp.rx_queue_index": event.rx_queue,
                "xdp.egress_ifindex": 0,
            }
        )

    def again(self, frame: Frame, event: Event) -> bool:
        """Begins anew with another frame in the same buffer; whether it could: fragments have no room."""
        packet, region = frame.data, self.buffer.region
        end = HEADROOM + len(packet)
        if not MIN_PACKET <= len(packet) <= LINEAR_MAX or self._fragments.data or len(region.data) != PAGE:
            return False
        region.data[:] = b"".join((_HEADROOM, packet, bytes(PAGE - end)))
        region.dirty.clear()
        self.buffer.place((HEADROOM, HEADROOM, end))
        self._came, self._bounds = frame, self.buffer.bounds
        self._begin(0, event)
        return True

    def load(self, off: int, size: int) -> int:
        """A load from the context; raises MachineFault."""
        rule = rule_at(self.kind, off)
        if rule is None or not permitted(self.kind, off, size, write=False):
            refuse(self.kind, self.region, off, size, write=False)
        return self._pointer(rule.points) if rule.points else self.field(rule.name)

    def store(self, off: int, size: int, value: int) -> None:
        """A store to the context, which no XDP program may make; raises MachineFault."""
        refuse(self.kind, self.region, off, size, write=True)

    @property
    def tailroom(self) -> int:
        """Bytes the frame may still grow at its end."""
        return PAGE - TAILROOM - self.buffer.bounds[2]

    def _shifted(self, step: int) -> None:
        """A frame keeps no offsets."""

    def packet(self) -> bytes:
        """The whole frame, fragments included."""
        return super().packet() + bytes(self._fragments.data[: self.field("frags_len")])

    def put(self, off: int, data: bytes) -> None:
        """Writes bytes of the frame at ``off`` from data, also in fragments; journaled."""
        _, start, end = self.buffer.bounds
        linear = max(0, min(len(data), end - start - off))
        self.write(start + off, data[:linear])
        if linear < len(data):
            self.memory.put(self._fragments, off + linear - (end - start), data[linear:])

    def leave(self) -> Frame:
        """The frame as the next hook finds it."""
        came = self._came
        if came is not None and not self.buffer.region.dirty and self.buffer.bounds == self._bounds:
            return came  # nobody wrote to it, nor moved its bounds
        meta, data, _ = self.bounds()
        return Frame(self.packet(), self.read(meta, data))

    def data_out(self) -> bytes:
        """The frame as BPF_PROG_TEST_RUN gives it back: with its metadata and fragments."""
        meta, data, _ = self.bounds()
        return self.read(meta, data) + self.packet()
