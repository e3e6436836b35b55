"""The context of programs that see a socket buffer: ``__sk_buff`` over a packet.

Numbers the kernel keeps (``skb.mark``, ``skb.vlan_tci``, ``skb.mac_header`` …) are named as in the kernel;
header offsets count from the start of the packet buffer, as the kernel's count from skb->head.
"""

from vm.helpers.event import Event
from vm.helpers.network import LOOPBACK
from vm.kernel.context.buffer import packet_buffer
from vm.kernel.context.ethernet import ETHERNET, packet_type, protocol_of
from vm.kernel.context.fault import Converted, refuse
from vm.kernel.context.frame import Frame
from vm.kernel.context.packet_context import PacketContext
from vm.kernel.context.rules import FieldRule, permitted, rule_at
from vm.kernel.context.socket import SocketView, family_of, socket_of
from vm.memory.memory import Memory
from vm.memory.region import RegionKind
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

HEADROOM = 4096
"""Bytes before the packet. The kernel's buffer is smaller, and replaced when a helper needs more."""
MAX_LEN = 16_064
"""Longest packet helpers make (SKB_MAX_ALLOC), for which there is always room."""
L2_TYPES = frozenset({ProgType.SCHED_CLS, ProgType.SCHED_ACT})
"""Program types that see the packet with its Ethernet header; the others see what is behind it."""
DIRECT_WRITE = L2_TYPES | {ProgType.LWT_XMIT, ProgType.SK_SKB}
"""Program types that may write packet bytes through ``data``."""
NO_QUEUE_MAPPING = 0xFFFF


class SkbContext(PacketContext):
    """``__sk_buff``: the packet's numbers, pointers where the program type may touch bytes, a socket."""

    def __init__(
        self,
        kind: ProgType,
        packet: Frame,
        memory: Memory,
        event: Event,
        fields: dict[str, int],
    ) -> None:
        frame = packet.data
        if len(frame) < ETHERNET:
            raise HookscopeError.of(
                "packet-size",
                f"a socket buffer needs a frame of {ETHERNET} bytes or more, this packet has {len(frame)}",
                "pad the packet to an Ethernet header",
            )
        buffer = packet_buffer(memory, frame, HEADROOM, max(MAX_LEN - len(frame), 0) + HEADROOM)
        super().__init__(kind, "skb", buffer, memory, fields)
        self.l2 = kind in L2_TYPES
        self._start_numbers(packet, event)
        self._start_bounds(packet)
        self.buffer.region.writable = kind in DIRECT_WRITE
        self._socket = SocketView(self)
        region = memory.add(RegionKind.MEM, "sk", bytearray(SocketView.SIZE), writable=False)
        region.view = self._socket
        region.parts = Converted("sk", SocketView.SIZE)
        self._socket.attach(region)

    def _start_bounds(self, packet: Frame) -> None:
        end, meta = HEADROOM + len(packet.data), HEADROOM - len(packet.meta)
        self.buffer.region.data[meta:HEADROOM] = packet.meta
        if self.l2:
            self.buffer.place((meta, HEADROOM, end))
        else:
            data = min(self.fields["skb.network_header"], end)
            self.buffer.place((data, data, end))
            self.buffer.region.origin = data

    def _start_numbers(self, packet: Frame, event: Event) -> None:
        frame, known = packet.data, dict(packet.numbers)
        protocol = known.get("protocol", protocol_of(frame))
        device = event.network.device(event.ifindex) or LOOPBACK
        numbers = dict.fromkeys(_ZERO, 0) | {
            "protocol": protocol,
            "pkt_type": packet_type(frame, device),
            "ifindex": event.ifindex,
            "mac_header": HEADROOM,
            "network_header": HEADROOM + known.pop("network_offset", ETHERNET),
            "mtu": device.mtu,
            "family": family_of(protocol),
            "socket": 1,
            "socket_cookie": 1,
            "socket_cgroup": 1,
        }
        for name, value in {**numbers, **known}.items():
            self._start(name, value)
        socket = socket_of(frame, protocol)
        for name, words in socket.items():
            for i, word in enumerate(words):
                self._start(f"{name}{i}", word)

    # What a program sees.

    def load(self, off: int, size: int) -> int:
        """A load from the context; raises MachineFault."""
        rule = rule_at(self.kind, off)
        if rule is None or not permitted(self.kind, off, size, write=False):
            refuse(self.kind, self.region, off, size, write=False)
        if rule.points:
            return self._pointer(rule.points)
        return rule.cut(self._number(rule, off, size), off, size)

    def _number(self, rule: FieldRule, off: int, size: int) -> int:
        place = off - rule.offset
        match rule.name:
            case "cb":
                return int.from_bytes(self._cb()[place : place + size], "little")
            case "remote_ip4" | "local_ip4":
                return self.field(rule.name + "_0")
            case "remote_ip6" | "local_ip6":
                return self.field(f"{rule.name}_{place // 4}")
            case "remote_port":
                return self.field("remote_port") << 16
            case name:
                return self.field(name)

    def store(self, off: int, size: int, value: int) -> None:
        """A store to the context; raises MachineFault."""
        rule = rule_at(self.kind, off)
        if rule is None or not permitted(self.kind, off, size, write=True):
            refuse(self.kind, self.region, off, size, write=True)
        kept = value & ((1 << 8 * size) - 1)
        if rule.name == "cb":
            self._set_cb(off - rule.offset, kept.to_bytes(size, "little"))
        elif rule.name != "queue_mapping" or value < NO_QUEUE_MAPPING:  # the whole register is compared
            self.set_field(rule.name, kept & ((1 << 8 * rule.kept) - 1))

    def _cb(self) -> bytes:
        return b"".join(self.field(f"cb{i}").to_bytes(4, "little") for i in range(5))

    def _set_cb(self, place: int, data: bytes) -> None:
        cb = bytearray(self._cb())
        cb[place : place + len(data)] = data
        for i in range(5):
            self.set_field(f"cb{i}", int.from_bytes(cb[4 * i : 4 * i + 4], "little"))

    def field(self, name: str) -> int:
        """A number the kernel keeps; ``len`` and ``vlan_present`` follow from others."""
        match name:
            case "len":
                _, data, end = self.bounds()
                return end - data
            case "vlan_present":
                return int(bool(self.field("vlan_tci") or self.field("vlan_proto")))
            case _:
                return super().field(name)

    @property
    def socket_address(self) -> int:
        """The guest address of the packet's socket, or 0."""
        return self._socket.address if self.field("socket") else 0

    def load_packet(self, off: int, size: int) -> int | None:
        """What LD_ABS and LD_IND give at ``off``, negative offsets meaning the network or link header."""
        start = self._from_header(off)
        _, data, end = self.bounds()
        if start is None or start + data < 0 or start + data + size > end:
            return None
        return int.from_bytes(self.read(data + start, data + start + size), "big")

    def _from_header(self, off: int) -> int | None:
        """``off`` as an offset from data; SKF_NET_OFF and SKF_LL_OFF are -0x100000 and -0x200000."""
        if off >= 0:
            return off
        data = self.buffer.bounds[1]
        if off >= -0x100000:
            return off + 0x100000 + self.field("network_header") - data
        if off >= -0x200000:
            return off + 0x200000 + self.field("mac_header") - data
        return None

    def data_out(self) -> bytes:
        """The packet as BPF_PROG_TEST_RUN gives it back, which zeroes the link header a type does not see."""
        return self.packet() if self.l2 else bytes(ETHERNET) + self.packet()

    def leave(self) -> Frame:
        """The packet as the next hook finds it."""
        meta, data, end = self.bounds()
        link = self.field("mac_header")
        numbers = {name: self.field(name) for name in (*_ZERO, *_KEPT)}
        numbers["network_offset"] = self.field("network_header") - link
        return Frame(self.read(link, end), self.read(meta, data), numbers)

    def _shifted(self, step: int) -> None:
        for name in ("mac_header", "network_header"):
            self.set_field(name, self.field(name) + step)


_KEPT = ("protocol", "pkt_type", "ifindex")
_ZERO = (
    "mark",
    "queue_mapping",
    "vlan_tci",
    "vlan_proto",
    "priority",
    "ingress_ifindex",
    "tc_index",
    "cb0",
    "cb1",
    "cb2",
    "cb3",
    "cb4",
    "hash",
    "l4_hash",
    "sw_hash",
    "tc_classid",
    "wire_len",
    "napi_id",
    "local_port",
    "remote_port",
    "tstamp",
    "tstamp_type",
    "hwtstamp",
    "gso_segs",
    "gso_size",
    "gso_type",
    "ip_summed",
    "csum",
    "csum_level",
    "encapsulation",
    "socket_uid",
)
"""Numbers that begin as 0."""
