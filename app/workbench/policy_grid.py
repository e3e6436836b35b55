"""The rows and columns of the matrix: everyone that policies can tell apart, and the ports that matter."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from app.schemas.policy import PolicyColumn
from vm.kernel.policy.identities import WORLD
from vm.kernel.policy.model import Address, Direction, Pod, Policy, Protocol
from vm.kernel.policy.verdicts import Decisions

MOST_COLUMNS: Final = 96
MOST_OUTSIDE: Final = 16
SHOWN: Final = 2
"""Prefixes named of a kind of addresses."""
_PORTS_OUTSIDE: Final = 3
_HTTP, _HTTPS = (Protocol.TCP, 80), (Protocol.TCP, 443)
Port = tuple[Protocol, int]


@dataclass(frozen=True, slots=True)
class Place:
    """Who stands at an end of a connection."""

    name: str
    note: str
    address: Address
    pod: Pod | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A port of a place, which is named by number."""

    place: int
    port: Port


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows (every place) and columns; ``notes`` say what was left out."""

    places: tuple[Place, ...]
    columns: tuple[Column, ...]
    notes: tuple[str, ...]

    def column_views(self) -> list[PolicyColumn]:
        """The columns as the browser has them."""
        return [
            PolicyColumn(place=one.place, port=one.port[1], protocol=one.port[0].name) for one in self.columns
        ]


def grid(decisions: Decisions) -> Grid:
    """The matrix of a cluster: pods, the node, and one address of each identity outside."""
    outside = list(_outside(decisions))
    cluster, notes = decisions.cluster, []
    if len(outside) > MOST_OUTSIDE:
        notes.append(f"the first {MOST_OUTSIDE} of {len(outside)} kinds of addresses outside are shown")
    pods = [Place(pod.name, pod.namespace, pod.address, pod) for pod in cluster.pods]
    places = (*pods, Place("this node", "", cluster.node), *outside[:MOST_OUTSIDE])
    columns = [
        Column(number, port)
        for number, place in enumerate(places)
        if place.address != cluster.node  # its door is nobody's, and pods always reach it
        for port in _ports(place, decisions.policies)
    ] or [Column(number, _HTTP) for number, place in enumerate(places) if place.pod]
    if len(columns) > MOST_COLUMNS:
        notes.append(f"the first {MOST_COLUMNS} of {len(columns)} ports are shown")
    return Grid(places, tuple(columns[:MOST_COLUMNS]), tuple(notes))


def _outside(decisions: Decisions) -> Iterator[Place]:
    """The world first, then the blocks that policies name, each by an address of its own."""
    for number, identity in sorted(decisions.identities.by_number.items()):
        if identity.pods or number < WORLD:
            continue
        address = decisions.identities.example(number)
        if address is not None:
            prefixes = [prefix for prefix, owner in decisions.identities.prefixes.items() if owner == number]
            if number == WORLD and any(prefix.prefixlen == 0 for prefix in prefixes if prefix.version == 4):
                yield Place("outside", "", address)
            else:
                more = " …" if len(prefixes) > SHOWN else ""
                yield Place(str(address), ", ".join(map(str, prefixes[:SHOWN])) + more, address)


def _ports(place: Place, policies: Iterable[Policy]) -> list[Port]:
    if place.pod is None:
        named = list(dict.fromkeys(_named_by_egress(policies)))[:_PORTS_OUTSIDE]
        closes = any(Direction.EGRESS in policy.directions for policy in policies)
        return (named or [_HTTPS]) if closes else []
    if place.pod.serves:
        return list(place.pod.serves)
    return _wanted(place.pod, policies)


def _wanted(pod: Pod, policies: Iterable[Policy]) -> list[Port]:
    """The ports that the policies of a pod name, which itself names none."""
    chosen = (policy for policy in policies if policy.selects(pod, Direction.INGRESS))
    named = (port for policy in chosen for port in _numbers(policy, Direction.INGRESS))
    return list(dict.fromkeys(named))


def _named_by_egress(policies: Iterable[Policy]) -> Iterator[Port]:
    for policy in policies:
        yield from _numbers(policy, Direction.EGRESS)


def _numbers(policy: Policy, direction: Direction) -> Iterator[Port]:
    for rule in policy.rules(direction):
        for ports in rule.ports:
            if ports.name is None and ports.first:
                yield ports.protocol, ports.first
