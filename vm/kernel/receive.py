"""What the kernel does to a packet between hooks: makes a socket buffer, prepares it for the next program."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from vm.helpers.vlan import VLAN_8021AD, VLAN_8021Q
from vm.kernel.context import Frame
from vm.kernel.context.ethernet import ETHERNET, protocol_of

TAG = 4
ADDRESSES = 12
_TAGS = (VLAN_8021Q.to_bytes(2, "little"), VLAN_8021AD.to_bytes(2, "little"))
_CLEARED: Mapping[str, int] = MappingProxyType(
    dict.fromkeys(("cb0", "cb1", "cb2", "cb3", "cb4", "tc_classid", "wire_len"), 0)
)
"""What does not outlive traffic control: the room it shares with the next owner of skb->cb."""


def skb_numbers(ifindex: int, rx_queue: int) -> dict[str, int]:
    """What the kernel notes in a new socket buffer: where the packet came in."""
    return {"ingress_ifindex": ifindex, "queue_mapping": rx_queue + 1, "socket": 0}


def is_tagged(data: bytes) -> bool:
    """Whether a frame has a VLAN tag that the kernel takes out of it."""
    return data[12:14] in _TAGS and len(data) >= ETHERNET + TAG


def make_skb(frame: Frame, ifindex: int, rx_queue: int = 0) -> Frame:
    """The frame with a socket buffer: where it came in, and its outer VLAN tag beside it (skb_vlan_untag)."""
    numbers = skb_numbers(ifindex, rx_queue)
    data, protocol = frame.data, protocol_of(frame.data)
    if is_tagged(data):
        numbers["vlan_proto"] = protocol
        numbers["vlan_tci"] = int.from_bytes(data[ETHERNET : ETHERNET + 2], "big")
        data = data[:ADDRESSES] + data[ADDRESSES + TAG :]
    return Frame(data, frame.meta, numbers)


def for_tc(frame: Frame) -> Frame:
    """The packet as traffic control gets it: its length on the wire is known."""
    return replace(frame, numbers={**frame.numbers, "wire_len": len(frame.data)})


def for_socket(frame: Frame) -> Frame:
    """The packet as programs of its socket get it: with the socket, without traffic control's notes."""
    return Frame(frame.data, b"", {**frame.numbers, **_CLEARED, "socket": 1})


def leaving(frame: Frame, station: str) -> Frame:
    """A packet of this machine on its way out, as programs of ``station`` get it: with its socket."""
    out = replace(frame, numbers={**frame.numbers, "socket": 1, "ingress_ifindex": 0})
    return for_tc(out) if station == "tc_egress" else out
