"""Helpers of packets for tunnels, and of congestion marks.

``tunnel.key`` keeps the 44 bytes of struct bpf_tunnel_key as a number, ``tunnel.flags`` how it was given.
"""

from vm.helpers.api import Arg, Helper, HelperCall, PacketAccess, Ret
from vm.helpers.arguments import EINVAL, clear, packet_of, read, u32, write
from vm.helpers.programs import callers
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId

KEY = 44
"""Bytes of struct bpf_tunnel_key."""
IPV6, ZERO_CSUM, DONT_FRAGMENT, SEQUENCE, NO_KEY = 1, 2, 4, 8, 16
FLAGS = 16
"""BPF_F_TUNINFO_FLAGS."""
_SET_FLAGS = IPV6 | ZERO_CSUM | DONT_FRAGMENT | SEQUENCE | NO_KEY
_SIZES = frozenset({8, 22, 24, 28, 44})
"""Lengths of the structure that the kernel knows: it has grown."""
_V4_ONLY = 8
_TOS, _TTL, _EXT, _LABEL, _LOCAL = 20, 21, 22, 24, 28
_LABEL_MASK = 0xFFFFF
_CSUM_BIT, _KEY_BIT, _SEQ_BIT, _DF_BIT, _ALWAYS = 0x0001, 0x0004, 0x0008, 0x0100, 0x2000
_CE, _ECN = 3, 3


def set_tunnel_key(call: HelperCall) -> int:
    """Says where a tunnel shall take the packet."""
    packet_of(call)
    size, flags = u32(call, 3), call.r[3]
    given = read(call, 2, size)
    if flags & ~_SET_FLAGS or size not in _SIZES:
        return EINVAL
    key = given.ljust(KEY, b"\0")
    label = int.from_bytes(key[_LABEL:_LOCAL], "little")
    if any(key[_EXT:_LABEL]) or (label and not flags & IPV6):
        return EINVAL
    call.set("tunnel.key", int.from_bytes(key, "little"))
    call.set("tunnel.flags", flags | 1 << 16)
    return 0


def get_tunnel_key(call: HelperCall) -> int:
    """Where a tunnel shall take the packet; this side's address comes as the other's then."""
    packet_of(call)
    size, wanted, known = u32(call, 3), call.r[3], call.get("tunnel.flags")
    answer = _refused(size, wanted, known)
    if answer:
        clear(call, 2, size)
        return answer
    key, six = call.get("tunnel.key").to_bytes(KEY, "little"), wanted & IPV6
    width = 16 if six else 4
    remote, local = key[4 : 4 + width], key[_LOCAL : _LOCAL + width]
    label = int.from_bytes(key[_LABEL:_LOCAL], "little") & _LABEL_MASK if six else 0
    ext = _told(known).to_bytes(2, "big") if wanted & FLAGS else bytes(2)
    found = key[:4] + local.ljust(16, b"\0") + key[_TOS:_EXT] + ext + label.to_bytes(4, "little")
    write(call, 2, (found + remote.ljust(16, b"\0"))[:size])
    return 0


def _refused(size: int, wanted: int, known: int) -> int:
    if not known or wanted & ~(IPV6 | FLAGS):
        return EINVAL
    if (wanted ^ known) & IPV6:
        return -Errno.EPROTO
    return EINVAL if size not in _SIZES or (size == _V4_ONLY and wanted & IPV6) else 0


def _told(known: int) -> int:
    """The flags of the tunnel's header, as the kernel keeps them."""
    bits = _ALWAYS | (0 if known & ZERO_CSUM else _CSUM_BIT) | (0 if known & NO_KEY else _KEY_BIT)
    return bits | (_SEQ_BIT if known & SEQUENCE else 0) | (_DF_BIT if known & DONT_FRAGMENT else 0)


def ecn_set_ce(call: HelperCall) -> int:
    """Marks the packet as having met congestion, if its ends understand that."""
    packet = packet_of(call)
    start = packet.field("network_header")
    end = packet.bounds()[2]
    protocol = packet.field("protocol").to_bytes(2, "little")
    if protocol == b"\x08\x00" and end - start >= 20:
        return _mark_ipv4(packet, start)
    if protocol == b"\x86\xdd" and end - start >= 40:
        first = packet.read(start, start + 2)
        if not first[1] >> 4 & _ECN:
            return 0
        packet.write(start + 1, bytes((first[1] | _CE << 4,)))
        return 1
    return 0


def _mark_ipv4(packet: PacketAccess, start: int) -> int:
    tos = packet.read(start + 1, start + 2)[0]
    if not tos & _ECN or tos & _ECN == _CE:
        return int(tos & _ECN == _CE)
    check = int.from_bytes(packet.read(start + 10, start + 12), "big") + 0xFFFB + (tos + 1 & _ECN)
    packet.write(start + 10, (check + (check >> 16) & 0xFFFF).to_bytes(2, "big"))
    packet.write(start + 1, bytes((tos | _CE,)))
    return 1


ROWS = (
    Helper(
        HelperId.SKB_SET_TUNNEL_KEY,
        "long bpf_skb_set_tunnel_key(struct sk_buff *skb, struct bpf_tunnel_key *key, u32 size, u64 flags)",
        (Arg.CTX, Arg.MEM_RDONLY, Arg.CONST_SIZE, Arg.ANYTHING),
        Ret.INTEGER,
        set_tunnel_key,
        "Says where a tunnel device shall take the packet: the other end's address, tunnel number, TOS, TTL; "
        "BPF_F_TUNINFO_IPV6 for IPv6. No tunnel devices are modeled: only bpf_skb_get_tunnel_key sees it.",
        callers(HelperId.SKB_SET_TUNNEL_KEY),
    ),
    Helper(
        HelperId.SKB_GET_TUNNEL_KEY,
        "long bpf_skb_get_tunnel_key(struct sk_buff *skb, struct bpf_tunnel_key *key, u32 size, u64 flags)",
        (Arg.CTX, Arg.UNINIT_MEM, Arg.CONST_SIZE, Arg.ANYTHING),
        Ret.INTEGER,
        get_tunnel_key,
        "Gives the tunnel's key; of one that was set for sending, with the addresses exchanged. -EINVAL "
        "without one, -EPROTO for the other family.",
        callers(HelperId.SKB_GET_TUNNEL_KEY),
    ),
    Helper(
        HelperId.SKB_ECN_SET_CE,
        "long bpf_skb_ecn_set_ce(struct sk_buff *skb)",
        (Arg.CTX,),
        Ret.INTEGER,
        ecn_set_ce,
        "Marks the packet as having met congestion (ECN CE): 1, or 0 where its ends do not understand such "
        "marks.",
        callers(HelperId.SKB_ECN_SET_CE),
    ),
)
