"""The fixed part of a world as the engine needs it: devices and namespaces that know one another."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network

from vm.helpers.network import Device, Network, Route
from vm.kernel.simulation.runner import Runner
from vm.kernel.world.spec import HOST, DeviceKind, DeviceSpec, NetnsSpec, Rule, WorldSpec
from vm.source import HookscopeError

_CACHE = 1 << 16
MAX_CPUS = 64
MAC = 6


@dataclass(slots=True, eq=False)
class Dev:
    """A device with the programs attached to it, in order."""

    spec: DeviceSpec
    id: str
    ifindex: int
    mac: bytes
    netns: "Netns"
    peer: "Dev | None" = None
    xdp: tuple[Runner, ...] = ()
    xdp_generic: tuple[Runner, ...] = ()
    tc: tuple[Runner, ...] = ()
    tc_egress: tuple[Runner, ...] = ()
    tcx: tuple[Runner, ...] = ()
    tcx_egress: tuple[Runner, ...] = ()
    numbers: dict[int, dict[str, int]] = field(default_factory=dict)
    """What a new socket buffer begins with, by queue; nobody changes it."""
    device: Device | None = None
    """The device as helpers know it, once it was asked for."""
    plain: dict[tuple[str, int, int, str, bool], int] = field(default_factory=dict)
    """Numbers of hops here at which nothing happened, by station, place in the trail, packet, note
    and whether it passed."""


@dataclass(slots=True, eq=False)
class Netns:
    """A network namespace: what helpers can ask about it, its rules by chain, its devices."""

    name: str
    spec: NetnsSpec
    network: Network
    rules: dict[str, tuple[Rule, ...]]
    devices: tuple[Dev, ...] = ()
    routes: dict[bytes, Route | None] = field(default_factory=dict)

    def route(self, address: bytes) -> Route | None:
        """The route to an address; found once."""
        try:
            return self.routes[address]
        except KeyError:
            if len(self.routes) >= _CACHE:
                self.routes.clear()
            found = self.routes[address] = self.network.route(ip_address(address))
            return found

    def device(self, ifindex: int) -> "Dev | None":
        """The device of that number in this namespace."""
        return next((device for device in self.devices if device.ifindex == ifindex), None)


@dataclass(frozen=True, slots=True)
class Topology:
    """All devices by id and by number, all namespaces by name."""

    devices: dict[str, Dev]
    numbers: dict[int, Dev]
    namespaces: dict[str, Netns]


def build(spec: WorldSpec) -> Topology:
    """Makes the topology; raises HookscopeError for a world that does not hold together."""
    if not 1 <= spec.cpus <= MAX_CPUS:
        raise _bad(f"a world has 1 to {MAX_CPUS} CPUs, not {spec.cpus}", "2 are enough for most")
    specs = _with_loopbacks(spec)
    for device in specs:
        if len(device.mac) != MAC:
            raise _bad(f"the Ethernet address of {device.id} has {len(device.mac)} bytes", "give it 6")
    if len({device.id for device in specs}) < len(specs):
        raise _bad("two devices of a namespace have the same name", "give each its own")
    namespaces = {found.name: found for found in spec.namespaces}
    for device in specs:
        namespaces.setdefault(device.netns, NetnsSpec(device.netns))
    made = {name: _netns(found, specs) for name, found in namespaces.items()}
    devices = {
        device.id: Dev(device, device.id, device.ifindex, device.mac, made[device.netns]) for device in specs
    }
    for dev in devices.values():
        if dev.spec.kind is DeviceKind.VETH:
            dev.peer = devices.get(dev.spec.peer)
            if dev.peer is None:
                message = f"veth {dev.id} has no other end: there is no device {dev.spec.peer!r}"
                raise _bad(message, "name the peer with its namespace, as in web/eth0")
    numbers = {device.ifindex: device for device in devices.values()}
    if len(numbers) < len(devices):
        raise _bad("two devices have the same number", "give each its own ifindex")
    for name, netns in made.items():
        netns.devices = tuple(device for device in devices.values() if device.spec.netns == name)
    return Topology(devices, numbers, made)


def _bad(message: str, hint: str) -> HookscopeError:
    return HookscopeError.of("bad-world", message, hint)


def _with_loopbacks(spec: WorldSpec) -> tuple[DeviceSpec, ...]:
    names = {HOST, *(found.name for found in spec.namespaces), *(device.netns for device in spec.devices)}
    have = {device.netns for device in spec.devices if device.kind is DeviceKind.LOOPBACK}
    number = max((device.ifindex for device in spec.devices), default=0)
    missing = sorted(names - have)
    extra = tuple(
        DeviceSpec("lo", DeviceKind.LOOPBACK, number + at, bytes(6), mtu=65536, netns=name)
        for at, name in enumerate(missing, 1)
    )
    return spec.devices + extra


def _netns(spec: NetnsSpec, devices: Sequence[DeviceSpec]) -> Netns:
    own = [device for device in devices if device.netns == spec.name]
    known = tuple(
        Device(
            device.ifindex,
            device.name,
            device.mac,
            bytes(6) if device.kind is DeviceKind.LOOPBACK else b"\xff" * 6,
            device.mtu,
        )
        for device in own
    )
    routes = spec.routes + tuple(_implied(spec, own))
    network = Network(known, routes, spec.neighbours, spec.forwarding)
    chains: dict[str, tuple[Rule, ...]] = {}
    for rule in spec.rules:
        chains[rule.chain] = (*chains.get(rule.chain, ()), rule)
    return Netns(spec.name, spec, network, chains)


def _implied(spec: NetnsSpec, devices: Sequence[DeviceSpec]) -> list[Route]:
    """The local and connected routes that the kernel makes of addresses, where the spec has none."""
    have = {(route.to, route.local) for route in spec.routes}
    found: list[Route] = []
    for device in devices:
        loopback = device.kind is DeviceKind.LOOPBACK
        for interface in device.addresses:
            host = ip_network(interface.ip)
            local = interface.network if loopback else host
            rows = [Route(local, device.ifindex, local=True)]
            if not loopback and interface.network.prefixlen < interface.ip.max_prefixlen:
                rows.append(Route(interface.network, device.ifindex, source=interface.ip))
            found += [row for row in rows if (row.to, row.local) not in have]
        if loopback and not device.addresses:
            found.append(Route(ip_network("127.0.0.0/8"), device.ifindex, local=True))
    return found
