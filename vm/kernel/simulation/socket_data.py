"""System calls that send and receive on sockets."""

from dataclasses import replace
from ipaddress import ip_address

from vm.kernel.simulation.calls import Call
from vm.kernel.simulation.egress import send
from vm.kernel.simulation.headers import ACK, PSH, TCP, UDP
from vm.kernel.simulation.make import datagram, segment
from vm.kernel.simulation.socket_hooks import addressed, free_port, socket_of, source_of, told
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.tables import Socket, bind
from vm.kernel.simulation.udp import OVERHEAD
from vm.kernel.world.events import SockAddr
from vm.uapi.errno import Errno

_MOST = 65_000
_SEGMENT = 1448
"""Bytes of a segment on Ethernet, with a time stamp among its options."""


def _payload(call: Call) -> bytes:
    data = call.args[1] if len(call.args) > 1 else b""
    if isinstance(data, str):
        return data.encode()
    return data if isinstance(data, bytes) else bytes(min(max(call.number(2), 0), _MOST))


def sendto(call: Call) -> int:
    """sendto(2), sendmsg(2), and write(2) to a socket."""
    to = next((arg for arg in call.args if isinstance(arg, SockAddr)), None)
    socket, data = socket_of(call, UDP if to is not None else TCP), _payload(call)
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
    for at in range(0, max(len(data), 1), _SEGMENT):
        part = data[at : at + _SEGMENT]
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
    to, refused = addressed(call, "sendmsg", socket, to)
    if refused:
        return refused
    socket = k.tables.sockets[socket.id]
    source = source_of(call, socket, to)
    if source is None:
        return -Errno.ENETUNREACH
    if not socket.port:
        socket = replace(socket, port=free_port(call), reads=False)
        k.tables.sockets[socket.id] = socket
        bind(k.tables, socket)
    flow = source, to.address.packed, socket.port, to.port
    netns = k.topology.namespaces[socket.netns]
    k.hop("send", send(k, netns, datagram(flow, data), call.pid, socket.id))
    return call.answer(len(data))


def receive(call: Call) -> int:
    """recvfrom(2), recvmsg(2), and read(2) from a socket."""
    k, socket = call.k, socket_of(call)
    refused = call.allows("socket_recvmsg", info(socket), 0, call.number(2), 0)
    if refused:
        return refused
    if socket.proto == TCP:
        call.through("tcp_cleanup_rbuf", info(socket), call.number(2))
    call.through("tcp_recvmsg" if socket.proto == TCP else "udp_recvmsg", info(socket), 0, call.number(2), 0)
    if not socket.queue:
        return call.answer(0 if socket.state == "CLOSE_WAIT" else -Errno.EAGAIN)
    first, left = socket.queue[0], socket.queue[1:]
    unread = max(socket.unread - len(first.data) - OVERHEAD, 0) if left else 0
    k.tables.sockets[socket.id] = replace(socket, queue=left, unread=unread)
    if socket.proto == UDP:
        told(k, "recvmsg", call.pid, socket, SockAddr(ip_address(first.source), first.port))
    return call.answer(min(len(first.data), call.number(2) or len(first.data)))
