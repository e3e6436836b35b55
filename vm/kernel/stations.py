"""The stations of the modeled kernel and where each leads: ingress, forward, egress, and the hooks around.

``STATIONS`` is the map: one row per place, with the kernel function it stands for. ``WAY_IN`` is the part of
it that a single packet's journey in the workbench shows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

import networkx as nx

from vm.kernel.hooks import Effect
from vm.kernel.station import NOWHERE, Station, Track, Turn
from vm.kernel.stations_around import AROUND

__all__ = ["START", "STATIONS", "WAY_IN", "Station", "Track", "Turn", "path_graph"]


def _leads(onward: str, **others: str) -> Mapping[str, str]:
    return MappingProxyType({str(Effect.PASS): onward, **others})


_DROP = {"drop": "dropped"}
_DECIDE = {"drop": "dropped", "aborted": "dropped"}
_AWAY = {**_DECIDE, "redirect": "redirected"}

_INGRESS = (
    Station(
        "nic", "NIC", "napi_poll", "net/core/dev.c",
        "The device has written the frame to memory; the driver takes it from its ring.",
        _leads("xdp", **_DROP), x=44, also=("__napi_poll", "veth_poll", "process_backlog"),
    ),
    Station(
        "xdp", "XDP", "bpf_prog_run_xdp", "include/net/xdp.h",
        "XDP programs see the bare frame, before the kernel has spent anything on it.",
        _leads("skb", tx="sent", **_AWAY), x=150,
    ),
    Station(
        "skb", "sk_buff", "eth_type_trans", "net/ethernet/eth.c",
        "The kernel makes a socket buffer for the frame, reads its protocol, and takes a VLAN tag out of it.",
        _leads("xdp_generic"), x=220,
        also=("napi_build_skb", "netif_receive_skb", "__netif_receive_skb_core"),
    ),
    Station(
        "xdp_generic", "generic XDP", "do_xdp_generic", "net/core/dev.c",
        "XDP programs attached behind the driver run here, where any device has them: the socket buffer has "
        "already been paid for.",
        _leads("tc", tx="sent", **_AWAY), x=282,
    ),
    Station(
        "tc", "tc ingress", "sch_handle_ingress", "net/core/dev.c",
        "tc programs see the socket buffer, before any protocol does.",
        _leads("protocol", **_AWAY), x=352, also=("tcx_run",),
    ),
    Station(
        "protocol", "IP", "ip_rcv_core", "net/ipv4/ip_input.c",
        "The handler of the EtherType takes it: IP looks at the header, its length and its checksum.",
        _leads("prerouting", arp="arp", **_DROP), x=410, also=("ip_rcv", "ip6_rcv_core", "ipv6_rcv"),
    ),
    Station(
        "arp", "ARP", "arp_rcv", "net/ipv4/arp.c",
        "Hosts ask for addresses and tell theirs: this one learns its neighbours, and answers for itself.",
        _leads("taken", answer="tc_egress", **_DROP), x=410, y=200, also=("arp_process",),
    ),
    Station(
        "prerouting", "PRE_ROUTING", "nf_hook_slow", "net/netfilter/core.c",
        "netfilter sees every packet that came in; conntrack finds its connection.",
        _leads("routing", **_DROP), x=478, also=("nf_conntrack_in",),
    ),
    Station(
        "routing", "routing", "ip_route_input_slow", "net/ipv4/route.c",
        "The longest prefix that fits its destination says whether it is for this host or goes on.",
        _leads("local_in", forward="forward", **_DROP), x=570, also=("fib_lookup", "fib_table_lookup"),
    ),
    Station(
        "local_in", "LOCAL_IN", "ip_local_deliver", "net/ipv4/ip_input.c",
        "Fragments are put together; netfilter's INPUT chain sees what is for this host.",
        _leads("lookup", icmp="icmp", wait="taken", **_DROP), x=652,
        also=("nf_hook_slow", "ip_local_deliver_finish", "ip_protocol_deliver_rcu", "ip_defrag"),
    ),
    Station(
        "icmp", "ICMP", "icmp_rcv", "net/ipv4/icmp.c",
        "The host answers pings, and tells sockets of errors they caused.",
        _leads("taken", answer="route_out", **_DROP), x=652, y=200, also=("icmp_echo", "icmpv6_rcv"),
    ),
    Station(
        "lookup", "socket lookup", "__inet_lookup_skb", "include/net/inet_hashtables.h",
        "A connection is found by addresses and ports; else sk_lookup programs or the port say which socket.",
        _leads("cgroup", answer="route_out", **_DECIDE), x=736,
        also=("tcp_v4_rcv", "udp_rcv", "__udp4_lib_rcv", "tcp_v6_rcv", "udpv6_rcv"),
    ),
    Station(
        "cgroup", "cgroup", "__cgroup_bpf_run_filter_skb", "kernel/bpf/cgroup.c",
        "The socket is found; programs of its control group decide whether it may have the packet.",
        _leads("filter", **_DECIDE), x=816,
    ),
    Station(
        "filter", "filter", "sk_filter_trim_cap", "net/core/filter.c",
        "The socket's own filter says how many bytes of the packet it wants.",
        _leads("socket", **_DECIDE), x=892,
    ),
    Station(
        "socket", "socket", "sock_queue_rcv_skb_reason", "net/core/sock.c",
        "The bytes wait for a process to read them.",
        _leads("process", deliver="taken", answer="route_out", **_DROP), x=964,
        also=("tcp_v4_do_rcv", "tcp_rcv_established", "tcp_rcv_state_process", "tcp_conn_request",
              "udp_queue_rcv_skb", "tcp_data_queue"),
    ),
    Station(
        "process", "process", "try_to_wake_up", "kernel/sched/core.c",
        "Who waits for the socket is woken up, and will read when a CPU is free for it.",
        track=Track.END, x=1050, also=("sock_def_readable", "__wake_up_common"),
    ),
)  # fmt: skip

_FORWARD = (
    Station(
        "forward", "FORWARD", "ip_forward", "net/ipv4/ip_forward.c",
        "The packet is for somebody else: its time to live goes down by one, the FORWARD chain sees it.",
        _leads("postrouting", answer="route_out", **_DROP), Track.FORWARD, 570, 218,
        ("nf_hook_slow", "ip6_forward"),
    ),
)  # fmt: skip

_EGRESS = (
    Station(
        "send", "sendmsg", "sock_sendmsg", "net/socket.c",
        "A process hands bytes to a socket; the protocol makes packets of them.",
        _leads("route_out", **_DROP), Track.EGRESS, 972, 304,
        ("tcp_sendmsg", "udp_sendmsg", "tcp_v4_connect", "tcp_connect", "__tcp_transmit_skb",
         "ip_queue_xmit"),
    ),
    Station(
        "route_out", "routing", "ip_route_output_key_hash", "net/ipv4/route.c",
        "The route gives the device to leave by, the next hop and the source address.",
        _leads("local_out", **_DROP), Track.EGRESS, 890, 304, ("ip_route_output_flow",),
    ),
    Station(
        "local_out", "LOCAL_OUT", "__ip_local_out", "net/ipv4/ip_output.c",
        "netfilter's OUTPUT chain sees what this host sends.",
        _leads("postrouting", **_DROP), Track.EGRESS, 786, 304, ("nf_hook_slow", "ip_local_out"),
    ),
    Station(
        "postrouting", "POST_ROUTING", "ip_output", "net/ipv4/ip_output.c",
        "netfilter sees every packet that leaves; conntrack confirms its connection.",
        _leads("cgroup_out", **_DROP), Track.EGRESS, 570, 304, ("nf_hook_slow", "ip6_output"),
    ),
    Station(
        "cgroup_out", "cgroup egress", "__cgroup_bpf_run_filter_skb", "kernel/bpf/cgroup.c",
        "Programs of the sender's control group decide whether the packet may leave. In Linux this is behind "
        "POST_ROUTING, in ip_finish_output.",
        _leads("neighbour", **_DECIDE), Track.EGRESS, 478, 304, ("ip_finish_output",),
    ),
    Station(
        "neighbour", "neighbour", "neigh_resolve_output", "net/core/neighbour.c",
        "The next hop's Ethernet address is put in front; if it is not known, ARP asks and the packet waits.",
        _leads("tc_egress", wait="taken", **_DROP), Track.EGRESS, 400, 304, ("ip_finish_output2",),
    ),
    Station(
        "tc_egress", "tc egress", "sch_handle_egress", "net/core/dev.c",
        "tc programs see the finished frame before it is queued.",
        _leads("qdisc", **_AWAY), Track.EGRESS, 322, 304, ("__dev_queue_xmit",),
    ),
    Station(
        "qdisc", "qdisc", "__dev_xmit_skb", "net/core/dev.c",
        "The queue of the device puts packets in order and drops what is too much.",
        _leads("driver", **_DROP), Track.EGRESS, 236, 304, ("sch_direct_xmit",),
    ),
    Station(
        "driver", "driver", "dev_hard_start_xmit", "net/core/dev.c",
        "The driver takes the frame: a card puts it on the wire, a veth into its peer, the loopback back in.",
        _leads("wire", peer="nic", loop="skb", **_DROP), Track.EGRESS, 160, 304,
        ("ndo_start_xmit", "veth_xmit", "loopback_xmit"),
    ),
    Station(
        "redirected", "redirected", "xdp_do_redirect", "net/core/filter.c",
        "The packet goes where a redirect helper said: out of a device, into one, or to another CPU.",
        MappingProxyType({
            "tx": "sent", "peer": "nic", "pass": "tc_egress", "loop": "xdp_generic", "deliver": "taken",
            "copy": "skb", "forward": "neighbour", "arp": "tc", **_DROP,
        }),
        Track.EGRESS, 160, 228, ("skb_do_redirect", "dev_map_enqueue", "cpu_map_enqueue"),
    ),
    Station("wire", "wire", "ndo_start_xmit", "include/linux/netdevice.h",
            "The frame has left the machine.", track=Track.END, x=44, y=304),
    Station("sent", "sent back", "ndo_xdp_xmit", "include/linux/netdevice.h",
            "The frame leaves by a device without having been in the stack; a veth's other end receives it.",
            MappingProxyType({"peer": "nic"}), Track.END, 90, 240),
    Station("taken", "kernel", "consume_skb", "net/core/skbuff.c",
            "The kernel has done with the packet what there was to do: nobody needs it any more.",
            track=Track.END, x=736, y=200),
    Station("dropped", "dropped", "sk_skb_reason_drop", "net/core/skbuff.c", "The packet is no more.",
            track=Track.END, x=410, y=240),
)  # fmt: skip


STATIONS: Mapping[str, Station] = MappingProxyType(
    {station.id: station for station in (*_INGRESS, *_FORWARD, *_EGRESS, *AROUND)}
)
"""Every station by id, in the order a packet comes by."""
START = "nic"


def _way_in(kept: Iterable[str]) -> Mapping[str, Station]:
    """The stations ``kept`` with those between them left out; they lead to the next that is kept."""
    ids = tuple(kept)
    return MappingProxyType({ident: _shortened(STATIONS[ident], frozenset(ids)) for ident in ids})


def _shortened(station: Station, kept: frozenset[str]) -> Station:
    if station.id in ("socket", "sent", "redirected"):
        return replace(station, leads=NOWHERE)
    return replace(
        station,
        leads=MappingProxyType(
            {
                effect: _next(to, kept)
                for effect, to in station.leads.items()
                if effect in Effect.__members__.values()
            }
        ),
    )


def _next(ident: str, kept: frozenset[str]) -> str:
    while ident not in kept:
        ident = STATIONS[ident].leads[Effect.PASS]
    return ident


WAY_IN: Mapping[str, Station] = _way_in(
    ("nic", "xdp", "skb", "tc", "cgroup", "filter", "socket", "dropped", "sent", "redirected")
)
"""The way from the card to a socket without what lies between the hooks, the ends last."""


def path_graph(stations: Mapping[str, Station] = STATIONS) -> "nx.DiGraph[str]":
    """Stations as a graph: nodes are ids with their Station, edges have the effects that take them."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for station in stations.values():
        graph.add_node(station.id, station=station)
    for station in stations.values():
        for effect, onward in station.leads.items():
            if graph.has_edge(station.id, onward):
                graph.edges[station.id, onward]["effects"] += (effect,)
            else:
                graph.add_edge(station.id, onward, effects=(effect,))
    return graph
