"""Packets from plain data, as lessons, links and the packet editor write them.

{tcp: {src: 203.0.113.7, dport: 80, flags: [SYN]}}
{udp: {dport: 53}, cut: 33}
{vlan: 10, ipv6: {dst: "2001:db8::1"}, icmpv6: {type: echo-request}}
{dns: example.org}      {hex: "45 00 …"}      "arp"
"""

from collections.abc import Mapping

from vm.kernel.packet.build import MAX_PACKET, build
from vm.kernel.packet.errors import PacketError
from vm.kernel.packet.form_keys import ARP, ETHERNET, VLAN, WHOLE
from vm.kernel.packet.form_network import TRANSPORTS, ip_layers
from vm.kernel.packet.form_payload import check_keys, fill, payload_bytes
from vm.kernel.packet.form_values import bits, conflict, hex_bytes, mapping, wrong
from vm.kernel.packet.layers import Arp, Ethernet, Layer, Vlan
from vm.kernel.packet.presets import PRESETS
from vm.source import did_you_mean

TOP_KEYS: Mapping[str, None] = dict.fromkeys(
    ("eth", "vlan", "arp", "ip", "ipv4", "ipv6", *TRANSPORTS, "dns", "http", "payload", "hex", *WHOLE)
)
"""Every key a packet may have."""
MAX_TAGS = 8
SERVICE_TAG = 0x88A8

Form = Mapping[str, object]


def from_form(form: Form | str) -> bytes:
    """Return the packet that plain data describes; a text is the name of a preset such as `arp`.

    Raises PacketError for an unknown key (with the one probably meant), a value of the wrong kind or out of
    range, or parts that do not go together.
    """
    given = _preset(form) if isinstance(form, str) else mapping(form, "packet")
    check_keys(given, TOP_KEYS, "")
    packet = _from_hex_key(given) if "hex" in given else build(layers_of(given))
    if "pad" in given:
        packet = packet.ljust(WHOLE["pad"].read(given["pad"], "pad"), b"\0")
    return packet[: WHOLE["cut"].read(given["cut"], "cut")] if "cut" in given else packet


def layers_of(given: Form) -> list[Layer]:
    """Return the layers a form describes, outermost first, with what it leaves out filled in."""
    link = fill(ETHERNET, given.get("eth"), "eth")
    outer: list[Layer] = [link, *_vlans(given.get("vlan", []))]
    if "arp" in given:
        return [*outer, *_arp(given, link)]
    return outer + ip_layers(given, link.src)


def _preset(name: str) -> Form:
    if name not in PRESETS:
        hint = did_you_mean(name, PRESETS) or f"there are {', '.join(PRESETS)}"
        raise PacketError.of("packet-unknown-preset", f"there is no packet named `{name[:40]}`", hint)
    return PRESETS[name].form


def _from_hex_key(given: Form) -> bytes:
    others = [name for name in given if name != "hex" and name not in WHOLE]
    if others:
        raise conflict(f"`hex` is the whole packet, so `{others[0]}` has no place")
    packet = hex_bytes(given["hex"], "hex")
    if len(packet) > MAX_PACKET:
        raise PacketError.of(
            "packet-too-long", f"the packet has {len(packet):,} bytes; at most {MAX_PACKET:,} are possible"
        )
    return packet


def _vlans(value: object) -> list[Vlan]:
    """The tags, outermost first; the outer one of several announces itself as a service tag."""
    items = value if isinstance(value, list | tuple) else [value]
    if len(items) > MAX_TAGS:
        raise wrong(f"a list of {len(items)}", "vlan", f"at most {MAX_TAGS} tags")
    tags = []
    for index, item in enumerate(items):
        path = f"vlan[{index}]" if len(items) > 1 else "vlan"
        given = dict(item) if isinstance(item, Mapping) else {"id": bits(12)(item, path)}
        if index < len(items) - 1:
            given.setdefault("tpid", SERVICE_TAG)
        tags.append(fill(VLAN, given, path))
    return tags


def _arp(given: Form, link: Ethernet) -> list[Layer]:
    allowed = ("eth", "vlan", "arp", "payload", *WHOLE)
    others = [name for name in given if name not in allowed]
    if others:
        raise conflict(f"an ARP packet has no `{others[0]}`")
    message: Arp = fill(ARP, {"sender_mac": link.src} | dict(mapping(given["arp"], "arp")), "arp")
    return [message, *([payload_bytes(given["payload"])] if "payload" in given else [])]
