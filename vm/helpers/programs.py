"""Sets of program types that share the right to call some helpers.

Asked of Linux 6.18 by loading a call of every helper in every type; the answers are recorded in
tests/data/helpers, and a test compares the table with them.
"""

from vm.uapi.helper_ids import HelperId
from vm.uapi.helper_masks import MASKS
from vm.uapi.prog_types import ProgType as P


def callers(number: HelperId) -> frozenset[P]:
    """The program types that may call a helper, as Linux answered for each."""
    return frozenset(kind for kind, mask in MASKS.items() if mask >> number & 1)


TC = frozenset({P.SCHED_CLS, P.SCHED_ACT})
XDP = frozenset({P.XDP})
TC_XDP = TC | XDP
TC_SKB = TC | {P.SK_SKB}
TC_XMIT = TC | {P.LWT_XMIT}
TC_XMIT_SKB = TC_XMIT | {P.SK_SKB}
LWT = frozenset({P.LWT_IN, P.LWT_OUT, P.LWT_XMIT, P.LWT_SEG6LOCAL})
TC_LWT = TC | LWT
TC_CGROUP = TC | {P.CGROUP_SKB}
SOCKET_READERS = TC | {P.SOCKET_FILTER, P.CGROUP_SKB}
"""Types that may ask a packet for its socket or for bytes relative to a header."""

_CGROUP_SOCKET = frozenset({P.CGROUP_SOCK, P.CGROUP_SOCK_ADDR})
COOKIES = SOCKET_READERS | _CGROUP_SOCKET | {P.SOCK_OPS, P.SK_SKB, P.SK_REUSEPORT, P.SYSCALL}
NETNS = SOCKET_READERS | _CGROUP_SOCKET | {P.SOCK_OPS, P.SK_MSG, P.CGROUP_SOCKOPT}
LOADERS = SOCKET_READERS | LWT | {P.SK_SKB, P.SK_REUSEPORT, P.FLOW_DISSECTOR}
TRACING = frozenset({P.KPROBE, P.TRACEPOINT, P.PERF_EVENT, P.RAW_TRACEPOINT, P.SYSCALL})
RETVALS = _CGROUP_SOCKET | {P.CGROUP_SOCKOPT}
_NET = SOCKET_READERS | XDP | LWT | {P.SOCK_OPS, P.SK_SKB, P.SK_MSG, P.CGROUP_SOCK_ADDR, P.SK_LOOKUP}
COARSE = _NET | {P.CGROUP_SOCK, P.SK_REUSEPORT, P.FLOW_DISSECTOR, P.CGROUP_SYSCTL}
EVENTS = _NET | TRACING | {P.CGROUP_SOCK, P.CGROUP_DEVICE, P.CGROUP_SYSCTL, P.CGROUP_SOCKOPT}
"""Types that may write to a perf event array."""
