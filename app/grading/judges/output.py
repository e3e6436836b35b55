"""``output``: what became of the packets' bytes."""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from types import MappingProxyType

from app.grading.case import Case, Miss, ranged, shortened
from app.grading.judges.numbers import fits, told
from app.grading.observed import Ran
from app.lessons.schema.expect import PacketExpect, SameAs
from vm.helpers.network import DEFAULT_NETWORK
from vm.kernel.packet.dissect import dissect
from vm.kernel.packet.dissection import FieldView, Status
from vm.source import HookscopeError, did_you_mean

LAYERS: Mapping[str, str] = MappingProxyType({
    "eth": "ethhdr", "vlan": "vlan_hdr", "arp": "arphdr", "ip": "iphdr", "ipv4": "iphdr", "ipv6": "ipv6hdr",
    "tcp": "tcphdr", "udp": "udphdr", "icmp": "icmphdr", "icmpv6": "icmp6hdr", "dns": "dnshdr",
})  # fmt: skip
FIELDS: Mapping[str, str] = MappingProxyType({
    "eth.dst": "h_dest", "eth.src": "h_source", "eth.type": "h_proto", "vlan.id": "vid",
    "ip.src": "saddr", "ip.dst": "daddr", "ipv4.src": "saddr", "ipv4.dst": "daddr", "ip.checksum": "check",
    "ipv6.src": "saddr", "ipv6.dst": "daddr", "tcp.sport": "source", "tcp.dport": "dest",
    "tcp.ack": "ack_seq",
    "tcp.checksum": "check", "udp.sport": "source", "udp.dport": "dest", "udp.checksum": "check",
    "udp.length": "len", "ip.total_length": "tot_len", "arp.op": "ar_op", "arp.sender_mac": "ar_sha",
    "arp.sender_ip": "ar_sip", "arp.target_mac": "ar_tha", "arp.target_ip": "ar_tip",
    "ipv4.checksum": "check",
})  # fmt: skip
"""The packet editor's names of fields, where the struct has another."""


def output(expected: SameAs | Mapping[str | int, PacketExpect], case: Case) -> Miss | None:
    """The packets as the program left them."""
    if isinstance(expected, SameAs):
        return _same(expected, case)
    for ran, wanted in _pairs(expected, case):
        miss = _held(ran, wanted)
        if miss is not None:
            return miss
    return None


def _same(expected: SameAs, case: Case) -> Miss | None:
    for ran, other in zip(case.seen.ran, case.other(expected.same_as).ran, strict=True):
        if ran.left != other.left:
            right = other.left or b""
            return _bytes_differ(ran, right, ran.left)
    return None


def _pairs(expected: Mapping[str | int, PacketExpect], case: Case) -> Iterator[tuple[Ran, PacketExpect]]:
    for place, wanted in expected.items():
        yield from ((ran, wanted) for ran in ranged(place, case.seen.ran))


def _held(ran: Ran, wanted: PacketExpect) -> Miss | None:
    left = ran.left
    if left is None:
        return Miss(f"{ran.named}: {ran.trouble or 'no packet was left'}", "a packet", "none", ran.number)
    if wanted.hex is not None and left != bytes.fromhex(wanted.hex):
        return _bytes_differ(ran, bytes.fromhex(wanted.hex), left)
    if wanted.unchanged is not None and (left == ran.sent) is not wanted.unchanged:
        if wanted.unchanged:
            return _bytes_differ(ran, ran.sent or b"", left)
        return Miss(f"{ran.named} is as it was, and should be changed", "changed", "unchanged", ran.number)
    if wanted.length is not None and not fits(len(left), wanted.length):
        message = f"{ran.named} has {len(left):,} bytes afterwards, where {told(wanted.length)} are right"
        return Miss(message, told(wanted.length), str(len(left)), ran.number, len(left))
    if wanted.mark is not None and ran.mark != wanted.mark:
        message = f"{ran.named} has mark {ran.mark} afterwards, where {wanted.mark} is right"
        return Miss(message, str(wanted.mark), str(ran.mark), ran.number, ran.mark)
    if wanted.redirect is not None and not _leads_to(ran.redirected, wanted.redirect):
        got = "nowhere" if ran.redirected is None else f"device {ran.redirected}"
        message = f"{ran.named} is redirected to {got}, where {wanted.redirect} is right"
        return Miss(message, str(wanted.redirect), got, ran.number, ran.redirected)
    return _fields(ran, left, wanted) or (_checksums(ran, left) if wanted.checksums else None)


def _leads_to(got: int | str | None, wanted: int | str) -> bool:
    """Whether both are one device, be it told by number or by name."""
    names: dict[int | str, str] = {device.ifindex: device.name for device in DEFAULT_NETWORK.devices}
    return got is not None and names.get(got, got) == names.get(wanted, wanted)


def _bytes_differ(ran: Ran, right: bytes, left: bytes | None) -> Miss:
    if left is None:
        return Miss(f"{ran.named}: {ran.trouble}", "a packet", "none", ran.number)
    at = next((at for at, pair in enumerate(zip(right, left, strict=False)) if pair[0] != pair[1]), None)
    if at is None:
        message = f"{ran.named} has {len(left):,} bytes afterwards, where {len(right):,} are right"
        return Miss(message, f"{len(right):,} bytes", f"{len(left):,} bytes", ran.number)
    leaf = dissect(left).leaf_at(at)
    name = f" ({leaf.name})" if leaf is not None else ""
    expected, got = f"{right[at]:#04x}", f"{left[at]:#04x}"
    return Miss(
        f"{ran.named}: byte {at}{name} is {got}, where {expected} is right", expected, got, ran.number
    )


def _fields(ran: Ran, left: bytes, wanted: PacketExpect) -> Miss | None:
    for path, value in wanted.fields.items():
        field = field_of(left, path)
        if field is None:
            return Miss(f"{ran.named} has no {path} afterwards", str(value), "no such header", ran.number)
        if not _is(left, field, value):
            message = f"{ran.named}: {path} is {field.text} afterwards, where {value} is right"
            return Miss(message, str(value), shortened(field.text), ran.number, field.text)
    return None


def field_of(data: bytes, path: str) -> FieldView | None:
    """The field at ``ip.ttl`` or ``iphdr.ttl``; raises HookscopeError for a header that does not exist."""
    layer, dot, name = path.partition(".")
    struct = LAYERS.get(layer, layer)
    if not dot or struct not in LAYERS.values():
        hint = did_you_mean(layer, LAYERS) or "fields look like ip.ttl, eth.dst, tcp.dport"
        raise HookscopeError.of("bad-field", f"there is no header `{layer[:40]}`", hint)
    full = f"{struct}.{FIELDS.get(path, name)}"
    found = dissect(data).layer(struct)
    if found is None:
        return None
    every = [field for one in found.fields for field in (one, *one.children)]
    field = next((field for field in every if field.name == full), None)
    if field is None:
        known = [one.name.partition(".")[2] for one in every]
        raise HookscopeError.of("bad-field", f"{layer} has no `{name[:40]}`", did_you_mean(name, known))
    return field


def _is(data: bytes, field: FieldView, value: int | str) -> bool:
    raw = data[field.offset : field.end]
    if isinstance(value, int):
        number = int.from_bytes(raw, "big")
        if field.bits is not None:
            return field.text.split(" ")[0] == str(value)
        return number == value
    if raw == _as_bytes(value):
        return True
    return field.text == value or field.text.split(" ")[0] == value


def _as_bytes(text: str) -> bytes | None:
    try:
        return ip_address(text).packed
    except ValueError:
        pass
    try:
        return bytes.fromhex(text.replace(":", "").removeprefix("0x"))
    except ValueError:
        return None


def _checksums(ran: Ran, left: bytes) -> Miss | None:
    wrong = next((leaf for leaf in dissect(left).leaves() if _wrong_checksum(leaf)), None)
    if wrong is None:
        return None
    message = f"{ran.named}: {wrong.name} is {wrong.text} afterwards, which is wrong ({wrong.note})"
    return Miss(message, "right checksums", f"{wrong.name} {wrong.text}", ran.number)


def _wrong_checksum(leaf: FieldView) -> bool:
    last = leaf.name.rpartition(".")[2]
    return leaf.status is Status.WRONG and last in ("check", "checksum", "icmp6_cksum")
