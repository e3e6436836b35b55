"""The network around a modeled host: its devices, routes and neighbours."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Device:
    """A network device by number: its addresses (6 bytes each) and its mtu in bytes."""

    ifindex: int
    name: str
    mac: bytes
    broadcast: bytes = b"\xff" * 6
    mtu: int = 1500


@dataclass(frozen=True, slots=True)
class Route:
    """Where packets to ``to`` go: out of device ``ifindex``, to ``via`` where the destination is further on.

    ``local`` routes end at this host; ``table`` is the routing table (254 is main).
    """

    to: IPv4Network | IPv6Network
    ifindex: int
    via: Address | None = None
    metric: int = 0
    source: Address | None = None
    local: bool = False
    table: int = 254


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A host on the link of device ``ifindex`` and its Ethernet address."""

    address: Address
    ifindex: int
    mac: bytes


@dataclass(frozen=True, slots=True)
class Network:
    """Everything a helper can find out about the network; ``forwarding`` says whether the host routes."""

    devices: tuple[Device, ...]
    routes: tuple[Route, ...]
    neighbours: tuple[Neighbour, ...]
    forwarding: bool = True

    def device(self, ifindex: int) -> Device | None:
        """The device of that number."""
        return next((device for device in self.devices if device.ifindex == ifindex), None)

    def route(self, address: Address, table: int = 254) -> Route | None:
        """The route to ``address``: a local one before others, then the longest prefix, the lowest metric."""
        fitting = (route for route in self.routes if route.table == table and address in route.to)
        return min(
            fitting, key=lambda route: (not route.local, -route.to.prefixlen, route.metric), default=None
        )

    def neighbour(self, address: Address, ifindex: int) -> Neighbour | None:
        """The neighbour of that address on that device's link."""
        return next((n for n in self.neighbours if (n.address, n.ifindex) == (address, ifindex)), None)


LOOPBACK = Device(1, "lo", bytes(6), bytes(6), 65536)
"""The device of BPF_PROG_TEST_RUN."""
ETH0 = Device(2, "eth0", bytes.fromhex("020000000002"))
"""The device packets of the modeled path arrive at."""
ETH1 = Device(3, "eth1", bytes.fromhex("020000000003"))
"""A second device, to redirect to."""

DEFAULT_NETWORK = Network(
    devices=(LOOPBACK, ETH0, ETH1),
    routes=(
        Route(IPv4Network("127.0.0.0/8"), 1, local=True),
        Route(IPv4Network("192.0.2.1/32"), 2, local=True),
        Route(IPv4Network("198.51.100.1/32"), 3, local=True),
        Route(IPv4Network("192.0.2.0/24"), 2, source=IPv4Address("192.0.2.1")),
        Route(IPv4Network("198.51.100.0/24"), 3, source=IPv4Address("198.51.100.1")),
        Route(IPv4Network("0.0.0.0/0"), 3, IPv4Address("198.51.100.254"), source=IPv4Address("198.51.100.1")),
        Route(IPv6Network("2001:db8:1::1/128"), 2, local=True),
        Route(IPv6Network("2001:db8:2::1/128"), 3, local=True),
        Route(IPv6Network("2001:db8:1::/64"), 2, metric=256, source=IPv6Address("2001:db8:1::1")),
        Route(IPv6Network("2001:db8:2::/64"), 3, metric=256, source=IPv6Address("2001:db8:2::1")),
        Route(IPv6Network("::/0"), 3, IPv6Address("2001:db8:2::fe"), 1024, IPv6Address("2001:db8:2::1")),
    ),
    neighbours=(
        Neighbour(IPv4Address("192.0.2.10"), 2, bytes.fromhex("020000000a10")),
        Neighbour(IPv4Address("198.51.100.20"), 3, bytes.fromhex("020000000b20")),
        Neighbour(IPv4Address("198.51.100.254"), 3, bytes.fromhex("020000000bfe")),
        Neighbour(IPv6Address("2001:db8:1::10"), 2, bytes.fromhex("020000000a10")),
        Neighbour(IPv6Address("2001:db8:2::fe"), 3, bytes.fromhex("020000000bfe")),
    ),
)
"""A router between two networks of the documentation ranges; the default route leads out of eth1."""
