"""Kubernetes manifests: NetworkPolicy, Namespace and Pod, as the real API writes them.

Source: the API reference of networking.k8s.io/v1 and core v1. Of a Pod only what policies look at is read,
the rest is let pass; of a NetworkPolicy every unknown field is a mistake.
"""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from vm.kernel.policy.model import Address, Network
from vm.kernel.policy.selector import Operator

_NAME = r"^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$"
_PORT_NAME = r"^[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?$"
_LABEL_KEY = r"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"
_LABEL_VALUE = r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$"

Name = Annotated[str, Field(pattern=_NAME)]
LabelKey = Annotated[str, Field(pattern=_LABEL_KEY)]
LabelValue = Annotated[str, Field(pattern=_LABEL_VALUE)]
LabelMap = dict[LabelKey, LabelValue]
PortNumber = Annotated[int, Field(ge=1, le=65_535)]
ProtocolName = Literal["TCP", "UDP", "SCTP"]


class Manifest(BaseModel):
    """The base: names as in YAML, unknown ones refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class Loose(BaseModel):
    """The base of what has many fields that do not matter here."""

    model_config = ConfigDict(extra="ignore", frozen=True, alias_generator=to_camel)


def _cidr(text: str) -> str:
    try:
        ip_network(text)
    except ValueError:
        try:
            meant = ip_network(text, strict=False)
        except ValueError:
            raise ValueError(f"`{text[:60]}` is not a block of addresses; write it as 10.0.0.0/8") from None
        raise ValueError(f"`{text}` has bits behind its prefix; did you mean {meant}?") from None
    return text


def _address(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        raise ValueError(f"`{text[:60]}` is not an address; write it as 10.4.1.17") from None
    return text


Cidr = Annotated[str, AfterValidator(_cidr)]
AddressText = Annotated[str, AfterValidator(_address)]


class Metadata(Loose):
    """What an object is called, and its labels."""

    name: Name
    namespace: Name = "default"
    labels: LabelMap = {}


class Expression(Manifest):
    """A demand on a label."""

    key: LabelKey
    operator: Operator
    values: list[LabelValue] = []

    @model_validator(mode="after")
    def _values_as_needed(self) -> "Expression":
        lists = self.operator in (Operator.IN, Operator.NOT_IN)
        if lists and not self.values:
            raise ValueError(f"`{self.operator}` needs values; name at least one")
        if not lists and self.values:
            raise ValueError(f"`{self.operator}` takes no values; leave them out")
        return self


class LabelSelector(Manifest):
    """Labels that must be there; an empty one takes everything."""

    match_labels: LabelMap = {}
    match_expressions: list[Expression] = []


class IpBlock(Manifest):
    """Addresses in a block, without some."""

    cidr: Cidr
    except_: list[Cidr] = Field(default=[], alias="except")

    @model_validator(mode="after")
    def _holes_inside(self) -> "IpBlock":
        for hole in self.holes:
            inside = hole.version == self.network.version and hole.subnet_of(self.network)  # type: ignore[arg-type]
            if not inside or hole == self.network:
                raise ValueError(f"except {hole} does not lie within {self.cidr}; it must be a part of it")
        return self

    @property
    def network(self) -> Network:
        """The block."""
        return ip_network(self.cidr)

    @property
    def holes(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """What is left out of it."""
        return tuple(ip_network(hole) for hole in self.except_)


class PeerSpec(Manifest):
    """Whom a rule is about: pods by label, or addresses, never both."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IpBlock | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "PeerSpec":
        pods = self.pod_selector is not None or self.namespace_selector is not None
        if self.ip_block is None and not pods:
            raise ValueError("a peer must name someone; write podSelector, namespaceSelector or ipBlock")
        if self.ip_block is not None and pods:
            raise ValueError("a peer is pods or addresses, not both; make two peers, each with its own -")
        return self


class PortSpec(Manifest):
    """Ports of a protocol: one by number or name, or all up to ``endPort``."""

    protocol: ProtocolName = "TCP"
    port: PortNumber | Annotated[str, Field(pattern=_PORT_NAME)] | None = None
    end_port: PortNumber | None = None

    @model_validator(mode="after")
    def _a_range(self) -> "PortSpec":
        if self.end_port is None:
            return self
        if not isinstance(self.port, int):
            raise ValueError("endPort ends a range of numbers; give port a number too")
        if self.end_port < self.port:
            raise ValueError(f"endPort {self.end_port} is less than port {self.port}; exchange them")
        return self


class IngressRule(Manifest):
    """Who may come in, and where."""

    from_: list[PeerSpec] = Field(default=[], alias="from")
    ports: list[PortSpec] = []


class EgressRule(Manifest):
    """Who may be talked to, and where."""

    to: list[PeerSpec] = []
    ports: list[PortSpec] = []


class PolicySpec(Manifest):
    """The pods meant, and what may come to and go from them."""

    pod_selector: LabelSelector
    policy_types: list[Literal["Ingress", "Egress"]] | None = None
    ingress: list[IngressRule] | None = None
    egress: list[EgressRule] | None = None


class NetworkPolicy(Manifest):
    """A NetworkPolicy of networking.k8s.io/v1."""

    api_version: Literal["networking.k8s.io/v1"]
    kind: Literal["NetworkPolicy"]
    metadata: Metadata
    spec: PolicySpec


class Namespace(Loose):
    """A Namespace: its labels are what namespaceSelectors look at."""

    api_version: Literal["v1"]
    kind: Literal["Namespace"]
    metadata: Metadata


class ContainerPort(Loose):
    """A port that a container says it serves."""

    container_port: PortNumber
    name: Annotated[str, Field(pattern=_PORT_NAME)] | None = None
    protocol: ProtocolName = "TCP"


class Container(Loose):
    """A container's ports."""

    ports: list[ContainerPort] = []


class PodSpec(Loose):
    """A pod's containers."""

    containers: list[Container] = []


class PodStatus(Loose):
    """Where a pod is."""

    pod_ip: AddressText = Field(alias="podIP")

    @property
    def address(self) -> Address:
        """The pod's address."""
        return ip_address(self.pod_ip)


class PodManifest(Loose):
    """A Pod, with the address that the cluster gave it."""

    api_version: Literal["v1"]
    kind: Literal["Pod"]
    metadata: Metadata
    spec: PodSpec = PodSpec()
    status: PodStatus
