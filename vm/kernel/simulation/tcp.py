"""A small TCP: handshakes from both sides, backlogs, data, FIN and RST. No retransmission, no windows.

Sequence numbers are the model's own and are not checked: a connection is its addresses and ports.
"""

from dataclasses import replace
from functools import partial
from zlib import crc32

from vm.kernel.context.hits_sockets import tcp_of, tcp_send_reset
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.egress import send
from vm.kernel.simulation.headers import ACK, FIN, RST, SYN, TCP, Flow, Headers
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.make import reset, segment
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.passing import device_of
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.tables import Half, Socket
from vm.kernel.simulation.udp import queue

HANDSHAKE_NS = 63_000_000_000
"""How long a handshake may take: SYN-ACK and its five repetitions (tcp_synack_retries)."""
MAX_CONNECTIONS = 16_384


def receive(k: Kernel, packet: Packet, socket: Socket, head: Headers) -> str | None:
    """A segment for a socket, by the state it is in."""
    match socket.state:
        case "LISTEN":
            return _listening(k, packet, socket, head)
        case "SYN_SENT":
            return _connecting(k, packet, socket, head)
        case _:
            return _connected(k, packet, socket, head)


def first_seq(k: Kernel, flow: Flow) -> int:
    """Our first sequence number for a connection."""
    return crc32(b"".join(flow[:2]) + bytes((flow[2] & 255, flow[2] >> 8)), k.spec.seed)


def answer(k: Kernel, packet: Packet, socket: Socket, data: bytes) -> None:
    """Sends a segment for a socket."""
    send(k, packet.dev.netns, data, socket.pid, socket.id)


def _taken(k: Kernel, packet: Packet, note: str) -> None:
    k.hop("socket", packet, note=note)
    k.end(packet, "socket", End.DELIVERED, note=note)


def _listening(k: Kernel, packet: Packet, listener: Socket, head: Headers) -> str | None:
    key = listener.netns, TCP, head.flow
    half = k.tables.halves.get(key)
    if head.flags & RST:
        if half is not None:
            _forget(k, key, half)
        k.drop(packet, "socket", Reason.TCP_RESET)
        return None
    if half is not None and not head.flags & SYN:
        return _established(k, packet, listener, half, head)
    if head.flags & ACK:
        k.drop(packet, "socket", Reason.TCP_FLAGS, "an ACK without a connection")
        send_reset(k, packet, listener)
        answer(k, packet, listener, reset(packet.data, head))
        return None
    if not head.flags & SYN or head.flags & FIN:
        k.drop(packet, "socket", Reason.TCP_FLAGS)
        return None
    _syn(k, packet, listener, head)
    return None


def _forget(k: Kernel, key: tuple[str, int, Flow], half: Half) -> None:
    del k.tables.halves[key]
    listener = k.tables.sockets.get(half.listener)
    if listener is not None:
        k.tables.sockets[listener.id] = replace(listener, half=listener.half - 1)


def _syn(k: Kernel, packet: Packet, listener: Socket, head: Headers) -> None:
    """The first segment of a handshake (tcp_conn_request, without SYN cookies)."""
    key = listener.netns, TCP, head.flow
    half = k.tables.halves.get(key)
    if half is None:
        if len(listener.waiting) > listener.backlog:
            k.drop(packet, "socket", Reason.TCP_LISTEN_OVERFLOW, "too many connections wait to be accepted")
            return
        if listener.half >= listener.backlog:
            listener = _without_old(k, listener)
        if listener.half >= listener.backlog:
            k.drop(packet, "socket", Reason.TCP_LISTEN_OVERFLOW, "too many handshakes are under way")
            return
        half = k.tables.halves[key] = Half(listener.id, k.now_ns, first_seq(k, head.back))
        k.tables.sockets[listener.id] = replace(listener, half=listener.half + 1)
    _taken(k, packet, "SYN")
    answer(k, packet, listener, segment(head.back, half.seq, head.seq + 1, SYN | ACK))


def _without_old(k: Kernel, listener: Socket) -> Socket:
    """The listener once handshakes that took too long are given up."""
    while k.tables.halves:
        oldest = next(iter(k.tables.halves))
        half = k.tables.halves[oldest]
        if k.now_ns - half.since_ns <= HANDSHAKE_NS:
            break
        _forget(k, oldest, half)
    return k.tables.sockets[listener.id]


def _established(k: Kernel, packet: Packet, listener: Socket, half: Half, head: Headers) -> str | None:
    """The last segment of a handshake: the connection waits to be accepted, or is at once."""
    if len(listener.waiting) > listener.backlog or len(k.tables.connections) >= MAX_CONNECTIONS:
        k.drop(packet, "socket", Reason.TCP_LISTEN_OVERFLOW, "too many connections wait to be accepted")
        return None
    key = listener.netns, TCP, head.flow
    _forget(k, key, half)
    listener = k.tables.sockets[listener.id]
    child = replace(
        listener, id=k.tables.next("socket"), address=head.destination, state="ESTABLISHED", flow=head.flow,
        waiting=(), half=0, backlog=0, seq=half.seq + 1, ack=head.seq,
    )  # fmt: skip
    k.tables.sockets[child.id] = child
    k.tables.connections[key] = child.id
    if not listener.reads:
        k.tables.sockets[listener.id] = replace(listener, waiting=(*listener.waiting, child.id))
    k.attached.probes.state(k, child, "SYN_RECV", "ESTABLISHED")
    packet.socket = child.id
    if head.end > head.payload or head.flags & FIN:
        return _connected(k, packet, child, head)
    if listener.reads:
        k.hop("socket", packet, note="a connection")
        return "process"
    _taken(k, packet, "a connection to accept")
    return None


def _connecting(k: Kernel, packet: Packet, socket: Socket, head: Headers) -> str | None:
    """An answer to our SYN."""
    if head.flags & RST:
        _reset(k, socket)
        k.drop(packet, "socket", Reason.TCP_RESET, "connection refused")
        return None
    if head.flags & (SYN | ACK) != SYN | ACK:
        k.drop(packet, "socket", Reason.TCP_FLAGS)
        return None
    done = replace(socket, state="ESTABLISHED", seq=socket.seq + 1, ack=head.seq + 1)
    k.tables.sockets[socket.id] = done
    k.attached.probes.state(k, done, "SYN_SENT", "ESTABLISHED")
    k.hop("socket", packet, note="connected")
    answer(k, packet, done, segment(head.back, done.seq, done.ack, ACK))
    return "process"


def _connected(k: Kernel, packet: Packet, socket: Socket, head: Headers) -> str | None:
    if head.flags & RST:
        _reset(k, socket)
        k.drop(packet, "socket", Reason.TCP_RESET)
        return None
    if head.flags & SYN:
        k.drop(packet, "socket", Reason.TCP_INVALID_SYN)
        answer(k, packet, socket, segment(head.back, socket.seq, socket.ack, ACK))
        return None
    payload = packet.data[head.payload : head.end]
    if not payload and not head.flags & FIN:
        _taken(k, packet, "ACK")
        return None
    end = (head.seq + max(head.end - head.payload, 0) + (head.flags & FIN)) & 0xFFFFFFFF
    woken = queue(k, packet, socket, payload)
    if not woken and packet_dropped(k, packet):
        return None
    socket = replace(k.tables.sockets[socket.id], ack=end)
    k.tables.sockets[socket.id] = socket
    answer(k, packet, socket, segment(head.back, socket.seq, end, ACK))
    if head.flags & FIN:
        _finished(k, packet, socket, head)
    return "process" if woken else None


def packet_dropped(k: Kernel, packet: Packet) -> bool:
    """Whether the packet's way ended by being dropped just now."""
    last = k.ways.fates[k.ends[-1]] if k.ends else None
    return last is not None and last.packet == packet.number and last.end is End.DROPPED


def _finished(k: Kernel, packet: Packet, socket: Socket, head: Headers) -> None:
    """The other side has sent all: a process that reads at once closes its side as well."""
    if not socket.reads:
        k.tables.sockets[socket.id] = replace(socket, state="CLOSE_WAIT")
        k.attached.probes.state(k, socket, "ESTABLISHED", "CLOSE_WAIT")
        return
    answer(k, packet, socket, segment(head.back, socket.seq, socket.ack, FIN | ACK))
    k.attached.probes.state(k, socket, "ESTABLISHED", "CLOSE")
    close(k, socket)


def _reset(k: Kernel, socket: Socket) -> None:
    probes = k.attached.probes
    probes.tracepoint(k, "tcp/tcp_receive_reset", lambda: tcp_of("tcp_receive_reset", info(socket)))
    close(k, socket)


def send_reset(k: Kernel, packet: Packet, socket: Socket | None = None) -> None:
    """The kernel is about to answer a segment with a reset."""
    seen = info(socket) if socket is not None else None
    build = partial(tcp_send_reset, packet.data, device_of(packet), seen)
    k.attached.probes.tracepoint(k, "tcp/tcp_send_reset", build, packet)


def close(k: Kernel, socket: Socket) -> None:
    """The connection is no more."""
    if socket.id in k.tables.sockets:
        k.attached.probes.tracepoint(
            k, "tcp/tcp_destroy_sock", lambda: tcp_of("tcp_destroy_sock", info(socket))
        )
    k.tables.sockets.pop(socket.id, None)
    if socket.flow is not None:
        k.tables.connections.pop((socket.netns, TCP, socket.flow), None)


def connect(k: Kernel, socket: Socket, flow: Flow) -> Socket:
    """Begins a handshake: ``flow`` is that of the packets that leave."""
    back = flow[1], flow[0], flow[3], flow[2]
    seq = first_seq(k, flow)
    begun = replace(socket, state="SYN_SENT", flow=back, address=flow[0], port=flow[2], seq=seq, reads=True)
    k.tables.sockets[begun.id] = begun
    k.tables.connections[begun.netns, TCP, back] = begun.id
    return begun
