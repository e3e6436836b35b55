"""The hooks that packets come by. Facts: linux/bpf.h, linux/pkt_cls.h, the functions named."""

from vm.kernel.hooks.point import Effect, HookPoint, Verdict, named
from vm.uapi.prog_types import HOOKS as NAMES

_NOT_FOR_CLASSIFIERS = "Only for actions: from a classifier it counts as TC_ACT_UNSPEC."

_XDP = HookPoint(
    NAMES["xdp"],
    "XDP",
    "xdp",
    "bpf_prog_run_xdp",
    "include/net/xdp.h",
    "The first moment a packet can be seen: in the driver, before there is a socket buffer.",
    named(
        ("XDP_ABORTED", Effect.ABORTED, "Dropped, and the error counted by the xdp_exception tracepoint."),
        ("XDP_DROP", Effect.DROP, "Dropped before anything was allocated for it."),
        ("XDP_PASS", Effect.PASS, "On to the network stack."),
        ("XDP_TX", Effect.TX, "Sent back out of the device it came from."),
        ("XDP_REDIRECT", Effect.REDIRECT, "To the device, CPU or socket a redirect helper chose."),
    ),
    Verdict(-1, "invalid", Effect.ABORTED, "An unknown value: dropped, with a warning."),
)

_TC = HookPoint(
    NAMES["tc"],
    "tc ingress",
    "tc",
    "sch_handle_ingress",
    "net/core/dev.c",
    "After the socket buffer is made, before the protocols: may change the packet and its metadata.",
    named(
        ("TC_ACT_UNSPEC", Effect.PASS, "No opinion: the next program decides; behind the last, go on."),
        ("TC_ACT_OK", Effect.PASS, "On to the network stack."),
        ("TC_ACT_RECLASSIFY", Effect.PASS, _NOT_FOR_CLASSIFIERS),
        ("TC_ACT_SHOT", Effect.DROP, "Dropped."),
        ("TC_ACT_PIPE", Effect.PASS, _NOT_FOR_CLASSIFIERS),
        ("TC_ACT_STOLEN", Effect.DROP, "Taken: it ends here, but is not counted as dropped (consume_skb)."),
        ("TC_ACT_QUEUED", Effect.PASS, _NOT_FOR_CLASSIFIERS),
        ("TC_ACT_REPEAT", Effect.PASS, _NOT_FOR_CLASSIFIERS),
        ("TC_ACT_REDIRECT", Effect.REDIRECT, "To the device a redirect helper chose."),
        ("TC_ACT_TRAP", Effect.DROP, "Meant for network hardware: ends the packet like TC_ACT_STOLEN."),
    ),
    Verdict(-1, "TC_ACT_UNSPEC", Effect.PASS, "An unknown value counts as unspecified."),
)

_TC_EGRESS = HookPoint(
    NAMES["tc-egress"],
    "tc egress",
    "tc_egress",
    "sch_handle_egress",
    "net/core/dev.c",
    "Behind the protocols, before the packet is queued on its device: may change, drop or redirect it.",
    _TC.verdicts,
    _TC.other,
)

_TCX_VERDICTS = named(
    ("TCX_NEXT", Effect.PASS, "The next program decides; behind the last, the classifiers of tc."),
    ("TCX_PASS", Effect.PASS, "On at once: neither a further program nor a classifier of tc runs."),
    ("TCX_DROP", Effect.DROP, "Dropped."),
    ("TCX_REDIRECT", Effect.REDIRECT, "To the device a redirect helper chose."),
)
_TCX_OTHER = Verdict(
    -1, "TCX_NEXT", Effect.PASS,
    "Every other value counts as TCX_NEXT, also TC_ACT_STOLEN and TC_ACT_TRAP.",
)  # fmt: skip

_TCX = HookPoint(
    NAMES["tcx/ingress"],
    "tcx ingress",
    "tc",
    "tcx_run",
    "net/core/dev.c",
    "Where classifiers of tc stand, without a queueing discipline, and before them: in the order attached.",
    _TCX_VERDICTS,
    _TCX_OTHER,
)

_TCX_EGRESS = HookPoint(
    NAMES["tcx/egress"],
    "tcx egress",
    "tc_egress",
    "tcx_run",
    "net/core/dev.c",
    "Behind the protocols, before the classifiers of tc and the device's queue: in the order attached.",
    _TCX_VERDICTS,
    _TCX_OTHER,
)

_CGROUP_INGRESS = HookPoint(
    NAMES["cgroup_skb/ingress"],
    "cgroup ingress",
    "cgroup",
    "__cgroup_bpf_run_filter_skb",
    "kernel/bpf/cgroup.c",
    "For the sockets of a control group: 1 lets the packet in, 0 does not.",
    (
        Verdict(0, "drop", Effect.DROP, "Dropped for the sockets of this control group."),
        Verdict(1, "pass", Effect.PASS, "On to the socket."),
    ),
    Verdict(-1, "pass", Effect.PASS, "Let in; but the verifier accepts only 0 and 1."),
    range(2),
)

_SOCKET = HookPoint(
    NAMES["socket"],
    "socket filter",
    "filter",
    "sk_filter_trim_cap",
    "net/core/filter.c",
    "At one socket: the value says how many bytes of the packet it gets, 0 none. The program sees the packet "
    "from its network header on, as in BPF_PROG_TEST_RUN; a TCP or UDP socket's filter starts at the "
    "transport header, that of a packet socket (SOCK_RAW) at the link header.",
    (Verdict(0, "drop", Effect.DROP, "The socket does not see the packet."),),
    Verdict(-1, "keep", Effect.PASS, "The socket gets that many bytes."),
)

_CGROUP_EGRESS = HookPoint(
    NAMES["cgroup_skb/egress"],
    "cgroup egress",
    "cgroup_out",
    "__cgroup_bpf_run_filter_skb",
    "kernel/bpf/cgroup.c",
    "For packets that sockets of a control group send: 1 lets the packet out, 0 does not.",
    (
        Verdict(0, "drop", Effect.DROP, "Dropped; the sender gets EPERM."),
        Verdict(1, "pass", Effect.PASS, "On to the device."),
        Verdict(2, "drop, congested", Effect.DROP, "Dropped, and the sender is told of congestion."),
        Verdict(3, "pass, congested", Effect.PASS, "On to the device; the sender is told of congestion."),
    ),
    Verdict(-1, "pass", Effect.PASS, "Let out; but the verifier accepts only 0 to 3."),
    range(4),
)

PACKET_POINTS = (_XDP, _TC, _TCX, _CGROUP_INGRESS, _SOCKET, _CGROUP_EGRESS, _TC_EGRESS, _TCX_EGRESS)
"""In the order a packet comes by: on its way in, then out."""
