"""A load-balanced service: one address, several servers behind it."""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address

from vm.helpers.network import Neighbour
from vm.kernel.scenarios.frames import Ends
from vm.kernel.scenarios.model import MILLISECOND, Parameter, Scenario, Values
from vm.kernel.scenarios.places import HOST_MAC, LAN, ROUTER_MAC, SERVICE, client
from vm.kernel.scenarios.traffic import visitor
from vm.kernel.world.events import PacketArrives
from vm.kernel.world.spec import DEFAULT_WORLD, WorldSpec

FIRST_BACKEND = LAN + 11
"""192.0.2.11; the others follow."""


def backend_mac(number: int) -> bytes:
    """The Ethernet address of a server behind the service."""
    return bytes.fromhex("0200000b00") + bytes((number + 1,))


def _world(values: Values) -> WorldSpec:
    host = DEFAULT_WORLD.namespaces[0]
    behind = tuple(
        Neighbour(IPv4Address(FIRST_BACKEND + number), 2, backend_mac(number))
        for number in range(values["backends"])
    )
    namespace = replace(host, neighbours=host.neighbours + behind)
    return replace(DEFAULT_WORLD, namespaces=(namespace, *DEFAULT_WORLD.namespaces[1:]))


def _flows(values: Values) -> list[Iterator[PacketArrives]]:
    pause = values["pause"] * MILLISECOND
    return [
        visitor(
            values.seed, number, pause, "flow", ends=Ends(ROUTER_MAC, HOST_MAC, client(number), SERVICE, 57)
        )
        for number in range(values["visitors"])
    ]


LOAD_BALANCED = Scenario(
    "load-balanced", "Load-balanced service",
    "Visitors connect to 192.0.2.100, an address no machine has: a balancer sends each connection to one of "
    "the servers 192.0.2.11, .12 …",
    "Every packet of a connection must reach the same server, and each server should get its share.",
    _flows,
    (
        Parameter("visitors", "Visitors, each with one connection after the other.", 40, 1, 500),
        Parameter("pause", "Milliseconds between two connections of a visitor.", 500, 1, 60_000, "ms"),
        Parameter("backends", "Servers behind the address.", 4, 1, 16),
    ),
    {"flow": "a packet of a visitor's connection"},
    attach=("xdp:eth0", "tc:eth0"),
    world=_world,
)  # fmt: skip
