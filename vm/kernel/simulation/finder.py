"""Sockets of a namespace as programs look them up."""

from dataclasses import dataclass
from ipaddress import ip_address

from vm.helpers.found import NEW_SYN_RECV, FoundSocket
from vm.kernel.context.calls import socket_fields
from vm.kernel.context.fields import image
from vm.kernel.simulation.headers import TCP
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.tables import Socket, Tables
from vm.uapi.structs_context import SOCK, TCP_SOCK

_WINDOW, _SEGMENT = 10, 1460
"""What a new connection begins with (TCP_INIT_CWND, and Ethernet's segments)."""


def by_port(tables: Tables, netns: str, protocol: int, destination: bytes, dport: int) -> Socket | None:
    """The socket bound to a port: one with the very address before one with any."""
    best = None
    for number in tables.bound.get((netns, protocol, dport), ()):
        found = tables.sockets[number]
        if found.address == destination:
            return found
        if not any(found.address) and len(found.address) == len(destination) and best is None:
            best = found
    return best


@dataclass(frozen=True, slots=True, eq=False)
class Finder:
    """Looks sockets up in tables; ``groups`` are the ids of control groups by path."""

    tables: Tables
    netns: str
    groups: dict[str, int]
    at_ingress: bool = True

    def find(
        self, protocol: int, source: bytes, sport: int, destination: bytes, dport: int
    ) -> FoundSocket | None:
        """The socket that a packet from ``source`` to ``destination`` would find; a handshake as itself."""
        tables, flow = self.tables, (source, destination, sport, dport)
        if protocol == TCP:
            key = self.netns, TCP, flow
            number = tables.connections.get(key)
            if number is not None:
                return self.known(number)
            half = tables.halves.get(key)
            if half is not None:
                return self._handshake(half.listener, flow)
        found = by_port(tables, self.netns, protocol, destination, dport)
        return self._of(found) if found is not None else None

    def known(self, number: int) -> FoundSocket | None:
        """The socket of that number; a negative one is a handshake of that listener."""
        found = self.tables.sockets.get(abs(number))
        if found is None:
            return None
        return self._of(found) if number >= 0 else self._of(found, NEW_SYN_RECV, number)

    def frozen(self) -> "Finder":
        """The same, on tables that nothing changes any more."""
        return Finder(self.tables.copy(), self.netns, self.groups, self.at_ingress)

    def _of(self, socket: Socket, state: int | None = None, number: int | None = None) -> FoundSocket:
        seen = info(socket)
        fields = {**socket_fields(seen), **({"state": state} if state is not None else {})}
        process = self.tables.processes.get(socket.pid)
        return FoundSocket(
            socket.id if number is None else number,
            bytes(image(SOCK, fields)),
            bytes(image(TCP_SOCK, _tcp(socket))),
            socket.proto,
            seen.family,
            seen.state if state is None else state,
            self.groups.get(process.spec.cgroup, 1) if process is not None else 1,
            socket.id if socket.state == "LISTEN" else 0,
        )  # fmt: skip

    def _handshake(self, listener: int, flow: tuple[bytes, bytes, int, int]) -> FoundSocket | None:
        """A handshake under way: its listener with the addresses of the other side."""
        found = self.tables.sockets.get(listener)
        if found is None:
            return None
        seen = self._of(found, NEW_SYN_RECV)
        sides = {
            "dst_ip4" if len(flow[0]) == 4 else "dst_ip6": ip_address(flow[0]).packed,
            "dst_port": flow[2].to_bytes(2, "big"),
        }
        fields = {**socket_fields(info(found)), **sides, "state": NEW_SYN_RECV}
        return FoundSocket(
            -listener, bytes(image(SOCK, fields)), seen.tcp_image, seen.protocol, seen.family, NEW_SYN_RECV,
            seen.cgroup, listener,
        )  # fmt: skip


def _tcp(socket: Socket) -> dict[str, int | bytes]:
    return {
        "snd_cwnd": _WINDOW, "mss_cache": _SEGMENT, "rcv_nxt": socket.ack, "snd_nxt": socket.seq,
        "snd_una": socket.seq, "packets_out": 0,
    }  # fmt: skip
