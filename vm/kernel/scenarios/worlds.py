"""The worlds of scenarios from their data: what there is beside the default world."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from vm.helpers.network import Neighbour
from vm.kernel.scenarios.pods import pod_world
from vm.kernel.world.spec import DEFAULT_WORLD, ProcessSpec, WorldSpec

Number = Callable[[int | str], int]
"""Gives a number for what the data says, such as a parameter."""


def world_of(data: Mapping[str, Any], number: Number) -> WorldSpec:
    """The default world with ``processes``, ``servers`` on the link, and ``pods``."""
    world = DEFAULT_WORLD
    if "processes" in data:
        processes = tuple(_process(row) for row in data["processes"])
        world = replace(world, processes=world.processes + processes)
    if "servers" in data:
        world = _with_servers(world, data["servers"], number)
    if "pods" in data:
        world = pod_world(world, data["pods"]["roles"], number(data["pods"]["replicas"]))
    return world


def _process(row: Mapping[str, Any]) -> ProcessSpec:
    lists = {name: tuple(row[name]) for name in ("argv", "files") if name in row}
    return ProcessSpec(**{**row, **lists})


def _with_servers(world: WorldSpec, data: Mapping[str, Any], number: Number) -> WorldSpec:
    """Neighbours on a device's link, with addresses and MACs that count on from the first."""
    host, *others = world.namespaces
    first, mac = (
        IPv4Address(data["address"]),
        int.from_bytes(bytes.fromhex(data["mac"].replace(":", "")), "big"),
    )
    behind = tuple(
        Neighbour(first + at, data["ifindex"], (mac + at).to_bytes(6, "big"))
        for at in range(number(data["count"]))
    )
    return replace(world, namespaces=(replace(host, neighbours=host.neighbours + behind), *others))
