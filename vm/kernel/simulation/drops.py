"""Why the modeled kernel drops a packet: the drop reasons of Linux 6.18 that the model can come to.

Names are the kernel's without ``SKB_DROP_REASON_``, values those of enum skb_drop_reason (its BTF).
"""

from enum import IntEnum


class Reason(IntEnum):
    """A drop reason: the number kfree_skb's tracepoint tells."""

    NOT_DROPPED_YET = 0
    CONSUMED = 1
    NOT_SPECIFIED = 2
    NO_SOCKET = 3
    SOCKET_CLOSE = 4
    SOCKET_FILTER = 5
    SOCKET_RCVBUFF = 6
    PKT_TOO_SMALL = 9
    TCP_CSUM = 10
    UDP_CSUM = 11
    NETFILTER_DROP = 12
    OTHERHOST = 13
    IP_CSUM = 14
    IP_INHDR = 15
    IP_NOPROTO = 19
    SOCKET_BACKLOG = 29
    TCP_FLAGS = 30
    TCP_LISTEN_OVERFLOW = 40
    TCP_RESET = 45
    TCP_INVALID_SYN = 46
    TCP_CLOSE = 47
    IP_OUTNOROUTES = 54
    BPF_CGROUP_EGRESS = 55
    NEIGH_CREATEFAIL = 57
    NEIGH_FAILED = 58
    NEIGH_QUEUEFULL = 59
    TC_EGRESS = 62
    QDISC_DROP = 64
    XDP = 72
    TC_INGRESS = 73
    UNHANDLED_PROTO = 74
    DEV_READY = 79
    HDR_TRUNC = 82
    ICMP_CSUM = 85
    IP_INADDRERRORS = 87
    IP_INNOROUTES = 88
    IP_INVALID_DEST = 92
    PKT_TOO_BIG = 93
    NO_TX_TARGET = 113
    RECURSION_LIMIT = 127

    @property
    def kernel_name(self) -> str:
        """The reason as the kernel's source spells it."""
        return f"SKB_{'' if self is Reason.CONSUMED else 'DROP_REASON_'}{self.name}"


ABOUT: dict[Reason, str] = {
    Reason.NOT_SPECIFIED: "dropped, without a reason of its own",
    Reason.NO_SOCKET: "no socket is bound to that port",
    Reason.SOCKET_CLOSE: "the socket was closed",
    Reason.SOCKET_FILTER: "a socket's filter, or its control group's program, did not want it",
    Reason.SOCKET_RCVBUFF: "the socket's receive buffer is full: nobody reads it",
    Reason.PKT_TOO_SMALL: "too short for its headers",
    Reason.TCP_CSUM: "the TCP checksum is wrong",
    Reason.UDP_CSUM: "the UDP checksum is wrong",
    Reason.NETFILTER_DROP: "a netfilter rule, or program, dropped it",
    Reason.OTHERHOST: "its link address is another host's",
    Reason.IP_CSUM: "the IPv4 header checksum is wrong",
    Reason.IP_INHDR: "the IP header is malformed, or its time to live has run out",
    Reason.IP_NOPROTO: "no such transport protocol",
    Reason.SOCKET_BACKLOG: "the socket's backlog is full",
    Reason.TCP_FLAGS: "TCP flags that make no sense here",
    Reason.TCP_LISTEN_OVERFLOW: "the queue of connections to accept is full",
    Reason.TCP_RESET: "it reset the connection",
    Reason.TCP_INVALID_SYN: "a SYN within a connection",
    Reason.TCP_CLOSE: "the TCP socket is closed",
    Reason.IP_OUTNOROUTES: "no route leads to its destination",
    Reason.BPF_CGROUP_EGRESS: "a program of the sender's control group did not let it out",
    Reason.NEIGH_CREATEFAIL: "no neighbour entry could be made",
    Reason.NEIGH_FAILED: "nobody answers for the next hop's address",
    Reason.NEIGH_QUEUEFULL: "too many packets wait for the next hop's address",
    Reason.TC_EGRESS: "a tc program dropped it on the way out",
    Reason.QDISC_DROP: "the queue of the device is full",
    Reason.XDP: "an XDP program behind the driver dropped it",
    Reason.TC_INGRESS: "a tc program dropped it on the way in",
    Reason.UNHANDLED_PROTO: "no protocol handler takes its EtherType",
    Reason.DEV_READY: "the device is not there, or not up",
    Reason.HDR_TRUNC: "a header is cut off",
    Reason.ICMP_CSUM: "the ICMP checksum is wrong",
    Reason.IP_INADDRERRORS: "it is for another host, and this one does not forward",
    Reason.IP_INNOROUTES: "no route leads to its destination",
    Reason.IP_INVALID_DEST: "its destination is no valid address",
    Reason.PKT_TOO_BIG: "longer than the device's MTU, and it may not be fragmented",
    Reason.NO_TX_TARGET: "the device it should leave by does not exist",
    Reason.RECURSION_LIMIT: "it went in a circle: too many devices in one go",
}
"""What each reason means."""
