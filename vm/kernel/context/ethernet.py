"""What the kernel reads off a frame when it makes a socket buffer (eth_type_trans in net/ethernet/eth.c)."""

from vm.helpers.network import Device

ETHERNET = 14
"""Bytes of an Ethernet header."""
PACKET_HOST, PACKET_BROADCAST, PACKET_MULTICAST, PACKET_OTHERHOST = range(4)
_ETH_P_802_3, _ETH_P_802_2 = 0x0100, 0x0400


def protocol_of(frame: bytes) -> int:
    """skb->protocol as the CPU reads it (0x0008 for IPv4); a length field means 802.3 or 802.2."""
    if frame[12] >= 6:
        return int.from_bytes(frame[12:14], "little")
    return _ETH_P_802_3 if frame[14:16] == b"\xff\xff" else _ETH_P_802_2


def packet_type(frame: bytes, device: Device) -> int:
    """skb->pkt_type: for whom the frame is, seen from ``device``."""
    destination = frame[:6]
    if destination == device.mac:
        return PACKET_HOST
    if destination[0] & 1:
        return PACKET_BROADCAST if destination == device.broadcast else PACKET_MULTICAST
    return PACKET_OTHERHOST
