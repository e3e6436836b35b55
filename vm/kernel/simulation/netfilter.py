"""A small netfilter: rules by chain, and connection tracking that tells NEW from ESTABLISHED."""

from ipaddress import ip_address

from vm.kernel.hooks import Effect
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.headers import PROTOCOLS, Headers
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.tables import Connection
from vm.kernel.world.spec import Chain, Match, Target

MAX_CONNECTIONS = 16_384
NEW, ESTABLISHED = "NEW", "ESTABLISHED"
_FIRST = (Chain.PREROUTING, Chain.OUTPUT)
_LAST = (Chain.INPUT, Chain.POSTROUTING)


def passes(k: Kernel, packet: Packet, station: str, chain: Chain, out: str = "") -> bool:
    """Whether the chain's rules let the packet go on; it is dropped otherwise.

    As in Linux, a namespace without rules does not track connections at all.
    """
    netns = packet.dev.netns
    if not netns.rules:
        k.hop(station, packet)
        return True
    head = packet.head
    if head is None:
        raise AssertionError("netfilter sees IP packets only")
    if chain in _FIRST:
        _track(k, packet, head)
    came, leaves = (
        ("", packet.dev.spec.name)
        if chain in (Chain.OUTPUT, Chain.POSTROUTING)
        else (packet.dev.spec.name, out)
    )
    for number, rule in enumerate(netns.rules.get(chain, ()), 1):
        if _matches(rule.match, head, packet.tracked, came, leaves):
            if rule.target is Target.DROP:
                k.drop(packet, station, Reason.NETFILTER_DROP, f"{chain} rule {number}")
                return False
            k.hop(station, packet, Effect.PASS, note=f"{chain} rule {number} accepts")
            break
    else:
        k.hop(station, packet)
    if chain in _LAST:
        _confirm(k, packet, head)
    return True


def _track(k: Kernel, packet: Packet, head: Headers) -> None:
    name = packet.dev.netns.name
    known = k.tables.conntrack.get((name, head.proto, head.flow))
    if known is None:
        packet.tracked = NEW
    elif known.original:
        packet.tracked = ESTABLISHED if known.replied else NEW
    else:
        packet.tracked = ESTABLISHED
        if not known.replied:
            k.tables.conntrack[name, head.proto, head.flow] = Connection(False, True)
            k.tables.conntrack[name, head.proto, head.back] = Connection(True, True)


def _confirm(k: Kernel, packet: Packet, head: Headers) -> None:
    """A new connection's first packet got through: answers belong to it from now on."""
    table, key = k.tables.conntrack, (packet.dev.netns.name, head.proto, head.flow)
    if packet.tracked != NEW or key in table:
        return
    if len(table) >= 2 * MAX_CONNECTIONS:
        for oldest in list(table)[:2]:
            del table[oldest]
    table[key] = Connection(True, False)
    table[key[0], head.proto, head.back] = Connection(False, False)


def _matches(match: Match, head: Headers, state: str, came: str, leaves: str) -> bool:
    if match.proto and PROTOCOLS.get(head.proto) != match.proto:
        return False
    if (match.state and match.state != state) or (match.in_device and match.in_device != came):
        return False
    if match.out_device and match.out_device != leaves:
        return False
    for ports, port in ((match.source_ports, head.sport), (match.destination_ports, head.dport)):
        if ports is not None and not ports[0] <= port <= ports[1]:
            return False
    for network, address in ((match.source, head.source), (match.destination, head.destination)):
        if network is not None and ip_address(address) not in network:
            return False
    return True
