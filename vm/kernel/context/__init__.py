"""Contexts: what r1 points to at each hook, and the packet behind it."""

from collections.abc import Mapping

from vm.helpers.event import Event
from vm.helpers.network import LOOPBACK, Device
from vm.kernel.context.packet_context import PacketContext
from vm.kernel.context.rules import SKB_TYPES
from vm.kernel.context.skb import UNKNOWN, SkbContext
from vm.kernel.context.xdp import XdpContext
from vm.memory.memory import Memory
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

__all__ = ["Device", "PacketContext", "create"]


def create(
    prog_type: ProgType,
    packet: bytes,
    memory: Memory,
    event: Event,
    *,
    fields: dict[str, int],
    device: Device = LOOPBACK,
    known: Mapping[str, int] = UNKNOWN,
) -> PacketContext:
    """The context of a run of a ``prog_type`` program over ``packet`` (a frame with its Ethernet header).

    ``fields`` is the run's dictionary of kernel numbers. ``known`` overrides numbers of the socket buffer
    (``mark``, ``vlan_tci``, ``ingress_ifindex`` …). Raises HookscopeError for a packet of a wrong size.
    """
    if prog_type is ProgType.XDP:
        return XdpContext(packet, memory, event, fields)
    if prog_type in SKB_TYPES:
        return SkbContext(prog_type, packet, memory, event, fields, device, known)
    raise HookscopeError.of(
        "no-context",
        f"{prog_type.label} programs cannot be run on a packet",
        "attach the program to xdp, tc, a socket filter or cgroup_skb",
    )
