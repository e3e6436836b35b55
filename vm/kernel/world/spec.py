"""What a modeled world consists of before anything happens: frozen data that a simulation starts from.

Names: a device is told by its ``id`` (``eth0`` in the host, ``web/eth0`` in the namespace ``web``), a
namespace by its name ("" is the host's), a control group by its path from the root, such as ``/pods/web``.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import (
    IPv4Address,
    IPv4Interface,
    IPv4Network,
    IPv6Address,
    IPv6Interface,
    IPv6Network,
)

from vm.helpers.network import DEFAULT_NETWORK, ETH0, ETH1, LOOPBACK, Neighbour, Route

HOST = ""
"""The name of the host's network namespace."""
SECOND = 1_000_000_000

Interface = IPv4Interface | IPv6Interface
IpAddress = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network


class DeviceKind(StrEnum):
    """What a network device is: a card with a wire, the loopback, or one end of a veth pair."""

    PHYSICAL = "physical"
    LOOPBACK = "loopback"
    VETH = "veth"


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """A network device: ``ifindex`` is unique in the whole world, ``mac`` 6 bytes, ``mtu`` in bytes.

    ``peer`` is the id of the other end of a veth pair; ``queues`` receive queues are spread over the CPUs.
    """

    name: str
    kind: DeviceKind
    ifindex: int
    mac: bytes
    addresses: tuple[Interface, ...] = ()
    mtu: int = 1500
    queues: int = 1
    peer: str = ""
    netns: str = HOST

    @property
    def id(self) -> str:
        """The name that is unique in the world: with its namespace in front, unless that is the host's."""
        return f"{self.netns}/{self.name}" if self.netns else self.name


class Chain(StrEnum):
    """The five places of netfilter, as iptables calls them."""

    PREROUTING = "PREROUTING"
    INPUT = "INPUT"
    FORWARD = "FORWARD"
    OUTPUT = "OUTPUT"
    POSTROUTING = "POSTROUTING"


class Target(StrEnum):
    """What a netfilter rule does with a packet it matches."""

    ACCEPT = "ACCEPT"
    DROP = "DROP"


@dataclass(frozen=True, slots=True)
class Match:
    """What a rule looks at; None, "" and 0 mean anything. Port ranges are inclusive.

    ``proto`` is ``tcp``, ``udp``, ``icmp`` or ``icmpv6``; ``state`` conntrack's ``NEW`` or ``ESTABLISHED``.
    """

    proto: str = ""
    source: IpNetwork | None = None
    destination: IpNetwork | None = None
    source_ports: tuple[int, int] | None = None
    destination_ports: tuple[int, int] | None = None
    in_device: str = ""
    out_device: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A netfilter rule; the first that matches decides, without one the packet is accepted."""

    chain: Chain
    match: Match
    target: Target


@dataclass(frozen=True, slots=True)
class NetnsSpec:
    """A network namespace: its routes (local ones included), neighbours, rules, and whether it routes."""

    name: str = HOST
    routes: tuple[Route, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    rules: tuple[Rule, ...] = ()
    forwarding: bool = True


@dataclass(frozen=True, slots=True)
class ListenSpec:
    """A socket that is open from the start: a listening TCP socket, or a bound UDP one.

    ``backlog`` connections may wait to be accepted (TCP); ``rcvbuf`` bytes may wait to be read.
    ``reads`` says that the process takes what comes at once; otherwise it waits for its system calls.
    """

    proto: str
    address: IpAddress
    port: int
    backlog: int = 128
    rcvbuf: int = 212_992
    reads: bool = True


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """A process (or thread, where ``tgid`` is another's pid) that exists from the start.

    ``listens`` are its file descriptors from 3 on, ``files`` the paths of those behind them.
    """

    pid: int
    comm: str
    argv: tuple[str, ...] = ()
    exe: str = ""
    uid: int = 0
    gid: int = 0
    cgroup: str = "/"
    netns: str = HOST
    listens: tuple[ListenSpec, ...] = ()
    files: tuple[str, ...] = ()
    cpu: int = 0
    tgid: int = 0
    """0: the same as ``pid``."""
    ppid: int = 1


@dataclass(frozen=True, slots=True)
class PodSpec:
    """A Kubernetes pod: its labels, and the network namespace and control group it lives in."""

    name: str
    namespace: str
    labels: tuple[tuple[str, str], ...] = ()
    netns: str = HOST
    cgroup: str = "/"


@dataclass(frozen=True, slots=True)
class CgroupSpec:
    """A control group by its path, and its id (the inode number bpf_get_current_cgroup_id gives)."""

    path: str
    id: int


@dataclass(frozen=True, slots=True)
class WorldSpec:
    """A whole world. ``boot_ns`` is what the clock shows when events have ``time_ns`` 0.

    Missing things are filled in when a simulation starts: ``lo`` for each namespace, control groups
    that processes name, local and connected routes of the devices' addresses.
    """

    devices: tuple[DeviceSpec, ...]
    namespaces: tuple[NetnsSpec, ...] = (NetnsSpec(),)
    processes: tuple[ProcessSpec, ...] = ()
    pods: tuple[PodSpec, ...] = ()
    cgroups: tuple[CgroupSpec, ...] = (CgroupSpec("/", 1),)
    cpus: int = 2
    boot_ns: int = SECOND
    seed: int = 1

    def device(self, device_id: str) -> DeviceSpec | None:
        """The device of that id."""
        return next((device for device in self.devices if device.id == device_id), None)

    def namespace(self, name: str) -> NetnsSpec | None:
        """The namespace of that name."""
        return next((found for found in self.namespaces if found.name == name), None)

    def process(self, pid: int) -> ProcessSpec | None:
        """The process of that pid."""
        return next((process for process in self.processes if process.pid == pid), None)


ANY4, ANY6 = IPv4Address(0), IPv6Address(0)
_SERVICES = (
    ProcessSpec(1, "systemd", ("/sbin/init",), "/usr/lib/systemd/systemd", ppid=0, cgroup="/init.scope"),
    ProcessSpec(
        410, "sshd", ("/usr/sbin/sshd", "-D"), "/usr/sbin/sshd", cgroup="/system.slice/sshd",
        listens=(ListenSpec("tcp", ANY4, 22), ListenSpec("tcp", ANY6, 22)),
    ),
    ProcessSpec(
        600, "dnsmasq", ("dnsmasq", "-k"), "/usr/sbin/dnsmasq", 101, 101, "/system.slice/dns",
        listens=(ListenSpec("udp", ANY4, 53), ListenSpec("udp", ANY6, 53)), cpu=1,
    ),
    ProcessSpec(
        812, "nginx", ("nginx", "-g", "daemon off;"), "/usr/sbin/nginx", 33, 33, "/system.slice/web",
        listens=(
            ListenSpec("tcp", ANY4, 80), ListenSpec("tcp", ANY4, 443),
            ListenSpec("tcp", ANY6, 80), ListenSpec("tcp", ANY6, 443),
        ),
        cpu=1,
    ),
    ProcessSpec(1000, "bash", ("bash",), "/usr/bin/bash", 1000, 1000, "/user.slice"),
)  # fmt: skip

DEFAULT_WORLD = WorldSpec(
    devices=(
        DeviceSpec("lo", DeviceKind.LOOPBACK, LOOPBACK.ifindex, LOOPBACK.mac,
                   (IPv4Interface("127.0.0.1/8"), IPv6Interface("::1/128")), mtu=65536),
        DeviceSpec("eth0", DeviceKind.PHYSICAL, ETH0.ifindex, ETH0.mac,
                   (IPv4Interface("192.0.2.1/24"), IPv6Interface("2001:db8:1::1/64")), queues=2),
        DeviceSpec("eth1", DeviceKind.PHYSICAL, ETH1.ifindex, ETH1.mac,
                   (IPv4Interface("198.51.100.1/24"), IPv6Interface("2001:db8:2::1/64"))),
    ),
    namespaces=(NetnsSpec(HOST, DEFAULT_NETWORK.routes, DEFAULT_NETWORK.neighbours),),
    processes=_SERVICES,
    cgroups=(
        CgroupSpec("/", 1), CgroupSpec("/init.scope", 20), CgroupSpec("/system.slice", 40),
        CgroupSpec("/system.slice/sshd", 41), CgroupSpec("/system.slice/dns", 42),
        CgroupSpec("/system.slice/web", 43), CgroupSpec("/user.slice", 60),
    ),
)  # fmt: skip
"""The world of ``vm.helpers.network.DEFAULT_NETWORK``: a router with ssh, DNS and web servers of its own."""
