"""The program types of Linux 6.18 and the names by which a learner picks a hook.

Source: `enum bpf_prog_type` of the 6.18 user API; section names as libbpf accepts them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
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


class Targets(StrEnum):
    """What has to be said behind a hook's name and a slash, as in ``kprobe/vfs_read``."""

    NONE = ""
    TRACEPOINT = "category/tracepoint"
    RAW_TRACEPOINT = "tracepoint"
    FUNCTION = "kernel function"
    USER_FUNCTION = "user function"
    LSM_HOOK = "security hook"


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
    targets: Targets = Targets.NONE

    @property
    def name(self) -> str:
        """The spelling to show."""
        return self.names[0]


def _address(name: str, attach_type: AttachType, doc: str) -> Hook:
    """A hook at a doing with a socket's address, `cgroup/` in front of its name."""
    kind = ProgType.CGROUP_SOCK_ADDR
    return Hook((f"cgroup/{name}",), kind, attach_type, "bpf_sock_addr", "SK_PASS", doc)


def _netfilter(name: str, *also: str, doc: str) -> Hook:
    """One of netfilter's five places; ``netfilter`` alone is what "" makes of it."""
    names = tuple(f"netfilter/{each}".rstrip("/") for each in (name, *also))
    text = f"{doc} 1 accepts, 0 drops."
    return Hook(names, ProgType.NETFILTER, AttachType.NETFILTER, "bpf_nf_ctx", None, text)


HOOK_LIST: tuple[Hook, ...] = (
    # names, type, attach type, context, verdict that lets go on, doc
    Hook(("xdp", "xdp.frags"), ProgType.XDP, AttachType.XDP, "xdp_md", "XDP_PASS",
     "Runs in the driver on every received frame, before the kernel makes a socket buffer of it."),
    Hook(("tc", "tc-ingress", "tc/ingress", "sched_cls", "classifier"),
     ProgType.SCHED_CLS, AttachType.TCX_INGRESS, "__sk_buff", "TC_ACT_OK",
     "Runs on every received packet after its socket buffer is made, before the IP layer."),
    Hook(("tc-egress", "tc/egress"), ProgType.SCHED_CLS, AttachType.TCX_EGRESS, "__sk_buff",
     "TC_ACT_OK", "Runs on every packet about to be queued on a device."),
    Hook(("tcx/ingress", "tcx-ingress"), ProgType.SCHED_CLS, AttachType.TCX_INGRESS, "__sk_buff",
     "TCX_NEXT", "Runs on every received packet before the classifiers of tc, in the order attached."),
    Hook(("tcx/egress", "tcx-egress"), ProgType.SCHED_CLS, AttachType.TCX_EGRESS, "__sk_buff", "TCX_NEXT",
     "Runs on every packet about to be queued on a device, before the classifiers of tc."),
    Hook(("action", "sched_act"), ProgType.SCHED_ACT, None, "__sk_buff", "TC_ACT_OK",
     "Runs as an action of another traffic-control classifier."),
    Hook(("socket", "socket_filter"), ProgType.SOCKET_FILTER, None, "__sk_buff", None,
     "Decides how many bytes of a packet a socket gets to see: 0 keeps it from the socket."),
    Hook(("cgroup_skb/ingress", "cgroup_skb"), ProgType.CGROUP_SKB, AttachType.CGROUP_INET_INGRESS,
     "__sk_buff", "SK_PASS",
     "Runs on packets arriving at the sockets of a control group: 1 lets pass, 0 drops."),
    Hook(("cgroup_skb/egress",), ProgType.CGROUP_SKB, AttachType.CGROUP_INET_EGRESS, "__sk_buff", "SK_PASS",
     "Runs on packets the sockets of a control group send: 1 lets pass, 0 drops."),
    Hook(("cgroup/sock_create", "cgroup/sock"), ProgType.CGROUP_SOCK, AttachType.CGROUP_INET_SOCK_CREATE,
     "bpf_sock", "SK_PASS", "Runs when a process of a control group makes a socket: 0 refuses it."),
    Hook(("cgroup/sock_release",), ProgType.CGROUP_SOCK, AttachType.CGROUP_INET_SOCK_RELEASE, "bpf_sock",
     "SK_PASS", "Runs when a socket of a control group is closed."),
    _address("bind4", AttachType.CGROUP_INET4_BIND,
             "Runs at bind(2) with an IPv4 address: 0 refuses, and the address may be changed."),
    _address("bind6", AttachType.CGROUP_INET6_BIND,
             "Runs at bind(2) with an IPv6 address: 0 refuses, and the address may be changed."),
    Hook(("cgroup/post_bind4",), ProgType.CGROUP_SOCK, AttachType.CGROUP_INET4_POST_BIND, "bpf_sock",
     "SK_PASS", "Runs after an IPv4 socket got its address: 0 takes it back."),
    Hook(("cgroup/post_bind6",), ProgType.CGROUP_SOCK, AttachType.CGROUP_INET6_POST_BIND, "bpf_sock",
     "SK_PASS", "Runs after an IPv6 socket got its address: 0 takes it back."),
    _address("connect4", AttachType.CGROUP_INET4_CONNECT,
             "Runs at connect(2) to an IPv4 address: 0 refuses, and the address may be changed."),
    _address("connect6", AttachType.CGROUP_INET6_CONNECT,
             "Runs at connect(2) to an IPv6 address: 0 refuses, and the address may be changed."),
    _address("sendmsg4", AttachType.CGROUP_UDP4_SENDMSG,
             "Runs when a datagram is sent to an IPv4 address: 0 refuses, both addresses may be changed."),
    _address("sendmsg6", AttachType.CGROUP_UDP6_SENDMSG,
             "Runs when a datagram is sent to an IPv6 address: 0 refuses, both addresses may be changed."),
    _address("recvmsg4", AttachType.CGROUP_UDP4_RECVMSG,
             "Runs when a process asks where a datagram came from over IPv4; may tell it otherwise."),
    _address("recvmsg6", AttachType.CGROUP_UDP6_RECVMSG,
             "Runs when a process asks where a datagram came from over IPv6; may tell it otherwise."),
    _address("getpeername4", AttachType.CGROUP_INET4_GETPEERNAME,
             "Runs at getpeername(2) over IPv4; may tell another address."),
    _address("getpeername6", AttachType.CGROUP_INET6_GETPEERNAME,
             "Runs at getpeername(2) over IPv6; may tell another address."),
    _address("getsockname4", AttachType.CGROUP_INET4_GETSOCKNAME,
             "Runs at getsockname(2) over IPv4; may tell another address."),
    _address("getsockname6", AttachType.CGROUP_INET6_GETSOCKNAME,
             "Runs at getsockname(2) over IPv6; may tell another address."),
    Hook(("cgroup/getsockopt",), ProgType.CGROUP_SOCKOPT, AttachType.CGROUP_GETSOCKOPT, "bpf_sockopt",
     "SK_PASS", "Runs when a process has asked for an option of a socket; may answer something else."),
    Hook(("cgroup/setsockopt",), ProgType.CGROUP_SOCKOPT, AttachType.CGROUP_SETSOCKOPT, "bpf_sockopt",
     "SK_PASS", "Runs before an option of a socket is set: 0 refuses, and the value may be changed."),
    Hook(("cgroup/dev", "cgroup/device"), ProgType.CGROUP_DEVICE, AttachType.CGROUP_DEVICE,
     "bpf_cgroup_dev_ctx", "SK_PASS", "Runs when a process opens or makes a device file: 0 refuses it."),
    Hook(("cgroup/sysctl",), ProgType.CGROUP_SYSCTL, AttachType.CGROUP_SYSCTL, "bpf_sysctl", "SK_PASS",
     "Runs when a process reads or writes a setting under /proc/sys: 0 refuses it."),
    Hook(("sk_lookup",), ProgType.SK_LOOKUP, AttachType.SK_LOOKUP, "bpf_sk_lookup", "SK_PASS",
     "Chooses the socket for a new connection or an unconnected datagram."),
    Hook(("sk_skb", "sk_skb/stream_verdict"), ProgType.SK_SKB, AttachType.SK_SKB_STREAM_VERDICT, "__sk_buff",
     "SK_PASS", "Decides where data received on a socket in a sockmap goes."),
    Hook(("sk_msg",), ProgType.SK_MSG, AttachType.SK_MSG_VERDICT, None, "SK_PASS",
     "Decides what becomes of data a program sends on a socket in a sockmap."),
    Hook(("sk_reuseport",), ProgType.SK_REUSEPORT, AttachType.SK_REUSEPORT_SELECT, None, "SK_PASS",
     "Chooses a socket among those that share a port."),
    Hook(("sockops", "sock_ops"), ProgType.SOCK_OPS, AttachType.CGROUP_SOCK_OPS, "bpf_sock_ops", None,
     "Runs at events in the life of the TCP connections of a control group."),
    Hook(("flow_dissector",), ProgType.FLOW_DISSECTOR, AttachType.FLOW_DISSECTOR, "__sk_buff", "BPF_OK",
     "Finds the addresses and ports of a packet for the kernel's flow hash."),
    Hook(("lwt_in",), ProgType.LWT_IN, None, "__sk_buff", "BPF_OK", "Runs on packets a route takes in."),
    Hook(("lwt_out",), ProgType.LWT_OUT, None, "__sk_buff", "BPF_OK", "Runs on packets a route sends out."),
    Hook(("lwt_xmit",), ProgType.LWT_XMIT, None, "__sk_buff", "BPF_OK",
     "Runs on packets of a route just before they are transmitted."),
    _netfilter("prerouting", "pre_routing", doc="Runs on every received IP packet, before it is routed."),
    _netfilter("local_in", "input", "", doc="Runs on every IP packet for this host, before its protocol."),
    _netfilter("forward", doc="Runs on every IP packet that goes on to another host."),
    _netfilter("local_out", "output", doc="Runs on every IP packet this host makes, once it is routed."),
    _netfilter("postrouting", "post_routing", doc="Runs on every IP packet that leaves, forwarded or not."),
    Hook(("kprobe",), ProgType.KPROBE, None, "pt_regs", None,
     "Runs where a function of the kernel starts; its arguments are in the registers.", Targets.FUNCTION),
    Hook(("kretprobe",), ProgType.KPROBE, None, "pt_regs", None,
     "Runs where a function of the kernel returns; its result is in ax.", Targets.FUNCTION),
    Hook(("uprobe",), ProgType.KPROBE, None, "pt_regs", None,
     "Runs where a function of a user program starts.", Targets.USER_FUNCTION),
    Hook(("uretprobe",), ProgType.KPROBE, None, "pt_regs", None,
     "Runs where a function of a user program returns.", Targets.USER_FUNCTION),
    Hook(("tracepoint", "tp"), ProgType.TRACEPOINT, None, None, None,
     "Runs at a static tracepoint of the kernel, with its record.", Targets.TRACEPOINT),
    Hook(("raw_tp", "raw_tracepoint"), ProgType.RAW_TRACEPOINT, None, "bpf_raw_tracepoint_args", None,
     "Runs at a static tracepoint with its raw arguments.", Targets.RAW_TRACEPOINT),
    Hook(("tp_btf",), ProgType.TRACING, AttachType.TRACE_RAW_TP, None, None,
     "Runs at a static tracepoint, its arguments typed.", Targets.RAW_TRACEPOINT),
    Hook(("perf_event",), ProgType.PERF_EVENT, AttachType.PERF_EVENT, "bpf_perf_event_data", None,
     "Runs when a performance counter overflows."),
    Hook(("fentry",), ProgType.TRACING, AttachType.TRACE_FENTRY, None, None,
     "Runs at a kernel function's entry, its arguments typed.", Targets.FUNCTION),
    Hook(("fexit",), ProgType.TRACING, AttachType.TRACE_FEXIT, None, None,
     "Runs at a kernel function's return, arguments and result typed.", Targets.FUNCTION),
    Hook(("lsm",), ProgType.LSM, AttachType.LSM_MAC, None, None,
     "Runs at a security hook: 0 allows, a negative error number denies.", Targets.LSM_HOOK),
    Hook(("syscall",), ProgType.SYSCALL, None, None, None,
     "Runs when user space asks for it, and may sleep."),
)  # fmt: skip
"""Every hook once, in the order to show them."""

HOOKS: Mapping[str, Hook] = MappingProxyType({name: hook for hook in HOOK_LIST for name in hook.names})
"""Every name `.hook` accepts, aliases included; the value's `name` is the one to show."""


@dataclass(frozen=True, slots=True)
class Named:
    """A hook as it was named: ``target`` is what stood behind the hook's name, "" nothing."""

    hook: Hook
    target: str = ""

    @property
    def name(self) -> str:
        """The spelling to show: ``tracepoint/sched/sched_switch``."""
        return f"{self.hook.name}/{self.target}" if self.target else self.hook.name


def hook_named(text: str) -> Named | None:
    """The hook with the longest name that ``text`` begins with, and its target; None where there is none.

    A target is only looked at where the hook wants one; whether it exists, ``vm.uapi.targets`` knows.
    """
    parts = text.split("/")
    for length in range(len(parts), 0, -1):
        hook = HOOKS.get("/".join(parts[:length]).lower())
        if hook is not None:
            return Named(hook, "/".join(parts[length:]) if hook.targets else "")
    return None


def prog_type(name: str) -> ProgType | None:
    """Return the type a name stands for: a hook, a bpftool label or `BPF_PROG_TYPE_…`; None if unknown."""
    hook = HOOKS.get(name.lower())
    if hook is not None:
        return hook.prog_type
    return ProgType.__members__.get(name.upper().removeprefix("BPF_PROG_TYPE_"))
