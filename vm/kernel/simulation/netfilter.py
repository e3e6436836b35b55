"""A small netfilter: rules by chain, and connection tracking that tells NEW from ESTABLISHED."""

from collections.abc import Sequence
from ipaddress import ip_address

from vm.kernel.context import HookInput
from vm.kernel.context.netfilter import netfilter_event
from vm.kernel.hooks import Effect
from vm.kernel.hooks.netfilter import INET, PRIORITY_FILTER
from vm.kernel.simulation.drops import Reason
from vm.kernel.simulation.headers import PROTOCOLS, Headers
from vm.kernel.simulation.kernel import Kernel
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.packet import Packet
from vm.kernel.simulation.passing import device_of, device_of_dev
from vm.kernel.simulation.socket_info import info
from vm.kernel.simulation.standing import Standing
from vm.kernel.simulation.tables import Connection
from vm.kernel.simulation.topology import Dev
from vm.kernel.world.spec import Chain, Match, Target

MAX_CONNECTIONS = 16_384
NEW, ESTABLISHED = "NEW", "ESTABLISHED"
_FIRST = (Chain.PREROUTING, Chain.OUTPUT)
_LAST = (Chain.INPUT, Chain.POSTROUTING)


def passes(k: Kernel, packet: Packet, station: str, chain: Chain, out: Dev | None = None) -> bool:
    """Whether programs and the chain's rules let the packet go on; it is dropped otherwise.

    Programs come by priority, the rules stand at 0. As in Linux, a namespace without rules does not track
    connections at all.
    """
    netns = packet.dev.netns
    programs = k.attached.netfilter.get(station, ())
    if not netns.rules and not programs:
        k.hop(station, packet)
        return True
    head = packet.head
    if head is None:
        raise AssertionError("netfilter sees IP packets only")
    if netns.rules and chain in _FIRST:
        _track(k, packet, head)
    here = [row for row in programs if row.netns == netns.name and row.version in (0, head.version)]
    before = [row for row in here if row.priority < PRIORITY_FILTER]
    if not _asked(k, packet, station, before, out):
        return False
    if (netns.rules or not here) and not _ruled(k, packet, station, chain, out):
        return False
    if not _asked(k, packet, station, here[len(before) :], out):
        return False
    if netns.rules and chain in _LAST:
        _confirm(k, packet, head)
    return True


def _asked(k: Kernel, packet: Packet, station: str, rows: Sequence[Standing], out: Dev | None) -> bool:
    """Runs programs in order until one drops the packet."""
    for row in rows:
        run = k.execute(row.runner, _event(k, packet, station, out), k.event_for(packet.dev))
        verdict = row.runner.verdict(run.answer) if run.answer is not None else None
        effect = verdict.effect if verdict is not None else Effect.ABORTED
        name = verdict.name if verdict is not None else None
        note = run.message or f"priority {row.priority}"
        k.hop(station, packet, effect, row.runner.name, run.steps, run.pc, name, note)
        if effect is not Effect.PASS:
            k.end(
                packet, station, End.DROPPED, Reason.NETFILTER_DROP, effect, row.runner, run.pc, run.message
            )
            if k.attached.watches_drops:
                k.attached.probes.packets.dropped(k, packet, station, Reason.NETFILTER_DROP)
            return False
    return True


def _event(k: Kernel, packet: Packet, station: str, out: Dev | None) -> HookInput:
    leaving = station in ("local_out", "postrouting")
    came = None if leaving else device_of(packet)
    leaves = device_of(packet) if leaving else None
    if out is not None:
        leaves = device_of_dev(out)
    sock = k.tables.sockets.get(packet.socket)
    return netfilter_event(
        INET[station], packet.data, came, leaves, info(sock) if sock is not None else None, packet.numbers
    )


def _ruled(k: Kernel, packet: Packet, station: str, chain: Chain, out: Dev | None) -> bool:
    """Whether the first rule that matches, if any, accepts the packet."""
    netns, head = packet.dev.netns, packet.head
    name = packet.dev.spec.name
    leaving = chain in (Chain.OUTPUT, Chain.POSTROUTING)
    came, leaves = ("", name) if leaving else (name, out.spec.name if out is not None else "")
    for number, rule in enumerate(netns.rules.get(chain, ()), 1):
        if head is not None and _matches(rule.match, head, packet.tracked, came, leaves):
            if rule.target is Target.DROP:
                k.drop(packet, station, Reason.NETFILTER_DROP, f"{chain} rule {number}")
                return False
            k.hop(station, packet, Effect.PASS, note=f"{chain} rule {number} accepts")
            return True
    k.hop(station, packet)
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
