"""What happens at each station of the path, by its id."""

from collections.abc import Mapping
from types import MappingProxyType

from vm.kernel.simulation import arp, egress, ingress, local
from vm.kernel.simulation.kernel import Step

STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "nic": ingress.nic,
        "xdp": ingress.xdp,
        "sent": ingress.sent_back,
        "skb": ingress.skb,
        "xdp_generic": ingress.xdp_generic,
        "tc": ingress.tc,
        "protocol": ingress.protocol,
        "arp": arp.arp,
        "prerouting": ingress.prerouting,
        "routing": ingress.routing,
        "forward": ingress.forward,
        "local_in": local.local_in,
        "icmp": local.icmp,
        "lookup": local.lookup,
        "cgroup": local.cgroup,
        "filter": local.filter_,
        "socket": local.socket,
        "process": local.process,
        "route_out": egress.route_out,
        "local_out": egress.local_out,
        "postrouting": egress.postrouting,
        "cgroup_out": egress.cgroup_out,
        "neighbour": egress.neighbour,
        "tc_egress": egress.tc_egress,
        "qdisc": egress.qdisc,
        "driver": egress.driver,
    }
)
