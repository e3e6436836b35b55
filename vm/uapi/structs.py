"""Every structure a program may name: contexts, packet headers, what helpers fill in.

The assembler (`xdp_md.data`, `tcphdr.flags`), completion, the reference panel and the packet view read it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vm.uapi.struct_types import Bits, Field, Kind, Struct
from vm.uapi.structs_context import CONTEXTS
from vm.uapi.structs_helper import HELPER
from vm.uapi.structs_link import LINK
from vm.uapi.structs_transport import TRANSPORT

__all__ = ["STRUCTS", "STRUCT_ALIASES", "Bits", "Field", "Kind", "Struct", "lookup", "struct_of"]

STRUCTS: Mapping[str, Struct] = MappingProxyType(
    {struct.name: struct for struct in (*CONTEXTS, *LINK, *TRANSPORT, *HELPER)}
)
"""Every structure by the kernel's name, such as `iphdr`."""

STRUCT_ALIASES: Mapping[str, str] = MappingProxyType({
    "xdp": "xdp_md",
    "skb": "__sk_buff",
    "eth": "ethhdr",
    "vlan": "vlan_hdr",
    "vlanhdr": "vlan_hdr",
    "arp": "arphdr",
    "ip": "iphdr",
    "ipv4": "iphdr",
    "ip6": "ipv6hdr",
    "ipv6": "ipv6hdr",
    "tcp": "tcphdr",
    "udp": "udphdr",
    "icmp": "icmphdr",
    "icmp6": "icmp6hdr",
    "icmpv6": "icmp6hdr",
    "dns": "dnshdr",
})  # fmt: skip
"""Short names a learner may write instead: `ip.saddr` is `iphdr.saddr`."""


def struct_of(name: str) -> Struct | None:
    """Return the structure of that name or short name."""
    return STRUCTS.get(STRUCT_ALIASES.get(name, name))


def lookup(path: str) -> Field | None:
    """Return the field a path such as `iphdr.saddr`, `tcp.flags` or `__sk_buff.cb[0]` names, or None."""
    struct_name, _, field_name = path.partition(".")
    struct = struct_of(struct_name)
    return None if struct is None else struct.field(field_name)
