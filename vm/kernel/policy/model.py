"""A cluster as policies see it, and the policies: pods, namespaces, peers, ports and rules.

Source: NetworkPolicy of the Kubernetes API, networking.k8s.io/v1, with its defaults already filled in.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from vm.kernel.policy.selector import EVERYTHING, Labels, Selector

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
LAST_PORT = 65_535


class Protocol(IntEnum):
    """The protocols a policy can name, by their number in an IP header."""

    TCP = 6
    UDP = 17
    SCTP = 132


class Direction(StrEnum):
    """Whose door is asked: the receiver's, or the sender's."""

    INGRESS = "ingress"
    EGRESS = "egress"


@dataclass(frozen=True, slots=True)
class NamedPort:
    """A port that a container gives a name."""

    name: str
    port: int
    protocol: Protocol = Protocol.TCP


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod with an address of its own; one on the host's network is the node, and no policy selects it."""

    namespace: str
    name: str
    labels: Labels
    address: Address
    ports: tuple[NamedPort, ...] = ()
    serves: tuple[tuple[Protocol, int], ...] = ()
    """The ports its containers say they listen at; policies look at named ones alone."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The pods, the labels of each namespace, and the address of the node they run on."""

    pods: tuple[Pod, ...]
    namespaces: dict[str, Labels]
    node: Address = field(default_factory=lambda: IPv4Address("10.4.0.1"))

    def namespace_labels(self, name: str) -> Labels:
        """The labels of a namespace; the one with its name is always there, as Kubernetes adds it."""
        return {**self.namespaces.get(name, {}), "kubernetes.io/metadata.name": name}


@dataclass(frozen=True, slots=True)
class Block:
    """The addresses of ``cidr`` without those of ``excepted``."""

    cidr: Network
    excepted: tuple[Network, ...] = ()


@dataclass(frozen=True, slots=True)
class PodPeer:
    """Pods that ``pods`` selects in the namespaces that ``namespaces`` does; None: in the policy's own."""

    pods: Selector = EVERYTHING
    namespaces: Selector | None = None


Peer = PodPeer | Block


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports ``first`` to ``last`` of a protocol; a name stands for one port of whoever receives."""

    protocol: Protocol
    first: int = 0
    last: int = LAST_PORT
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Lets through what is with any of ``peers`` at any of ``ports``; of either, none named means all.

    ``line`` to ``last`` are where it stands in the manifest, from 1; 0: nowhere.
    """

    peers: tuple[Peer, ...] = ()
    ports: tuple[PortRange, ...] = ()
    line: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """A NetworkPolicy: closes the pods it selects in its ``directions`` to all but what its rules let by."""

    namespace: str
    name: str
    pods: Selector
    directions: frozenset[Direction]
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()
    line: int = 0

    def selects(self, pod: Pod, direction: Direction) -> bool:
        """Whether ``pod`` is closed by this policy in ``direction``."""
        return (
            direction in self.directions and self.namespace == pod.namespace and self.pods.takes(pod.labels)
        )

    def rules(self, direction: Direction) -> tuple[Rule, ...]:
        """What it lets through in ``direction``."""
        return self.ingress if direction is Direction.INGRESS else self.egress
