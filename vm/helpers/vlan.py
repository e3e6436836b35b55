"""VLAN tags: the outer one is kept beside the packet (vlan_proto, vlan_tci), further ones are in it."""

from vm.helpers.api import Arg, Helper, HelperCall, PacketAccess, Ret
from vm.helpers.arguments import ENOMEM, packet_of, u16
from vm.helpers.programs import TC
from vm.helpers.skb_shape import insert, remove
from vm.uapi.helper_ids import HelperId

VLAN_8021Q, VLAN_8021AD = 0x0081, 0xA888
"""EtherTypes of VLAN tags, as the CPU reads them."""
TAG = 4
ADDRESSES = 12
"""Bytes of a frame before its EtherType, or its tag."""
ETHERNET = 14


def skb_vlan_push(call: HelperCall) -> int:
    """Gives the packet a tag, moving the one beside it into the frame."""
    packet, protocol, tci = packet_of(call), u16(call, 2), u16(call, 3)
    if packet.field("vlan_present"):
        _insert_tag(packet)
    packet.set_field("vlan_proto", protocol if protocol == VLAN_8021AD else VLAN_8021Q)
    packet.set_field("vlan_tci", tci)
    return 0


def _insert_tag(packet: PacketAccess) -> None:
    insert(packet, ADDRESSES, TAG)
    kept = packet.field("vlan_proto").to_bytes(2, "little") + packet.field("vlan_tci").to_bytes(2, "big")
    packet.put(ADDRESSES, kept)
    packet.set_field("protocol", packet.field("vlan_proto"))


def skb_vlan_pop(call: HelperCall) -> int:
    """Takes the outer tag away; the next one, if any, moves out of the frame."""
    packet = packet_of(call)
    if packet.field("vlan_present"):
        packet.set_field("vlan_proto", 0)
        packet.set_field("vlan_tci", 0)
    elif packet.field("protocol") not in (VLAN_8021Q, VLAN_8021AD):
        return 0
    elif take_tag(packet) is None:
        return ENOMEM
    protocol = packet.field("protocol")
    if protocol not in (VLAN_8021Q, VLAN_8021AD):
        return 0
    tci = take_tag(packet)
    if tci is None:
        return ENOMEM
    packet.set_field("vlan_proto", protocol)
    packet.set_field("vlan_tci", tci)
    return 0


def take_tag(packet: PacketAccess) -> int | None:
    """Removes the tag in the frame and answers its TCI; None if the frame is too short to have one."""
    frame = packet.packet()
    if len(frame) < ETHERNET + TAG:
        return None
    network = packet.field("network_header")
    remove(packet, ADDRESSES, TAG)
    data = packet.bounds()[1]
    packet.set_field("network_header", max(network, data + ETHERNET))
    packet.set_field("protocol", protocol_behind(frame))
    return int.from_bytes(frame[14:16], "big")


def protocol_behind(frame: bytes) -> int:
    """The protocol behind a frame's tag, as skb->protocol is read (vlan_set_encap_proto)."""
    if frame[16] >= 6:
        return int.from_bytes(frame[16:18], "little")
    return 0x0100 if frame[18:20] == b"\xff\xff" else 0x0400


ROWS = (
    Helper(
        HelperId.SKB_VLAN_PUSH,
        "long bpf_skb_vlan_push(struct sk_buff *skb, __be16 vlan_proto, u16 vlan_tci)",
        (Arg.CTX, Arg.ANYTHING, Arg.ANYTHING),
        Ret.INTEGER,
        skb_vlan_push,
        "Gives the packet a VLAN tag, kept beside it; a tag it had there moves into the frame. Any protocol "
        "but ETH_P_8021AD means ETH_P_8021Q.",
        TC,
        changes_packet=True,
    ),
    Helper(
        HelperId.SKB_VLAN_POP,
        "long bpf_skb_vlan_pop(struct sk_buff *skb)",
        (Arg.CTX,),
        Ret.INTEGER,
        skb_vlan_pop,
        "Takes the outer VLAN tag away; a second one moves out of the frame. Without a tag nothing happens.",
        TC,
        changes_packet=True,
    ),
)
