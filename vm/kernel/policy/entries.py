"""Policies as the entries of a pod's policy map, and the two questions a program asks it.

An entry lets an identity through at a run of ports: no entry, no passage. A key is a prefix, most exact last,
so that one lookup in a longest-prefix-match trie finds it: identity (32 bits), protocol (8), port (16).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from vm.kernel.policy.identities import ANYONE, HOST, Identities, Identity
from vm.kernel.policy.model import (
    LAST_PORT,
    Block,
    Cluster,
    Direction,
    NamedPort,
    Peer,
    Pod,
    Policy,
    PortRange,
    Rule,
)

IDENTITY_BITS, PROTOCOL_BITS, PORT_BITS = 32, 8, 16
WHOLE_BITS = IDENTITY_BITS + PROTOCOL_BITS + PORT_BITS


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Whom at which ports: ``bits`` says how much of identity, protocol and port counts."""

    identity: int
    protocol: int = 0
    port: int = 0
    bits: int = IDENTITY_BITS

    def to_bytes(self) -> bytes:
        """The key as a trie takes it: the prefix's length in the machine's order, the rest in the wire's."""
        return (
            self.bits.to_bytes(4, "little")
            + self.identity.to_bytes(4, "big")
            + self.protocol.to_bytes(1, "big")
            + self.port.to_bytes(2, "big")
            + b"\0"
        )

    def covers(self, identity: int, protocol: int, port: int) -> bool:
        """Whether a packet of ``identity`` at ``port`` is meant."""
        if self.identity != identity:
            return False
        if self.bits == IDENTITY_BITS:
            return True
        counting = self.bits - IDENTITY_BITS - PROTOCOL_BITS
        return self.protocol == protocol and (self.port ^ port) >> (PORT_BITS - counting) == 0

    @property
    def ports(self) -> tuple[int, int]:
        """The first and the last port that are meant."""
        if self.bits <= IDENTITY_BITS + PROTOCOL_BITS:
            return 0, LAST_PORT
        size = 1 << (IDENTITY_BITS + PROTOCOL_BITS + PORT_BITS - self.bits)
        return self.port, self.port + size - 1


@dataclass(frozen=True, slots=True)
class Because:
    """Why an entry is there: a policy's rule, or (without a policy) a word of Kubernetes itself."""

    text: str
    policy: str = ""
    line: int = 0
    last: int = 0


@dataclass(frozen=True, slots=True)
class PolicyMap:
    """What a pod lets through in a direction; ``closed`` if any policy selects it."""

    pod: Pod
    direction: Direction
    closed: bool
    entries: dict[Key, tuple[Because, ...]] = field(repr=False)

    def lookup(self, identity: int, protocol: int, port: int) -> Key | None:
        """The entry that lets a packet through, asked for the identity, then for anyone."""
        for asked in (identity, ANYONE):
            found = self.longest(asked, protocol, port)
            if found is not None:
                return found
        return None

    def longest(self, identity: int, protocol: int, port: int) -> Key | None:
        """The entry with the longest prefix of all that ``identity`` itself has, as the trie finds it."""
        for rest in range(PORT_BITS + 1):
            key = Key(identity, protocol, port >> rest << rest, WHOLE_BITS - rest)
            if key in self.entries:
                return key
        key = Key(identity)
        return key if key in self.entries else None


_NODE = Because("traffic between a pod and its node is always let through")
_OPEN = Because("no policy selects this pod, so it is open to anyone")


def policy_map(
    pod: Pod, direction: Direction, cluster: Cluster, policies: Sequence[Policy], identities: Identities
) -> PolicyMap:
    """The entries of ``pod`` in ``direction``, from all policies that select it."""
    selecting = [policy for policy in policies if policy.selects(pod, direction)]
    entries: dict[Key, dict[Because, None]] = {Key(HOST): {_NODE: None}}
    if not selecting:
        entries[Key(ANYONE)] = {_OPEN: None}
    for policy in selecting:
        for number, rule in enumerate(policy.rules(direction), 1):
            because = Because(
                f"{direction} rule {number} of {policy.name}",
                f"{policy.namespace}/{policy.name}",
                rule.line,
                rule.last,
            )
            for key in _keys(rule, policy, direction, pod, cluster, identities):
                entries.setdefault(key, {})[because] = None
    return PolicyMap(pod, direction, bool(selecting), {key: tuple(entries[key]) for key in sorted(entries)})


def _keys(
    rule: Rule, policy: Policy, direction: Direction, pod: Pod, cluster: Cluster, identities: Identities
) -> Iterator[Key]:
    """The entries of one rule. Named ports are the receiver's: the pod's own, or each peer's."""
    named = any(ports.name is not None for ports in rule.ports)
    if not rule.peers and not (named and direction is Direction.EGRESS):
        yield from _port_keys(ANYONE, rule.ports, pod.ports)
        return
    for identity in identities.by_number.values():
        if not rule.peers or any(_is_meant(peer, identity, policy, cluster) for peer in rule.peers):
            receiver = pod.ports if direction is Direction.INGRESS else identity.ports
            yield from _port_keys(identity.number, rule.ports, receiver)


def _is_meant(peer: Peer, identity: Identity, policy: Policy, cluster: Cluster) -> bool:
    match peer:
        case Block():
            return peer in identity.blocks
        case _ if not identity.pods:
            return False
        case _ if peer.namespaces is None:
            return identity.namespace == policy.namespace and peer.pods.takes(dict(identity.labels))
        case _:
            here = cluster.namespace_labels(identity.namespace)
            return peer.namespaces.takes(here) and peer.pods.takes(dict(identity.labels))


def _port_keys(identity: int, ports: Sequence[PortRange], receiver: Iterable[NamedPort]) -> Iterator[Key]:
    if not ports:
        yield Key(identity)
    for wanted in ports:
        if wanted.name is None:
            runs = [(wanted.first, wanted.last)]
        else:
            runs = [
                (own.port, own.port)
                for own in receiver
                if own.name == wanted.name and own.protocol == wanted.protocol
            ]
        for first, last in runs:
            for port, bits in port_prefixes(first, last):
                yield Key(identity, wanted.protocol, port, IDENTITY_BITS + PROTOCOL_BITS + bits)


def port_prefixes(first: int, last: int) -> Iterator[tuple[int, int]]:
    """The fewest (port, counting bits) that together are the ports ``first`` to ``last``: 30 at most."""
    while first <= last:
        size = first & -first or 1 << PORT_BITS
        while size > last - first + 1:
            size >>= 1
        yield first, PORT_BITS - size.bit_length() + 1
        first += size
