"""Ethernet, VLAN tags and ARP taken apart."""

from vm.kernel.packet.dissect_builder import LayerBuilder, Step
from vm.kernel.packet.dissect_layouts import LAYOUTS
from vm.kernel.packet.dissection import Layer
from vm.uapi.constants import CONSTANTS

_NETWORK: dict[int, str] = {
    CONSTANTS["ETH_P_IP"].value: "ipv4",
    CONSTANTS["ETH_P_IPV6"].value: "ipv6",
    CONSTANTS["ETH_P_ARP"].value: "arp",
    CONSTANTS["ETH_P_8021Q"].value: "vlan",
    CONSTANTS["ETH_P_8021AD"].value: "vlan",
    CONSTANTS["ETH_P_QINQ1"].value: "vlan",
}
_LEAST_TYPE = CONSTANTS["ETH_P_802_3_MIN"].value

Taken = tuple[Layer, Step | None]


def ethernet(data: bytes, step: Step) -> Taken:
    """Take an Ethernet header."""
    at = LayerBuilder(data, step, "ethhdr", "Ethernet")
    values = at.header(LAYOUTS["ethhdr"])
    if values is None:
        return at.layer(), None
    if values["h_proto"] < _LEAST_TYPE:
        at.amend(
            "h_proto", text=f"{values['h_proto']} bytes", note="below 0x0600 this is a length, not a type"
        )
    return at.layer(), _after_type(values["h_proto"], at)


def vlan(data: bytes, step: Step) -> Taken:
    """Take a VLAN tag."""
    at = LayerBuilder(data, step, "vlan_hdr", "VLAN")
    values = at.header(LAYOUTS["vlan_hdr"])
    if values is None:
        return at.layer(), None
    summary = f"{values['vid']}, priority {values['pcp']}"
    at.amend("h_vlan_TCI", text=f"VLAN {summary}")
    return at.layer(summary), _after_type(values["h_vlan_encapsulated_proto"], at)


def _after_type(ether_type: int, at: LayerBuilder) -> Step:
    return Step(_NETWORK.get(ether_type), at.at, at.limit)


def arp(data: bytes, step: Step) -> Taken:
    """Take an ARP message; of other links or networks than Ethernet and IPv4 only its first 8 bytes."""
    at = LayerBuilder(data, step, "arphdr", "ARP")
    rows = LAYOUTS["arphdr"]
    kinds = data[step.start : min(step.start + 6, step.limit)]
    if len(kinds) == 6 and kinds != b"\0\1\x08\0\6\4":
        rows = rows[:5]
    values = at.header(rows)
    if values is None or len(rows) == 5:
        return at.layer(), Step(None, at.at, at.limit, label="addresses") if values is not None else None
    sender, target = (view.text for view in at.fields if view.name in ("arphdr.ar_sip", "arphdr.ar_tip"))
    if values["ar_op"] == 1:
        return at.layer(f"who has {target}? tell {sender}"), Step(None, at.at, at.limit, label="padding")
    return at.layer(f"{sender} is at {data[step.start + 8 : step.start + 14].hex(':')}"), Step(
        None, at.at, at.limit, label="padding"
    )
