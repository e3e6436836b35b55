"""The IP, transport and payload parts of a packet form."""

from collections.abc import Mapping

from vm.kernel.packet.addresses import ipv6, mac
from vm.kernel.packet.errors import PacketError
from vm.kernel.packet.form_keys import (
    DESTINATION,
    ENDS,
    FRAGMENT,
    HOP_BY_HOP,
    ICMP,
    ICMP_REST,
    ICMPV6,
    IPV4,
    IPV6,
    ROUTING,
    TARGET,
    TCP,
    UDP,
    Key,
)
from vm.kernel.packet.form_payload import dns_bytes, fill, http_bytes, payload_bytes
from vm.kernel.packet.form_values import conflict, ip_text, is_ipv6, listed, mapping, wrong
from vm.kernel.packet.layers import Icmp, Icmpv6, Ipv4, Ipv6, Ipv6Extension, Ipv6Options, Layer
from vm.source import did_you_mean

TRANSPORTS = ("tcp", "udp", "icmp", "icmpv6")
NETWORKS = ("ip", "ipv4", "ipv6")
SERVERS = {"dns": ("udp", 53), "http": ("tcp", 80)}
"""Payloads that bring their transport: its name and the server's port."""
CLIENT_PORT = 40_000
EXTENSIONS = ("hop-by-hop", "destination", "routing", "fragment")
MAX_EXTENSIONS = 8
_ADDRESS_OPTION = {135: 1, 136: 2}
"""Neighbour messages by type, and the option that tells the sender's Ethernet address (RFC 4861 4.6.1)."""

Form = Mapping[str, object]


def ip_layers(given: Form, sender_mac: str) -> list[Layer]:
    """Return the layers after the link's; none of IP where the form names neither network nor transport."""
    source = _only_one(given, (*SERVERS, "payload"))
    name = _only_one(given, TRANSPORTS) or (SERVERS[source][0] if source in SERVERS else None)
    payload = _payload(given, source, name)
    if name is None and not any(network in given for network in NETWORKS):
        return [payload] if payload else []
    own = dict(mapping(given.get(name), name)) if name else {}
    ends = {key: own.pop(key) for key in ENDS if key in own}
    if source in SERVERS:
        own = _ports(SERVERS[source][1], _is_answer(given[source])) | own
    network = _network(given, ends, name)
    return [*network, *_transport(name, own, payload, sender_mac), *([payload] if payload else [])]


def _only_one(given: Form, names: tuple[str, ...]) -> str | None:
    found = [name for name in names if name in given]
    if len(found) > 1:
        raise conflict(f"a packet has one of {', '.join(names)}, not both `{found[0]}` and `{found[1]}`")
    return found[0] if found else None


def _payload(given: Form, source: str | None, transport: str | None) -> bytes:
    match source:
        case "dns":
            message = dns_bytes(given["dns"], "dns")
            return len(message).to_bytes(2, "big") + message if transport == "tcp" else message
        case "http":
            return http_bytes(given["http"], "http")
        case "payload":
            return payload_bytes(given["payload"])
        case _:
            return b""


def _ports(server: int, is_answer: bool) -> dict[str, object]:
    """The ports of a message to a server or, swapped, of its answer."""
    return {"sport": server, "dport": CLIENT_PORT} if is_answer else {"dport": server}


def _is_answer(message: object) -> bool:
    """Answers go from the server's port."""
    return isinstance(message, Mapping) and any(
        message.get(key) for key in ("answers", "response", "rcode", "status")
    )


def _network(given: Form, ends: dict[str, object], transport: str | None) -> list[Layer]:
    network = _only_one(given, NETWORKS)
    wants_ipv6 = transport == "icmpv6" or any(is_ipv6(end) for end in ends.values())
    is_version_6 = network == "ipv6" or (network is None and wants_ipv6)
    own = dict(mapping(given.get(network), network)) if network else {}
    for key, value in ends.items():
        target = "hop_limit" if is_version_6 and key == "ttl" else key
        if target in own:
            raise conflict(f"`{network}.{target}` and `{transport}.{key}` say the same thing twice")
        if key != "ttl" and is_ipv6(ip_text(value, f"{transport}.{key}")) != is_version_6:
            version = "IPv6" if is_version_6 else "IPv4"
            raise wrong(value, f"{transport}.{key}", f"an {version} address like the rest of the packet")
        own[target] = value
    return _ipv6(own) if is_version_6 else [_ipv4(own, network or "ipv4")]


def _ipv4(own: Form, path: str) -> Ipv4:
    return fill(IPV4, own, path)


def _ipv6(own: dict[str, object]) -> list[Layer]:
    extensions = listed(_extension, MAX_EXTENSIONS)(own.pop("extensions", []), "ipv6.extensions")
    header: Ipv6 = fill(IPV6, own, "ipv6")
    return [header, *extensions]


def _extension(value: object, path: str) -> Ipv6Extension:
    given = {value: None} if isinstance(value, str) else mapping(value, path)
    if len(given) != 1:
        raise wrong(value, path, "one extension header by name, such as {fragment: {id: 1}}")
    [(name, content)] = given.items()
    path = f"{path}.{name}"
    match name:
        case "hop-by-hop":
            return fill(HOP_BY_HOP, content, path)
        case "destination":
            options: Ipv6Options = fill(DESTINATION, content, path)
            return Ipv6Options(options.options, destination=True, next_header=options.next_header)
        case "routing":
            return fill(ROUTING, content, path)
        case "fragment":
            return fill(FRAGMENT, content, path)
        case _:
            raise wrong(name, path, f"one of {', '.join(EXTENSIONS)}", did_you_mean(name, EXTENSIONS))


def _transport(name: str | None, own: dict[str, object], payload: bytes, sender_mac: str) -> list[Layer]:
    match name:
        case "tcp":
            own.setdefault("flags", ["PSH", "ACK"] if payload else ["SYN"])
            return [fill(TCP, own, "tcp")]
        case "udp":
            return [fill(UDP, own, "udp")]
        case "icmp":
            rest = _icmp_rest(own, "icmp")
            echo: Icmp = fill(ICMP, own, "icmp")
            return [Icmp(echo.type, echo.code, rest, echo.checksum)]
        case "icmpv6":
            return _icmpv6(own, sender_mac)
        case _:
            return []


def _icmpv6(own: dict[str, object], sender_mac: str) -> list[Layer]:
    rest = _icmp_rest(own, "icmpv6")
    target = own.pop("target", None)
    message: Icmpv6 = fill(ICMPV6, own, "icmpv6")
    layers: list[Layer] = [Icmpv6(message.type, message.code, rest, message.checksum)]
    if target is not None:
        layers.append(ipv6(TARGET.read(target, "icmpv6.target")).packed)
        if message.type in _ADDRESS_OPTION:
            layers.append(bytes((_ADDRESS_OPTION[message.type], 1)) + mac(sender_mac))
    return layers


def _icmp_rest(own: dict[str, object], path: str) -> bytes:
    """The second word, from id and sequence or whole; takes its keys out of the form."""
    keys: Mapping[str, Key] = ICMP_REST
    given = {name: keys[name].read(own.pop(name), f"{path}.{name}") for name in keys if name in own}
    if "rest" not in given:
        return bytes(given.get("id", 0).to_bytes(2, "big") + given.get("sequence", 0).to_bytes(2, "big"))
    if len(given) > 1:
        raise conflict(f"`{path}.rest` is the word that id and sequence make up")
    if len(given["rest"]) != 4:
        raise PacketError.of("packet-bad-value", f"`{path}.rest` has {len(given['rest'])} bytes, not 4")
    return bytes(given["rest"])
