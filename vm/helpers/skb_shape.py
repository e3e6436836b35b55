"""Helpers that change the shape of a packet in a socket buffer: its ends, its protocol, room inside it."""

from vm.helpers.api import Arg, Helper, HelperCall, PacketAccess, Ret
from vm.helpers.arguments import EFAULT, EINVAL, ENOMEM, packet_of, s32, u16, u32
from vm.helpers.csum import reset_checked
from vm.helpers.programs import TC, TC_SKB, TC_XMIT_SKB
from vm.helpers.skb import clear_hash
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId

ENOTSUPP = -Errno.ENOTSUPP
MAX_LEN = 16_064
"""Longest packet these helpers make (SKB_MAX_ALLOC)."""
IPV4, IPV6 = 0x0008, 0xDD86
HEADER_LEN = {IPV4: 20, IPV6: 40}
ETHERNET = 14
ADJ_ROOM_NET, ADJ_ROOM_MAC = 0, 1
FIXED_GSO, ENCAP_IPV4, ENCAP_IPV6, ENCAP_GRE, ENCAP_UDP = 1, 2, 4, 8, 16
NO_CSUM_RESET, ENCAP_ETH, DECAP_IPV4, DECAP_IPV6 = 32, 64, 128, 256
ENCAP_L3, DECAP_L3 = ENCAP_IPV4 | ENCAP_IPV6, DECAP_IPV4 | DECAP_IPV6
INNER_MAC_SHIFT = 56
ADJ_ROOM_FLAGS = 0x1FF | 0xFF << INNER_MAC_SHIFT


def insert(packet: PacketAccess, at: int, count: int) -> None:
    """Opens ``count`` zero bytes at offset ``at``: what is before moves towards the buffer's start."""
    packet.reserve(count)
    meta, data, end = packet.bounds()
    front = packet.read(data, data + at)
    packet.move(meta - count, data - count, end)
    packet.put(0, front + bytes(count))
    _shift_headers(packet, -count)


def remove(packet: PacketAccess, at: int, count: int) -> None:
    """Takes out ``count`` bytes at offset ``at``: what is before moves towards the packet's end."""
    meta, data, end = packet.bounds()
    front = packet.read(data, data + at)
    packet.put(count, front)
    packet.move(meta + count, data + count, end)
    _shift_headers(packet, count)


def _shift_headers(packet: PacketAccess, by: int) -> None:
    for name in ("mac_header", "network_header"):
        packet.set_field(name, packet.field(name) + by)


def _link_len(packet: PacketAccess) -> int:
    return packet.field("network_header") - packet.field("mac_header")


def skb_change_proto(call: HelperCall) -> int:
    """Makes room for an IPv6 header in place of an IPv4 one, or the other way round."""
    packet, wanted = packet_of(call), u16(call, 2)
    if call.r[2]:
        return EINVAL
    at, count = _link_len(packet), HEADER_LEN[IPV6] - HEADER_LEN[IPV4]
    match packet.field("protocol"), wanted:
        case 0x0008, 0xDD86:
            insert(packet, at, count)
        case 0xDD86, 0x0008:
            if at + count > packet.field("len"):
                return ENOMEM
            remove(packet, at, count)
        case _:
            return ENOTSUPP
    packet.set_field("protocol", wanted)
    clear_hash(packet)
    return 0


def skb_change_tail(call: HelperCall) -> int:
    """Cuts the packet, or adds zero bytes at its end."""
    packet, length = packet_of(call), u32(call, 2)
    meta, data, end = packet.bounds()
    shortest = max(0, packet.field("network_header") - data)
    if call.r[2] or not shortest <= length <= MAX_LEN:
        return EINVAL
    if packet.field("encapsulation"):
        return ENOTSUPP
    before = end - data
    packet.reserve(tail=max(0, length - before))
    meta, data, end = packet.bounds()
    packet.move(meta, data, data + length)
    if length > before:
        packet.put(before, bytes(length - before))
    return 0


def skb_change_head(call: HelperCall) -> int:
    """Adds zero bytes before the packet, where a link header can go."""
    packet, count = packet_of(call), s32(call, 2)
    if call.r[2] or count < 0 or packet.field("len") + count > MAX_LEN:
        return EINVAL
    packet.reserve(count)
    meta, data, end = packet.bounds()
    packet.move(meta - count, data - count, end)
    packet.put(0, bytes(count))
    packet.set_field("mac_header", data - count)
    return 0


def skb_adjust_room(call: HelperCall) -> int:
    """Makes or removes room behind the link header or the network header."""
    packet, diff, mode, flags = packet_of(call), s32(call, 2), u32(call, 3), call.r[3]
    protocol = packet.field("protocol")
    if flags & ~ADJ_ROOM_FLAGS:
        return EINVAL
    if abs(diff) > 0xFFF:
        return EFAULT
    if protocol not in HEADER_LEN or mode not in (ADJ_ROOM_NET, ADJ_ROOM_MAC):
        return ENOTSUPP
    at = _link_len(packet) + (HEADER_LEN[protocol] if mode == ADJ_ROOM_NET else 0)
    error = _grow(packet, at, diff, flags) if diff >= 0 else _shrink(packet, at, -diff, flags)
    if not error and not flags & NO_CSUM_RESET:
        reset_checked(packet)
    return error


def _grow(packet: PacketAccess, at: int, count: int, flags: int) -> int:
    if flags & DECAP_L3:
        return EINVAL
    if packet.field("len") + count > MAX_LEN or packet.field("gso_size"):
        return ENOTSUPP
    error = _refused_encapsulation(packet, count, flags)
    if error:
        return error
    network = packet.field("network_header") - packet.field("mac_header")
    insert(packet, at, count)
    if flags & ENCAP_L3:
        packet.set_field("encapsulation", 1)
        packet.set_field("network_header", packet.bounds()[1] + network)
        _change_protocol(packet, flags, ENCAP_IPV4, ENCAP_IPV6)
    return 0


def _refused_encapsulation(packet: PacketAccess, count: int, flags: int) -> int:
    if not flags & ENCAP_L3:
        return 0
    inner_mac = flags >> INNER_MAC_SHIFT & 0xFF
    if flags & ENCAP_L3 == ENCAP_L3 or flags & (ENCAP_GRE | ENCAP_UDP) == ENCAP_GRE | ENCAP_UDP:
        return EINVAL
    if flags & ENCAP_ETH and inner_mac < ETHERNET:
        return EINVAL
    if packet.field("encapsulation"):
        return -Errno.EALREADY
    return EINVAL if inner_mac > count else 0


def _shrink(packet: PacketAccess, at: int, count: int, flags: int) -> int:
    if flags & DECAP_L3 == DECAP_L3:
        return EINVAL
    inner = IPV4 if flags & DECAP_IPV4 else IPV6 if flags & DECAP_IPV6 else packet.field("protocol")
    shortest = HEADER_LEN[inner]
    behind = packet.bounds()[2] - packet.field("network_header")
    if count >= behind or behind - count < shortest:
        return ENOTSUPP
    if flags & ~(FIXED_GSO | DECAP_L3 | NO_CSUM_RESET):
        return EINVAL
    if packet.field("gso_size"):
        return ENOTSUPP
    if at + count > packet.field("len"):
        return ENOMEM
    remove(packet, at, count)
    _change_protocol(packet, flags, DECAP_IPV4, DECAP_IPV6)
    return 0


def _change_protocol(packet: PacketAccess, flags: int, to_ipv4: int, to_ipv6: int) -> None:
    if flags & to_ipv6:
        packet.set_field("protocol", IPV6)
    elif flags & to_ipv4:
        packet.set_field("protocol", IPV4)


_RESIZE = (Arg.CTX, Arg.ANYTHING, Arg.ANYTHING)

ROWS = (
    Helper(
        HelperId.SKB_CHANGE_PROTO,
        "long bpf_skb_change_proto(struct sk_buff *skb, __be16 proto, u64 flags)",
        _RESIZE,
        Ret.INTEGER,
        skb_change_proto,
        "Turns an IPv4 packet into an IPv6 packet or back: makes or removes the 20 bytes between the "
        "headers and sets the protocol. The program writes the new header itself.",
        TC,
        changes_packet=True,
    ),
    Helper(
        HelperId.SKB_CHANGE_TAIL,
        "long bpf_skb_change_tail(struct sk_buff *skb, u32 len, u64 flags)",
        _RESIZE,
        Ret.INTEGER,
        skb_change_tail,
        "Makes the packet len bytes long, cutting it or adding zero bytes; -EINVAL if the link header would "
        "not fit.",
        TC_XMIT_SKB,
        changes_packet=True,
    ),
    Helper(
        HelperId.SKB_CHANGE_HEAD,
        "long bpf_skb_change_head(struct sk_buff *skb, u32 len, u64 flags)",
        _RESIZE,
        Ret.INTEGER,
        skb_change_head,
        "Adds len zero bytes before the packet, where the program can write a link header, for a redirect "
        "from a device without one.",
        TC_XMIT_SKB,
        changes_packet=True,
    ),
    Helper(
        HelperId.SKB_ADJUST_ROOM,
        "long bpf_skb_adjust_room(struct sk_buff *skb, s32 len_diff, u32 mode, u64 flags)",
        (Arg.CTX, Arg.ANYTHING, Arg.ANYTHING, Arg.ANYTHING),
        Ret.INTEGER,
        skb_adjust_room,
        "Makes (len_diff > 0) or removes room behind the link header (BPF_ADJ_ROOM_MAC) or the network "
        "header (BPF_ADJ_ROOM_NET) of an IP packet, to put a tunnel header there or take one away. Flags "
        "say which tunnel.",
        TC_SKB,
        changes_packet=True,
    ),
)
