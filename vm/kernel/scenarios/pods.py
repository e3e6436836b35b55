"""Pod-to-pod traffic: who of a small shop talks to whom, and who should not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import Any

from vm.helpers.network import Neighbour, Route
from vm.kernel.scenarios.behaviour import Behaviour, Given, Kind, Value
from vm.kernel.scenarios.draw import Draw
from vm.kernel.scenarios.shapes import are_pairs, rows
from vm.kernel.world.events import Event, SockAddr, Syscall
from vm.kernel.world.spec import (
    ANY4,
    CgroupSpec,
    DeviceKind,
    DeviceSpec,
    ListenSpec,
    NetnsSpec,
    PodSpec,
    ProcessSpec,
    WorldSpec,
)

_TRIES = 10_000
"""Tries in a row that lead to nothing, before nobody tries any more."""
Role = Mapping[str, Any]
"""Pods of a kind: its name, the port it serves, and its command."""
_NETWORK = 0x0AF4_0000
"""10.244.0.0/16."""
FIRST_PID, FD = 3000, 4
"""Pids of the pods' processes; their first free file descriptor: 3 is the one they listen at."""
AF_INET, SOCK_STREAM = 2, 1
_FIRST_IFINDEX = 10
_GATEWAY_MAC = bytes.fromhex("020000f40001")


def names(roles: Sequence[Role], replicas: int) -> list[str]:
    """The pods: web-1, web-2 … batch-n."""
    return [f"{row['role']}-{number}" for row in roles for number in range(1, replicas + 1)]


def address(index: int) -> int:
    """The address of a pod."""
    return _NETWORK + 10 + index


def _mac(index: int) -> bytes:
    return bytes.fromhex("0200000af4") + bytes((index + 10,))


def pod_world(world: WorldSpec, roles: Sequence[Role], replicas: int) -> WorldSpec:
    """The world with that many pods of every role, each behind a cable of its own."""
    pods = names(roles, replicas)
    devices = [device for index, name in enumerate(pods) for device in _pair(index, name)]
    host = world.namespaces[0]
    routes = [Route(IPv4Network((address(index), 32)), _ifindex(index)) for index in range(len(pods))]
    neighbours = [
        Neighbour(IPv4Address(address(index)), _ifindex(index), _mac(index)) for index in range(len(pods))
    ]
    return replace(
        world,
        devices=(*world.devices, *devices),
        namespaces=(
            replace(host, routes=(*host.routes, *routes), neighbours=(*host.neighbours, *neighbours)),
            *(_namespace(index, name) for index, name in enumerate(pods)),
        ),
        processes=world.processes + tuple(_process(index, name, roles) for index, name in enumerate(pods)),
        pods=tuple(PodSpec(name, "shop", (("app", _role(name)),), name, f"/pods/{name}") for name in pods),
        cgroups=(
            *world.cgroups, CgroupSpec("/pods", 100),
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


def _process(index: int, name: str, roles: Sequence[Role]) -> ProcessSpec:
    row = next(row for row in roles if row["role"] == _role(name))
    role, port, comm = row["role"], row["port"], row["command"]
    return ProcessSpec(
        FIRST_PID + index, comm, (comm, f"--role={role}"), f"/usr/bin/{comm}", 1000, 1000,
        f"/pods/{name}", name,
        (ListenSpec("tcp", ANY4, port),),
    )  # fmt: skip


def _talk(given: Given) -> Iterator[Event]:
    """Each try takes three calls of the pod's process: a socket, connect, close."""
    roles = given.table("roles")
    draw, pods = Draw(given.seed, "talk"), names(roles, given.number("replicas"))
    ports = {row["role"]: row["port"] for row in roles}
    allowed = {(source, target) for source, target in given.table("allowed")}
    idle = 0
    for now in draw.times(0, given.number("every")):
        idle += 1
        if idle > _TRIES:  # nobody may, or wants to, talk to anybody
            return
        source = draw.below(len(pods))
        target = (source + 1 + draw.below(len(pods) - 1)) % len(pods)
        pair, rare = (_role(pods[source]), _role(pods[target])), draw.chance(given.number("odd_ports"))
        if pair not in allowed and not draw.chance(given.number("forbidden")):
            continue
        idle = 0
        port = given.number("odd_port") if rare else ports[pair[1]]
        truth = given.text("truth" if pair in allowed and not rare else "bad")
        to = SockAddr(IPv4Address(address(target)), port)
        pid, around = FIRST_PID + source, given.text("around")
        yield Syscall(now, pid, "socket", (AF_INET, SOCK_STREAM, 0), FD, truth=around)
        yield Syscall(now + 5_000, pid, "connect", (FD, to, 16), truth=truth)
        yield Syscall(now + 20_000, pid, "close", (FD,), truth=around)


POD_BEHAVIOURS = (
    Behaviour(
        "pod connections", "Pods connect to each other, some without a reason.", lambda given: [_talk(given)],
        (
            Value("every", Kind.TIME, "The time between two tries, on average."),
            Value(
                "roles", Kind.TABLE, "Kinds of pods: role, port, command.",
                fits=rows(role=str, port=int, command=str),
            ),
            Value("replicas", Kind.NUMBER, "Pods of each role.", 2, 1, 20),
            Value("allowed", Kind.TABLE, "Pairs of roles that may talk.", fits=are_pairs),
            Value("forbidden", Kind.NUMBER, "How many of a hundred forbidden tries are made.", 30, 0, 100),
            Value("odd_ports", Kind.NUMBER, "How many of a hundred go to another port.", 10, 0, 100),
            Value("odd_port", Kind.NUMBER, "Which port.", 22, 1, 65_535),
            Value("bad", Kind.TEXT, "The ground truth of those without a reason.", "forbidden"),
            Value("around", Kind.TEXT, "The ground truth of opening and closing.", "setup"),
        ),
    ),
)  # fmt: skip
"""Behaviours of pods."""
