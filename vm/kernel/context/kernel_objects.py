"""The kernel's own structures for things of the model: what pointers in events lead to."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address
from struct import pack
from types import MappingProxyType

from vm.helpers.event import Task
from vm.helpers.network import Device
from vm.kernel.context.ethernet import ETHERNET
from vm.kernel.context.inputs import Inside, Kernel, Text, Value
from vm.kernel.context.objects import symbol_address
from vm.kernel.context.task import cred_object

AF_INET, AF_INET6 = 2, 10
_KEPT = 1_024
"""Objects of a kind that are made once."""
ANY = IPv4Address(0)
_SK = "inet_conn.icsk_inet.sk."
_INODE_FILE, _INODE_DIR = 0o100644, 0o040755


@dataclass(frozen=True, slots=True)
class SocketInfo:
    """A socket: this side and the other (0 where there is none yet), as ``struct sock`` has them.

    ``number`` tells sockets apart that are otherwise alike; it is the cookie.
    """

    local: IPv4Address | IPv6Address = ANY
    local_port: int = 0
    remote: IPv4Address | IPv6Address = ANY
    remote_port: int = 0
    protocol: int = 6
    type: int = 1
    state: int = 7
    uid: int = 0
    bound_dev_if: int = 0
    mark: int = 0
    priority: int = 0
    number: int = 1

    @property
    def family(self) -> int:
        """AF_INET or AF_INET6."""
        return AF_INET if self.local.version == 4 else AF_INET6


@lru_cache(_KEPT)
def device_object(device: Device) -> Kernel:
    """``struct net_device``."""
    name = device.name.encode()[:15]
    return Kernel("net_device", (("name", name), ("ifindex", device.ifindex), ("mtu", device.mtu)))


@lru_cache(_KEPT)
def sock_object(sock: SocketInfo) -> Kernel:
    """``struct tcp_sock``, which begins with ``struct sock``; that of other protocols does too."""
    common: list[tuple[str, Value]] = [
        ("skc_family", sock.family),
        ("skc_state", sock.state),
        ("skc_num", sock.local_port),
        ("skc_dport", _big(sock.remote_port)),
        ("skc_bound_dev_if", sock.bound_dev_if),
        ("skc_cookie.counter", sock.number),
    ]
    if sock.family == AF_INET:
        common += [("skc_rcv_saddr", sock.local.packed), ("skc_daddr", sock.remote.packed)]
    else:
        common += [("skc_v6_rcv_saddr", sock.local.packed), ("skc_v6_daddr", sock.remote.packed)]
    own: list[tuple[str, Value]] = [
        ("sk_protocol", sock.protocol),
        ("sk_type", sock.type),
        ("sk_uid.val", sock.uid),
        ("sk_mark", sock.mark),
        ("sk_priority", sock.priority),
    ]
    members = [(f"{_SK}__sk_common.{name}", value) for name, value in common]
    members += [(f"{_SK}{name}", value) for name, value in own]
    members += [("inet_conn.icsk_inet.inet_sport", _big(sock.local_port))]
    return Kernel("tcp_sock", tuple(members))


@lru_cache(_KEPT)
def socket_object(sock: SocketInfo) -> Kernel:
    """``struct socket``, a process's end of a socket."""
    return Kernel("socket", (("type", sock.type), ("state", 1), ("sk", sock_object(sock))))


def _big(port: int) -> bytes:
    return port.to_bytes(2, "big")


def sk_buff_object(
    frame: bytes,
    device: Device,
    sock: SocketInfo | None = None,
    network: int = ETHERNET,
    pulled: int = 0,
    numbers: Mapping[str, int] = MappingProxyType({}),
) -> Kernel:
    """``struct sk_buff`` over a frame with its link header; ``pulled`` bytes of it lie before ``data``.

    Header offsets count from ``head``, where the frame begins. Mark, priority and hash are
    taken from ``numbers``.
    """
    buffer = bytes(frame)
    transport = network + _header_length(frame, network)
    members: list[tuple[str, Value]] = [
        ("len", len(frame) - pulled),
        ("protocol", frame[12:14]),
        ("dev", device_object(device)),
        ("skb_iif", device.ifindex),
        ("mac_header", 0),
        ("network_header", network),
        ("transport_header", transport),
        ("head", Inside(buffer, 0)),
        ("data", Inside(buffer, pulled)),
        ("tail", len(frame)),
        ("end", len(frame)),
        ("truesize", len(frame) + 768),
    ]
    members += [(name, numbers[name]) for name in ("mark", "priority", "hash") if numbers.get(name)]
    if sock is not None:
        members.append(("sk", sock_object(sock)))
    return Kernel("sk_buff", tuple(members))


def _header_length(frame: bytes, network: int) -> int:
    if len(frame) <= network:
        return 0
    return 40 if frame[network] >> 4 == 6 else (frame[network] & 15) * 4


@lru_cache(_KEPT)
def dentry_object(path: str, uid: int = 0) -> Kernel:
    """``struct dentry`` of a path's last part, its parents up to the root behind ``d_parent``."""
    root = Kernel(
        "dentry", (("d_name.name", Text(b"/")), ("d_name.len", 1), ("d_inode", _inode("/", 0, True)))
    )
    found, parts = root, [part for part in path.split("/") if part]
    for at, part in enumerate(parts):
        whole = "/" + "/".join(parts[: at + 1])
        inode = _inode(whole, uid, at < len(parts) - 1)
        name = part.encode()
        members: tuple[tuple[str, Value], ...] = (
            ("d_name.name", Text(name)), ("d_name.len", len(name)), ("d_parent", found), ("d_inode", inode)
        )  # fmt: skip
        found = Kernel("dentry", members)
    return found


def _inode(path: str, uid: int, folder: bool) -> Kernel:
    number = symbol_address(path) >> 4 & 0xF_FFFF
    mode = _INODE_DIR if folder else _INODE_FILE
    return Kernel("inode", (("i_ino", number), ("i_mode", mode), ("i_uid.val", uid), ("i_nlink", 1)))


@lru_cache(_KEPT)
def path_object(path: str) -> Kernel:
    """``struct path``."""
    return Kernel("path", (("dentry", dentry_object(path)),))


@lru_cache(_KEPT)
def file_object(path: str, flags: int = 0, uid: int = 0) -> Kernel:
    """``struct file`` of an open file; ``flags`` are those of open(2)."""
    dentry = dentry_object(path, uid)
    inode = dict(dentry.members)["d_inode"]
    mode = {0: 1, 1: 2, 2: 3}.get(flags & 3, 1)
    members = (("f_path.dentry", dentry), ("f_inode", inode), ("f_flags", flags), ("f_mode", mode))
    return Kernel("file", members)


def binprm_object(path: str, task: Task, argc: int = 1, uid: int = 0) -> Kernel:
    """``struct linux_binprm``: a program about to be run by ``task``."""
    members: tuple[tuple[str, Value], ...] = (
        ("filename", Text(path.encode())), ("interp", Text(path.encode())),
        ("file", file_object(path, uid=uid)), ("cred", cred_object(task)), ("argc", argc),
    )  # fmt: skip
    return Kernel("linux_binprm", members)


def sockaddr(address: IPv4Address | IPv6Address, port: int) -> bytes:
    """``struct sockaddr_in`` or ``sockaddr_in6``."""
    if address.version == 4:
        return pack("<H", AF_INET) + _big(port) + address.packed + bytes(8)
    return pack("<H", AF_INET6) + _big(port) + bytes(4) + address.packed + bytes(4)
