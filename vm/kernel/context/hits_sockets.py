"""Tracepoints of sockets and TCP as programs get them. Facts: include/trace/events/{sock,tcp}.h."""

from ipaddress import IPv4Address, IPv6Address

from vm.helpers.network import Device
from vm.kernel.context.hits import Hit
from vm.kernel.context.inputs import Value
from vm.kernel.context.kernel_objects import SocketInfo, sk_buff_object, sock_object, sockaddr


def tcp_of(name: str, sock: SocketInfo) -> Hit:
    """``tcp/tcp_destroy_sock`` and ``tcp/tcp_receive_reset``: something happens to a socket."""
    owner = sock_object(sock)
    fields: dict[str, Value] = {"skaddr": owner, "sock_cookie": sock.number, **_addresses(sock)}
    del fields["saddr"], fields["daddr"]
    return Hit(f"tcp/{name}", {**fields, "saddr": _four(sock.local), "daddr": _four(sock.remote)}, (owner,))


def tcp_send_reset(frame: bytes, device: Device, sock: SocketInfo | None, reason: int = 2) -> Hit:
    """The kernel answers a segment with a reset; ``reason`` 2 is SK_RST_REASON_NO_SOCKET."""
    skb, owner = sk_buff_object(frame, device), sock_object(sock) if sock is not None else 0
    fields: dict[str, Value] = {
        "skbaddr": skb, "skaddr": owner, "state": sock.state if sock is not None else 0, "reason": reason,
    }  # fmt: skip
    if sock is not None:
        fields["saddr"] = _pair(sock.local, sock.local_port)
        fields["daddr"] = _pair(sock.remote, sock.remote_port)
    return Hit("tcp/tcp_send_reset", fields, (owner, skb, reason))


def rcvqueue_full(sock: SocketInfo, frame: bytes, device: Device, queued: int, rcvbuf: int) -> Hit:
    """``sock/sock_rcvqueue_full``: a socket has no room for a packet."""
    owner, skb = sock_object(sock), sk_buff_object(frame, device)
    fields: dict[str, Value] = {"rmem_alloc": queued, "truesize": len(frame) + 768, "sk_rcvbuf": rcvbuf}
    return Hit("sock/sock_rcvqueue_full", fields, (owner, skb))


def set_state(sock: SocketInfo, old: int, new: int) -> Hit:
    """``sock/inet_sock_set_state``: a socket's state changes."""
    owner = sock_object(sock)
    fields: dict[str, Value] = {
        "skaddr": owner, "oldstate": old, "newstate": new, "protocol": sock.protocol, **_addresses(sock)
    }  # fmt: skip
    return Hit("sock/inet_sock_set_state", fields, (owner, old, new))


def tcp_retransmit_skb(sock: SocketInfo, frame: bytes, device: Device, err: int = 0) -> Hit:
    """A segment is sent again."""
    owner, skb = sock_object(sock), sk_buff_object(frame, device)
    fields: dict[str, Value] = {
        "skbaddr": skb, "skaddr": owner, "state": sock.state, "err": err, **_addresses(sock)
    }  # fmt: skip
    return Hit("tcp/tcp_retransmit_skb", fields, (owner, skb, err))


def tcp_probe(sock: SocketInfo, frame: bytes, device: Device, srtt_us: int = 0, snd_cwnd: int = 10) -> Hit:
    """A segment of an open connection has arrived."""
    owner, skb = sock_object(sock), sk_buff_object(frame, device)
    fields: dict[str, Value] = {
        "saddr": _pair(sock.local, sock.local_port), "daddr": _pair(sock.remote, sock.remote_port),
        "sport": sock.local_port, "dport": sock.remote_port, "family": sock.family, "data_len": len(frame),
        "snd_cwnd": snd_cwnd, "srtt": srtt_us, "sock_cookie": sock.number, "skbaddr": skb, "skaddr": owner,
    }  # fmt: skip
    return Hit("tcp/tcp_probe", fields, (owner, skb))


def _addresses(sock: SocketInfo) -> dict[str, Value]:
    return {
        "sport": sock.local_port, "dport": sock.remote_port, "family": sock.family,
        "saddr": _four(sock.local), "daddr": _four(sock.remote),
        "saddr_v6": _six(sock.local), "daddr_v6": _six(sock.remote),
    }  # fmt: skip


def _four(address: IPv4Address | IPv6Address) -> bytes:
    return address.packed if address.version == 4 else bytes(4)


def _six(address: IPv4Address | IPv6Address) -> bytes:
    """IPv4 addresses are mapped: ::ffff:192.0.2.1."""
    return bytes(10) + b"\xff\xff" + address.packed if address.version == 4 else address.packed


def _pair(address: IPv4Address | IPv6Address, port: int) -> bytes:
    return sockaddr(address, port)
