"""Pod-to-pod traffic: who of a small shop talks to whom, and who should not."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from vm.helpers.network import Neighbour, Route
from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.model import MILLISECOND, Parameter, Scenario, Values
from vm.kernel.world.events import SockAddr, Syscall
from vm.kernel.world.spec import (
    ANY4,
    DEFAULT_WORLD,
    CgroupSpec,
    DeviceKind,
    DeviceSpec,
    ListenSpec,
    NetnsSpec,
    PodSpec,
    ProcessSpec,
    WorldSpec,
)

ROLES = (("web", 8080, "nginx"), ("api", 8080, "node"), ("db", 5432, "postgres"), ("batch", 9000, "python3"))
"""What pods there are: role, the port it serves, and its command."""
PORTS = {role: port for role, port, _ in ROLES}
ALLOWED = frozenset({("web", "api"), ("api", "db"), ("batch", "api")})
"""Who may talk to whom, at the port that is served; everything else is forbidden."""
_NETWORK = 0x0AF4_0000
"""10.244.0.0/16."""
FIRST_PID, FD, ODD_PORT = 3000, 4, 22
"""Pids of the pods' processes; their first free file descriptor: 3 is the one they listen at."""
AF_INET, SOCK_STREAM = 2, 1
_FIRST_IFINDEX = 10
_GATEWAY_MAC = bytes.fromhex("020000f40001")


def names(replicas: int) -> list[str]:
    """The pods: web-1, web-2 … batch-n."""
    return [f"{role}-{number}" for role, _, _ in ROLES for number in range(1, replicas + 1)]


def address(index: int) -> int:
    """The address of a pod."""
    return _NETWORK + 10 + index


def _mac(index: int) -> bytes:
    return bytes.fromhex("0200000af4") + bytes((index + 10,))


def _world(values: Values) -> WorldSpec:
    pods = names(values["replicas"])
    devices = [device for index, name in enumerate(pods) for device in _pair(index, name)]
    host = DEFAULT_WORLD.namespaces[0]
    routes = [Route(IPv4Network((address(index), 32)), _ifindex(index)) for index in range(len(pods))]
    neighbours = [
        Neighbour(IPv4Address(address(index)), _ifindex(index), _mac(index)) for index in range(len(pods))
    ]
    return replace(
        DEFAULT_WORLD,
        devices=(*DEFAULT_WORLD.devices, *devices),
        namespaces=(
            replace(host, routes=(*host.routes, *routes), neighbours=(*host.neighbours, *neighbours)),
            *(_namespace(index, name) for index, name in enumerate(pods)),
        ),
        processes=DEFAULT_WORLD.processes + tuple(_process(index, name) for index, name in enumerate(pods)),
        pods=tuple(PodSpec(name, "shop", (("app", _role(name)),), name, f"/pods/{name}") for name in pods),
        cgroups=(
            *DEFAULT_WORLD.cgroups, CgroupSpec("/pods", 100),
            *(CgroupSpec(f"/pods/{name}", 101 + index) for index, name in enumerate(pods)),
        ),
    )  # fmt: skip


def _role(name: str) -> str:
    return name.rpartition("-")[0]


def _ifindex(index: int) -> int:
    return _FIRST_IFINDEX + 2 * index


def _pair(index: int, name: str) -> tuple[DeviceSpec, DeviceSpec]:
    """Both ends of the cable between host and pod."""
    inside = IPv4Interface(f"{IPv4Address(address(index))}/32")
    return (
        DeviceSpec(f"veth-{name}", DeviceKind.VETH, _ifindex(index), _GATEWAY_MAC, peer=f"{name}/eth0"),
        DeviceSpec(
            "eth0",
            DeviceKind.VETH,
            _ifindex(index) + 1,
            _mac(index),
            (inside,),
            peer=f"veth-{name}",
            netns=name,
        ),
    )


def _namespace(index: int, name: str) -> NetnsSpec:
    gateway, device = IPv4Address("169.254.1.1"), _ifindex(index) + 1
    return NetnsSpec(
        name,
        (
            Route(IPv4Network((address(index), 32)), device, local=True),
            Route(IPv4Network("0.0.0.0/0"), device, gateway, source=IPv4Address(address(index))),
        ),
        (Neighbour(gateway, device, _GATEWAY_MAC),),
        forwarding=False,
    )


def _process(index: int, name: str) -> ProcessSpec:
    role, port, comm = next(row for row in ROLES if row[0] == _role(name))
    return ProcessSpec(
        FIRST_PID + index, comm, (comm, f"--role={role}"), f"/usr/bin/{comm}", 1000, 1000,
        f"/pods/{name}", name,
        (ListenSpec("tcp", ANY4, port),),
    )  # fmt: skip


def _talk(values: Values) -> Iterator[Syscall]:
    """Each try takes three calls of the pod's process: a socket, connect, close."""
    draw, pods = Draw(values.seed, "talk"), names(values["replicas"])
    for now in draw.times(0, values["gap"] * MILLISECOND // 10):
        source = draw.below(len(pods))
        target = (source + 1 + draw.below(len(pods) - 1)) % len(pods)
        pair, rare = (_role(pods[source]), _role(pods[target])), draw.chance(values["odd_ports"])
        if pair not in ALLOWED and not draw.chance(values["forbidden"]):
            continue
        port = ODD_PORT if rare else PORTS[pair[1]]
        truth = "allowed" if pair in ALLOWED and not rare else "forbidden"
        to = SockAddr(IPv4Address(address(target)), port)
        pid = FIRST_PID + source
        yield Syscall(now, pid, "socket", (AF_INET, SOCK_STREAM, 0), FD, truth="setup")
        yield Syscall(now + 5_000, pid, "connect", (FD, to, 16), truth=truth)
        yield Syscall(now + 20_000, pid, "close", (FD,), truth="setup")


PODS = Scenario(
    "pods", "Pod to pod",
    "Pods of a small shop connect to each other. Web and batch may talk to api, api to db; nobody "
    "else to anybody, and nobody to port 22.",
    "Which pairs of pods talk, and at which ports? A map of (source, destination, port) decides them all.",
    lambda values: [_talk(values)],
    (
        Parameter("replicas", "Pods of each of the four roles.", 2, 1, 20),
        Parameter("gap", "Tenths of a millisecond between two tries.", 30, 2, 100_000),
        Parameter("forbidden", "How many of a hundred forbidden tries are made anyway.", 30, 0, 100, "%"),
        Parameter("odd_ports", "How many of a hundred go to port 22.", 10, 0, 100, "%"),
    ),
    {
        "allowed": "a connection the shop needs", "forbidden": "one it does not",
        "setup": "a socket opened or closed",
    },
    frozenset({"forbidden"}),
    ("cgroup/connect4:/", "tc:veth-web-1", "cgroup_skb/ingress:/pods/db-1", "xdp:veth-web-1"),
    world=_world,
)  # fmt: skip
