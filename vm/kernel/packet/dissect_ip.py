"""IPv4 with its options, IPv6 with its extension headers."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

from vm.kernel.packet.checksum import internet_checksum
from vm.kernel.packet.dissect_builder import LayerBuilder, Step, Within
from vm.kernel.packet.dissect_layouts import LAYOUTS
from vm.kernel.packet.dissection import Layer
from vm.uapi.constants import CONSTANTS

_TRANSPORT = {
    CONSTANTS["IPPROTO_TCP"].value: "tcp",
    CONSTANTS["IPPROTO_UDP"].value: "udp",
    CONSTANTS["IPPROTO_ICMP"].value: "icmp",
    CONSTANTS["IPPROTO_ICMPV6"].value: "icmpv6",
    CONSTANTS["IPPROTO_IPIP"].value: "ipv4",
    CONSTANTS["IPPROTO_IPV6"].value: "ipv6",
}
_EXTENSIONS = {
    CONSTANTS["IPPROTO_HOPOPTS"].value: "ipv6_options",
    CONSTANTS["IPPROTO_DSTOPTS"].value: "ipv6_options",
    CONSTANTS["IPPROTO_ROUTING"].value: "ipv6_routing",
    CONSTANTS["IPPROTO_FRAGMENT"].value: "ipv6_fragment",
}
_IPV4_OPTIONS = {0: "end", 1: "nop", 7: "record route", 68: "timestamp", 131: "loose source route",
                 137: "strict source route", 148: "router alert"}  # fmt: skip
FRAGMENT = "a fragment: the whole is needed"
CUT_OFF = "the packet is cut"

Taken = tuple[Layer, Step | None]


def ipv4(data: bytes, step: Step) -> Taken:
    """Take an IPv4 header and its options."""
    at = LayerBuilder(data, step, "iphdr", "IPv4")
    values = at.header(LAYOUTS["iphdr"])
    if values is None:
        return at.layer(), None
    size = 4 * values["ihl"]
    is_sound = values["version"] == 4 and size >= 20
    text = f"{values['version']}, {values['ihl']} words ({size} B)"
    at.amend("version_ihl", text=text, is_wrong=not is_sound)
    if size > 20:
        _ipv4_options(at, min(step.start + size, at.limit))
    _ipv4_checksum(at, data, step, size)
    summary = f"{IPv4Address(values['saddr'])} → {IPv4Address(values['daddr'])}"
    if not is_sound:
        at.amend("version_ihl", note="the version is 4 and a header has at least 5 words: Linux drops this")
        return at.layer(summary), Step(None, at.at, at.limit)
    if step.start + size > step.limit:
        at.amend("version_ihl", note=f"the header has {size} bytes, the packet ends within it", is_wrong=True)
        return at.layer(summary), None
    following = _after_ipv4(at, step, values["tot_len"], size)
    return at.layer(summary), following


def _after_ipv4(at: LayerBuilder, step: Step, total: int, size: int) -> Step:
    data = at.data
    fragment = int.from_bytes(data[step.start + 6 : step.start + 8], "big")
    number = data[step.start + 9]
    end = step.start + total
    if total < size:
        at.amend("tot_len", note="less than the header itself", is_wrong=True)
        end = step.limit
    elif end > step.limit:
        note = f"{end - step.limit} bytes are missing: {step.why_unchecked or CUT_OFF}"
        at.amend("tot_len", note=note, is_wrong=not step.why_unchecked)
    offset, more = fragment & 0x1FFF, bool(fragment & 0x2000)
    at.amend("frag_off", text=_fragment_text(8 * offset, more, bool(fragment & 0x4000)))
    why_not = FRAGMENT if offset or more else CUT_OFF if end > step.limit or total < size else ""
    why_not = _outer_reason(step) or why_not
    within = Within(
        IPv4Address(data[step.start + 12 : step.start + 16]),
        IPv4Address(data[step.start + 16 : step.start + 20]), not why_not, why_not,
    )  # fmt: skip
    if offset:
        return Step(None, at.at, min(end, step.limit), label="later part of a fragmented packet")
    return Step(_TRANSPORT.get(number), at.at, min(end, step.limit), within)


def _outer_reason(step: Step) -> str:
    """Why nothing inside can be checked, from the packet around this one."""
    return step.why_unchecked or (step.within.why_not if step.within is not None else "")


def _fragment_text(offset: int, more: bool, dont: bool) -> str:
    parts = [*(["don't fragment"] if dont else []), *([f"from byte {offset}"] if offset or more else [])]
    return ", ".join([*parts, *(["more follow"] if more else [])]) or "not a fragment"


def _ipv4_checksum(at: LayerBuilder, data: bytes, step: Step, size: int) -> None:
    header = data[step.start : step.start + size]
    if size < 20 or step.start + size > step.limit:
        at.amend("check", note="not checked: the header is not whole")
        return
    right = internet_checksum(header[:10] + b"\0\0" + header[12:])
    is_right = right == int.from_bytes(header[10:12], "big")
    at.amend("check", note="correct" if is_right else f"wrong: 0x{right:04x} is right", is_wrong=not is_right)


def _ipv4_options(at: LayerBuilder, end: int) -> None:
    since, names = len(at.fields), []
    limit, at.limit = at.limit, end
    while at.left:
        kind = at.data[at.at]
        name = _IPV4_OPTIONS.get(kind, f"option {kind}")
        if kind == 0:
            at.take("iphdr.options.end", "end", at.left, "end", "the rest is filling")
            break
        length = 1 if kind == 1 else at.data[at.at + 1] if at.left > 1 else 0
        if kind != 1 and not 2 <= length <= at.left:
            at.cut(f"iphdr.options.{name}", name, max(length, 2))
            break
        raw = at.data[at.at : at.at + length]
        at.take(f"iphdr.options.{name.replace(' ', '-')}", name, length, raw.hex(" "))
        names.append(name)
    at.limit = limit
    at.group("iphdr.options", "options", ", ".join(names) or "none", since)


def ipv6(data: bytes, step: Step) -> Taken:
    """Take an IPv6 header."""
    at = LayerBuilder(data, step, "ipv6hdr", "IPv6")
    values = at.header(LAYOUTS["ipv6hdr"])
    if values is None:
        return at.layer(), None
    is_sound = values["version"] == 6
    text = f"{values['version']}, class {values['traffic_class']}, flow 0x{values['flow_label']:05x}"
    at.amend("version_class_flow", text=text, is_wrong=not is_sound)
    source, destination = IPv6Address(data[at.at - 32 : at.at - 16]), IPv6Address(data[at.at - 16 : at.at])
    summary = f"{source} → {destination}"
    if not is_sound:
        return at.layer(summary), Step(None, at.at, at.limit)
    end = at.at + values["payload_len"] if values["payload_len"] else step.limit
    if end > step.limit:
        note = f"{end - step.limit} bytes are missing: {step.why_unchecked or CUT_OFF}"
        at.amend("payload_len", note=note, is_wrong=not step.why_unchecked)
    why_not = _outer_reason(step) or (CUT_OFF if end > step.limit else "")
    within = Within(source, destination, not why_not, why_not)
    return at.layer(summary), _after_ipv6(values["nexthdr"], at.at, min(end, step.limit), within)


def _after_ipv6(number: int, start: int, limit: int, within: Within) -> Step:
    return Step(_EXTENSIONS.get(number) or _TRANSPORT.get(number), start, limit, within)


def ipv6_options(data: bytes, step: Step) -> Taken:
    """Take a hop-by-hop or destination options header."""
    at = LayerBuilder(data, step, "ipv6_opt_hdr", "IPv6 options")
    values = at.header(LAYOUTS["ipv6_opt_hdr"])
    return _finish_extension(at, step, values, "options")


def ipv6_routing(data: bytes, step: Step) -> Taken:
    """Take a routing header; while stops are left, the last of them is where the packet goes in the end."""
    at = LayerBuilder(data, step, "ipv6_rt_hdr", "IPv6 routing")
    values = at.header(LAYOUTS["ipv6_rt_hdr"])
    layer, following = _finish_extension(at, step, values, "addresses")
    if (
        following is None
        or following.within is None
        or not values
        or not values["segments_left"]
        or values["hdrlen"] < 2
    ):
        return layer, following
    last = IPv6Address(data[layer.end - 16 : layer.end])
    return layer, replace(following, within=replace(following.within, destination=last))


def _finish_extension(at: LayerBuilder, step: Step, values: Mapping[str, int] | None, rest: str) -> Taken:
    """Take the rest of a header whose length counts words of 8 bytes after the first."""
    if values is None or step.within is None:
        return at.layer(), None
    size = step.start + 8 * (values["hdrlen"] + 1) - at.at
    if at.left < size:
        at.cut(f"{at.name}.{rest}", rest, size)
        return at.layer(), None
    at.take(f"{at.name}.{rest}", rest, size, at.data[at.at : at.at + size][:32].hex(" "))
    return at.layer(), _after_ipv6(values["nexthdr"], at.at, at.limit, step.within)


def ipv6_fragment(data: bytes, step: Step) -> Taken:
    """Take a fragment header."""
    at = LayerBuilder(data, step, "frag_hdr", "IPv6 fragment")
    values = at.header(LAYOUTS["frag_hdr"])
    if values is None or step.within is None:
        return at.layer(), None
    at.amend("frag_off", text=_fragment_text(8 * values["frag_offset"], bool(values["mf"]), dont=False))
    if values["frag_offset"]:
        return at.layer(), Step(None, at.at, at.limit, label="later part of a fragmented packet")
    within = replace(step.within, is_complete=False, why_not=FRAGMENT) if values["mf"] else step.within
    return at.layer(), _after_ipv6(values["nexthdr"], at.at, at.limit, within)
