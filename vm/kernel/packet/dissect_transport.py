"""TCP with its options, UDP, ICMP and ICMPv6."""

from ipaddress import IPv4Address, IPv6Address
from typing import Literal

from vm.kernel.packet.checksum import internet_checksum, is_valid, ones_sum, pseudo_header
from vm.kernel.packet.dissect_builder import LayerBuilder, Step
from vm.kernel.packet.dissect_layouts import LAYOUTS
from vm.kernel.packet.dissect_options import tcp_options
from vm.kernel.packet.dissection import Layer

QUOTED = "the packet is quoted in an error message"
_ICMP_ECHOES, _ICMPV6_ECHOES = (0, 8), (128, 129)
_ICMP_QUOTES, _ICMPV6_QUOTES = (3, 4, 5, 11, 12), (1, 2, 3, 4)
_NEIGHBOUR_MESSAGES = (135, 136)
_DNS_PORTS = (53, 5353)
_HTTP_STARTS = tuple(
    word.encode()
    for word in (
        "GET ",
        "HEAD ",
        "POST ",
        "PUT ",
        "DELETE ",
        "OPTIONS ",
        "PATCH ",
        "CONNECT ",
        "TRACE ",
        "HTTP/",
    )
)

Taken = tuple[Layer, Step | None]


def tcp(data: bytes, step: Step) -> Taken:
    """Take a TCP header and its options."""
    at = LayerBuilder(data, step, "tcphdr", "TCP")
    values = at.header(LAYOUTS["tcphdr"])
    if values is None:
        return at.layer(), None
    size = 4 * values["doff"]
    at.amend("doff_res", text=f"{values['doff']} words ({size} B)")
    if size < 20:
        at.amend("doff_res", note="a header has at least 5 words", is_wrong=True)
    elif step.start + size > step.limit:
        at.amend("doff_res", note="the packet ends within the header", is_wrong=True)
    if size > 20:
        tcp_options(at, min(step.start + size, at.limit))
    _verify(at, step, "check", 16, 6)
    flags = at.text("flags").partition(" (")[0]
    layer = at.layer(f"{values['source']} → {values['dest']} {flags}")
    if step.start + size > step.limit:
        return layer, None
    is_http = data[at.at : min(at.at + 8, at.limit)].startswith(_HTTP_STARTS)
    return layer, Step("http" if is_http else None, at.at, at.limit, step.within)


def udp(data: bytes, step: Step) -> Taken:
    """Take a UDP header; bytes past the length it tells are no part of the datagram."""
    at = LayerBuilder(data, step, "udphdr", "UDP")
    values = at.header(LAYOUTS["udphdr"])
    if values is None:
        return at.layer(), None
    end = step.start + values["len"]
    is_whole = values["len"] >= 8 and end <= step.limit
    if not is_whole:
        reason = step.within.why_not if step.within is not None else ""
        what = "less than the header itself" if values["len"] < 8 else f"{end - step.limit} bytes are missing"
        at.amend("len", note=what, is_wrong=values["len"] < 8 or not reason)
        at.amend("check", note=f"not checked: {reason or 'the length is wrong'}")
        end = step.limit
    if values["check"] == 0:
        is_ipv6 = step.within is not None and isinstance(step.within.source, IPv6Address)
        at.amend(
            "check",
            note="none was made, and IPv6 needs one" if is_ipv6 else "none was made",
            is_wrong=is_ipv6,
        )
    elif is_whole:
        _verify(at, Step("udp", step.start, end, step.within), "check", 6, 17)
    is_dns = values["source"] in _DNS_PORTS or values["dest"] in _DNS_PORTS
    layer = at.layer(f"{values['source']} → {values['dest']}")
    return layer, Step("dns" if is_dns else None, at.at, end, step.within)


def icmp(data: bytes, step: Step) -> Taken:
    """Take an ICMP header; an error message quotes the packet it is about."""
    at = LayerBuilder(data, step, "icmphdr", "ICMP")
    values = at.header(LAYOUTS["icmphdr"])
    if values is None:
        return at.layer(), None
    _verify(at, step, "checksum", 2, None)
    kind = values["type"]
    if kind in _ICMP_ECHOES:
        at.amend("rest", text=f"id {values['id']}, sequence {values['sequence']}")
    elif kind == 5:
        at.amend("rest", text=f"gateway {IPv4Address(values['gateway'])}")
    elif kind == 3 and values["code"] == 4:
        at.amend("rest", text=f"mtu {values['mtu']}")
    return at.layer(_message(at, "type", "rest")), _after_icmp(kind in _ICMP_QUOTES and "ipv4", at, step)


def icmpv6(data: bytes, step: Step) -> Taken:
    """Take an ICMPv6 header; an error message quotes the packet it is about."""
    at = LayerBuilder(data, step, "icmp6hdr", "ICMPv6")
    values = at.header(LAYOUTS["icmp6hdr"])
    if values is None:
        return at.layer(), None
    _verify(at, step, "icmp6_cksum", 2, 58)
    kind = values["icmp6_type"]
    if kind in _ICMPV6_ECHOES:
        at.amend("icmp6_dataun", text=f"id {values['icmp6_identifier']}, sequence {values['icmp6_sequence']}")
    elif kind == 2:
        at.amend("icmp6_dataun", text=f"mtu {values['icmp6_mtu']}")
    if kind in _NEIGHBOUR_MESSAGES and at.left >= 16:
        at.take("icmp6hdr.target", "target", 16, str(IPv6Address(data[at.at : at.at + 16])))
        return at.layer(_message(at, "icmp6_type", "target")), _after_icmp(False, at, step)
    return at.layer(_message(at, "icmp6_type", "icmp6_dataun")), _after_icmp(
        kind in _ICMPV6_QUOTES and "ipv6", at, step
    )


def _message(at: LayerBuilder, kind: str, rest: str) -> str:
    return f"{at.text(kind).partition(' ')[2] or 'type ' + at.text(kind)}, {at.text(rest)}"


def _after_icmp(quoted: Literal["ipv4", "ipv6", False], at: LayerBuilder, step: Step) -> Step:
    if quoted:
        return Step(quoted, at.at, at.limit, why_unchecked=QUOTED)
    return Step(None, at.at, at.limit, step.within)


def _verify(at: LayerBuilder, step: Step, field: str, place: int, protocol: int | None) -> None:
    """Say of a checksum whether it is right; `protocol` names the pseudo header that it takes in, if one."""
    within = step.within
    if within is None or not within.is_complete:
        reason = within.why_not if within is not None else "there is no IP header around it"
        at.amend(field, note=f"not checked: {reason}")
        return
    message = at.data[step.start : step.limit]
    start = 0
    if protocol is not None:
        start = ones_sum(pseudo_header(within.source, within.destination, protocol, len(message)))
    if is_valid(message, start):
        at.amend(field, note="correct")
        return
    right = internet_checksum(message[:place] + b"\0\0" + message[place + 2 :], start)
    at.amend(field, note=f"wrong: 0x{right:04x} is right", is_wrong=True)
