"""The way in: from the card through XDP and tc to the protocols, and the turn to another host."""

from vm.kernel.context.ethernet import ETHERNET
from vm.kernel.hooks import Effect
from vm.kernel.receive import is_tagged, make_skb, skb_numbers
from vm.kernel.simulation import netfilter
from vm.kernel.simulation.chain import chain
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.egress import onto_wire, tell_sender
from vm.kernel.simulation.headers import ETH_ARP, ETH_IPV4, ETH_IPV6, Headers, network
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.make import TIME_EXCEEDED, less_ttl
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.redirect import redirect
from vm.kernel.simulation.runner import Run, Runner
from vm.kernel.simulation.verdicts import classified, ended
from vm.kernel.world.spec import Chain

MAX_FRAME = 65_535 + ETHERNET
_MULTICAST = 1


def nic(k: Kernel, packet: Packet) -> str | None:
    """The driver takes the frame from its ring."""
    size = len(packet.data)
    if not ETHERNET <= size <= MAX_FRAME:
        note = "too short for a frame" if size < ETHERNET else "too long for a frame"
        k.drop(packet, "nic", Reason.PKT_TOO_SMALL if size < ETHERNET else Reason.PKT_TOO_BIG, note)
        return None
    k.hop("nic", packet)
    return "xdp"


def xdp(k: Kernel, packet: Packet) -> str | None:
    """XDP programs in the driver."""
    runners = packet.dev.xdp
    if not runners:
        k.hop("xdp", packet)
        return "skb"
    effect, runner, run = chain(k, packet, "xdp", runners)
    return "skb" if effect is Effect.PASS else _xdp_verdict(k, packet, "xdp", effect, runner, run)


def _xdp_verdict(
    k: Kernel, packet: Packet, station: str, effect: Effect, runner: Runner | None, run: Run | None
) -> str | None:
    if effect is Effect.TX:
        return "sent"
    if effect is Effect.REDIRECT and runner is not None and run is not None:
        return redirect(k, packet, station, runner, run)
    ended(k, packet, station, Reason.XDP if station == "xdp_generic" else None, effect, runner, run)
    return None


def sent_back(k: Kernel, packet: Packet) -> str | None:
    """XDP_TX: out of the device it came from."""
    k.hop("sent", packet, Effect.TX)
    return onto_wire(k, packet, "sent", Effect.TX)


def skb(k: Kernel, packet: Packet) -> str | None:
    """The socket buffer is made."""
    dev, queue = packet.dev, packet.queue
    if is_tagged(packet.data):
        packet.take(make_skb(packet.frame(), dev.ifindex, queue))
    else:
        numbers = dev.numbers.get(queue)
        if numbers is None:
            numbers = dev.numbers[queue] = skb_numbers(dev.ifindex, queue)
        packet.numbers = numbers
    k.hop("skb", packet)
    return "xdp_generic"


def xdp_generic(k: Kernel, packet: Packet) -> str | None:
    """XDP programs behind the driver; without any, a packet does not stop here."""
    runners = packet.dev.xdp_generic
    if not runners:
        return "tc"
    numbers = packet.numbers
    effect, runner, run = chain(k, packet, "xdp_generic", runners)
    packet.numbers = numbers
    return "tc" if effect is Effect.PASS else _xdp_verdict(k, packet, "xdp_generic", effect, runner, run)


def tc(k: Kernel, packet: Packet) -> str | None:
    """tcx programs, then the classifiers of tc."""
    dev = packet.dev
    if not dev.tc and not dev.tcx:
        k.hop("tc", packet)
        return "protocol"
    return classified(k, packet, "tc", "protocol", dev.tcx, dev.tc)


def protocol(k: Kernel, packet: Packet) -> str | None:
    """The handler of the EtherType: ARP, or IP with its checks."""
    data, dev = packet.data, packet.dev
    kind = ether_type(packet)
    if kind not in (ETH_IPV4, ETH_IPV6, ETH_ARP):
        k.drop(packet, "protocol", Reason.UNHANDLED_PROTO)
        return None
    if packet.numbers.get("vlan_tci", 0) & 0xFFF:
        k.drop(packet, "protocol", Reason.OTHERHOST, "no VLAN device takes its tag")
        return None
    if not data[0] & _MULTICAST and data[:6] != dev.mac:
        k.drop(packet, "protocol", Reason.OTHERHOST)
        return None
    if kind == ETH_ARP:
        k.hop("protocol", packet)
        return "arp"
    found = network(data, kind)
    if isinstance(found, Reason):
        k.drop(packet, "protocol", found)
        return None
    packet.head = found
    k.hop("protocol", packet)
    return "prerouting"


def prerouting(k: Kernel, packet: Packet) -> str | None:
    """netfilter's first look."""
    return "routing" if netfilter.passes(k, packet, "prerouting", Chain.PREROUTING) else None


def ether_type(packet: Packet) -> int:
    """The EtherType: what programs left in skb->protocol (in network order), else the frame's."""
    known = packet.numbers.get("protocol", 0)
    return (
        int.from_bytes(known.to_bytes(2, "little"), "big")
        if known
        else int.from_bytes(packet.data[12:14], "big")
    )


def headers(packet: Packet) -> Headers:
    """The packet's headers, read again where a program changed it."""
    if packet.head is None:
        found = network(packet.data, ether_type(packet))
        if isinstance(found, Reason):
            raise AssertionError("only packets with good headers come here")
        packet.head = found
    return packet.head


def routing(k: Kernel, packet: Packet) -> str | None:
    """For this host, or for another?"""
    head, netns = headers(packet), packet.dev.netns
    first = head.destination[0]
    if first >= 0xE0 if head.version == 4 else first == 0xFF:
        k.hop("routing", packet, note="to many: local")
        return "local_in"
    route = netns.route(head.destination)
    if route is None:
        k.drop(packet, "routing", Reason.IP_INNOROUTES)
        return None
    if route.local:
        k.hop("routing", packet, note="local")
        return "local_in"
    if not netns.spec.forwarding:
        k.drop(packet, "routing", Reason.IP_INADDRERRORS)
        return None
    k.hop("routing", packet, Effect.PASS, note="forward")
    return "forward"


def forward(k: Kernel, packet: Packet) -> str | None:
    """On to another host: one hop less to live."""
    head, netns = headers(packet), packet.dev.netns
    if head.ttl <= 1:
        k.drop(packet, "forward", Reason.IP_INHDR, "its time to live ran out")
        tell_sender(k, packet, TIME_EXCEEDED, 0)
        return None
    route = netns.route(head.destination)
    out = netns.device(route.ifindex) if route is not None else None
    if route is None or out is None:
        k.drop(packet, "forward", Reason.IP_INNOROUTES)
        return None
    if head.end - ETHERNET > out.spec.mtu:
        k.drop(packet, "forward", Reason.PKT_TOO_BIG)
        return None
    packet.data = less_ttl(packet.data, head)
    head.ttl -= 1
    if not netfilter.passes(k, packet, "forward", Chain.FORWARD, out):
        return None
    packet.dev = out
    return "postrouting"
