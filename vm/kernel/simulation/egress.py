"""The way out: routing, netfilter, the sender's control group, neighbours, tc, queue, driver, wire."""

from ipaddress import ip_address

from vm.helpers.network import Route
from vm.kernel.context.ethernet import ETHERNET
from vm.kernel.hooks import Effect
from vm.kernel.simulation import netfilter
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.headers import Headers, network
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.make import arp_request, icmp_error, neighbour_solicitation
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.redirect import stopped
from vm.kernel.simulation.tables import Waiting
from vm.kernel.simulation.topology import Dev, Netns
from vm.kernel.simulation.verdicts import classified, ended, everyone
from vm.kernel.world.spec import Chain, DeviceKind

_UNRESOLVED = 64
"""Packets that may wait for one neighbour (unres_qlen is in bytes; about as many)."""
_OUTGOING = {"pkt_type": 0, "ingress_ifindex": 0, "queue_mapping": 0}


def send(k: Kernel, netns: Netns, packet: bytes, sender: int = 0, socket: int = 0) -> Packet:
    """Lets the kernel send an IP packet from a namespace: it starts at ``route_out`` when its turn comes."""
    loopback = netns.devices[0]
    kind = b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"
    made = k.packet(bytes(12) + kind + packet, loopback)
    made.sender, made.socket = sender, socket
    made.numbers = {**_OUTGOING, "socket": int(bool(socket)), "socket_cookie": socket}
    k.later("route_out", made)
    return made


def tell_sender(k: Kernel, packet: Packet, kind: int, code: int) -> None:
    """An ICMP error goes to who sent the packet; never about an error, a fragment or a packet to many."""
    head, netns = packet.head, packet.dev.netns
    if head is None or head.proto in (1, 58) or (head.fragment is not None and head.fragment[0]):
        return
    source = _address_of(packet.dev, head.version) or head.destination
    send(k, netns, icmp_error(packet.data, head, source, kind, code))


def _address_of(dev: Dev, version: int) -> bytes | None:
    return next((found.ip.packed for found in dev.spec.addresses if found.version == version), None)


def headers_of(packet: Packet) -> Headers | None:
    """The packet's headers, read again where a program changed it; None where they are broken."""
    if packet.head is None:
        kind = int.from_bytes(packet.data[12:14], "big")
        found = network(packet.data, kind)
        packet.head = None if isinstance(found, Reason) else found
    return packet.head


def route_out(k: Kernel, packet: Packet) -> str | None:
    """By which device, and to whom next?"""
    head, netns = headers_of(packet), packet.dev.netns
    route = netns.route(head.destination) if head is not None else None
    if route is None:
        k.drop(packet, "route_out", Reason.IP_OUTNOROUTES)
        return None
    out = _loopback(netns) if route.local else netns.device(route.ifindex)
    if out is None:
        k.drop(packet, "route_out", Reason.IP_OUTNOROUTES)
        return None
    packet.dev = out
    k.hop("route_out", packet)
    return "local_out"


def _loopback(netns: Netns) -> Dev | None:
    return next((dev for dev in netns.devices if dev.spec.kind is DeviceKind.LOOPBACK), None)


def local_out(k: Kernel, packet: Packet) -> str | None:
    """netfilter's OUTPUT chain."""
    return "postrouting" if netfilter.passes(k, packet, "local_out", Chain.OUTPUT) else None


def postrouting(k: Kernel, packet: Packet) -> str | None:
    """netfilter's last look."""
    headers_of(packet)
    return "cgroup_out" if netfilter.passes(k, packet, "postrouting", Chain.POSTROUTING) else None


def cgroup_out(k: Kernel, packet: Packet) -> str | None:
    """Programs of the sender's control group; a forwarded packet has no sender."""
    runners = k.attached.cgroup(k.tables, "cgroup_skb/egress", packet.sender) if packet.sender else ()
    if not runners:
        k.hop("cgroup_out", packet)
        return "neighbour"
    effect, runner, run = everyone(k, packet, "cgroup_out", runners)
    if effect is Effect.PASS:
        return "neighbour"
    ended(k, packet, "cgroup_out", Reason.BPF_CGROUP_EGRESS, effect, runner, run)
    return None


def neighbour(k: Kernel, packet: Packet) -> str | None:
    """The next hop's Ethernet address."""
    head, dev = headers_of(packet), packet.dev
    if head is None:
        k.drop(packet, "neighbour", Reason.NEIGH_CREATEFAIL)
        return None
    if dev.spec.kind is DeviceKind.LOOPBACK:
        return _resolved(k, packet, bytes(6))
    hop = _next_hop(dev.netns.route(head.destination), head)
    if head.destination[0] >= 0xE0 and head.version == 4:
        return _resolved(k, packet, b"\x01\0\x5e" + head.destination[1:])
    if head.version == 6 and head.destination[0] == 0xFF:
        return _resolved(k, packet, b"\x33\x33" + head.destination[12:])
    mac = k.tables.neighbours.get((dev.ifindex, hop))
    if mac is None:
        _ask(k, packet, hop)
        return None
    return _resolved(k, packet, mac)


def _next_hop(route: Route | None, head: Headers) -> bytes:
    return route.via.packed if route is not None and route.via is not None else head.destination


def _resolved(k: Kernel, packet: Packet, mac: bytes) -> str:
    packet.data = mac + packet.dev.mac + packet.data[12:]
    k.hop("neighbour", packet)
    return "tc_egress"


def _ask(k: Kernel, packet: Packet, hop: bytes) -> None:
    """Nobody knows the address: it is asked for, and the packet waits."""
    key = packet.dev.ifindex, hop
    waiting = k.tables.waiting.get(key, ())
    if len(waiting) >= _UNRESOLVED:
        k.drop(packet, "neighbour", Reason.NEIGH_QUEUEFULL)
        return
    k.tables.waiting[key] = (*waiting, Waiting(packet.data, packet.dev.id, packet.number))
    k.hop("neighbour", packet, note="waits for its next hop's address")
    k.end(packet, "neighbour", End.QUEUED, note=f"{ip_address(hop)} has not answered yet")
    if waiting:
        return
    dev = packet.dev
    sender = _address_of(dev, 4 if len(hop) == 4 else 6) or bytes(len(hop))
    if len(hop) == 4:
        question = arp_request(dev.mac, sender, hop)
    else:
        group, asking = neighbour_solicitation(dev.mac, sender, hop)
        question = group + dev.mac + b"\x86\xdd" + asking
    k.later("tc_egress", k.packet(question, dev))


def tc_egress(k: Kernel, packet: Packet) -> str | None:
    """tcx programs, then the classifiers of tc, on the way out."""
    dev = packet.dev
    if not dev.tc_egress and not dev.tcx_egress:
        k.hop("tc_egress", packet)
        return "qdisc"
    return classified(k, packet, "tc_egress", "qdisc", dev.tcx_egress, dev.tc_egress)


def qdisc(k: Kernel, packet: Packet) -> str | None:
    """The queue; the loopback and a veth have none (noqueue)."""
    if len(packet.data) - ETHERNET > packet.dev.spec.mtu:
        k.drop(packet, "qdisc", Reason.PKT_TOO_BIG, "longer than the device's MTU")
        return None
    k.hop("qdisc", packet)
    return "driver"


def driver(k: Kernel, packet: Packet) -> str | None:
    """The driver takes the frame."""
    k.hop("driver", packet)
    if packet.dev.spec.kind is DeviceKind.LOOPBACK:
        _arrives(packet, packet.dev)
        return "skb"
    return onto_wire(k, packet, "wire")


def onto_wire(k: Kernel, packet: Packet, station: str, effect: Effect = Effect.PASS) -> str | None:
    """Out of a device: away, or into the other end of a veth pair."""
    dev = packet.dev
    if dev.peer is None:
        if station == "wire":
            k.hop("wire", packet)
        k.end(packet, station, End.SENT, effect=effect)
        return None
    if effect is not Effect.PASS and stopped(k, packet, station):
        return None
    _arrives(packet, dev.peer)
    return "nic"


def _arrives(packet: Packet, dev: Dev) -> None:
    """The frame begins anew at a device: nothing is known of it but its bytes (skb_scrub_packet)."""
    packet.dev = dev
    packet.meta = b""
    packet.numbers = {}
    packet.head = None
    packet.tracked = ""
    packet.sender = packet.socket = 0
