"""Sockets of the model as programs see them."""

from ipaddress import IPv4Address, IPv6Address, ip_address

from vm.kernel.context.kernel_objects import SocketInfo
from vm.kernel.simulation.headers import TCP
from vm.kernel.simulation.tables import Socket

STATES = {
    "": 7, "ESTABLISHED": 1, "SYN_SENT": 2, "SYN_RECV": 3, "FIN_WAIT1": 4, "CLOSE": 7, "CLOSE_WAIT": 8,
    "LAST_ACK": 9, "LISTEN": 10,
}  # fmt: skip
"""The numbers of TCP's states (net/tcp_states.h)."""
_STREAM, _DATAGRAM = 1, 2
_ANY: dict[int, IPv4Address | IPv6Address] = {4: IPv4Address(0), 6: IPv6Address(0)}


def info(socket: Socket, uid: int = 0) -> SocketInfo:
    """The socket as programs see it."""
    local = ip_address(socket.address) if socket.address else IPv4Address(0)
    remote: IPv4Address | IPv6Address = _ANY[local.version]
    remote_port = 0
    if socket.flow is not None:
        remote, remote_port = ip_address(socket.flow[0]), socket.flow[2]
    kind = _STREAM if socket.proto == TCP else _DATAGRAM
    state = STATES.get(socket.state, 7)
    return SocketInfo(
        local, socket.port, remote, remote_port, socket.proto, kind, state, uid, number=socket.id
    )
