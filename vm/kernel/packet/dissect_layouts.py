"""Which fields of a struct are shown as the leaves of its header, in what order and under what name.

The rows of a header tile its struct; `tests/vm/kernel/packet` holds them to it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vm.kernel.packet.dissect_builder import Row

LAYOUTS: Mapping[str, tuple[Row, ...]] = MappingProxyType({
    "ethhdr": (Row("h_dest", "destination"), Row("h_source", "source"), Row("h_proto", "type")),
    "vlan_hdr": (Row("h_vlan_TCI", "tag"), Row("h_vlan_encapsulated_proto", "type")),
    "arphdr": (
        Row("ar_hrd", "link type"),
        Row("ar_pro", "network type"),
        Row("ar_hln", "link address size"),
        Row("ar_pln", "network address size"),
        Row("ar_op", "operation"),
        Row("ar_sha", "sender Ethernet"),
        Row("ar_sip", "sender IPv4"),
        Row("ar_tha", "target Ethernet"),
        Row("ar_tip", "target IPv4"),
    ),
    "iphdr": (
        Row("version_ihl", "version, ihl"),
        Row("tos", "type of service", in_hex=True),
        Row("tot_len", "total length"),
        Row("id", "identification", in_hex=True),
        Row("frag_off", "fragment", in_hex=True),
        Row("ttl", "ttl"),
        Row("protocol", "protocol"),
        Row("check", "checksum"),
        Row("saddr", "source"),
        Row("daddr", "destination"),
    ),
    "ipv6hdr": (
        Row("version_class_flow", "version, class, flow", in_hex=True),
        Row("payload_len", "payload length"),
        Row("nexthdr", "next header"),
        Row("hop_limit", "hop limit"),
        Row("saddr", "source"),
        Row("daddr", "destination"),
    ),
    "ipv6_opt_hdr": (Row("nexthdr", "next header"), Row("hdrlen", "length")),
    "ipv6_rt_hdr": (
        Row("nexthdr", "next header"),
        Row("hdrlen", "length"),
        Row("type", "routing type"),
        Row("segments_left", "segments left"),
    ),
    "frag_hdr": (
        Row("nexthdr", "next header"),
        Row("reserved", "reserved"),
        Row("frag_off", "fragment", in_hex=True),
        Row("identification", "identification", in_hex=True),
    ),
    "tcphdr": (
        Row("source", "source port"),
        Row("dest", "destination port"),
        Row("seq", "seq", in_hex=True),
        Row("ack_seq", "ack", in_hex=True),
        Row("doff_res", "header length", in_hex=True),
        Row("flags", "flags"),
        Row("window", "window"),
        Row("check", "checksum"),
        Row("urg_ptr", "urgent pointer"),
    ),
    "udphdr": (
        Row("source", "source port"),
        Row("dest", "destination port"),
        Row("len", "length"),
        Row("check", "checksum"),
    ),
    "icmphdr": (Row("type", "type"), Row("code", "code"), Row("checksum", "checksum"), Row("rest", "rest")),
    "icmp6hdr": (
        Row("icmp6_type", "type"),
        Row("icmp6_code", "code"),
        Row("icmp6_cksum", "checksum"),
        Row("icmp6_dataun", "rest"),
    ),
    "dnshdr": (
        Row("id", "id", in_hex=True),
        Row("flags", "flags", in_hex=True),
        Row("qdcount", "questions"),
        Row("ancount", "answers"),
        Row("nscount", "name servers"),
        Row("arcount", "further records"),
    ),
})  # fmt: skip
