"""The hooks of the modeled kernel, a row each: what may be attached where, and what its answers mean.

Return values are those of the user API (linux/bpf.h, linux/pkt_cls.h); where each hook is called from is said
by kernel function and file of Linux 6.18.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType

from vm.uapi.prog_types import ProgType


class Effect(StrEnum):
    """What happens to the packet."""

    PASS = "pass"
    DROP = "drop"
    TX = "tx"
    REDIRECT = "redirect"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a return value is called, and what it does."""

    name: str
    effect: Effect
    doc: str


@dataclass(frozen=True)
class Hook:
    """One row. ``verdicts`` by return value; ``other`` is what every other value means."""

    id: str
    title: str
    prog_type: ProgType
    context: str
    station: str
    kernel: str
    doc: str
    verdicts: Mapping[int, Verdict]
    other: Verdict

    def verdict(self, how: str, value: int) -> Verdict:
        """What a run that ended so, with r0 = ``value``, means here."""
        if how != "exit":
            return Verdict(
                "fault" if how == "fault" else "stopped", Effect.ABORTED, "The run did not end by itself."
            )
        return self.verdicts.get(value & 0xFFFF_FFFF, self.other)

    @cached_property
    def names(self) -> dict[int, str]:
        """The names of the return values."""
        return {value: verdict.name for value, verdict in self.verdicts.items()}


_XDP = {
    0: Verdict(
        "XDP_ABORTED", Effect.ABORTED, "Dropped, and the error counted by the xdp_exception tracepoint."
    ),
    1: Verdict("XDP_DROP", Effect.DROP, "Dropped before anything was allocated for it."),
    2: Verdict("XDP_PASS", Effect.PASS, "On to the network stack."),
    3: Verdict("XDP_TX", Effect.TX, "Sent back out of the device it came from."),
    4: Verdict("XDP_REDIRECT", Effect.REDIRECT, "To the device, CPU or socket a redirect helper chose."),
}
_TC = {
    0xFFFF_FFFF: Verdict("TC_ACT_UNSPEC", Effect.PASS, "The next program or the default decides."),
    0: Verdict("TC_ACT_OK", Effect.PASS, "On to the network stack."),
    1: Verdict("TC_ACT_RECLASSIFY", Effect.PASS, "Classified anew; with one program, on to the stack."),
    2: Verdict("TC_ACT_SHOT", Effect.DROP, "Dropped."),
    3: Verdict("TC_ACT_PIPE", Effect.PASS, "The next action decides."),
    7: Verdict("TC_ACT_REDIRECT", Effect.REDIRECT, "To the device a redirect helper chose."),
}
_CGROUP = {
    0: Verdict("refused", Effect.DROP, "Dropped for the sockets of this cgroup."),
    1: Verdict("allowed", Effect.PASS, "On to the socket."),
}

HOOKS: Mapping[str, Hook] = MappingProxyType({
    hook.id: hook
    for hook in (
        Hook(
            "xdp", "XDP", ProgType.XDP, "xdp_md", "xdp", "bpf_prog_run_xdp, include/net/xdp.h",
            "The first moment a packet can be seen: in the driver, before there is a socket buffer.",
            _XDP, Verdict("invalid", Effect.ABORTED, "An unknown value: dropped, with a warning."),
        ),
        Hook(
            "tc", "tc ingress", ProgType.SCHED_CLS, "__sk_buff", "tc", "sch_handle_ingress, net/core/dev.c",
            "After the socket buffer is made, before the protocols: may change the packet and its metadata.",
            _TC, Verdict("TC_ACT_UNSPEC", Effect.PASS, "An unknown value counts as unspecified."),
        ),
        Hook(
            "cgroup_skb/ingress", "cgroup ingress", ProgType.CGROUP_SKB, "__sk_buff", "cgroup",
            "__cgroup_bpf_run_filter_skb, kernel/bpf/cgroup.c",
            "For the sockets of a control group: 1 lets the packet in, 0 does not.",
            _CGROUP, Verdict("allowed", Effect.PASS, "Let in."),
        ),
        Hook(
            "socket", "socket filter", ProgType.SOCKET_FILTER, "__sk_buff", "filter",
            "sk_filter_trim_cap, net/core/filter.c",
            "At one socket: the value says how many bytes of the packet it gets, 0 none.",
            {0: Verdict("drop", Effect.DROP, "The socket does not see the packet.")},
            Verdict("keep", Effect.PASS, "The socket gets that many bytes."),
        ),
    )
})  # fmt: skip
