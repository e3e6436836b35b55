"""System calls on sockets: they change the tables, ask programs, and make packets leave."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import ip_address
from types import MappingProxyType

from vm.kernel.context.calls import address_event, address_left, socket_event
from vm.kernel.context.event_context import EventContext
from vm.kernel.simulation import tcp
from vm.kernel.simulation.calls import Call, Handler
from vm.kernel.simulation.egress import send
from vm.kernel.simulation.file_calls import FILE_CALLS
from vm.kernel.simulation.headers import ACK, FIN, PSH, SYN, TCP, UDP
from vm.kernel.simulation.make import datagram, segment
from vm.kernel.simulation.process_calls import PROCESS_CALLS
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.tables import MAX_BACKLOG, MAX_FILES, Socket, bind, unbind
from vm.kernel.world.events import SockAddr
from vm.uapi.attach_types import AttachType
from vm.uapi.errno import Errno

_STREAM = 1
_FIRST_PORT, _PORTS = 32_768, 28_232
_MOST = 65_000


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


def _of(call: Call, proto: int = TCP) -> Socket:
    """The socket of the first argument; a scenario that never opened it gets one."""
    number = call.process.files.get(call.number(0))
    found = call.k.tables.sockets.get(number) if isinstance(number, int) else None
    if found is None:
        address = bytes(4)
        tables = call.k.tables
        found = Socket(tables.next("socket"), proto, call.process.spec.netns, call.pid, address)
        tables.sockets[found.id] = found
        if len(call.process.files) < MAX_FILES:
            files = {**call.process.files, call.number(0): found.id}
            call.update(replace(call.process, files=files))
    return found


def _addressed(call: Call, hook: str, socket: Socket, to: SockAddr) -> tuple[SockAddr, int]:
    """The address once programs of the control group have seen it, and an error if they denied it."""
    k, six = call.k, to.address.version == 6
    name = f"cgroup/{hook}{'6' if six else '4'}"
    probes = k.attached.probes
    for runner in k.attached.cgroup(k.tables, name, call.pid):
        kind = runner.point.hook.attach_type or AttachType.CGROUP_INET4_CONNECT
        what = address_event(kind, info(socket, call.process.spec.uid), to.address, to.port)
        run = k.execute(runner, what, k.event_for(None))
        refused = probes.decided(k, runner, run, f"{hook} {to.address}:{to.port}")
        if refused:
            return to, refused
        ctx = runner.world.ctx
        if isinstance(ctx, EventContext):
            to = SockAddr(*address_left(ctx))
    return to, 0


def _bind(call: Call) -> int:
    to = call.args[1] if len(call.args) > 1 else None
    if not isinstance(to, SockAddr):
        return call.answer(-Errno.EINVAL)
    k, socket = call.k, _of(call)
    refused = call.allows("socket_bind", info(socket), to, 16)
    if refused:
        return refused
    call.through("inet_bind", info(socket), to, 16)
    to, refused = _addressed(call, "bind", socket, to)
    if refused:
        return refused
    key = socket.netns, socket.proto, to.port
    if to.port and k.tables.bound.get(key):
        return call.answer(-Errno.EADDRINUSE)
    bound = replace(socket, address=to.address.packed, port=to.port or _port(call))
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


def _port(call: Call) -> int:
    """A port of its own for a socket that asks for any."""
    return _FIRST_PORT + call.k.tables.next("port") * 2 % _PORTS


def _listen(call: Call) -> int:
    k, socket = call.k, _of(call)
    refused = call.allows("socket_listen", info(socket), call.number(1))
    if refused:
        return refused
    call.through("inet_listen", info(socket), call.number(1))
    backlog = min(max(call.number(1), 0), MAX_BACKLOG)
    k.tables.sockets[socket.id] = replace(socket, state="LISTEN", backlog=backlog, reads=False)
    return call.answer()


def _accept(call: Call) -> int:
    k, listener = call.k, _of(call)
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
    k, socket = call.k, _of(call)
    refused = call.allows("socket_connect", info(socket), to, 16)
    if refused:
        return refused
    to, refused = _addressed(call, "connect", socket, to)
    if refused:
        return refused
    version = "v6" if to.address.version == 6 else "v4"
    if socket.proto == UDP:
        flow = to.address.packed, socket.address, to.port, socket.port
        k.tables.sockets[socket.id] = replace(socket, flow=flow)
        return call.answer()
    call.through(f"tcp_{version}_connect", info(socket), to, 16)
    netns = k.topology.namespaces[socket.netns]
    source = _source(call, socket, to)
    if source is None:
        return -Errno.ENETUNREACH
    flow = source, to.address.packed, socket.port or _port(call), to.port
    begun = tcp.connect(k, socket, flow)
    call.through("tcp_connect", info(begun))
    made = send(k, netns, segment(flow, begun.seq, 0, SYN), call.pid, begun.id)
    k.hop("send", made, note="connect")
    return call.answer()


def _source(call: Call, socket: Socket, to: SockAddr) -> bytes | None:
    """The address packets to ``to`` come from; None where no route leads there."""
    if any(socket.address):
        return socket.address
    k = call.k
    netns = k.topology.namespaces[socket.netns]
    route = netns.route(to.address.packed)
    if route is None:
        return None
    if route.local:
        return to.address.packed
    if route.source is not None:
        return route.source.packed
    dev = netns.device(route.ifindex)
    addresses = dev.spec.addresses if dev is not None else ()
    return next((own.ip.packed for own in addresses if own.version == to.address.version), None)


def _payload(call: Call) -> bytes:
    data = call.args[1] if len(call.args) > 1 else b""
    if isinstance(data, str):
        return data.encode()
    return data if isinstance(data, bytes) else bytes(min(max(call.number(2), 0), _MOST))


def _sendto(call: Call) -> int:
    to = next((arg for arg in call.args if isinstance(arg, SockAddr)), None)
    socket, data = _of(call, UDP if to is not None else TCP), _payload(call)
    refused = call.allows("socket_sendmsg", info(socket), 0, len(data))
    if refused:
        return refused
    if socket.proto == TCP:
        return _stream(call, socket, data)
    return _datagram(call, socket, to, data)


def _stream(call: Call, socket: Socket, data: bytes) -> int:
    if socket.state not in ("ESTABLISHED", "CLOSE_WAIT") or socket.flow is None:
        return call.answer(-Errno.EPIPE)
    k, netns = call.k, call.k.topology.namespaces[socket.netns]
    call.through("tcp_sendmsg", info(socket), 0, len(data))
    back = socket.flow[1], socket.flow[0], socket.flow[3], socket.flow[2]
    seq = socket.seq
    for at in range(0, max(len(data), 1), 1448):
        part = data[at : at + 1448]
        made = send(k, netns, segment(back, seq, socket.ack, PSH | ACK, part), call.pid, socket.id)
        k.hop("send", made)
        seq += len(part)
    k.tables.sockets[socket.id] = replace(socket, seq=seq & 0xFFFFFFFF)
    return call.answer(len(data))


def _datagram(call: Call, socket: Socket, to: SockAddr | None, data: bytes) -> int:
    if to is None and socket.flow is not None:
        to = SockAddr(ip_address(socket.flow[0]), socket.flow[2])
    if to is None:
        return call.answer(-Errno.EDESTADDRREQ)
    k = call.k
    call.through("udp_sendmsg", info(socket), 0, len(data))
    to, refused = _addressed(call, "sendmsg", socket, to)
    if refused:
        return refused
    source = _source(call, socket, to)
    if source is None:
        return -Errno.ENETUNREACH
    if not socket.port:
        socket = replace(socket, port=_port(call), reads=False)
        k.tables.sockets[socket.id] = socket
        bind(k.tables, socket)
    flow = source, to.address.packed, socket.port, to.port
    netns = k.topology.namespaces[socket.netns]
    k.hop("send", send(k, netns, datagram(flow, data), call.pid, socket.id))
    return call.answer(len(data))


def _receive(call: Call) -> int:
    k, socket = call.k, _of(call)
    refused = call.allows("socket_recvmsg", info(socket), 0, call.number(2), 0)
    if refused:
        return refused
    call.through("tcp_recvmsg" if socket.proto == TCP else "udp_recvmsg", info(socket), 0, call.number(2), 0)
    if not socket.queue:
        return call.answer(0 if socket.state == "CLOSE_WAIT" else -Errno.EAGAIN)
    first, left = socket.queue[0], socket.queue[1:]
    unread = max(socket.unread - len(first) - 768, 0) if left else 0
    k.tables.sockets[socket.id] = replace(socket, queue=left, unread=unread)
    return call.answer(min(len(first), call.number(2) or len(first)))


def _shutdown(call: Call) -> int:
    k, socket = call.k, _of(call)
    if socket.flow is not None and socket.proto == TCP and socket.state != "SYN_SENT":
        back = socket.flow[1], socket.flow[0], socket.flow[3], socket.flow[2]
        call.through("tcp_close", info(socket), 0)
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
        "socket": _socket, "bind": _bind, "listen": _listen, "accept": _accept, "accept4": _accept,
        "connect": _connect, "sendto": _sendto, "sendmsg": _sendto, "recvfrom": _receive,
        "recvmsg": _receive, "shutdown": _shutdown, "close": _close,
        "write": _either("write", _sendto), "read": _either("read", _receive),
    }
)  # fmt: skip
"""Every modeled system call by name."""
