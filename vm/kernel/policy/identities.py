"""Numbers for those whom policies treat alike: packets carry addresses, not labels.

Pods that no policy could tell apart share an identity, and so do addresses outside that lie in the same
blocks. The table from address to identity is one a program can ask: a longest-prefix-match trie.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from vm.kernel.policy.model import Address, Block, Cluster, NamedPort, Network, Pod, Policy

ANYONE: Final = 0
HOST: Final = 1
WORLD: Final = 2
FIRST_POD: Final = 256
FIRST_BLOCK: Final = 1 << 24
"""Where the numbers of pods and of address blocks begin, as in Cilium."""
DOCUMENTED: Final = tuple(map(ip_address, ("203.0.113.7", "198.51.100.7", "192.0.2.7")))
"""Addresses set aside for examples: nobody's, so mostly the world's."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Those of one number: ``pods`` that look the same, or addresses outside; ``blocks`` hold all of them."""

    number: int
    title: str
    namespace: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    ports: tuple[NamedPort, ...] = ()
    blocks: frozenset[Block] = frozenset()
    pods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identities:
    """Every identity by number, and the number of every prefix; ``None`` of no prefix matches everything."""

    by_number: dict[int, Identity]
    prefixes: dict[Network, int] = field(repr=False)

    def of(self, address: Address) -> Identity:
        """Whose ``address`` is: the longest prefix that holds it decides."""
        return self.by_number[self.prefixes[self.prefix_of(address)]]

    def prefix_of(self, address: Address) -> Network:
        """The longest prefix that holds ``address``."""
        return max(
            (prefix for prefix in self.prefixes if prefix.version == address.version and address in prefix),
            key=lambda prefix: prefix.prefixlen,
        )

    def example(self, number: int) -> Address | None:
        """An address of this identity; None where others have taken all of its prefixes' first ones."""
        for prefix in (one for one, owner in self.prefixes.items() if owner == number):
            inner = (one for one in self.prefixes if one.version == prefix.version and one[0] in prefix)
            after = (one[-1] + 1 for one in inner if int(one[-1]) < (1 << one.max_prefixlen) - 1)
            starts = (prefix[min(7, prefix.num_addresses - 1)], prefix[0], *after)
            for address in (*DOCUMENTED, *starts):
                if address in prefix and self.of(address).number == number:
                    return address
        return None


def assign(cluster: Cluster, policies: Sequence[Policy]) -> Identities:
    """Gives numbers to all of ``cluster`` and to all that ``policies`` could tell apart outside of it."""
    blocks = tuple(dict.fromkeys(_blocks(policies)))
    book = _Book()
    for pod in cluster.pods:
        book.pod(pod, _holding(_single(pod.address), blocks))
    book.prefixes[_single(cluster.node)] = HOST
    prefixes = {ip_network("0.0.0.0/0"), ip_network("::/0")}
    for block in blocks:
        prefixes |= {block.cidr, *block.excepted}
    for prefix in sorted(prefixes, key=_order):
        book.outside(prefix, _holding(prefix, blocks))
    return Identities(book.identities, book.prefixes)


class _Book:
    """Numbers given so far; who looks the same to every policy gets the same."""

    def __init__(self) -> None:
        self.identities = {
            HOST: Identity(HOST, "this node"),
            WORLD: Identity(WORLD, "everything else outside"),
        }
        self.prefixes: dict[Network, int] = {}
        self._pods: dict[object, int] = {}
        self._outside: dict[frozenset[Block], int] = {frozenset(): WORLD}

    def pod(self, pod: Pod, blocks: frozenset[Block]) -> None:
        labels = tuple(sorted(pod.labels.items()))
        looks = (pod.namespace, labels, pod.ports, blocks)
        number = self._pods.setdefault(looks, FIRST_POD + len(self._pods))
        known = self.identities.get(number)
        names = (*(known.pods if known else ()), pod.name)
        title = ", ".join(f"{key}={value}" for key, value in labels) or "no labels"
        self.identities[number] = Identity(number, title, pod.namespace, labels, pod.ports, blocks, names)
        self.prefixes[_single(pod.address)] = number

    def outside(self, prefix: Network, blocks: frozenset[Block]) -> None:
        if prefix in self.prefixes:  # a pod's or the node's own address
            return
        number = self._outside.setdefault(blocks, FIRST_BLOCK + len(self._outside))
        self.identities.setdefault(number, Identity(number, f"outside, in {prefix}", blocks=blocks))
        self.prefixes[prefix] = number


def _blocks(policies: Sequence[Policy]) -> Iterable[Block]:
    for policy in policies:
        for rule in (*policy.ingress, *policy.egress):
            yield from (peer for peer in rule.peers if isinstance(peer, Block))


def _holding(prefix: Network, blocks: Iterable[Block]) -> frozenset[Block]:
    """The blocks that hold all of ``prefix``: it lies in each of them, or in none of its addresses does."""
    return frozenset(
        block
        for block in blocks
        if _inside(prefix, block.cidr) and not any(_inside(prefix, hole) for hole in block.excepted)
    )


def _inside(inner: Network, outer: Network) -> bool:
    match inner, outer:
        case (IPv4Network(), IPv4Network()):
            return inner.subnet_of(outer)
        case (IPv6Network(), IPv6Network()):
            return inner.subnet_of(outer)
        case _:
            return False


def _single(address: Address) -> Network:
    return ip_network(address)


def _order(prefix: Network) -> tuple[int, int, int]:
    return prefix.version, prefix.prefixlen, int(prefix.network_address)
