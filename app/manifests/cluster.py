"""Manifests made into the cluster and the policies of the modeled kernel."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from app.manifests.events import Document, Mistake, Path, documents
from app.manifests.kubernetes import (
    LabelSelector,
    Namespace,
    NetworkPolicy,
    PeerSpec,
    PodManifest,
    PortSpec,
)
from app.manifests.located import validate
from vm.kernel.policy.model import (
    LAST_PORT,
    Block,
    Cluster,
    Direction,
    NamedPort,
    Peer,
    Pod,
    PodPeer,
    Policy,
    PortRange,
    Protocol,
    Rule,
)
from vm.kernel.policy.selector import Demand, Labels, Selector, equal_labels
from vm.source import Diagnostic, did_you_mean

Kinds = Mapping[str, type[NetworkPolicy | Namespace | PodManifest]]
_KINDS: Kinds = MappingProxyType({"NetworkPolicy": NetworkPolicy, "Namespace": Namespace, "Pod": PodManifest})


@dataclass(frozen=True, slots=True)
class Read:
    """What a text describes, as far as it could be read, and what is wrong with it."""

    cluster: Cluster
    policies: tuple[Policy, ...]
    diagnostics: tuple[Diagnostic, ...]
    of_cluster: tuple[Diagnostic, ...] = ()
    """What is wrong with the second text."""


def read(text: str, cluster: str = "") -> Read:
    """The cluster and policies that ``text``, any number of YAML documents, describes; with ``cluster``
    another text that has the namespaces and pods, so that lines of policies are all of ``text``."""
    gathered = _Gathered()
    gathered.take_all(cluster, {kind: _KINDS[kind] for kind in _KINDS if kind != "NetworkPolicy"})
    of_cluster, gathered.diagnostics = tuple(gathered.diagnostics), []
    gathered.take_all(text, _KINDS)
    return replace(gathered.read(), of_cluster=of_cluster)


class _Gathered:
    """What the documents read so far say."""

    def __init__(self) -> None:
        self.pods: dict[tuple[str, str], Pod] = {}
        self.namespaces: dict[str, Labels] = {}
        self.policies: dict[tuple[str, str], Policy] = {}
        self.diagnostics: list[Diagnostic] = []

    def read(self) -> Read:
        cluster = Cluster(tuple(self.pods.values()), self.namespaces)
        return Read(cluster, tuple(self.policies.values()), tuple(self.diagnostics))

    def take_all(self, text: str, kinds: Kinds) -> None:
        """All documents of a text; a text that is no YAML has none."""
        try:
            found = documents(text)
        except Mistake as mistake:
            self.diagnostics.append(mistake.diagnostic)
            return
        for document in found:
            self._take(document, kinds)

    def _take(self, document: Document, kinds: Kinds) -> None:
        kind = document.data.get("kind") if isinstance(document.data, dict) else None
        model = kinds.get(kind) if isinstance(kind, str) else None
        if model is None:
            self.diagnostics.append(_unknown(document, kind, kinds))
            return
        manifest, diagnostics = validate(document, model)
        self.diagnostics += diagnostics
        match manifest:
            case NetworkPolicy():
                policy = _policy(manifest, document)
                self._once(self.policies, (policy.namespace, policy.name), policy, document)
            case Namespace():
                self._once(self.namespaces, manifest.metadata.name, manifest.metadata.labels, document)
            case PodManifest():
                self._pod(manifest, document)
            case _:
                pass

    def _pod(self, manifest: PodManifest, document: Document) -> None:
        pod = _pod(manifest)
        holder = next((other for other in self.pods.values() if other.address == pod.address), None)
        if holder is not None:
            place = document.span(("status", "podIP"))
            message = f"{pod.address} is already the address of {holder.namespace}/{holder.name}"
            self.diagnostics.append(Diagnostic("address-taken", message, place, "give each pod its own"))
            return
        self._once(self.pods, (pod.namespace, pod.name), pod, document)

    def _once(self, found: dict[Any, Any], key: object, value: object, document: Document) -> None:
        if key in found:
            name = "/".join(key) if isinstance(key, tuple) else key
            place = document.span(("metadata", "name"))
            message = f"there is already a {document.data['kind']} {name}"
            self.diagnostics.append(Diagnostic("name-taken", message, place, "give it another name"))
            return
        found[key] = value


def _unknown(document: Document, kind: object, kinds: Kinds) -> Diagnostic:
    place = document.span(("kind",))
    if not isinstance(kind, str):
        return Diagnostic("no-kind", "this is no Kubernetes object: it has no `kind`", place)
    hint = did_you_mean(kind, kinds) or f"these are read: {', '.join(kinds)}"
    return Diagnostic("unknown-kind", f"`{kind[:60]}` is not read here", place, hint)


def _pod(manifest: PodManifest) -> Pod:
    ports = [port for container in manifest.spec.containers for port in container.ports]
    named = tuple(
        NamedPort(port.name, port.container_port, Protocol[port.protocol])
        for port in ports
        if port.name is not None
    )
    serves = tuple(dict.fromkeys((Protocol[port.protocol], port.container_port) for port in ports))
    meta = manifest.metadata
    return Pod(meta.namespace, meta.name, meta.labels, manifest.status.address, named, serves)


def _policy(manifest: NetworkPolicy, document: Document) -> Policy:
    spec, meta = manifest.spec, manifest.metadata
    types = spec.policy_types or (["Ingress", "Egress"] if spec.egress else ["Ingress"])
    return Policy(
        meta.namespace,
        meta.name,
        _selector(spec.pod_selector),
        frozenset(Direction(name.lower()) for name in types),
        _rules(spec.ingress or (), lambda rule: rule.from_, ("spec", "ingress"), document),
        _rules(spec.egress or (), lambda rule: rule.to, ("spec", "egress"), document),
        document.line(),
    )


def _rules(
    rules: Sequence[Any],
    peers: Callable[[Any], Iterable[PeerSpec]],
    at: Path,
    document: Document,
) -> tuple[Rule, ...]:
    last: dict[str | int, int] = {}
    for path, span in document.values.items():
        if len(path) > len(at) and path[: len(at)] == at:
            number = path[len(at)]
            last[number] = max(last.get(number, 0), span.line)
    return tuple(
        Rule(
            tuple(_peer(peer) for peer in peers(rule)),
            tuple(_ports(port) for port in rule.ports),
            document.line(*at, number),
            last.get(number, 0),
        )
        for number, rule in enumerate(rules)
    )


def _peer(spec: PeerSpec) -> Peer:
    if spec.ip_block is not None:
        return Block(spec.ip_block.network, spec.ip_block.holes)
    namespaces = None if spec.namespace_selector is None else _selector(spec.namespace_selector)
    return PodPeer(_selector(spec.pod_selector or LabelSelector()), namespaces)


def _ports(spec: PortSpec) -> PortRange:
    protocol = Protocol[spec.protocol]
    match spec.port:
        case None:
            return PortRange(protocol, 0, LAST_PORT)
        case int(first):
            return PortRange(protocol, first, spec.end_port or first)
        case str(name):
            return PortRange(protocol, name=name)


def _selector(spec: LabelSelector) -> Selector:
    expressions = (Demand(one.key, one.operator, frozenset(one.values)) for one in spec.match_expressions)
    return Selector((*equal_labels(spec.match_labels), *expressions))
