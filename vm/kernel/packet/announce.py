"""The numbers by which one layer announces the next."""

from types import MappingProxyType

from vm.kernel.packet.layers import (
    Arp,
    Icmp,
    Icmpv6,
    Ipv4,
    Ipv6,
    Ipv6Fragment,
    Ipv6Options,
    Ipv6Routing,
    Layer,
    Tcp,
    Udp,
    Vlan,
)
from vm.uapi.constants import CONSTANTS

EXPERIMENTAL_TYPE = 0x88B5
"""The EtherType for local experiments (IEEE 802), given to raw bytes right after Ethernet."""

_ETHER_TYPES = MappingProxyType({Arp: "ETH_P_ARP", Ipv4: "ETH_P_IP", Ipv6: "ETH_P_IPV6"})
_PROTOCOLS = MappingProxyType({
    Ipv4: "IPPROTO_IPIP",
    Ipv6: "IPPROTO_IPV6",
    Ipv6Routing: "IPPROTO_ROUTING",
    Ipv6Fragment: "IPPROTO_FRAGMENT",
    Tcp: "IPPROTO_TCP",
    Udp: "IPPROTO_UDP",
    Icmp: "IPPROTO_ICMP",
    Icmpv6: "IPPROTO_ICMPV6",
})  # fmt: skip


def ether_type(inner: Layer | None) -> int:
    """Return the EtherType that announces a layer; nothing gets IPv4's, others one for experiments."""
    if isinstance(inner, Vlan):
        return inner.tpid
    if inner is None:
        return CONSTANTS["ETH_P_IP"].value
    name = _ETHER_TYPES.get(type(inner))
    return EXPERIMENTAL_TYPE if name is None else CONSTANTS[name].value


def protocol(inner: Layer | None) -> int:
    """Return the protocol number that announces a layer; nothing gets 59 (none), anything else 255 (raw)."""
    if isinstance(inner, Ipv6Options):
        return CONSTANTS["IPPROTO_DSTOPTS" if inner.destination else "IPPROTO_HOPOPTS"].value
    if inner is None:
        return CONSTANTS["IPPROTO_NONE"].value
    return CONSTANTS[_PROTOCOLS.get(type(inner), "IPPROTO_RAW")].value
