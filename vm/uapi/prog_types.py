"""The program types of Linux 6.18 and the names by which a learner picks a hook.

Source: `enum bpf_prog_type` of the 6.18 user API; section names as libbpf accepts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from vm.uapi.attach_types import AttachType


class ProgType(IntEnum):
    """A program type's number; the name is the kernel's without `BPF_PROG_TYPE_`."""

    UNSPEC = 0
    SOCKET_FILTER = 1
    KPROBE = 2
    SCHED_CLS = 3
    SCHED_ACT = 4
    TRACEPOINT = 5
    XDP = 6
    PERF_EVENT = 7
    CGROUP_SKB = 8
    CGROUP_SOCK = 9
    LWT_IN = 10
    LWT_OUT = 11
    LWT_XMIT = 12
    SOCK_OPS = 13
    SK_SKB = 14
    CGROUP_DEVICE = 15
    SK_MSG = 16
    RAW_TRACEPOINT = 17
    CGROUP_SOCK_ADDR = 18
    LWT_SEG6LOCAL = 19
    LIRC_MODE2 = 20
    SK_REUSEPORT = 21
    FLOW_DISSECTOR = 22
    CGROUP_SYSCTL = 23
    RAW_TRACEPOINT_WRITABLE = 24
    CGROUP_SOCKOPT = 25
    TRACING = 26
    STRUCT_OPS = 27
    EXT = 28
    LSM = 29
    SK_LOOKUP = 30
    SYSCALL = 31
    NETFILTER = 32

    @property
    def label(self) -> str:
        """The type as bpftool prints it, such as `sched_cls`."""
        return self.name.lower()

    @property
    def kernel_name(self) -> str:
        """The type as C spells it, such as `BPF_PROG_TYPE_SCHED_CLS`."""
        return f"BPF_PROG_TYPE_{self.name}"


@dataclass(frozen=True, slots=True)
class Hook:
    """A place a program can be attached to, as the directive `.hook` names it.

    `names` are the spellings accepted, the one to show first.
    `context` is the struct r1 points to, a key of `vm.uapi.structs.STRUCTS`; None where it is not tabled.
    `default_verdict` is the constant that lets a packet go on, where the hook has one.
    """

    names: tuple[str, ...]
    prog_type: ProgType
    attach_type: AttachType | None
    context: str | None
    default_verdict: str | None
    doc: str

    @property
    def name(self) -> str:
        """The spelling to show."""
        return self.names[0]


HOOK_LIST: tuple[Hook, ...] = (
    # names, type, attach type, context, verdict that lets go on, doc
    Hook(("xdp", "xdp.frags"), ProgType.XDP, AttachType.XDP, "xdp_md", "XDP_PASS",
     "Runs in the driver on every received frame, before the kernel makes a socket buffer of it."),
    Hook(("tc", "tc-ingress", "tc/ingress", "tcx/ingress", "sched_cls", "classifier"),
     ProgType.SCHED_CLS, AttachType.TCX_INGRESS, "__sk_buff", "TC_ACT_OK",
     "Runs on every received packet after its socket buffer is made, before the IP layer."),
    Hook(("tc-egress", "tc/egress", "tcx/egress"), ProgType.SCHED_CLS, AttachType.TCX_EGRESS, "__sk_buff",
     "TC_ACT_OK", "Runs on every packet about to be queued on a device."),
    Hook(("action", "sched_act"), ProgType.SCHED_ACT, None, "__sk_buff", "TC_ACT_OK",
     "Runs as an action of another traffic-control classifier."),
    Hook(("socket", "socket_filter"), ProgType.SOCKET_FILTER, None, "__sk_buff", None,
     "Decides how many bytes of a packet a socket gets to see: 0 keeps it from the socket."),
    Hook(("cgroup_skb/ingress", "cgroup_skb"), ProgType.CGROUP_SKB, AttachType.CGROUP_INET_INGRESS,
     "__sk_buff", "SK_PASS",
     "Runs on packets arriving at the sockets of a control group: 1 lets pass, 0 drops."),
    Hook(("cgroup_skb/egress",), ProgType.CGROUP_SKB, AttachType.CGROUP_INET_EGRESS, "__sk_buff", "SK_PASS",
     "Runs on packets the sockets of a control group send: 1 lets pass, 0 drops."),
    Hook(("sk_lookup",), ProgType.SK_LOOKUP, AttachType.SK_LOOKUP, "bpf_sk_lookup", "SK_PASS",
     "Chooses the socket for a new connection or an unconnected datagram."),
    Hook(("sk_skb", "sk_skb/stream_verdict"), ProgType.SK_SKB, AttachType.SK_SKB_STREAM_VERDICT, "__sk_buff",
     "SK_PASS", "Decides where data received on a socket in a sockmap goes."),
    Hook(("sk_msg",), ProgType.SK_MSG, AttachType.SK_MSG_VERDICT, None, "SK_PASS",
     "Decides what becomes of data a program sends on a socket in a sockmap."),
    Hook(("sk_reuseport",), ProgType.SK_REUSEPORT, AttachType.SK_REUSEPORT_SELECT, None, "SK_PASS",
     "Chooses a socket among those that share a port."),
    Hook(("sockops", "sock_ops"), ProgType.SOCK_OPS, AttachType.CGROUP_SOCK_OPS, None, None,
     "Runs at events in the life of the TCP connections of a control group."),
    Hook(("flow_dissector",), ProgType.FLOW_DISSECTOR, AttachType.FLOW_DISSECTOR, "__sk_buff", "BPF_OK",
     "Finds the addresses and ports of a packet for the kernel's flow hash."),
    Hook(("lwt_in",), ProgType.LWT_IN, None, "__sk_buff", "BPF_OK", "Runs on packets a route takes in."),
    Hook(("lwt_out",), ProgType.LWT_OUT, None, "__sk_buff", "BPF_OK", "Runs on packets a route sends out."),
    Hook(("lwt_xmit",), ProgType.LWT_XMIT, None, "__sk_buff", "BPF_OK",
     "Runs on packets of a route just before they are transmitted."),
    Hook(("netfilter",), ProgType.NETFILTER, AttachType.NETFILTER, None, None,
     "Runs at a netfilter hook: 1 accepts, 0 drops."),
    Hook(("kprobe", "uprobe"), ProgType.KPROBE, None, None, None,
     "Runs where a kernel or user function starts."),
    Hook(("kretprobe", "uretprobe"), ProgType.KPROBE, None, None, None,
     "Runs where a kernel or user function returns."),
    Hook(("tracepoint", "tp"), ProgType.TRACEPOINT, None, None, None,
     "Runs at a static tracepoint of the kernel."),
    Hook(("raw_tracepoint", "raw_tp"), ProgType.RAW_TRACEPOINT, None, None, None,
     "Runs at a static tracepoint with its raw arguments."),
    Hook(("perf_event",), ProgType.PERF_EVENT, AttachType.PERF_EVENT, None, None,
     "Runs when a performance counter overflows."),
    Hook(("fentry",), ProgType.TRACING, AttachType.TRACE_FENTRY, None, None,
     "Runs at a kernel function's entry, its arguments typed."),
    Hook(("fexit",), ProgType.TRACING, AttachType.TRACE_FEXIT, None, None,
     "Runs at a kernel function's return, arguments and result typed."),
    Hook(("lsm",), ProgType.LSM, AttachType.LSM_MAC, None, None,
     "Runs at a security hook: 0 allows, a negative error number denies."),
    Hook(("syscall",), ProgType.SYSCALL, None, None, None,
     "Runs when user space asks for it, and may sleep."),
)  # fmt: skip
"""Every hook once, in the order to show them."""

HOOKS: Mapping[str, Hook] = MappingProxyType({name: hook for hook in HOOK_LIST for name in hook.names})
"""Every name `.hook` accepts, aliases included; the value's `name` is the one to show."""


def prog_type(name: str) -> ProgType | None:
    """Return the type a name stands for: a hook, a bpftool label or `BPF_PROG_TYPE_…`; None if unknown."""
    hook = HOOKS.get(name.lower())
    if hook is not None:
        return hook.prog_type
    return ProgType.__members__.get(name.upper().removeprefix("BPF_PROG_TYPE_"))
