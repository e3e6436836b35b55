"""System calls on sockets: they change the tables, ask programs, and make packets leave."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from vm.kernel.context.calls import socket_event
from vm.kernel.simulation import tcp
from vm.kernel.simulation.calls import Call, Handler
from vm.kernel.simulation.egress import send
from vm.kernel.simulation.file_calls import FILE_CALLS
from vm.kernel.simulation.headers import ACK, FIN, SYN, TCP, UDP
from vm.kernel.simulation.make import segment
from vm.kernel.simulation.process_calls import PROCESS_CALLS
from vm.kernel.simulation.sock_ops import TCP_CONNECT_CB, TCP_LISTEN_CB
from vm.kernel.simulation.socket_data import receive, sendto
from vm.kernel.simulation.socket_hooks import addressed, free_port, socket_of, source_of
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.socket_options import OPTION_CALLS
from vm.kernel.simulation.tables import MAX_BACKLOG, Socket, bind, unbind
from vm.kernel.world.events import SockAddr
from vm.uapi.attach_types import AttachType
from vm.uapi.errno import Errno

_STREAM = 1


def _socket(call: Call) -> int:
    k, family, kind = call.k, call.number(0), call.number(1) & 0xF
    refused = call.allows("socket_create", family, kind, call.number(2), 0)
    if refused:
        return refused
    address = bytes(16 if family == 10 else 4)
    made = Socket(
        k.tables.next("socket"), TCP if kind == _STREAM else UDP, call.process.spec.netns, call.pid, address
    )
    what = socket_event(AttachType.CGROUP_INET_SOCK_CREATE, info(made, call.process.spec.uid))
    refused = k.attached.probes.group_allows(k, "cgroup/sock_create", what, call.pid)
    if refused:
        return refused
    k.tables.sockets[made.id] = made
    return call.opened(made.id)


def _bind(call: Call) -> int:
    to = call.args[1] if len(call.args) > 1 else None
    if not isinstance(to, SockAddr):
        return call.answer(-Errno.EINVAL)
    k, socket = call.k, socket_of(call)
    refused = call.allows("socket_bind", info(socket), to, 16)
    if refused:
        return refused
    call.through("inet_bind", info(socket), to, 16)
    to, refused = addressed(call, "bind", socket, to)
    if refused:
        return refused
    key = socket.netns, socket.proto, to.port
    if to.port and k.tables.bound.get(key):
        return call.answer(-Errno.EADDRINUSE)
    bound = replace(socket, address=to.address.packed, port=to.port or free_port(call))
    k.tables.sockets[socket.id] = bound
    version = 4 if to.address.version == 4 else 6
    kind = AttachType.CGROUP_INET4_POST_BIND if version == 4 else AttachType.CGROUP_INET6_POST_BIND
    what = socket_event(kind, info(bound, call.process.spec.uid))
    refused = k.attached.probes.group_allows(k, f"cgroup/post_bind{version}", what, call.pid)
    if refused:
        k.tables.sockets[socket.id] = socket
        return refused
    bind(k.tables, bound)
    return call.answer()


def _listen(call: Call) -> int:
    k, socket = call.k, socket_of(call)
    refused = call.allows("socket_listen", info(socket), call.number(1))
    if refused:
        return refused
    call.through("inet_listen", info(socket), call.number(1))
    backlog = min(max(call.number(1), 0), MAX_BACKLOG)
    listener = k.tables.sockets[socket.id] = replace(socket, state="LISTEN", backlog=backlog, reads=False)
    if listener.proto == TCP:
        k.attached.probes.state(k, listener, "CLOSE", "LISTEN")
        k.attached.probes.happens(k, listener, TCP_LISTEN_CB)
    return call.answer()


def _accept(call: Call) -> int:
    k, listener = call.k, socket_of(call)
    refused = call.allows("socket_accept", info(listener), info(listener))
    if refused:
        return refused
    if not listener.waiting:
        return call.answer(-Errno.EAGAIN)
    call.through("inet_csk_accept", info(listener), 0)
    first, *others = listener.waiting
    k.tables.sockets[listener.id] = replace(listener, waiting=tuple(others))
    return call.opened(first)


def _connect(call: Call) -> int:
    to = call.args[1] if len(call.args) > 1 else None
    if not isinstance(to, SockAddr):
        return call.answer()
    k, socket = call.k, socket_of(call)
    refused = call.allows("socket_connect", info(socket), to, 16)
    if refused:
        return refused
    to, refused = addressed(call, "connect", socket, to)
    if refused:
        return refused
    socket = k.tables.sockets[socket.id]
    version = "v6" if to.address.version == 6 else "v4"
    if socket.proto == UDP:
        flow = to.address.packed, socket.address, to.port, socket.port
        k.tables.sockets[socket.id] = replace(socket, flow=flow)
        return call.answer()
    call.through(f"tcp_{version}_connect", info(socket), to, 16)
    netns = k.topology.namespaces[socket.netns]
    source = source_of(call, socket, to)
    if source is None:
        return -Errno.ENETUNREACH
    flow = source, to.address.packed, socket.port or free_port(call), to.port
    begun = tcp.connect(k, socket, flow)
    k.attached.probes.state(k, begun, "CLOSE", "SYN_SENT")
    k.attached.probes.happens(k, begun, TCP_CONNECT_CB)
    call.through("tcp_connect", info(begun))
    made = send(k, netns, segment(flow, begun.seq, 0, SYN), call.pid, begun.id)
    k.hop("send", made, note="connect")
    return call.answer()


def _shutdown(call: Call) -> int:
    k, socket = call.k, socket_of(call)
    if socket.flow is not None and socket.proto == TCP and socket.state != "SYN_SENT":
        back = socket.flow[1], socket.flow[0], socket.flow[3], socket.flow[2]
        call.through("tcp_close", info(socket), 0)
        after = "LAST_ACK" if socket.state == "CLOSE_WAIT" else "FIN_WAIT1"
        k.attached.probes.state(k, socket, socket.state, after)
        netns = k.topology.namespaces[socket.netns]
        send(k, netns, segment(back, socket.seq, socket.ack, FIN | ACK), call.pid, socket.id)
        tcp.close(k, socket)
    elif socket.state == "LISTEN":
        unbind(k.tables, socket)
    return call.answer()


def _either(file_call: str, socket_call: Handler) -> Handler:
    """Of a socket if the file descriptor is one, else of a file."""

    def run(call: Call) -> int:
        is_socket = isinstance(call.process.files.get(call.number(0)), int)
        return socket_call(call) if is_socket else FILE_CALLS[file_call](call)

    return run


def _close(call: Call) -> int:
    number = call.process.files.get(call.number(0))
    found = call.k.tables.sockets.get(number) if isinstance(number, int) else None
    if found is not None and found.pid == call.pid:
        what = socket_event(AttachType.CGROUP_INET_SOCK_RELEASE, info(found, call.process.spec.uid))
        call.k.attached.probes.group_allows(call.k, "cgroup/sock_release", what, call.pid)
        _shutdown(call)
    return FILE_CALLS["close"](call)


CALLS: Mapping[str, Handler] = MappingProxyType(
    {
        **FILE_CALLS,
        **PROCESS_CALLS,
        **OPTION_CALLS,
        "socket": _socket, "bind": _bind, "listen": _listen, "accept": _accept, "accept4": _accept,
        "connect": _connect, "sendto": sendto, "sendmsg": sendto, "recvfrom": receive,
        "recvmsg": receive, "shutdown": _shutdown, "close": _close,
        "write": _either("write", sendto), "read": _either("read", receive),
    }
)  # fmt: skip
"""Every modeled system call by name."""
