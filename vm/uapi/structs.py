"""Every structure a program may name: contexts, packet headers, what helpers fill in.

The assembler (`xdp_md.data`, `tcphdr.flags`), completion, the reference panel and the packet view read it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vm.uapi.kernel_members import member
from vm.uapi.struct_types import Bits, Field, Kind, Struct
from vm.uapi.structs_context import CONTEXTS
from vm.uapi.structs_events import EVENTS
from vm.uapi.structs_helper import HELPER
from vm.uapi.structs_link import LINK
from vm.uapi.structs_transport import TRANSPORT
from vm.uapi.tracing import record_structs

__all__ = ["STRUCTS", "STRUCT_ALIASES", "Bits", "Field", "Kind", "Struct", "lookup", "struct_of"]

STRUCTS: Mapping[str, Struct] = MappingProxyType(
    {struct.name: struct for struct in (*CONTEXTS, *EVENTS, *LINK, *TRANSPORT, *HELPER)}
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
    """Return the structure of that name or short name, or the record of that tracepoint."""
    return STRUCTS.get(STRUCT_ALIASES.get(name, name)) or record_structs().get(name)


def lookup(path: str) -> Field | None:
    """Return the field a path such as `iphdr.saddr`, `tcp.flags` or `__sk_buff.cb[0]` names, or None.

    Also a tracepoint's (`sys_enter_openat.filename`) and a member of the kernel's own structures
    (`task_struct.pid`, `sock.__sk_common.skc_dport`).
    """
    struct_name, _, field_name = path.partition(".")
    struct = struct_of(struct_name)
    if struct is not None:
        return struct.field(field_name)
    found = member(struct_name, field_name)
    return found and Field(field_name, found.offset, found.size, Kind.UINT, f"A member of {struct_name}.")
