"""The five places of netfilter where programs can stand. Facts: net/netfilter/nf_bpf_link.c.

A program has a place, an address family and a priority: lower numbers run first, among programs and among
what else stands there. Linux takes no two programs of one priority at one place.
"""

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from vm.kernel.hooks.point import Effect, HookPoint, Verdict, named
from vm.uapi.prog_types import HOOKS as NAMES


class Inet(IntEnum):
    """``enum nf_inet_hooks``."""

    PRE_ROUTING = 0
    LOCAL_IN = 1
    FORWARD = 2
    LOCAL_OUT = 3
    POST_ROUTING = 4


PRIORITY_FILTER = 0
"""Where iptables' filter table stands (NF_IP_PRI_FILTER): the modeled rules."""
PRIORITY_FIRST, PRIORITY_LAST = -(1 << 31), (1 << 31) - 1
"""Priorities the kernel keeps for itself: programs lie between."""
PRIORITY_DEFAULT = -128
"""The priority of a program that says none; the next such one takes the next number."""

_VERDICTS = named(
    ("NF_DROP", Effect.DROP, "Dropped, with the reason NETFILTER_DROP; the process that sent it gets EPERM."),
    ("NF_ACCEPT", Effect.PASS, "On to what stands behind it at this place, and then on."),
)
_OTHER = Verdict(-1, "NF_ACCEPT", Effect.PASS, "The verifier accepts no other value.")


def _point(at: Inet, station: str, also: str) -> HookPoint:
    doc = f"NF_INET_{at.name}, by priority. {also} It sees the kernel's own sk_buff, from the IP header on."
    return HookPoint(
        NAMES[f"netfilter/{station}"], f"netfilter {at.name}", station, "nf_hook_run_bpf",
        "net/netfilter/nf_bpf_link.c", doc, _VERDICTS, _OTHER, range(2),
    )  # fmt: skip


NETFILTER_POINTS = (
    _point(Inet.PRE_ROUTING, "prerouting", "Every IP packet that came in passes here."),
    _point(Inet.LOCAL_IN, "local_in", "What is for this host passes here."),
    _point(Inet.FORWARD, "forward", "What goes on to another host passes here."),
    _point(Inet.LOCAL_OUT, "local_out", "What this host makes passes here."),
    _point(Inet.POST_ROUTING, "postrouting", "What leaves passes here, forwarded or not."),
)
INET: Mapping[str, Inet] = MappingProxyType(
    {point.station: at for point, at in zip(NETFILTER_POINTS, Inet, strict=True)}
)
"""The place of netfilter by the station it is at."""
