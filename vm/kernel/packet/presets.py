"""Packets by name, for lessons, the packet editor and generators."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """A form under a name, and what it makes in a few words."""

    form: Mapping[str, Any]
    doc: str


PRESETS: Mapping[str, Preset] = MappingProxyType({
    "tcp-syn": Preset({"tcp": {"flags": ["SYN"]}}, "A TCP connection request without options: 54 bytes."),
    "tcp-syn-linux": Preset({"tcp": {"flags": ["SYN"], "options": "linux"}},
                            "A TCP connection request as Linux sends it: 74 bytes."),
    "tcp-http": Preset({"http": {}}, "An HTTP request."),
    "http-response": Preset({"http": {"status": 200, "body": "hello\n"}}, "An HTTP response."),
    "udp-dns": Preset({"dns": {}}, "A DNS question."),
    "dns-answer": Preset(
        {"dns": {"answers": [{"name": "example.org", "type": "A", "data": "198.51.100.20"}]}},
        "A DNS answer with one address.",
    ),
    "icmp-echo": Preset({"icmp": {"type": "echo", "id": 1, "sequence": 1}, "payload": {"zeros": 56}},
                        "A ping."),
    "arp": Preset({"arp": {}, "eth": {"dst": "ff:ff:ff:ff:ff:ff"}}, "An ARP question."),
    "arp-reply": Preset(
        {"arp": {"op": "reply", "sender_mac": "52:54:00:12:34:56", "sender_ip": "198.51.100.20",
                 "target_mac": "52:54:00:ab:cd:ef", "target_ip": "203.0.113.7"},
         "eth": {"dst": "52:54:00:ab:cd:ef", "src": "52:54:00:12:34:56"}},
        "The answer to it.",
    ),
    "ipv6-tcp": Preset({"ipv6": {}, "tcp": {"flags": ["SYN"]}}, "A TCP connection request over IPv6."),
    "ipv6-udp": Preset({"ipv6": {}, "dns": {"type": "AAAA"}}, "A DNS question over IPv6."),
    "icmpv6-echo": Preset({"icmpv6": {"type": "echo-request", "id": 1, "sequence": 1}}, "A ping over IPv6."),
    "neighbour-solicitation": Preset(
        {"icmpv6": {"type": "neighbour-solicitation", "target": "2001:db8::20"},
         "ipv6": {"dst": "ff02::1:ff00:20", "hop_limit": 255}, "eth": {"dst": "33:33:ff:00:00:20"}},
        "The question of IPv6 for an Ethernet address.",
    ),
    "vlan-tcp": Preset({"vlan": 10, "tcp": {"flags": ["SYN"]}}, "A TCP connection request in VLAN 10."),
    "qinq-udp": Preset({"vlan": [100, 10], "dns": {}}, "A DNS question under two VLAN tags."),
    "ipv4-options": Preset(
        {"ipv4": {"options": "94 04 00 00"}, "tcp": {"flags": ["SYN"]}},
        "An IPv4 header of 24 bytes: router alert.",
    ),
    "ipv4-fragment": Preset(
        {"ipv4": {"df": False, "frag_offset": 185, "id": 0x1F3B, "protocol": "udp"},
         "payload": {"zeros": 32}},
        "A later fragment: no transport header.",
    ),
    "ipv6-extensions": Preset(
        {"ipv6": {"extensions": ["hop-by-hop", "destination"]}, "udp": {"dport": 53}},
        "UDP behind two IPv6 extension headers.",
    ),
})  # fmt: skip
"""Every named packet."""
