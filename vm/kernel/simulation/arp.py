"""ARP: neighbours are learnt, packets that waited for them leave, and the host answers for itself."""

from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.make import ARP_REPLY, arp_of, arp_reply
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.topology import Dev


def arp(k: Kernel, packet: Packet) -> str | None:
    """An ARP packet came in."""
    found = arp_of(packet.data)
    if found is None:
        k.drop(packet, "arp", Reason.NOT_SPECIFIED, "not ARP for IPv4 over Ethernet")
        return None
    op, mac, sender, target = found
    dev = packet.dev
    route = dev.netns.route(target)
    ours = route is not None and route.local  # of any device: arp_ignore is 0
    k.hop("arp", packet)
    k.end(packet, "arp", End.DELIVERED)
    if (ours or (dev.ifindex, sender) in k.tables.waiting) and any(sender):
        learn(k, dev, sender, mac)
    if ours and op != ARP_REPLY:
        k.later("tc_egress", k.packet(arp_reply(dev.mac, target, mac, sender), dev))
    return None


def learn(k: Kernel, dev: Dev, address: bytes, mac: bytes) -> None:
    """Notes a neighbour; what waited for its address leaves."""
    key = dev.ifindex, address
    k.tables.neighbours[key] = mac
    for waiting in k.tables.waiting.pop(key, ()):
        out = k.packet(mac + dev.mac + waiting.data[12:], k.topology.devices[waiting.device])
        k.later("tc_egress", out)
