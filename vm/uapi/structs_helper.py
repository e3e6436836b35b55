"""Structures that helpers fill in or map values hold.

Source: bpf.h of the 6.18 user API.
"""

from vm.uapi.struct_types import Field, Kind, Struct, array

_U = Kind.UINT

FIB_LOOKUP = Struct("bpf_fib_lookup", 64, (
    Field("family", 0, 1, _U, "Address family: AF_INET or AF_INET6.", symbols="address family"),
    Field("l4_protocol", 1, 1, _U, "IP protocol, for rules that look at it.", symbols="IP protocol"),
    Field("sport", 2, 2, Kind.PORT, "Source port, in network order."),
    Field("dport", 4, 2, Kind.PORT, "Destination port, in network order."),
    Field("tot_len", 6, 2, _U, "In: length of the packet from the IP header on, or 0 for no check."),
    Field("mtu_result", 6, 2, _U, "Out: the MTU of the route.", alias=True),
    Field("ifindex", 8, 4, _U, "In: the device the packet is at. Out: the device to send it by."),
    Field("flowinfo", 12, 4, Kind.BE32, "In, IPv6: traffic class and flow label."),
    Field("tos", 12, 1, _U, "In, IPv4: type of service.", alias=True),
    Field("rt_metric", 12, 4, _U, "Out: the route's metric.", alias=True),
    *array(Field("ipv6_src", 16, 16, Kind.IPV6, "Source IPv6 address.", count=4)),
    Field("ipv4_src", 16, 4, Kind.IPV4, "Source IPv4 address.", alias=True),
    *array(Field("ipv6_dst", 32, 16, Kind.IPV6, "In: destination. Out: next hop.", count=4)),
    Field("ipv4_dst", 32, 4, Kind.IPV4, "In: destination. Out: next hop.", alias=True),
    Field("h_vlan_proto", 48, 2, Kind.BE16, "Out: EtherType of the VLAN tag.", symbols="EtherType"),
    Field("h_vlan_TCI", 50, 2, Kind.BE16, "Out: the VLAN tag."),
    Field("tbid", 48, 4, _U, "In: the routing table, with BPF_FIB_LOOKUP_TBID.", alias=True),
    Field("smac", 52, 6, Kind.MAC, "Out: Ethernet address to send from."),
    Field("dmac", 58, 6, Kind.MAC, "Out: Ethernet address of the next hop."),
    Field("mark", 52, 4, _U, "In: the mark, with BPF_FIB_LOOKUP_MARK.", alias=True),
), "What bpf_fib_lookup is asked and answers.")  # fmt: skip

SPIN_LOCK = Struct("bpf_spin_lock", 4, (
    Field("val", 0, 4, _U, "Taken or not; only bpf_spin_lock and bpf_spin_unlock touch it."),
), "A lock inside a map value.")  # fmt: skip

TIMER = Struct("bpf_timer", 16, (
    Field("__opaque", 0, 16, Kind.BYTES, "The kernel's own; only the timer helpers touch it."),
), "A timer inside a map value.")  # fmt: skip

SOCK_TUPLE = Struct("bpf_sock_tuple", 36, (
    *array(Field("ipv6.saddr", 0, 16, Kind.IPV6, "Source IPv6 address.", count=4)),
    *array(Field("ipv6.daddr", 16, 16, Kind.IPV6, "Destination IPv6 address.", count=4)),
    Field("ipv6.sport", 32, 2, Kind.PORT, "Source port."),
    Field("ipv6.dport", 34, 2, Kind.PORT, "Destination port."),
    Field("ipv4.saddr", 0, 4, Kind.IPV4, "Source IPv4 address.", alias=True),
    Field("ipv4.daddr", 4, 4, Kind.IPV4, "Destination IPv4 address.", alias=True),
    Field("ipv4.sport", 8, 2, Kind.PORT, "Source port.", alias=True),
    Field("ipv4.dport", 10, 2, Kind.PORT, "Destination port.", alias=True),
), "The addresses and ports a socket is looked up by.")  # fmt: skip

TUNNEL_KEY = Struct("bpf_tunnel_key", 44, (
    Field("tunnel_id", 0, 4, _U, "Number of the tunnel."),
    *array(Field("remote_ipv6", 4, 16, Kind.IPV6, "Other end, IPv6.", count=4)),
    Field("remote_ipv4", 4, 4, Kind.IPV4, "Other end, IPv4, in the CPU's own order.", alias=True),
    Field("tunnel_tos", 20, 1, _U, "Type of service of the outer packet."),
    Field("tunnel_ttl", 21, 1, _U, "Time to live of the outer packet."),
    Field("tunnel_ext", 22, 2, _U, "Unused."),
    Field("tunnel_flags", 22, 2, Kind.BE16, "Flags of the tunnel.", alias=True),
    Field("tunnel_label", 24, 4, _U, "Flow label of the outer packet."),
    *array(Field("local_ipv6", 28, 16, Kind.IPV6, "This end, IPv6.", count=4)),
    Field("local_ipv4", 28, 4, Kind.IPV4, "This end, IPv4, in the CPU's own order.", alias=True),
), "The outer addresses of a tunnel.")  # fmt: skip

REDIR_NEIGH = Struct("bpf_redir_neigh", 20, (
    Field("nh_family", 0, 4, _U, "Address family of the next hop.", symbols="address family"),
    *array(Field("ipv6_nh", 4, 16, Kind.IPV6, "Next hop, IPv6.", count=4)),
    Field("ipv4_nh", 4, 4, Kind.IPV4, "Next hop, IPv4.", alias=True),
), "The next hop bpf_redirect_neigh is given.")  # fmt: skip

LPM_KEY = Struct("bpf_lpm_trie_key_u8", 4, (
    Field("prefixlen", 0, 4, _U, "Bits of the prefix that count."),
), "Start of an LPM trie key: the prefix itself follows, its first bit first.")  # fmt: skip

DEVMAP_VALUE = Struct("bpf_devmap_val", 8, (
    Field("ifindex", 0, 4, _U, "Number of the device."),
    Field("bpf_prog.fd", 4, 4, Kind.SINT, "When written: descriptor of a program to run on the way out."),
    Field("bpf_prog.id", 4, 4, _U, "When read: id of that program.", alias=True),
), "A value of a devmap.")  # fmt: skip

CPUMAP_VALUE = Struct("bpf_cpumap_val", 8, (
    Field("qsize", 0, 4, _U, "Packets that may wait for the CPU."),
    Field("bpf_prog.fd", 4, 4, Kind.SINT, "When written: descriptor of a program to run on that CPU."),
    Field("bpf_prog.id", 4, 4, _U, "When read: id of that program.", alias=True),
), "A value of a cpumap.")  # fmt: skip

PIDNS_INFO = Struct("bpf_pidns_info", 8, (
    Field("pid", 0, 4, _U, "Thread id within the namespace."),
    Field("tgid", 4, 4, _U, "Process id within the namespace."),
), "What bpf_get_ns_current_pid_tgid answers.")  # fmt: skip

PERF_VALUE = Struct("bpf_perf_event_value", 24, (
    Field("counter", 0, 8, _U, "What was counted."),
    Field("enabled", 8, 8, _U, "Nanoseconds the event was enabled."),
    Field("running", 16, 8, _U, "Nanoseconds it was really counting."),
), "What the perf event helpers answer.")  # fmt: skip

HELPER: tuple[Struct, ...] = (
    FIB_LOOKUP, SPIN_LOCK, TIMER, SOCK_TUPLE, TUNNEL_KEY, REDIR_NEIGH, LPM_KEY, DEVMAP_VALUE, CPUMAP_VALUE,
    PIDNS_INFO, PERF_VALUE,
)  # fmt: skip
