"""How the bytes of a field read as text."""

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address
from types import MappingProxyType

from vm.uapi.constants import BY_GROUP, name_of
from vm.uapi.struct_types import Field, Kind

_LITTLE_ENDIAN = (Kind.UINT, Kind.SINT, Kind.FLAGS, Kind.POINTER)
_PREFIXES: Mapping[str, str] = MappingProxyType({
    "EtherType": "ETH_P_",
    "IP protocol": "IPPROTO_",
    "IPv6 next header": "IPPROTO_",
    "ARP operation": "ARPOP_",
    "ARP hardware type": "ARPHRD_",
    "ICMP type": "ICMP_",
    "ICMPv6 type": "ICMPV6_",
})  # fmt: skip
_TITLES: Mapping[str, str] = MappingProxyType({
    "ETH_P_IP": "IPv4",
    "ETH_P_IPV6": "IPv6",
    "ETH_P_8021Q": "VLAN",
    "ETH_P_8021AD": "service VLAN",
    "ETH_P_MPLS_UC": "MPLS",
    "IPPROTO_IPIP": "IPv4",
    "IPPROTO_IPV6": "IPv6",
    "IPPROTO_ICMPV6": "ICMPv6",
    "IPPROTO_HOPOPTS": "hop-by-hop options",
    "IPPROTO_ROUTING": "routing header",
    "IPPROTO_FRAGMENT": "fragment header",
    "IPPROTO_DSTOPTS": "destination options",
    "IPPROTO_NONE": "nothing",
    "ICMP_ECHO": "echo request",
    "ICMP_ECHOREPLY": "echo reply",
    "ICMP_DEST_UNREACH": "unreachable",
    "ICMP_TIME_EXCEEDED": "time exceeded",
    "ICMPV6_DEST_UNREACH": "unreachable",
    "ICMPV6_PKT_TOOBIG": "packet too big",
    "ICMPV6_TIME_EXCEED": "time exceeded",
    "ARPHRD_ETHER": "Ethernet",
})  # fmt: skip
_ACRONYMS = ("IPPROTO_", "ETH_P_")
SERVICES: Mapping[int, str] = MappingProxyType({
    20: "ftp-data", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 53: "dns", 67: "dhcp server",
    68: "dhcp client", 80: "http", 123: "ntp", 143: "imap", 161: "snmp", 179: "bgp", 443: "https",
    514: "syslog", 587: "smtp", 853: "dns over tls", 993: "imaps", 1194: "openvpn", 3306: "mysql",
    3478: "stun", 4789: "vxlan", 5353: "mdns", 5432: "postgres", 6379: "redis", 8080: "http",
    8472: "vxlan", 51820: "wireguard",
})  # fmt: skip
"""What usually listens at a port."""


def number(field: Field, raw: bytes) -> int:
    """Return the value of a field's bytes, its bits picked out; big-endian unless its kind says else."""
    value = int.from_bytes(raw, "little" if field.kind in _LITTLE_ENDIAN else "big")
    return value if field.bits is None else field.bits.of(value)


def show(field: Field, raw: bytes, in_hex: bool = False) -> tuple[str, str]:
    """Return a field's bytes as text, and a note: the constant's name, or the service at a port."""
    match field.kind:
        case Kind.MAC:
            return raw.hex(":"), ""
        case Kind.IPV4:
            return str(IPv4Address(raw)), ""
        case Kind.IPV6:
            return str(IPv6Address(raw)), ""
        case Kind.PORT:
            return str(number(field, raw)), SERVICES.get(number(field, raw), "")
        case Kind.CHECKSUM:
            return f"0x{number(field, raw):04x}", ""
        case Kind.BYTES | Kind.PAD:
            return raw.hex(" "), ""
        case Kind.FLAGS:
            return flags_text(field, number(field, raw)), ""
        case _:
            return _number_text(field, number(field, raw), in_hex)


def _number_text(field: Field, value: int, in_hex: bool) -> tuple[str, str]:
    is_type = field.symbols == "EtherType"
    digits = f"0x{value:0{2 * field.size}x}" if in_hex or is_type else str(value)
    name = symbol(field.symbols, value) if field.symbols else None
    return (f"{digits} {title(name)}", name) if name else (digits, "")


def symbol(group: str, value: int) -> str | None:
    """Return the constant that a value stands for in a group; IPv6's next headers count as protocols."""
    name = name_of(group, value)
    if group == "IP protocol" and (name is None or value == 0):
        return name_of("IPv6 next header", value) or name
    return name


def title(name: str) -> str:
    """Return a constant's name as words: `ETH_P_ARP` is ARP, `ICMP_REDIRECT` is redirect."""
    if name in _TITLES:
        return _TITLES[name]
    for prefix in (*_PREFIXES.values(), "NDISC_"):
        if name.startswith(prefix):
            bare = name.removeprefix(prefix)
            return bare if prefix in _ACRONYMS else bare.lower().replace("_", " ")
    return name


def flags_text(field: Field, value: int) -> str:
    """Return the names of the bits that are set and the value: "SYN, ACK (0x12)"."""
    group = BY_GROUP[field.symbols] if field.symbols else ()
    names = [constant.name.rpartition("_")[2] for constant in group if value & constant.value]
    return f"{', '.join(names) or 'none'} (0x{value:0{2 * field.size}x})"


def printable(raw: bytes) -> str:
    """Return bytes as ASCII, a dot for each that is none."""
    return "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in raw)


def preview(raw: bytes, limit: int = 48) -> str:
    """Return bytes as text where they are text, else as hex; at most `limit` characters."""
    start = raw[:limit]
    if start and all(32 <= byte < 127 or byte in b"\r\n\t" for byte in start):
        shown = start.decode("ascii").replace("\r", "").replace("\n", "⏎").replace("\t", " ")
    else:
        start = raw[: limit // 3]
        shown = start.hex(" ")
    return shown if len(start) == len(raw) else f"{shown} …"
