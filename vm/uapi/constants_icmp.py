"""Constants of ICMP and ICMPv6: message types and codes.

Source: icmp.h and icmpv6.h of the 6.18 user API; neighbour discovery by RFC 4861.
Rows are (name, value, what it means).
"""

from vm.uapi.constant import Group

GROUPS: tuple[Group, ...] = (
    Group("ICMP type", "What an ICMP message is about.", (
        ("ICMP_ECHOREPLY", 0, "The answer to a ping."),
        ("ICMP_DEST_UNREACH", 3, "The packet could not be delivered; the code says why."),
        ("ICMP_SOURCE_QUENCH", 4, "Send more slowly (no longer used)."),
        ("ICMP_REDIRECT", 5, "There is a better way."),
        ("ICMP_ECHO", 8, "A ping."),
        ("ICMP_TIME_EXCEEDED", 11, "The time to live ran out, as traceroute wants."),
        ("ICMP_PARAMETERPROB", 12, "A header field is wrong."),
        ("ICMP_TIMESTAMP", 13, "What time is it there?"),
        ("ICMP_TIMESTAMPREPLY", 14, "The answer to that."),
    )),
    Group("ICMP code", "More exactly what: its meaning depends on the type.", (
        ("ICMP_NET_UNREACH", 0, "No route to the network."),
        ("ICMP_HOST_UNREACH", 1, "The host does not answer."),
        ("ICMP_PROT_UNREACH", 2, "The host does not know the protocol."),
        ("ICMP_PORT_UNREACH", 3, "Nobody listens at the port."),
        ("ICMP_FRAG_NEEDED", 4, "The packet is too long and must not be fragmented."),
        ("ICMP_SR_FAILED", 5, "The source route failed."),
        ("ICMP_PKT_FILTERED", 13, "A filter forbids it."),
        ("ICMP_EXC_TTL", 0, "The time to live ran out on the way."),
        ("ICMP_EXC_FRAGTIME", 1, "Fragments were missing for too long."),
    )),
    Group("ICMPv6 type", "What an ICMPv6 message is about.", (
        ("ICMPV6_DEST_UNREACH", 1, "The packet could not be delivered; the code says why."),
        ("ICMPV6_PKT_TOOBIG", 2, "The packet is longer than a link on the way allows."),
        ("ICMPV6_TIME_EXCEED", 3, "The hop limit ran out."),
        ("ICMPV6_PARAMPROB", 4, "A header field is wrong."),
        ("ICMPV6_ECHO_REQUEST", 128, "A ping."),
        ("ICMPV6_ECHO_REPLY", 129, "The answer to a ping."),
        ("ICMPV6_MGM_QUERY", 130, "Who listens to which group?"),
        ("ICMPV6_MGM_REPORT", 131, "I listen to this group."),
        ("ICMPV6_MGM_REDUCTION", 132, "I no longer listen to this group."),
        ("NDISC_ROUTER_SOLICITATION", 133, "Is there a router?"),
        ("NDISC_ROUTER_ADVERTISEMENT", 134, "I am a router."),
        ("NDISC_NEIGHBOUR_SOLICITATION", 135, "Which Ethernet address has this IPv6 address?"),
        ("NDISC_NEIGHBOUR_ADVERTISEMENT", 136, "I have it, at this Ethernet address."),
        ("NDISC_REDIRECT", 137, "There is a better way."),
        ("ICMPV6_MLD2_REPORT", 143, "I listen to these groups."),
    )),
    Group("ICMPv6 code", "More exactly what: its meaning depends on the type.", (
        ("ICMPV6_NOROUTE", 0, "No route to the destination."),
        ("ICMPV6_ADM_PROHIBITED", 1, "A filter forbids it."),
        ("ICMPV6_NOT_NEIGHBOUR", 2, "Beyond the scope of the source address."),
        ("ICMPV6_ADDR_UNREACH", 3, "The host does not answer."),
        ("ICMPV6_PORT_UNREACH", 4, "Nobody listens at the port."),
        ("ICMPV6_EXC_HOPLIMIT", 0, "The hop limit ran out on the way."),
        ("ICMPV6_EXC_FRAGTIME", 1, "Fragments were missing for too long."),
    )),
)  # fmt: skip
