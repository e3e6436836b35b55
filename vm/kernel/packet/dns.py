"""DNS messages as values, and their bytes (RFC 1035, 3596)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vm.kernel.packet.addresses import ipv4, ipv6
from vm.kernel.packet.errors import PacketError, shortened

RECORD_TYPES: Mapping[str, int] = MappingProxyType(
    {
        "A": 1,
        "NS": 2,
        "CNAME": 5,
        "SOA": 6,
        "PTR": 12,
        "MX": 15,
        "TXT": 16,
        "AAAA": 28,
        "SRV": 33,
        "OPT": 41,
        "ANY": 255,
    }
)
"""Record types by name."""

RESPONSE_CODES: Mapping[int, str] = MappingProxyType(
    {
        0: "no error",
        1: "format error",
        2: "server failure",
        3: "no such name",
        4: "not implemented",
        5: "refused",
    }
)

_MAIL_SERVER = re.compile(r"([0-9]{1,5}) (\S+)")
MAX_NAME = 255
MAX_LABEL = 63
_INTERNET = b"\0\1"
_QUESTION_NAME = b"\xc0\x0c"
"""A pointer to offset 12, where the question's name stands."""


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """An answer: an address (A, AAAA), a name (NS, CNAME, PTR), `10 mail.example.org` (MX) or text (TXT)."""

    name: str
    type: str
    data: str
    ttl: int = 300


@dataclass(frozen=True, slots=True)
class Dns:
    """A question, or the answer to it where `answers` or a `rcode` are given or `response` is set."""

    query: str = "example.org"
    type: str = "A"
    id: int = 0x1A2B
    answers: tuple[DnsRecord, ...] = ()
    response: bool = False
    rcode: int = 0
    recursion_desired: bool = True


def encode_dns(message: Dns) -> bytes:
    """Return the bytes of a message; raises PacketError for a name or address that cannot be written."""
    is_answer = message.response or bool(message.answers) or message.rcode > 0
    flags = is_answer << 15 | message.recursion_desired << 8 | is_answer << 7 | message.rcode & 0xF
    counts = (1, len(message.answers), 0, 0)
    header = b"".join(word.to_bytes(2, "big") for word in (message.id, flags, *counts))
    question = encode_name(message.query) + _type_number(message.type) + _INTERNET
    return header + question + b"".join(_record(record, message.query) for record in message.answers)


def encode_name(name: str) -> bytes:
    """Return a name as labels with their lengths, `example.org` as 07 65 78 …; raises PacketError."""
    bare = name.removesuffix(".")
    labels = bare.split(".") if bare else []
    encoded = b""
    for label in labels:
        if not label or len(label) > MAX_LABEL or not label.isascii():
            raise PacketError.of(
                "packet-bad-name",
                f"`{shortened(name)}` is not a DNS name: `{shortened(label)}` cannot be a part of one",
                f"each part between dots has 1 to {MAX_LABEL} ASCII characters",
            )
        encoded += bytes((len(label),)) + label.encode()
    if len(encoded) + 1 > MAX_NAME:
        raise PacketError.of(
            "packet-bad-name",
            f"`{shortened(name)}` is too long for DNS",
            f"a name takes at most {MAX_NAME} bytes",
        )
    return encoded + b"\0"


def _type_number(name: str) -> bytes:
    return RECORD_TYPES[name].to_bytes(2, "big")


def _record(record: DnsRecord, question: str) -> bytes:
    name = _QUESTION_NAME if record.name == question else encode_name(record.name)
    data = _record_data(record)
    fixed = _type_number(record.type) + _INTERNET + record.ttl.to_bytes(4, "big")
    return name + fixed + len(data).to_bytes(2, "big") + data


def _record_data(record: DnsRecord) -> bytes:
    match record.type:
        case "A":
            return ipv4(record.data).packed
        case "AAAA":
            return ipv6(record.data).packed
        case "NS" | "CNAME" | "PTR":
            return encode_name(record.data)
        case "MX":
            return _mail_server(record.data)
        case _:
            text = record.data.encode(errors="replace")[:255]
            return bytes((len(text),)) + text


def _mail_server(data: str) -> bytes:
    """`10 mail.example.org`: how much it is preferred, and its name."""
    found = _MAIL_SERVER.fullmatch(data)
    if found is None or int(found[1]) > 0xFFFF:
        raise PacketError.of(
            "packet-bad-value",
            f"`{shortened(data)}` is not a mail server",
            "write it as `10 mail.example.org`",
        )
    return int(found[1]).to_bytes(2, "big") + encode_name(found[2])
