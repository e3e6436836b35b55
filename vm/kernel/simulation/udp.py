"""UDP: datagrams wait in their socket."""

from dataclasses import replace
from functools import partial
from ipaddress import ip_address

from vm.kernel.context.hits_sockets import rcvqueue_full
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.headers import Headers
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.passing import device_of
from vm.kernel.simulation.socket_hooks import told
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.tables import Socket, Unread
from vm.kernel.world.events import SockAddr

OVERHEAD = 768
"""What a packet is counted as beyond its bytes (about sizeof(struct sk_buff) and its shared info)."""
_KEPT = 64


def receive(k: Kernel, packet: Packet, socket: Socket, head: Headers) -> str | None:
    """A datagram for a bound socket."""
    if not queue(k, packet, socket, packet.data[head.payload : head.end]):
        return None
    if "cgroup/recvmsg4" in k.attached.by_name or "cgroup/recvmsg6" in k.attached.by_name:
        running, k.pid = k.pid, socket.pid  # who reads it makes the call
        told(k, "recvmsg", socket.pid, socket, SockAddr(ip_address(head.source), head.sport))
        k.pid = running
    return "process"


def queue(k: Kernel, packet: Packet, socket: Socket, payload: bytes) -> bool:
    """Puts bytes where the process will read them; whether it should be woken. A full buffer drops them."""
    if socket.reads:
        k.hop("socket", packet)
        return True
    size = len(payload) + OVERHEAD
    if socket.unread + size > socket.rcvbuf:
        seen, dev = info(socket), device_of(packet)
        build = partial(rcvqueue_full, seen, packet.data, dev, socket.unread, socket.rcvbuf)
        k.attached.probes.tracepoint(k, "sock/sock_rcvqueue_full", build, packet)
        k.drop(packet, "socket", Reason.SOCKET_RCVBUFF)
        return False
    head = packet.head
    sender = (head.source, head.sport) if head is not None else (b"", 0)
    waiting = (*socket.queue, Unread(payload, *sender)) if len(socket.queue) < _KEPT else socket.queue
    k.tables.sockets[socket.id] = replace(socket, unread=socket.unread + size, queue=waiting)
    k.hop("socket", packet, note="waits to be read")
    k.end(packet, "socket", End.QUEUED)
    return False
