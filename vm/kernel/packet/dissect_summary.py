"""A packet in one line, for lists and the sentence."""

from collections.abc import Sequence

from vm.kernel.packet.dissection import Layer

_NETWORK = ("iphdr", "ipv6hdr")
_PORTS = ("tcphdr", "udphdr")
_ERRORS = ("icmphdr", "icmp6hdr")
_UNTOLD = ("payload", "ipv6_opt_hdr", "ipv6_rt_hdr", "frag_hdr")
"""Layers that do not say what a packet is."""


def summarise(layers: Sequence[Layer], size: int) -> str:
    """Return what a packet is: "TCP 203.0.113.7:40011 → 198.51.100.20:80 SYN"."""
    network = ports = top = None
    for layer in layers:
        if layer.name not in _UNTOLD:
            top = layer
        if layer.name in _NETWORK:
            network = layer
        elif layer.name in _PORTS:
            ports = layer
        elif layer.name in _ERRORS:
            break  # what follows is the packet the message is about
    if top is None:
        return f"{size:,} bytes" if size else "empty packet"
    if network is None or top is network:
        return _joined(top.title, top.summary)
    rest = top.summary.partition(" → ")[2].partition(" ")[2] if top is ports else top.summary
    return _joined(top.title, _ends(network, ports), rest)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _ends(network: Layer, ports: Layer | None) -> str:
    source, arrow, destination = network.summary.partition(" → ")
    values = [field.text for field in ports.fields[:2]] if ports is not None else []
    if not arrow or len(values) < 2:
        return network.summary
    return f"{_with_port(source, values[0])} → {_with_port(destination, values[1])}"


def _with_port(address: str, port: str) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
