"""Which places of its context a program may load from and store to, for every program type and hook.

Asked of Linux 6.18 by loading one program per type, attach type, offset, width and direction (recorded in
tests/data/verifier/places.json). Places are written as ``WIDTH: OFFSETS; …``, offsets one by one or as
``first-last/step``. What a field means and is called stands in ``vm.uapi.context_rules`` and the structures.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, auto
from types import MappingProxyType

from vm.uapi.prog_types import ProgType as P


class Gives(StrEnum):
    """What a load from the context gives."""

    NUMBER = auto()
    DATA = auto()
    META = auto()
    END = auto()
    SOCKET = auto()
    """A socket's common part, or null."""
    FULL_SOCKET = auto()
    FULL_SOCKET_OR_NULL = auto()
    FLOW_KEYS = auto()
    BUFFER = auto()
    """The buffer of a writable raw tracepoint."""
    HOOK_STATE = auto()
    SK_BUFF = auto()


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one context: offset and width of what may be loaded, with what it gives, and stored."""

    struct: str
    reads: Mapping[tuple[int, int], Gives]
    writes: frozenset[tuple[int, int]]


def _spelled(text: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for part in filter(None, text.split("; ")):
        width, _, offsets = part.partition(": ")
        for run in offsets.split():
            bounds, _, step = run.partition("/")
            first, _, last = bounds.partition("-")
            found.extend((at, int(width)) for at in range(int(first), int(last or first) + 1, int(step or 1)))
    return found


def _places(struct: str, reads: str, writes: str = "", points: str = "") -> Places:
    """``points`` names what loads give that are pointers, as ``GIVES=OFFSET:WIDTH …``."""
    gives = dict.fromkeys(_spelled(reads), Gives.NUMBER)
    for part in points.split():
        kind, _, place = part.partition("=")
        off, _, width = place.partition(":")
        gives[int(off), int(width)] = Gives(kind)
    return Places(struct, MappingProxyType(gives), frozenset(_spelled(writes)))


_SOCKET_FILTER = _places(
    "__sk_buff",
    "1: 0-71/1 84-87/1 164-167/1 176-179/1; 2: 0-70/2 84 86 164 166 176 178; 4: 0-68/4 84 164 176; 8: 48 56",
    "1: 48-67/1; 2: 48-66/2; 4: 48-64/4; 8: 48 56",
    "socket=168:8",
)
_TC = _places(
    "__sk_buff",
    "1: 0-75/1 84-87/1 160-167/1 176-180/1; 2: 0-74/2 84 86 160-166/2 176 178; 4: 0-72/4 84 160 164 "
    "176; 8: 48 56 152 184",
    "1: 48-67/1; 2: 48-66/2; 4: 8 12 32 44-64/4 72; 8: 48 56 152",
    "data=76:4 end=80:4 meta=140:4 socket=168:8",
)
_XDP = _places(
    "xdp_md",
    "4: 12 16",
    "",
    "data=0:4 end=4:4 meta=8:4",
)
_XDP_DEVMAP = _places(
    "xdp_md",
    "4: 12-20/4",
    "",
    "data=0:4 end=4:4 meta=8:4",
)
_PERF_EVENT = _places(
    "bpf_perf_event_data",
    "1: 168-183/1; 2: 168-182/2; 4: 168-180/4; 8: 0-176/8",
)
_CGROUP_SKB = _places(
    "__sk_buff",
    "1: 0-71/1 84-91/1 132-139/1 164-167/1 176-179/1; 2: 0-70/2 84-90/2 132-138/2 164 166 176 178; "
    "4: 0-68/4 84-136/4 164 176; 8: 48 56 152 184",
    "1: 48-67/1; 2: 48-66/2; 4: 8 32 48-64/4; 8: 48 56 152",
    "data=76:4 end=80:4 socket=168:8",
)
_SOCK_CREATE = _places(
    "bpf_sock",
    "1: 4-12/4 48 49 52-72/1 76; 2: 4-12/4 48 52-72/2 76; 4: 0-20/4 48-76/4",
    "4: 0 16 20",
)
_POST_BIND4 = _places(
    "bpf_sock",
    "1: 4-12/4 24-27/1 44 48 49 52-72/1 76; 2: 4-12/4 24 26 44-52/4 54-72/2 76; 4: 4-12/4 24 44-76/4",
)
_POST_BIND6 = _places(
    "bpf_sock",
    "1: 4-12/4 28-44/1 48 49 52-72/1 76; 2: 4-12/4 28-44/2 48 52-72/2 76; 4: 4-12/4 28-76/4",
)
_LWT = _places(
    "__sk_buff",
    "1: 0-71/1 84-87/1 164-167/1 176-179/1; 2: 0-70/2 84 86 164 166 176 178; 4: 0-68/4 84 164 176; 8: 48 56",
    "1: 48-67/1; 2: 48-66/2; 4: 8 32 48-64/4; 8: 48 56",
    "data=76:4 end=80:4 socket=168:8",
)
_SOCK_OPS = _places(
    "bpf_sock_ops",
    "1: 212; 2: 212; 4: 0-164/4 208 212; 8: 168 176 216",
    "4: 4 164",
    "full_socket_or_null=184:8 data=192:8 end=200:8",
)
_SK_SKB = _places(
    "__sk_buff",
    "1: 0-7/1 12-71/1 84-91/1 132-139/1 164-167/1 176-179/1; 2: 0-6/2 12-70/2 84-90/2 132-138/2 164 "
    "166 176 178; 4: 0 4 12-68/4 84-136/4 164 176; 8: 48 56",
    "4: 32 44",
    "data=76:4 end=80:4 socket=168:8",
)
_CGROUP_DEVICE = _places(
    "bpf_cgroup_dev_ctx",
    "1: 0-3/1; 2: 0 2; 4: 0-8/4",
)
_SK_MSG = _places(
    "sk_msg_md",
    "4: 16-68/4",
    "",
    "data=0:8 end=8:8 full_socket=72:8",
)
_ADDR4 = _places(
    "bpf_sock_addr",
    "1: 4-7/1 24-27/1; 2: 4 6 24 26; 4: 0 4 24-36/4",
    "4: 4 24",
    "full_socket=64:8",
)
_ADDR6 = _places(
    "bpf_sock_addr",
    "1: 8-27/1; 2: 8-26/2; 4: 0 8-36/4; 8: 8 16",
    "4: 8-24/4; 8: 8 16",
    "full_socket=64:8",
)
_SENDMSG4 = _places(
    "bpf_sock_addr",
    "1: 4-7/1 24-27/1 40-43/1; 2: 4 6 24 26 40 42; 4: 0 4 24-40/4",
    "4: 4 24 40",
    "full_socket=64:8",
)
_SENDMSG6 = _places(
    "bpf_sock_addr",
    "1: 8-27/1 44-59/1; 2: 8-26/2 44-58/2; 4: 0 8-36/4 44-56/4; 8: 8 16 48",
    "4: 8-24/4 44-56/4; 8: 8 16 48",
    "full_socket=64:8",
)
_ADDR_UNIX = _places(
    "bpf_sock_addr",
    "1: 24-27/1; 2: 24 26; 4: 0 24-36/4",
    "4: 24",
    "full_socket=64:8",
)
_SK_REUSEPORT = _places(
    "sk_reuseport_md",
    "1: 16-19/1 24-31/1; 2: 16-30/2; 4: 16-32/4",
    "",
    "data=0:8 end=8:8 full_socket=40:8 socket=48:8",
)
_FLOW_DISSECTOR = _places(
    "__sk_buff",
    "",
    "",
    "data=76:4 end=80:4 flow_keys=144:8",
)
_CGROUP_SYSCTL = _places(
    "bpf_sysctl",
    "1: 0-7/1; 2: 0-6/2; 4: 0 4",
    "4: 4",
)
_GETSOCKOPT = _places(
    "bpf_sockopt",
    "4: 24-36/4",
    "4: 32 36",
    "full_socket=0:8 data=8:8 end=16:8",
)
_SETSOCKOPT = _places(
    "bpf_sockopt",
    "4: 24-32/4",
    "4: 24-32/4",
    "full_socket=0:8 data=8:8 end=16:8",
)
_SK_LOOKUP = _places(
    "bpf_sk_lookup",
    "1: 8-67/1; 2: 8-66/2; 4: 8-64/4",
    "",
    "full_socket_or_null=0:8",
)
_NETFILTER = _places(
    "bpf_nf_ctx",
    "",
    "",
    "hook_state=0:8 sk_buff=8:8",
)


class Aligned(Mapping[tuple[int, int], Gives]):
    """Every place that is aligned to its width and lies within one of the stretches of bytes: numbers."""

    def __init__(self, *stretches: tuple[int, int]) -> None:
        self.stretches = stretches

    def __getitem__(self, place: tuple[int, int]) -> Gives:
        off, width = place
        inside = any(first <= off and off + width <= end for first, end in self.stretches)
        if inside and width in _WIDTHS and off % width == 0:
            return Gives.NUMBER
        raise KeyError(place)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for width in _WIDTHS:
            for first, end in self.stretches:
                yield from ((at, width) for at in range(-(-first // width) * width, end - width + 1, width))

    def __len__(self) -> int:
        return sum(1 for _ in self)


_WIDTHS = (1, 2, 4, 8)
_RECORD = Places("a tracepoint's record", Aligned((-32768, 0), (8, 8192)), frozenset())
"""Linux 6.18 compares the offset without its sign: it lets programs read before the record as well."""


def _aligned(struct: str, first: int, size: int, *, write: bool = False) -> Places:
    """Every place from byte ``first`` on that is aligned to its width and lies before byte ``size``."""
    places = [(at, width) for width in (1, 2, 4, 8) for at in range(first, size - width + 1, width)]
    reads = MappingProxyType(dict.fromkeys(places, Gives.NUMBER))
    return Places(struct, reads, frozenset(places if write else ()))


_WRITABLE = Places(
    "bpf_raw_tracepoint_args",
    MappingProxyType(
        {place: Gives.NUMBER for place in _aligned("", 0, 96).reads if place[0]} | {(0, 8): Gives.BUFFER}
    ),
    frozenset(),
)

_BY_HOOK: Mapping[tuple[P, int], Places] = MappingProxyType(
    {
        (P.XDP, 33): _XDP_DEVMAP,
        (P.CGROUP_SOCK, 0): _SOCK_CREATE,
        (P.CGROUP_SOCK, 2): _SOCK_CREATE,
        (P.CGROUP_SOCK, 34): _SOCK_CREATE,
        (P.CGROUP_SOCK, 12): _POST_BIND4,
        (P.CGROUP_SOCK, 13): _POST_BIND6,
        (P.CGROUP_SOCK_ADDR, 8): _ADDR4,
        (P.CGROUP_SOCK_ADDR, 10): _ADDR4,
        (P.CGROUP_SOCK_ADDR, 19): _ADDR4,
        (P.CGROUP_SOCK_ADDR, 29): _ADDR4,
        (P.CGROUP_SOCK_ADDR, 31): _ADDR4,
        (P.CGROUP_SOCK_ADDR, 9): _ADDR6,
        (P.CGROUP_SOCK_ADDR, 11): _ADDR6,
        (P.CGROUP_SOCK_ADDR, 20): _ADDR6,
        (P.CGROUP_SOCK_ADDR, 30): _ADDR6,
        (P.CGROUP_SOCK_ADDR, 32): _ADDR6,
        (P.CGROUP_SOCK_ADDR, 14): _SENDMSG4,
        (P.CGROUP_SOCK_ADDR, 15): _SENDMSG6,
        (P.CGROUP_SOCK_ADDR, 49): _ADDR_UNIX,
        (P.CGROUP_SOCK_ADDR, 50): _ADDR_UNIX,
        (P.CGROUP_SOCK_ADDR, 51): _ADDR_UNIX,
        (P.CGROUP_SOCK_ADDR, 52): _ADDR_UNIX,
        (P.CGROUP_SOCK_ADDR, 53): _ADDR_UNIX,
        (P.CGROUP_SOCKOPT, 21): _GETSOCKOPT,
        (P.CGROUP_SOCKOPT, 22): _SETSOCKOPT,
    }
)
"""Where the places depend on the attach type."""
_BY_TYPE: Mapping[P, Places] = MappingProxyType(
    {
        P.SOCKET_FILTER: _SOCKET_FILTER,
        P.SCHED_CLS: _TC,
        P.SCHED_ACT: _TC,
        P.XDP: _XDP,
        P.PERF_EVENT: _PERF_EVENT,
        P.CGROUP_SKB: _CGROUP_SKB,
        P.LWT_IN: _LWT,
        P.LWT_OUT: _LWT,
        P.LWT_XMIT: _LWT,
        P.LWT_SEG6LOCAL: _LWT,
        P.SOCK_OPS: _SOCK_OPS,
        P.SK_SKB: _SK_SKB,
        P.CGROUP_DEVICE: _CGROUP_DEVICE,
        P.SK_MSG: _SK_MSG,
        P.SK_REUSEPORT: _SK_REUSEPORT,
        P.FLOW_DISSECTOR: _FLOW_DISSECTOR,
        P.CGROUP_SYSCTL: _CGROUP_SYSCTL,
        P.SK_LOOKUP: _SK_LOOKUP,
        P.NETFILTER: _NETFILTER,
        P.KPROBE: _aligned("pt_regs", 0, 168),
        P.TRACEPOINT: _RECORD,
        P.RAW_TRACEPOINT: _aligned("bpf_raw_tracepoint_args", 0, 96),
        P.RAW_TRACEPOINT_WRITABLE: _WRITABLE,
    }
)


def places_of(kind: P, attach_type: int | None) -> Places | None:
    """The places of the context of ``kind`` attached there; None for types with no table."""
    return _BY_HOOK.get((kind, attach_type or 0)) or _BY_TYPE.get(kind)


SOCKET_PLACES: Mapping[str, Places] = MappingProxyType(
    {
        "sock_common": _places(
            "bpf_sock", "1: 4 24-44/1 48 49 52-72/1 76; 2: 4 24-44/2 48 52-72/2 76; 4: 0 4 24-76/4"
        ),
        "sock": _places(
            "bpf_sock", "1: 4-12/4 24-44/1 48 49 52-72/1 76; 2: 4-12/4 24-44/2 48 52-72/2 76; 4: 0-76/4"
        ),
        "tcp_sock": _places("bpf_tcp_sock", "4: 0-76/4 96-108/4; 8: 80 88"),
        "xdp_sock": _places("bpf_xdp_sock", "4: 0"),
    }
)
"""What may be loaded through pointers to sockets, by the kind of pointer."""
FLOW_KEYS_SIZE = 56
"""Bytes of struct bpf_flow_keys."""
SYSCALL_LIMIT = 1 << 16
"""Programs of type syscall may load and store anything aligned before this byte of their context."""
