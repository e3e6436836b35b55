"""Values for sample events: who does what to which file, over which connection."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType

from vm.helpers.event import Task
from vm.helpers.network import ETH0
from vm.kernel.context.calls import Thing
from vm.kernel.context.inputs import Kernel
from vm.kernel.context.kernel_objects import SocketInfo, sockaddr
from vm.kernel.packet.build import build
from vm.kernel.packet.layers import Ethernet, Ipv4, Tcp
from vm.uapi.tracing import Argument

TASKS = (
    Task(1000, 1000, 1000, 1000, "bash", 60, 410, "sshd"),
    Task(812, 812, 33, 33, "nginx", 43, 1, "systemd"),
    Task(1337, 1337, 1001, 1001, "python3", 60, 1000, "bash"),
)
"""A shell, a web server, a script: the three that take turns in sample events."""
SERVER = IPv4Address("192.0.2.1")
CLIENTS = (IPv4Address("203.0.113.7"), IPv4Address("198.51.100.20"), IPv4Address("192.0.2.10"))
PORTS = (443, 80, 22)
SOCKETS = tuple(
    SocketInfo(SERVER, 40_000 + n, client, port, state=1, uid=task.uid, number=n + 1)
    for n, (client, port, task) in enumerate(zip(CLIENTS, PORTS, TASKS, strict=True))
)
SOCKETS6 = tuple(
    replace(sock, local=IPv6Address("2001:db8:1::1"), remote=IPv6Address(f"2001:db8:1::{n + 7}"))
    for n, sock in enumerate(SOCKETS)
)
PATHS = ("/etc/passwd", "/var/www/index.html", "/etc/shadow")
PROGRAMS = ("/usr/bin/ls", "/usr/sbin/nginx", "/home/guest/.x/miner")
SIGNALS = (15, 1, 9)
SIZES = (64, 512, 1448)
RESULTS = (3, -2, 64)

_BY_NAME: Mapping[str, tuple[Thing, ...]] = MappingProxyType({
    "fd": (3, 7, 5), "dfd": (-100, -100, -100), "olddfd": (-100,) * 3, "newdfd": (-100,) * 3,
    "filename": PATHS, "pathname": PATHS, "path": PATHS, "oldname": PATHS,
    "newname": ("/home/a", "/home/b", "/home/c"), "dev_name": ("/dev/sdb1", "proc", "tmpfs"),
    "flags": (0, 0x80000, 0x241), "mode": (0o644, 0, 0o600), "count": SIZES, "len": SIZES, "size": SIZES,
    "sig": SIGNALS, "signal": SIGNALS, "pid": (812, 1337, 1), "tgid": (812, 1337, 1),
    "addrlen": (16, 16, 16), "addr_len": (16, 16, 16), "family": (2, 2, 10), "type": (1, 2, 1),
    "protocol": (6, 17, 6), "backlog": (128, 511, 5), "clone_flags": (17, 0x3D0F00, 17), "cap": (21, 12, 10),
    "uid": (0, 33, 1001), "gid": (0, 33, 1001), "prot": (1, 3, 5), "mask": (4, 1, 2), "opts": (0, 0, 0),
    "request": (16, 0, 4), "option": (15, 38, 15), "cmd": (5, 0, 8), "vec_nr": (3, 1, 7), "irq": (24, 25, 1),
    "old_pid": (1000, 812, 1337), "nr_bytes": (4096, 8192, 512), "address": (0x55D0_0000_2000,) * 3,
    "buf": ("GET / HTTP/1.1\r\n", "<html>", "#!/bin/sh\n"), "buff": ("hello", "query", "x" * 20),
    "line": ("Host: example.org", "Accept: */*", "X-Token: 1234"), "user": ("alice", "bob", "root"),
    "password": ("secret", "hunter2", "toor"), "length": SIZES, "old": ("bash", "nginx", "python3"),
})  # fmt: skip
_SYSCALL_ARGS: Mapping[str, tuple[tuple[Thing, ...], ...]] = MappingProxyType({
    "execve": tuple((path, (path, "-l"), ()) for path in PROGRAMS),
    "execveat": tuple((-100, path, (path, "-l"), (), 0) for path in PROGRAMS),
    "connect": tuple((3, sockaddr(s.remote, s.remote_port), 16) for s in SOCKETS),
    "bind": tuple((3, sockaddr(SERVER, port), 16) for port in (8080, 53, 80)),
    "sendto": tuple((3, "ping", 4, 0, sockaddr(s.remote, 53), 16) for s in SOCKETS),
    "kill": ((812, 15), (1337, 1), (1, 9)),
    "exit_group": ((0,), (0,), (1,)),
    "exit": ((0,), (0,), (1,)),
    "clone": ((17, 0, 0, 0, 0), (0x3D0F00, 0, 0, 0, 0), (17, 0, 0, 0, 0)),
})  # fmt: skip


def frame(n: int) -> bytes:
    """A TCP segment from a client to the server."""
    network = Ipv4(src=str(CLIENTS[n]), dst=str(SERVER))
    return build([Ethernet(), network, Tcp(sport=40_000 + n, dport=PORTS[n], flags=0x18)])


def syscall_args(name: str, fields: tuple[Argument, ...], n: int) -> tuple[Thing, ...]:
    """Arguments of the ``n``-th sample of a system call."""
    known = _SYSCALL_ARGS.get(name)
    return known[n] if known is not None else tuple(argument(field, n) for field in fields)


def argument(row: Argument, n: int) -> Thing:
    """What an argument is in the ``n``-th sample, by what it leads to, by its name, or a small number."""
    match row.target:
        case "task_struct" | "cred":
            return TASKS[(n + 1) % 3]
        case "sock" | "socket":
            return SOCKETS[n]
        case "sockaddr":
            return Kernel("sockaddr_in", (
                ("sin_family", 2), ("sin_port", SOCKETS[n].remote_port.to_bytes(2, "big")),
                ("sin_addr.s_addr", SOCKETS[n].remote.packed),
            ))  # fmt: skip
        case "sk_buff":
            return frame(n)
        case "net_device":
            return ETH0
        case "file" | "path" | "dentry" | "inode" | "filename":
            return PATHS[n]
        case "linux_binprm":
            return PROGRAMS[n]
        case _:
            return _by_name(row, n)


def _by_name(row: Argument, n: int) -> Thing:
    found = _BY_NAME.get(row.name)
    if found is not None and (row.kind == "number") == isinstance(found[n], int):
        return found[n]
    return n if row.kind == "number" else 0
