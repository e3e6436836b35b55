"""Helpers that ask for the socket of a packet: whose it is, its control group and network namespace.

The context keeps ``socket`` (0: the packet has none), ``socket_cookie``, ``socket_uid``, ``socket_cgroup``.
"""

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import packet_of, s32
from vm.helpers.programs import COOKIES, NETNS, SOCKET_READERS, TC, TC_CGROUP
from vm.helpers.tasks import ancestor_cgroup
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType

OVERFLOW_UID = 65_534
"""What stands for nobody in particular."""
NETNS_COOKIE = 1
"""The cookie of the first network namespace, the only modeled one."""


def get_socket_cookie(call: HelperCall) -> int:
    """The number of the packet's socket, or of the one the process has to do with."""
    packet = packet_of(call)
    if packet.buffer is None:
        return call.get("sk.own.id")
    return packet.field("socket_cookie") if packet.field("socket") else 0


def get_socket_uid(call: HelperCall) -> int:
    """Who owns the packet's socket."""
    packet = packet_of(call)
    return packet.field("socket_uid") if packet.field("socket") else OVERFLOW_UID


def get_netns_cookie(call: HelperCall) -> int:
    """The namespace of the packet's socket, or the first one."""
    if call.r[0]:
        packet_of(call)
    return NETNS_COOKIE


def skb_cgroup_id(call: HelperCall) -> int:
    """The control group of the packet's socket."""
    packet = packet_of(call)
    return packet.field("socket_cgroup") if packet.field("socket") else 0


def skb_ancestor_cgroup_id(call: HelperCall) -> int:
    """The ancestor at a level of the control group of the packet's socket."""
    packet = packet_of(call)
    return ancestor_cgroup(packet.field("socket_cgroup"), s32(call, 2)) if packet.field("socket") else 0


def skb_cgroup_classid(_: HelperCall) -> int:
    """No net_cls class is ever set."""
    return 0


ROWS = (
    Helper(
        HelperId.GET_SOCKET_COOKIE,
        "u64 bpf_get_socket_cookie(void *ctx)",
        (Arg.CTX,),
        Ret.INTEGER,
        get_socket_cookie,
        "A number that stands for the packet's socket as long as it exists and that no other socket ever "
        "has; 0 if the packet has no socket yet.",
        COOKIES,
    ),
    Helper(
        HelperId.GET_SOCKET_UID,
        "u32 bpf_get_socket_uid(struct sk_buff *skb)",
        (Arg.CTX,),
        Ret.INTEGER,
        get_socket_uid,
        "The user who owns the packet's socket; 65534 (overflowuid) if there is none.",
        SOCKET_READERS | {ProgType.SK_SKB},
    ),
    Helper(
        HelperId.GET_NETNS_COOKIE,
        "u64 bpf_get_netns_cookie(void *ctx)",
        (Arg.CTX_OR_NULL,),
        Ret.INTEGER,
        get_netns_cookie,
        "A number that stands for the network namespace of the packet's socket; for a null ctx, of the "
        "first one.",
        NETNS,
    ),
    Helper(
        HelperId.SKB_CGROUP_ID,
        "u64 bpf_skb_cgroup_id(struct sk_buff *skb)",
        (Arg.CTX,),
        Ret.INTEGER,
        skb_cgroup_id,
        "The number of the control group of the packet's socket; 0 if it has none.",
        TC_CGROUP,
    ),
    Helper(
        HelperId.SKB_ANCESTOR_CGROUP_ID,
        "u64 bpf_skb_ancestor_cgroup_id(struct sk_buff *skb, int ancestor_level)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        skb_ancestor_cgroup_id,
        "The number of the control group above that of the packet's socket, at a level counted from the "
        "root; 0 if there is none.",
        TC_CGROUP,
    ),
    Helper(
        HelperId.SKB_CGROUP_CLASSID,
        "u64 bpf_skb_cgroup_classid(struct sk_buff *skb)",
        (Arg.CTX,),
        Ret.INTEGER,
        skb_cgroup_classid,
        "The net_cls class of the packet's socket, or 0.",
        TC,
    ),
)
