"""Packets changed at random: a table of ways to change one, each by a draw that is the same every time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from vm.kernel.packet.form import from_form
from vm.kernel.packet.presets import PRESETS
from vm.kernel.scenarios.draw import Draw
from vm.source import HookscopeError

Form = dict[str, Any]
SHORTEST: Final = 14
"""No frame is shorter than its Ethernet header: no driver would give it to a program."""
_NETWORKS: Final = ("ip", "ipv4")
_TRANSPORTS: Final = ("tcp", "udp")
_PORTS: Final = (0, 1, 22, 53, 79, 80, 81, 443, 8080, 0x5000, 0x3500, 65_535)
_PROTOCOLS: Final = (0, 1, 2, 4, 6, 17, 41, 47, 50, 58, 132, 255)
_ETHERTYPES: Final = (0x0800, 0x86DD, 0x0806, 0x8100, 0x88A8, 0x0008, 0x05DC, 0x0600, 0xFFFF)


@dataclass(frozen=True, slots=True)
class Variation:
    """One way to change a packet: while it is a form, or its bytes."""

    doc: str
    form: Callable[[Form, Draw], Form] | None = None
    raw: Callable[[bytes, Draw], bytes] | None = None


def _network(form: Form) -> str:
    return next((name for name in _NETWORKS if name in form), "ipv4")


def _into(form: Form, layer: str, **values: Any) -> Form:
    given = form.get(layer)
    return {**form, layer: {**(given if isinstance(given, Mapping) else {}), **values}}


def _is_v4(form: Form) -> bool:
    return "ipv6" not in form and "arp" not in form and "icmpv6" not in form


def _ihl(form: Form, draw: Draw) -> Form:
    if not _is_v4(form):
        return form
    words = draw.pick((1, 1, 2, 5, 10))
    return _into(form, _network(form), options="01" * (4 * words - 1) + "00")


def _wrong_ihl(data: bytes, draw: Draw) -> bytes:
    at = _ip_at(data)
    return data if at is None else _with(data, at, data[at] & 0xF0 | draw.below(5))


def _vlan(form: Form, draw: Draw) -> Form:
    return {**form, "vlan": draw.pick((1, 10, 100, 4095, draw.below(4096)))}


def _qinq(form: Form, draw: Draw) -> Form:
    return {**form, "vlan": [1 + draw.below(4095), 1 + draw.below(4095)]}


def _protocol(form: Form, draw: Draw) -> Form:
    return _into(form, _network(form), protocol=draw.pick(_PROTOCOLS)) if _is_v4(form) else form


def _transport(form: Form, draw: Draw) -> Form:
    """The other transport protocol, header and all."""
    kept = {key: value for key, value in form.items() if key not in (*_TRANSPORTS, "dns", "http", "icmp")}
    ports = {"sport": 1024 + draw.below(60_000), "dport": draw.pick(_PORTS)}
    chosen = draw.pick(("tcp", "udp", "icmp"))
    return {**kept, chosen: {"type": "echo"} if chosen == "icmp" else ports}


def _ports(form: Form, draw: Draw) -> Form:
    layer = next((name for name in _TRANSPORTS if name in form), None)
    if layer is None:
        return form
    return _into(form, layer, sport=draw.pick((*_PORTS, draw.below(65_536))), dport=draw.pick(_PORTS))


def _flags(form: Form, draw: Draw) -> Form:
    if "tcp" not in form:
        return form
    names = ("FIN", "SYN", "RST", "PSH", "ACK", "URG")
    chosen = [name for name in names if draw.chance(40)] or ["ACK"]
    return _into(form, "tcp", flags=chosen)


def _addresses(form: Form, draw: Draw) -> Form:
    if not _is_v4(form):
        return form
    some = [".".join(str(draw.pick((0, 1, 10, 127, 192, 203, 255, draw.below(256)))) for _ in range(4))
            for _ in range(2)]  # fmt: skip
    return _into(form, _network(form), src=some[0], dst=some[1])


def _ttl(form: Form, draw: Draw) -> Form:
    return _into(form, _network(form), ttl=draw.pick((0, 1, 2, 64, 128, 255))) if _is_v4(form) else form


def _fragment(form: Form, draw: Draw) -> Form:
    if not _is_v4(form):
        return form
    return _into(form, _network(form), df=False, frag_offset=draw.pick((0, 1, 185)), mf=draw.chance(50))


def _payload(form: Form, draw: Draw) -> Form:
    if "dns" in form or "http" in form or "arp" in form:
        return form
    return {**form, "payload": {"zeros": draw.pick((0, 1, 2, 7, 8, 63, 64, 255, 1000))}}


def _options(form: Form, draw: Draw) -> Form:
    if "tcp" not in form:
        return form
    return _into(form, "tcp", options=draw.pick(("linux", [{"mss": 1460}], ["nop", "nop", {"mss": 536}])))


def _ipv6(form: Form, draw: Draw) -> Form:
    kept = {key: value for key, value in form.items() if key not in (*_NETWORKS, "icmp", "arp")}
    for layer in _TRANSPORTS:
        if isinstance(kept.get(layer), Mapping):
            kept[layer] = {
                key: value for key, value in kept[layer].items() if key not in ("src", "dst", "ttl")
            }
    return {**kept, "ipv6": {"hop_limit": draw.pick((1, 64, 255))}}


def _ethertype(data: bytes, draw: Draw) -> bytes:
    return data[:12] + draw.pick(_ETHERTYPES).to_bytes(2, "big") + data[14:]


def _truncate(data: bytes, draw: Draw) -> bytes:
    edges = [size for size in (14, 17, 18, 22, 33, 34, 37, 38, 41, 42, 53, 54, 57, 58) if size <= len(data)]
    edges += [len(data) - 1, SHORTEST + draw.below(max(1, len(data) - SHORTEST))]
    return data[: max(SHORTEST, draw.pick(edges))]


def _bits(data: bytes, draw: Draw) -> bytes:
    for _ in range(draw.between(1, 4)):
        at = draw.below(len(data))
        data = _with(data, at, data[at] ^ 1 << draw.below(8))
    return data


def _version(data: bytes, draw: Draw) -> bytes:
    at = _ip_at(data)
    return data if at is None else _with(data, at, data[at] & 0x0F | draw.pick((0, 5, 6, 15)) << 4)


def _length(data: bytes, draw: Draw) -> bytes:
    at = _ip_at(data)
    if at is None or len(data) < at + 4:
        return data
    return data[: at + 2] + draw.pick((0, 19, 20, len(data), 65_535)).to_bytes(2, "big") + data[at + 4 :]


def _ip_at(data: bytes) -> int | None:
    at = 12
    while data[at : at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    return at + 2 if data[at : at + 2] == b"\x08\x00" and len(data) > at + 2 else None


def _with(data: bytes, at: int, byte: int) -> bytes:
    return data[:at] + bytes([byte & 0xFF]) + data[at + 1 :]


VARIATIONS: Mapping[str, Variation] = MappingProxyType({
    "ihl": Variation("IPv4 options, so that the header is longer than 20 bytes", _ihl),
    "wrong-ihl": Variation("a header length below the shortest possible", raw=_wrong_ihl),
    "vlan": Variation("a VLAN tag", _vlan),
    "qinq": Variation("two VLAN tags", _qinq),
    "truncate": Variation("cut short, down to the Ethernet header", raw=_truncate),
    "protocol": Variation("another protocol number before the same bytes", _protocol),
    "transport": Variation("another transport protocol, header and all", _transport),
    "ports": Variation("other ports", _ports),
    "flags": Variation("other TCP flags", _flags),
    "addresses": Variation("other IPv4 addresses", _addresses),
    "ttl": Variation("another time to live", _ttl),
    "fragment": Variation("a fragment", _fragment),
    "payload": Variation("another payload", _payload),
    "options": Variation("TCP options", _options),
    "ipv6": Variation("IPv6 in place of IPv4", _ipv6),
    "ethertype": Variation("another EtherType before the same bytes", raw=_ethertype),
    "bits": Variation("some bits turned over, anywhere", raw=_bits),
    "version": Variation("a version of IP that does not fit", raw=_version),
    "length": Variation("an IPv4 total length that does not fit", raw=_length),
})  # fmt: skip
"""Every way to vary a packet, by the name that lessons use."""


def fuzzed(base: str | Mapping[str, Any], vary: Sequence[str], count: int, draw: Draw) -> Iterator[bytes]:
    """``count`` packets: the base itself, each variation alone, then several at once."""
    form = dict(PRESETS[base].form if isinstance(base, str) else base)
    yield from_form(form)
    for number in range(count - 1):
        chosen = [vary[number]] if number < len(vary) else [name for name in vary if draw.chance(40)]
        yield _varied(form, chosen or [draw.pick(vary)], draw)


def _varied(form: Form, names: Sequence[str], draw: Draw) -> bytes:
    rows = [VARIATIONS[name] for name in names]
    changed = form
    for row in rows:
        changed = row.form(changed, draw) if row.form else changed
    try:
        data = from_form(changed)
    except HookscopeError:  # two variations that do not go together
        data = from_form(form)
    for row in rows:
        data = row.raw(data, draw) if row.raw else data
    return data
