"""The stations of a packet's way in, and where each effect leads from there: the map of the modeled path."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import networkx as nx

from vm.kernel.hooks import HOOK_POINTS, Effect, HookPoint

_NOWHERE: Mapping[Effect, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Station:
    """A place on the way: the kernel function it stands for, what happens there, and what follows.

    ``leads`` says to which station each effect takes the packet; the ends of the way lead nowhere. At a
    station without a hook the only effect is PASS, unless the packet cannot be taken.
    """

    id: str
    title: str
    function: str
    file: str
    doc: str
    leads: Mapping[Effect, str] = field(default_factory=lambda: _NOWHERE)

    @property
    def kernel(self) -> str:
        """The kernel function and its file."""
        return f"{self.function}, {self.file}" if self.function else ""

    @property
    def hook(self) -> HookPoint | None:
        """The hook that is here, if any."""
        return next((point for point in HOOK_POINTS.values() if point.station == self.id), None)


def _leads(onward: str, *others: tuple[Effect, str]) -> Mapping[Effect, str]:
    return MappingProxyType({Effect.PASS: onward, **dict(others)})


_DROP, _ABORT = (Effect.DROP, "dropped"), (Effect.ABORTED, "dropped")
_AWAY = (Effect.REDIRECT, "redirected")

_ROWS = (
    Station(
        "nic", "NIC", "napi_poll", "net/core/dev.c",
        "The device has written the frame to memory; the driver takes it from its ring.",
        _leads("xdp", _DROP),
    ),
    Station(
        "xdp", "XDP", "bpf_prog_run_xdp", "include/net/xdp.h",
        "XDP programs see the bare frame, before the kernel has spent anything on it.",
        _leads("skb", _DROP, _ABORT, (Effect.TX, "sent"), _AWAY),
    ),
    Station(
        "skb", "sk_buff", "eth_type_trans", "net/ethernet/eth.c",
        "The kernel makes a socket buffer for the frame, reads its protocol, and takes a VLAN tag out of it.",
        _leads("tc"),
    ),
    Station(
        "tc", "tc ingress", "sch_handle_ingress", "net/core/dev.c",
        "tc programs see the socket buffer, before any protocol does.",
        _leads("cgroup", _DROP, _ABORT, _AWAY),
    ),
    Station(
        "cgroup", "cgroup", "__cgroup_bpf_run_filter_skb", "kernel/bpf/cgroup.c",
        "The socket is found; programs of its control group decide whether it may have the packet.",
        _leads("filter", _DROP, _ABORT),
    ),
    Station(
        "filter", "filter", "sk_filter_trim_cap", "net/core/filter.c",
        "The socket's own filter says how many bytes of the packet it wants.",
        _leads("socket", _DROP, _ABORT),
    ),
    Station(
        "socket", "socket", "sock_queue_rcv_skb", "net/core/sock.c",
        "The bytes wait for a process to read them.",
    ),
    Station("dropped", "dropped", "kfree_skb_reason", "net/core/skbuff.c", "The packet is no more."),
    Station("sent", "sent back", "ndo_xdp_xmit", "include/linux/netdevice.h",
            "The frame leaves by the device it came from."),
    Station("redirected", "redirected", "xdp_do_redirect", "net/core/filter.c",
            "The packet goes where a redirect helper said."),
)  # fmt: skip

STATIONS: Mapping[str, Station] = MappingProxyType({station.id: station for station in _ROWS})
"""Every station by id, in the order a packet comes by, the ends last."""
START = "nic"


def path_graph() -> "nx.DiGraph[str]":
    """The stations as a graph: nodes are ids with their Station, edges have the effects that take them."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for station in STATIONS.values():
        graph.add_node(station.id, station=station)
    for station in STATIONS.values():
        for effect, onward in station.leads.items():
            if graph.has_edge(station.id, onward):
                graph.edges[station.id, onward]["effects"] += (effect,)
            else:
                graph.add_edge(station.id, onward, effects=(effect,))
    return graph
