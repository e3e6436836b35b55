"""Who may talk to whom: each pair of pods at each port, decided by the entries of both."""

from collections.abc import Sequence
from dataclasses import dataclass

from vm.kernel.policy.entries import Because, Key, PolicyMap, policy_map
from vm.kernel.policy.identities import Identities, assign
from vm.kernel.policy.model import Address, Cluster, Direction, Pod, Policy, Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What one door says: the entry that lets the packet in, or None; ``why`` in words."""

    direction: Direction
    pod: Pod
    key: Key | None
    why: tuple[Because, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a connection comes about: every door on its way must let it through."""

    allowed: bool
    answers: tuple[Answer, ...]


class Decisions:
    """A cluster's policies, compiled once, and the verdicts they give."""

    def __init__(self, cluster: Cluster, policies: Sequence[Policy]) -> None:
        self.cluster = cluster
        self.policies = tuple(policies)
        self.identities: Identities = assign(cluster, policies)
        self.maps: dict[tuple[str, str, Direction], PolicyMap] = {
            (pod.namespace, pod.name, direction): policy_map(
                pod, direction, cluster, policies, self.identities
            )
            for pod in cluster.pods
            for direction in Direction
        }
        self._pod_at: dict[Address, Pod] = {pod.address: pod for pod in cluster.pods}
        self._number_of: dict[Address, int] = {}

    def verdict(self, source: Address, destination: Address, protocol: Protocol, port: int) -> Verdict:
        """Whether ``source`` may open a connection to a port of ``destination``; to itself it always may."""
        if source == destination:
            return Verdict(True, ())
        doors = (
            (Direction.EGRESS, self._pod_at.get(source), destination),
            (Direction.INGRESS, self._pod_at.get(destination), source),
        )
        answers = tuple(
            self._ask(direction, pod, other, protocol, port) for direction, pod, other in doors if pod
        )
        return Verdict(all(answer.key is not None for answer in answers), answers)

    def number_of(self, address: Address) -> int:
        """The identity of an address."""
        if address not in self._number_of:
            self._number_of[address] = self.identities.of(address).number
        return self._number_of[address]

    def _ask(self, direction: Direction, pod: Pod, other: Address, protocol: Protocol, port: int) -> Answer:
        asked = self.maps[pod.namespace, pod.name, direction]
        key = asked.lookup(self.number_of(other), protocol, port)
        if key is None:
            return Answer(
                direction, pod, None, (Because("no entry matches, and a policy selects the pod: denied"),)
            )
        return Answer(direction, pod, key, asked.entries[key])
