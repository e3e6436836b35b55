"""Helpers that copy bytes of a socket buffer and change numbers kept with it."""

from vm.helpers.api import Arg, Helper, HelperCall, PacketAccess, Ret
from vm.helpers.arguments import EFAULT, EINVAL, ENOMEM, clear, packet_of, read, u32, write
from vm.helpers.flow_hash import flow_hash
from vm.helpers.programs import LOADERS, LWT, SOCKET_READERS, TC, TC_LWT, TC_SKB, TC_XMIT, TC_XMIT_SKB
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType

RECOMPUTE_CSUM, INVALIDATE_HASH = 1, 2
HDR_START_MAC, HDR_START_NET = 0, 1
INT_MAX = 0x7FFF_FFFF
CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_TAI = 0, 1, 2


def skb_store_bytes(call: HelperCall) -> int:
    """Copies memory into the packet."""
    packet, offset, size, flags = packet_of(call), u32(call, 2), u32(call, 4), call.r[4]
    if flags & ~(RECOMPUTE_CSUM | INVALIDATE_HASH):
        return EINVAL
    if offset + size > len(packet.packet()):
        return EFAULT
    packet.put(offset, read(call, 3, size))
    if flags & INVALIDATE_HASH:
        clear_hash(packet)
    return 0


def skb_load_bytes(call: HelperCall) -> int:
    """Copies bytes of the packet."""
    packet, offset, size = packet_of(call), u32(call, 2), u32(call, 4)
    _, data, end = packet.bounds()
    return _copy(call, packet, data + offset, size, end) if offset <= INT_MAX else _nothing(call, size)


def skb_load_bytes_relative(call: HelperCall) -> int:
    """Copies bytes counted from a header."""
    packet, offset, size = packet_of(call), u32(call, 2), u32(call, 4)
    if offset > 0xFFFF:
        return _nothing(call, size)
    match u32(call, 5):
        case 0:
            start = packet.field("mac_header")
        case 1:
            start = packet.field("network_header")
        case _:
            return _nothing(call, size)
    return _copy(call, packet, start + offset, size, packet.bounds()[2])


def _copy(call: HelperCall, packet: PacketAccess, start: int, size: int, end: int) -> int:
    if start + size > end:
        return _nothing(call, size)
    write(call, 3, packet.read(start, start + size))
    return 0


def _nothing(call: HelperCall, size: int) -> int:
    clear(call, 3, size)
    return EFAULT


def skb_pull_data(call: HelperCall) -> int:
    """Brings bytes into direct reach: modeled packets are in reach as a whole."""
    packet = packet_of(call)
    return ENOMEM if u32(call, 2) > len(packet.packet()) else 0


def clear_hash(packet: PacketAccess) -> None:
    """Forgets the packet's flow hash."""
    for name in ("hash", "l4_hash", "sw_hash"):
        packet.set_field(name, 0)


def get_hash_recalc(call: HelperCall) -> int:
    """The flow hash, computed if it is not known."""
    packet = packet_of(call)
    if not packet.field("l4_hash") and not packet.field("sw_hash"):
        found = flow_hash(
            packet.read(packet.field("network_header"), packet.bounds()[2]), packet.field("protocol")
        )
        packet.set_field("hash", found.value)
        packet.set_field("sw_hash", 1)
        packet.set_field("l4_hash", int(found.ports))
    return packet.field("hash")


def set_hash(call: HelperCall) -> int:
    """Sets the flow hash."""
    packet = packet_of(call)
    packet.set_field("hash", u32(call, 2))
    packet.set_field("sw_hash", 1)
    packet.set_field("l4_hash", 1)
    return 0


def set_hash_invalid(call: HelperCall) -> int:
    """Forgets the flow hash."""
    clear_hash(packet_of(call))
    return 0


def skb_change_type(call: HelperCall) -> int:
    """Changes for whom the packet is."""
    packet, kind = packet_of(call), u32(call, 2)
    if packet.field("pkt_type") > 3 or kind > 3:
        return EINVAL
    packet.set_field("pkt_type", kind)
    return 0


def skb_set_tstamp(call: HelperCall) -> int:
    """Sets the time the packet may leave at."""
    packet, tstamp, kind = packet_of(call), call.r[1], u32(call, 3)
    if packet.field("protocol") not in (0x0008, 0xDD86):
        return -Errno.EOPNOTSUPP
    if kind > CLOCK_TAI or (kind != CLOCK_REALTIME and not tstamp):
        return EINVAL
    packet.set_field("tstamp", tstamp)
    packet.set_field("tstamp_type", kind)
    return 0


def get_route_realm(_: HelperCall) -> int:
    """No route of the model has a realm."""
    return 0


_LOAD = (Arg.CTX, Arg.ANYTHING, Arg.UNINIT_MEM, Arg.CONST_SIZE)

ROWS = (
    Helper(
        HelperId.SKB_STORE_BYTES,
        "long bpf_skb_store_bytes(struct sk_buff *skb, u32 offset, const void *from, u32 len, u64 flags)",
        (Arg.CTX, Arg.ANYTHING, Arg.MEM_RDONLY, Arg.CONST_SIZE, Arg.ANYTHING),
        Ret.INTEGER,
        skb_store_bytes,
        "Copies memory into the packet. BPF_F_RECOMPUTE_CSUM keeps the device's checksum right, "
        "BPF_F_INVALIDATE_HASH forgets the flow hash; -EFAULT where the packet has no such bytes.",
        TC_XMIT_SKB,
        changes_packet=True,
    ),
    Helper(
        HelperId.SKB_LOAD_BYTES,
        "long bpf_skb_load_bytes(const void *skb, u32 offset, void *to, u32 len)",
        _LOAD,
        Ret.INTEGER,
        skb_load_bytes,
        "Copies bytes of the packet to memory, also those that direct access does not reach. Where the "
        "packet has no such bytes, memory is zeroed and -EFAULT returned.",
        LOADERS,
    ),
    Helper(
        HelperId.SKB_LOAD_BYTES_RELATIVE,
        "long bpf_skb_load_bytes_relative(const void *skb, u32 offset, void *to, u32 len, u32 start_header)",
        (*_LOAD, Arg.ANYTHING),
        Ret.INTEGER,
        skb_load_bytes_relative,
        "Copies bytes counted from the link header (BPF_HDR_START_MAC) or the network header "
        "(BPF_HDR_START_NET), wherever the program's view of the packet starts.",
        SOCKET_READERS | {ProgType.SK_REUSEPORT},
    ),
    Helper(
        HelperId.SKB_PULL_DATA,
        "long bpf_skb_pull_data(struct sk_buff *skb, u32 len)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        skb_pull_data,
        "Brings the first len bytes of the packet (0: all that are near) into reach of data and data_end, "
        "which must be compared anew; -ENOMEM if the packet is shorter.",
        TC_LWT | TC_SKB,
        changes_packet=True,
    ),
    Helper(
        HelperId.GET_HASH_RECALC,
        "u32 bpf_get_hash_recalc(struct sk_buff *skb)",
        (Arg.CTX,),
        Ret.INTEGER,
        get_hash_recalc,
        "The packet's flow hash, computed from addresses and ports if it is not known. Packets of one "
        "connection have the same.",
        TC | LWT,
    ),
    Helper(
        HelperId.SET_HASH,
        "long bpf_set_hash(struct sk_buff *skb, u32 hash)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        set_hash,
        "Sets the packet's flow hash, until a helper invalidates it.",
        TC,
    ),
    Helper(
        HelperId.SET_HASH_INVALID,
        "void bpf_set_hash_invalid(struct sk_buff *skb)",
        (Arg.CTX,),
        Ret.INTEGER,
        set_hash_invalid,
        "Forgets the packet's flow hash, so that it is computed again when next wanted.",
        TC_XMIT,
    ),
    Helper(
        HelperId.SKB_CHANGE_TYPE,
        "long bpf_skb_change_type(struct sk_buff *skb, u32 type)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        skb_change_type,
        "Changes for whom the packet is: PACKET_HOST, _BROADCAST, _MULTICAST or _OTHERHOST; else -EINVAL. "
        "Used to take in a packet whose Ethernet address is another host's.",
        TC,
    ),
    Helper(
        HelperId.SKB_SET_TSTAMP,
        "long bpf_skb_set_tstamp(struct sk_buff *skb, u64 tstamp, u32 tstamp_type)",
        (Arg.CTX, Arg.ANYTHING, Arg.ANYTHING),
        Ret.INTEGER,
        skb_set_tstamp,
        "Sets the time at which an IP packet may leave and the clock it is read from: "
        "BPF_SKB_CLOCK_REALTIME, _MONOTONIC or _TAI.",
        TC,
    ),
    Helper(
        HelperId.GET_ROUTE_REALM,
        "u32 bpf_get_route_realm(struct sk_buff *skb)",
        (Arg.CTX,),
        Ret.INTEGER,
        get_route_realm,
        "The realm of the route the packet takes, a number an administrator may give to routes; 0 if none.",
        TC_LWT,
    ),
)
