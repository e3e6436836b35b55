"""A packet's bytes taken apart into layers and fields, whatever they are: every byte gets one leaf."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vm.kernel.packet import dissect_ip, dissect_link, dissect_transport
from vm.kernel.packet.dissect_builder import LayerBuilder, Step
from vm.kernel.packet.dissect_dns import dns
from vm.kernel.packet.dissect_http import http
from vm.kernel.packet.dissect_summary import summarise
from vm.kernel.packet.dissect_text import preview
from vm.kernel.packet.dissection import Dissection, Layer

Parser = Callable[[bytes, Step], tuple[Layer, Step | None]]

PARSERS: Mapping[str, Parser] = MappingProxyType({
    "ethernet": dissect_link.ethernet,
    "vlan": dissect_link.vlan,
    "arp": dissect_link.arp,
    "ipv4": dissect_ip.ipv4,
    "ipv6": dissect_ip.ipv6,
    "ipv6_options": dissect_ip.ipv6_options,
    "ipv6_routing": dissect_ip.ipv6_routing,
    "ipv6_fragment": dissect_ip.ipv6_fragment,
    "tcp": dissect_transport.tcp,
    "udp": dissect_transport.udp,
    "icmp": dissect_transport.icmp,
    "icmpv6": dissect_transport.icmpv6,
    "dns": dns,
    "http": http,
})  # fmt: skip
"""Every protocol that is taken apart. Each takes at least one byte, or says that nothing follows."""

MAX_LAYERS = 24
"""The most layers taken apart, so that a packet of nothing but tags stays readable."""


def dissect(data: bytes, first: str = "ethernet") -> Dissection:
    """Return the layers and fields of a packet; `first` is the protocol it begins with, a key of `PARSERS`.

    Never fails: bytes no protocol claims are a payload, a header the packet ends in is marked as cut, and
    wrong lengths and checksums are noted.
    """
    layers: list[Layer] = []
    step: Step | None = Step(first, 0, len(data))
    end = 0
    while step is not None and step.start < step.limit:
        if step.protocol is None or len(layers) == MAX_LAYERS:
            layers.append(_plain(data, step, step.label))
            end, step = step.limit, None
            break
        layer, step = PARSERS[step.protocol](data, step)
        layers.append(layer)
        end = layer.end
    if end < len(data):
        layers.append(_plain(data, Step(None, end, len(data)), _trailer_label(data[end:])))
    return Dissection(tuple(layers), summarise(layers, len(data)))


def _plain(data: bytes, step: Step, label: str) -> Layer:
    at = LayerBuilder(data, step, "payload", label)
    size = at.left
    at.take("payload", label, size, preview(data[step.start : step.limit]), f"{size:,} bytes")
    return at.layer(f"{size:,} bytes")


def _trailer_label(rest: bytes) -> str:
    """Bytes after all that the headers count: Ethernet fills short frames with zeros."""
    return "trailer" if any(rest) else "padding"
