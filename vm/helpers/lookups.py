"""Helpers that look sockets up, look into them, and give packets to them."""

from collections.abc import Callable

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EINVAL, packet_of, read, s32, u32
from vm.helpers.found import (
    CLOSE,
    LISTEN,
    NEW_SYN_RECV,
    TCP,
    TCP_AT,
    UDP,
    FoundSocket,
    put,
    release,
    socket_at,
)
from vm.helpers.programs import callers
from vm.helpers.tasks import ancestor_cgroup
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType
from vm.word import MASK64

_IPV4, _IPV6 = 12, 36
"""Bytes of struct bpf_sock_tuple by family."""
CURRENT_NETNS = -1
REPLACE, NO_REUSEPORT = 1, 2
"""BPF_SK_LOOKUP_F_REPLACE, BPF_SK_LOOKUP_F_NO_REUSEPORT."""


def _lookup(call: HelperCall, protocol: int) -> FoundSocket | None:
    packet_of(call)
    size, sockets = u32(call, 3), call.event.sockets
    if size not in (_IPV4, _IPV6):
        return None
    raw = read(call, 2, size)
    here = call.r[3] == CURRENT_NETNS & MASK64 or s32(call, 4) == CURRENT_NETNS
    if call.r[4] or not here or sockets is None:
        return None
    width = 4 if size == _IPV4 else 16
    source, destination = raw[:width], raw[width : 2 * width]
    sport, dport = (int.from_bytes(raw[2 * width + at : 2 * width + at + 2], "big") for at in (0, 2))
    return sockets.find(protocol, source, sport, destination, dport)


def _finder(protocol: int) -> Callable[[HelperCall], int]:
    def run(call: HelperCall) -> int:
        """Finds a socket; a handshake under way stands for who listens."""
        found = _lookup(call, protocol)
        if found is not None and found.state == NEW_SYN_RECV and call.event.sockets is not None:
            found = call.event.sockets.known(found.listener)
        return put(call, found, held=True) if found is not None else 0

    return run


def skc_lookup_tcp(call: HelperCall) -> int:
    """Finds a TCP socket, a handshake under way among them."""
    found = _lookup(call, TCP)
    return put(call, found, held=True) if found is not None else 0


def sk_release(call: HelperCall) -> int:
    """Lets go of a socket."""
    if not release(call, call.r[0]):
        message = f"r1 should hold a socket that was looked up, but {call.r[0]:#x} is none that is held"
        raise MachineFault(Fault(FaultKind.BAD_CALL, message, call.r[0]))
    return 0


def sk_fullsock(call: HelperCall) -> int:
    """The same socket, unless it is only a handshake."""
    found = socket_at(call, call.r[0])
    return 0 if found is not None and found.state == NEW_SYN_RECV else call.r[0]


def tcp_sock(call: HelperCall) -> int:
    """What TCP keeps of the socket."""
    found = socket_at(call, call.r[0])
    if found is None or found.protocol != TCP or found.state == NEW_SYN_RECV:
        return 0
    address = put(call, found, held=False)
    return address + TCP_AT if address else 0


def get_listener_sock(call: HelperCall) -> int:
    """The socket that listens."""
    found = socket_at(call, call.r[0])
    if found is None or call.event.sockets is None:
        return 0
    listener = call.event.sockets.known(found.listener)
    return put(call, listener, held=False) if listener is not None and listener.state == LISTEN else 0


def sk_assign(call: HelperCall) -> int:
    """Chooses the socket that gets the packet."""
    in_lookup = call.ctx is not None and call.ctx.kind is ProgType.SK_LOOKUP
    return _choose(call) if in_lookup else _give(call)


def _give(call: HelperCall) -> int:
    """At tc ingress: the packet is the socket's, whatever its addresses say."""
    packet_of(call)
    sockets = call.event.sockets
    if call.r[2]:
        return EINVAL
    if sockets is not None and not sockets.at_ingress:
        return -Errno.EOPNOTSUPP
    found = socket_at(call, call.r[1])
    if found is None:
        return -Errno.ENOENT
    call.set("sk.assigned", found.id)
    return 0


def _choose(call: HelperCall) -> int:
    """At the socket lookup: among sockets that take new connections, or no socket."""
    ctx, flags = packet_of(call), call.r[2]
    if flags & ~(REPLACE | NO_REUSEPORT):
        return EINVAL
    if call.get("sk.assigned") and not flags & REPLACE:
        return -Errno.EEXIST
    if not call.r[1]:
        call.set("sk.assigned", 0)
        return 0
    found = socket_at(call, call.r[1])
    if found is None:
        return -Errno.ESOCKTNOSUPPORT
    family, protocol = (_field(ctx.region.data, ctx.struct.field(name)) for name in ("family", "protocol"))
    if found.protocol != protocol:
        return -Errno.EPROTOTYPE
    if found.family != family:
        return -Errno.EAFNOSUPPORT
    if found.state != (LISTEN if found.protocol == TCP else CLOSE):
        return -Errno.ESOCKTNOSUPPORT
    call.set("sk.assigned", found.id)
    return 0


def _field(data: bytearray, field: object) -> int:
    off, size = getattr(field, "offset", 0), getattr(field, "size", 0)
    return int.from_bytes(data[off : off + size], "little")


def sk_cgroup_id(call: HelperCall) -> int:
    """The control group of a socket."""
    found = socket_at(call, call.r[0])
    return found.cgroup if found is not None else 0


def sk_ancestor_cgroup_id(call: HelperCall) -> int:
    """The ancestor at a level of a socket's control group."""
    found = socket_at(call, call.r[0])
    return ancestor_cgroup(found.cgroup, s32(call, 2)) if found is not None else 0


_TUPLE = (Arg.CTX, Arg.MEM_RDONLY, Arg.CONST_SIZE_OR_ZERO, Arg.ANYTHING, Arg.ANYTHING)
_TUPLE_TEXT = "(void *ctx, struct bpf_sock_tuple *tuple, u32 tuple_size, u64 netns, u64 flags)"


def _lookup_row(number: HelperId, name: str, ret: Ret, run: Callable[[HelperCall], int], doc: str) -> Helper:
    struct = "struct bpf_sock *"
    return Helper(
        number, f"{struct}{name}{_TUPLE_TEXT}", _TUPLE, ret, run, doc, callers(number), packet_args=True
    )  # fmt: skip


_FOUND = "BPF_F_CURRENT_NETNS is the namespace of the packet. It must be released; null where there is none."
ROWS = (
    _lookup_row(
        HelperId.SK_LOOKUP_TCP, "bpf_sk_lookup_tcp", Ret.SOCKET_OR_NULL, _finder(TCP),
        f"Finds the TCP socket a packet with these addresses and ports would find. {_FOUND}",
    ),
    _lookup_row(
        HelperId.SK_LOOKUP_UDP, "bpf_sk_lookup_udp", Ret.SOCKET_OR_NULL, _finder(UDP),
        f"Finds the UDP socket a packet with these addresses and ports would find. {_FOUND}",
    ),
    _lookup_row(
        HelperId.SKC_LOOKUP_TCP, "bpf_skc_lookup_tcp", Ret.SOCK_COMMON_OR_NULL, skc_lookup_tcp,
        f"Like bpf_sk_lookup_tcp, but a handshake under way is found as itself (TCP_NEW_SYN_RECV). {_FOUND}",
    ),
    Helper(
        HelperId.SK_RELEASE,
        "long bpf_sk_release(void *sock)",
        (Arg.SOCK_RELEASE,),
        Ret.INTEGER,
        sk_release,
        "Lets go of a socket that was looked up; the pointer is worthless from then on.",
        callers(HelperId.SK_RELEASE),
    ),
    Helper(
        HelperId.SK_FULLSOCK,
        "struct bpf_sock *bpf_sk_fullsock(struct bpf_sock *sk)",
        (Arg.SOCK_COMMON,),
        Ret.SOCKET_OR_NULL,
        sk_fullsock,
        "The same socket with all its fields, or null where it is only a handshake under way.",
        callers(HelperId.SK_FULLSOCK),
    ),
    Helper(
        HelperId.TCP_SOCK,
        "struct bpf_tcp_sock *bpf_tcp_sock(struct bpf_sock *sk)",
        (Arg.SOCK_COMMON,),
        Ret.TCP_SOCK_OR_NULL,
        tcp_sock,
        "What TCP keeps of a socket: windows, round trips, counts; null where it is no TCP socket.",
        callers(HelperId.TCP_SOCK),
    ),
    Helper(
        HelperId.GET_LISTENER_SOCK,
        "struct bpf_sock *bpf_get_listener_sock(struct bpf_sock *sk)",
        (Arg.SOCK_COMMON,),
        Ret.SOCKET_OR_NULL,
        get_listener_sock,
        "The socket that listens, of a handshake under way or of itself; else null. It is not released.",
        callers(HelperId.GET_LISTENER_SOCK),
    ),
    Helper(
        HelperId.SK_ASSIGN,
        "long bpf_sk_assign(void *ctx, struct bpf_sock *sk, u64 flags)",
        (Arg.CTX, Arg.BTF_SOCK_COMMON, Arg.ANYTHING),
        Ret.INTEGER,
        sk_assign,
        "Gives the packet to a socket: at tc ingress before the lookup, at sk_lookup as its answer "
        "(BPF_SK_LOOKUP_F_REPLACE takes another than chosen before; null takes the choice back).",
        callers(HelperId.SK_ASSIGN),
    ),
    Helper(
        HelperId.SK_CGROUP_ID,
        "u64 bpf_sk_cgroup_id(void *sk)",
        (Arg.BTF_SOCK_COMMON,),
        Ret.INTEGER,
        sk_cgroup_id,
        "The number of a socket's control group.",
        callers(HelperId.SK_CGROUP_ID),
    ),
    Helper(
        HelperId.SK_ANCESTOR_CGROUP_ID,
        "u64 bpf_sk_ancestor_cgroup_id(void *sk, int ancestor_level)",
        (Arg.BTF_SOCK_COMMON, Arg.ANYTHING),
        Ret.INTEGER,
        sk_ancestor_cgroup_id,
        "The number of the control group above a socket's, at a level counted from the root.",
        callers(HelperId.SK_ANCESTOR_CGROUP_ID),
    ),
)  # fmt: skip
