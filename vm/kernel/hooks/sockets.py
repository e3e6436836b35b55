"""The hooks at what processes do with sockets. Facts: kernel/bpf/cgroup.c and the functions named."""

from vm.kernel.hooks.point import Effect, HookPoint, Verdict, named
from vm.uapi.prog_types import HOOKS as NAMES

_INET, _INET6 = "net/ipv4/af_inet.c", "net/ipv6/af_inet6.c"
_UDP, _UDP6 = "net/ipv4/udp.c", "net/ipv6/udp.c"
_RANGE = "The verifier accepts no other value."


def _station(name: str) -> str:
    """``connect`` for cgroup/connect4: one station of the path for both families."""
    return _STATIONS.get(name, name.removeprefix("cgroup/").rstrip("46"))


_STATIONS = {"sk_lookup": "lookup"}


def _refuses(what: str) -> tuple[Verdict, ...]:
    return (
        Verdict(0, "deny", Effect.DENY, f"{what}; EPERM, unless bpf_set_retval chose another error."),
        Verdict(1, "allow", Effect.PASS, "It goes on, with the address as the program left it."),
    )


def _other(verdicts: tuple[Verdict, ...]) -> Verdict:
    last = verdicts[-1]
    return Verdict(-1, last.name, last.effect, _RANGE)


def _point(
    name: str, title: str, function: str, file: str, doc: str, verdicts: tuple[Verdict, ...]
) -> HookPoint:
    allowed = range(min(v.value for v in verdicts), max(v.value for v in verdicts) + 1)
    return HookPoint(
        NAMES[name], title, _station(name), function, file, doc, verdicts, _other(verdicts), allowed
    )


_BIND = (
    *_refuses("bind(2) fails"),
    Verdict(2, "deny, any port", Effect.DENY, "bind(2) fails; the second bit says nothing then."),
    Verdict(
        3, "allow, any port", Effect.PASS, "It goes on, also for a port below 1024 without the right to it."
    ),
)
_ONLY = (Verdict(1, "allow", Effect.PASS, "The process is told the address as the program left it."),)
_CONNECT, _SEND = _refuses("connect(2) fails"), _refuses("sending fails")
_SOCKET = (
    Verdict(0, "deny", Effect.DENY, "socket(2) fails with EPERM, unless bpf_set_retval chose another error."),
    Verdict(1, "allow", Effect.PASS, "The socket is made."),
)
_POST_BIND = (
    Verdict(0, "deny", Effect.DENY, "The address is taken back, and bind(2) fails with EPERM."),
    Verdict(1, "allow", Effect.PASS, "The socket keeps its address."),
)
_RELEASE = (
    Verdict(0, "deny", Effect.IGNORED, "The socket is closed all the same."),
    Verdict(1, "allow", Effect.PASS, "The socket is closed."),
)
_LOOKUP = named(
    ("SK_DROP", Effect.DROP, "The packet finds no socket: it is dropped."),
    (
        "SK_PASS",
        Effect.PASS,
        "The socket bpf_sk_assign chose gets it; without one, the usual lookup goes on.",
    ),
)
_REPLY = (
    Verdict(0, "0", Effect.PASS, "What reply says is used where the kernel asked for something."),
    Verdict(1, "1", Effect.PASS, "What reply says is used where the kernel asked for something."),
)

_NAMED = "The kernel tells a process an address: its own, or the other side's. The program may change it."
SOCKET_POINTS = (
    _point("cgroup/sock_create", "socket(2)", "inet_create", _INET,
           "A process of the control group makes a socket.", _SOCKET),
    _point("cgroup/bind4", "bind(2), IPv4", "inet_bind_sk", _INET,
           "A process wants an IPv4 address for its socket. The program may change it.", _BIND),
    _point("cgroup/bind6", "bind(2), IPv6", "inet6_bind_sk", _INET6,
           "A process wants an IPv6 address for its socket. The program may change it.", _BIND),
    _point("cgroup/post_bind4", "behind bind(2), IPv4", "__inet_bind", _INET,
           "An IPv4 socket has got its address and port.", _POST_BIND),
    _point("cgroup/post_bind6", "behind bind(2), IPv6", "__inet6_bind", _INET6,
           "An IPv6 socket has got its address and port.", _POST_BIND),
    _point("cgroup/connect4", "connect(2), IPv4", "tcp_v4_pre_connect", "net/ipv4/tcp_ipv4.c",
           "A process wants to connect to an IPv4 address. The program may change it.", _CONNECT),
    _point("cgroup/connect6", "connect(2), IPv6", "tcp_v6_pre_connect", "net/ipv6/tcp_ipv6.c",
           "A process wants to connect to an IPv6 address. The program may change it.", _CONNECT),
    _point("cgroup/sendmsg4", "sendmsg(2), IPv4", "udp_sendmsg", _UDP,
           "A process sends a datagram from an unconnected socket to an IPv4 address.", _SEND),
    _point("cgroup/sendmsg6", "sendmsg(2), IPv6", "udpv6_sendmsg", _UDP6,
           "A process sends a datagram from an unconnected socket to an IPv6 address.", _SEND),
    _point("cgroup/recvmsg4", "recvmsg(2), IPv4", "udp_recvmsg", _UDP,
           "The kernel tells where a datagram came from. The program may change it.", _ONLY),
    _point("cgroup/recvmsg6", "recvmsg(2), IPv6", "udpv6_recvmsg", _UDP6,
           "The kernel tells where a datagram came from. The program may change it.", _ONLY),
    _point("cgroup/getpeername4", "getpeername(2), IPv4", "inet_getname", _INET, _NAMED, _ONLY),
    _point("cgroup/getpeername6", "getpeername(2), IPv6", "inet6_getname", _INET6, _NAMED, _ONLY),
    _point("cgroup/getsockname4", "getsockname(2), IPv4", "inet_getname", _INET, _NAMED, _ONLY),
    _point("cgroup/getsockname6", "getsockname(2), IPv6", "inet6_getname", _INET6, _NAMED, _ONLY),
    _point("cgroup/sock_release", "close(2) of a socket", "inet_release", _INET,
           "A socket of the control group is closed.", _RELEASE),
    _point("sk_lookup", "socket lookup", "bpf_sk_lookup_run_v4", "include/linux/filter.h",
           "A packet looks for a listening or unconnected socket: the program may choose one.", _LOOKUP),
    _point("sockops", "TCP life", "__cgroup_bpf_run_filter_sock_ops", "kernel/bpf/cgroup.c",
           "Something happens to a TCP connection of the control group: op says what.", _REPLY),
)  # fmt: skip
"""Hooks at sockets, in the order a connection comes by."""
