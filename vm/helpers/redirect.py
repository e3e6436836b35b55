"""Sending packets elsewhere: helpers that note a target for the kernel to act on after the program's return.

The note is kept as ``redirect.kind``, ``.target`` (a device number or a map index), ``.map`` and ``.flags``;
the modeled path reads it when the program returns XDP_REDIRECT or TC_ACT_REDIRECT.
"""

from enum import IntEnum

from vm.change import OutputKind
from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EINVAL, packet_of, read, s32, u32
from vm.helpers.programs import TC, TC_XMIT, XDP
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

INGRESS, BROADCAST, EXCLUDE_INGRESS = 1, 8, 16
XDP_ABORTED, XDP_REDIRECT, XDP_VERDICTS = 0, 4, 3
TC_ACT_SHOT, TC_ACT_REDIRECT = 2, 7
NEIGHBOUR_SIZE = 20
"""Bytes of struct bpf_redir_neigh."""


class Redirect(IntEnum):
    """What a noted redirect leads to."""

    NONE = 0
    DEVICE = 1
    NEIGHBOUR = 2
    PEER = 3
    MAP = 4


def _note(call: HelperCall, kind: Redirect, target: int, flags: int = 0, in_map: int = -1) -> None:
    call.set("redirect.kind", kind)
    call.set("redirect.target", target)
    call.set("redirect.map", in_map)
    call.set("redirect.flags", flags)


def redirect(call: HelperCall) -> int:
    """Notes a device, in XDP or in tc."""
    in_xdp = call.ctx is not None and call.ctx.kind is ProgType.XDP
    flags = call.r[1]
    if flags & ~(0 if in_xdp else INGRESS):
        return XDP_ABORTED if in_xdp else TC_ACT_SHOT
    _note(call, Redirect.DEVICE, u32(call, 1), flags)
    return XDP_REDIRECT if in_xdp else TC_ACT_REDIRECT


def redirect_map(call: HelperCall) -> int:
    """Notes an entry of a map of devices, CPUs or sockets; without one, answers with the flags' verdict."""
    target, key, flags = call.map(1), u32(call, 2), call.r[2]
    is_devmap = target.spec.type in (MapType.DEVMAP, MapType.DEVMAP_HASH)
    allowed = XDP_VERDICTS | (BROADCAST | EXCLUDE_INGRESS if is_devmap else 0)
    if flags & ~allowed:
        return XDP_ABORTED
    there = not isinstance(target.user_lookup(key.to_bytes(4, "little")), int)
    if not there and not flags & BROADCAST:
        _note(call, Redirect.NONE, 0)
        return flags & XDP_VERDICTS
    _note(call, Redirect.MAP, key, flags, target.index)
    return XDP_REDIRECT


def redirect_neigh(call: HelperCall) -> int:
    """Notes a device whose neighbour table gives the link addresses."""
    size = s32(call, 3)
    if call.r[3] or (size and size < NEIGHBOUR_SIZE):
        return TC_ACT_SHOT
    if size:
        read(call, 2, NEIGHBOUR_SIZE)
    _note(call, Redirect.NEIGHBOUR, u32(call, 1))
    return TC_ACT_REDIRECT


def redirect_peer(call: HelperCall) -> int:
    """Notes the other end of a virtual device."""
    if call.r[1]:
        return TC_ACT_SHOT
    _note(call, Redirect.PEER, u32(call, 1))
    return TC_ACT_REDIRECT


def clone_redirect(call: HelperCall) -> int:
    """Sends a copy of the packet out of a device, at once."""
    packet, flags = packet_of(call), call.r[2]
    device = call.event.network.device(u32(call, 2))
    if flags & ~INGRESS:
        return EINVAL
    if packet.field("gso_size"):
        return -Errno.EBADMSG
    if device is None:
        return EINVAL
    frame = packet.packet()
    if packet.field("mac_header") >= packet.field("network_header") or not frame:
        return -Errno.ERANGE
    direction = "into" if flags & INGRESS else "out of"
    call.emit(OutputKind.CLONE, f"{direction} {device.name}", frame)
    return 0


ROWS = (
    Helper(
        HelperId.REDIRECT,
        "long bpf_redirect(u32 ifindex, u64 flags)",
        (Arg.ANYTHING, Arg.ANYTHING),
        Ret.INTEGER,
        redirect,
        "Says that the packet shall leave by another device, and answers with the verdict to return: "
        "TC_ACT_REDIRECT or XDP_REDIRECT. In tc BPF_F_INGRESS makes it arrive there instead.",
        TC_XMIT | XDP,
    ),
    Helper(
        HelperId.REDIRECT_MAP,
        "long bpf_redirect_map(struct bpf_map *map, u64 key, u64 flags)",
        (Arg.CONST_MAP_PTR, Arg.ANYTHING, Arg.ANYTHING),
        Ret.INTEGER,
        redirect_map,
        "Says that the packet shall go to the device, CPU or socket a map holds under key, and answers "
        "XDP_REDIRECT; without such an entry it answers the verdict in the low bits of flags. "
        "BPF_F_BROADCAST sends it to all.",
        XDP,
    ),
    Helper(
        HelperId.REDIRECT_NEIGH,
        "long bpf_redirect_neigh(u32 ifindex, struct bpf_redir_neigh *params, int plen, u64 flags)",
        (Arg.ANYTHING, Arg.MEM_RDONLY_OR_NULL, Arg.CONST_SIZE_OR_ZERO, Arg.ANYTHING),
        Ret.INTEGER,
        redirect_neigh,
        "Like bpf_redirect, but the kernel fills in the Ethernet addresses from its neighbour table, for "
        "the next hop given in params or found by a route lookup.",
        TC,
    ),
    Helper(
        HelperId.REDIRECT_PEER,
        "long bpf_redirect_peer(u32 ifindex, u64 flags)",
        (Arg.ANYTHING, Arg.ANYTHING),
        Ret.INTEGER,
        redirect_peer,
        "Like bpf_redirect, but into the network namespace at the other end of a virtual device, without a "
        "detour through a queue.",
        TC,
    ),
    Helper(
        HelperId.CLONE_REDIRECT,
        "long bpf_clone_redirect(struct sk_buff *skb, u32 ifindex, u64 flags)",
        (Arg.CTX, Arg.ANYTHING, Arg.ANYTHING),
        Ret.INTEGER,
        clone_redirect,
        "Sends a copy of the packet out of a device, or into it with BPF_F_INGRESS; the packet itself goes "
        "on.",
        TC_XMIT,
        changes_packet=True,
    ),
)
