"""DNS messages taken apart; names follow pointers only backwards and only so far."""

from ipaddress import IPv4Address, IPv6Address

from vm.kernel.packet.dissect_builder import LayerBuilder, Step
from vm.kernel.packet.dissect_layouts import LAYOUTS
from vm.kernel.packet.dissect_text import printable
from vm.kernel.packet.dissection import Layer
from vm.kernel.packet.dns import MAX_NAME, RECORD_TYPES, RESPONSE_CODES

MAX_RECORDS = 64
"""The most questions and records taken apart; what follows is shown as one run of bytes."""
MAX_POINTERS = 16
_TYPE_NAMES = {number: name for name, number in RECORD_TYPES.items()}
_SECTIONS = (
    ("qdcount", "question"),
    ("ancount", "answer"),
    ("nscount", "authority"),
    ("arcount", "additional"),
)

Taken = tuple[Layer, Step | None]


def dns(data: bytes, step: Step) -> Taken:
    """Take a whole DNS message."""
    at = LayerBuilder(data, step, "dnshdr", "DNS")
    values = at.header(LAYOUTS["dnshdr"])
    if values is None:
        return at.layer(), None
    kind = "answer" if values["qr"] else "question"
    result = (
        f", {RESPONSE_CODES.get(values['rcode'], 'code ' + str(values['rcode']))}" if values["qr"] else ""
    )
    at.amend("flags", text=f"{kind}{result}")
    said: list[str] = []
    left = MAX_RECORDS
    for count_name, section in _SECTIONS:
        for index in range(min(values[count_name], left)):
            text = _entry(at, step.start, section, index)
            if text is None:
                return at.layer(_summary(kind, said)), Step(None, at.at, at.limit, label="rest")
            said.append(text)
        left = max(0, left - values[count_name])
    return at.layer(_summary(kind, said)), Step(None, at.at, at.limit, label="rest")


def _summary(kind: str, said: list[str]) -> str:
    return f"{kind}: {said[-1] if kind == 'answer' else said[0]}" if said else kind


def _entry(at: LayerBuilder, base: int, section: str, index: int) -> str | None:
    """Take a question or record; None where it is not whole or its name cannot be read."""
    since = len(at.fields)
    path = f"dnshdr.{section}[{index}]"
    text, is_whole = _parts(at, base, path, has_data=section != "question")
    at.group(path, section, text, since)
    return text if is_whole else None


def _parts(at: LayerBuilder, base: int, path: str, has_data: bool) -> tuple[str, bool]:
    """Take name, type, class and what a record has besides; the text so far, and whether all was there."""
    found = read_name(at.data, at.at, base, at.limit)
    if found is None:
        at.cut(f"{path}.name", "name", at.left)
        return "cut", False
    name, end = found
    at.take(f"{path}.name", "name", end - at.at, name)
    fixed = 10 if has_data else 4
    if at.left < fixed:
        at.cut(f"{path}.type", "type", fixed)
        return name, False
    kind = _number(at, f"{path}.type", "type", 2, _TYPE_NAMES)
    _number(at, f"{path}.class", "class", 2, {1: "internet"})
    text = f"{name} {_TYPE_NAMES.get(kind, kind)}"
    return _record_parts(at, base, path, kind, text) if has_data else (text, True)


def _record_parts(at: LayerBuilder, base: int, path: str, kind: int, text: str) -> tuple[str, bool]:
    _number(at, f"{path}.ttl", "ttl", 4, {})
    length = _number(at, f"{path}.rdlength", "data length", 2, {})
    if at.left < length:
        at.cut(f"{path}.rdata", "data", length)
        return text, False
    value = _record_data(kind, at.data, at.at, length, base)
    if length:
        at.take(f"{path}.rdata", "data", length, value)
    return f"{text} {value}", True


def _number(at: LayerBuilder, name: str, label: str, size: int, known: dict[int, str]) -> int:
    value = int.from_bytes(at.data[at.at : at.at + size], "big")
    at.take(name, label, size, f"{value} {known[value]}" if value in known else str(value))
    return value


def _record_data(kind: int, data: bytes, at: int, length: int, base: int) -> str:
    raw = data[at : at + length]
    match _TYPE_NAMES.get(kind):
        case "A" if length == 4:
            return str(IPv4Address(raw))
        case "AAAA" if length == 16:
            return str(IPv6Address(raw))
        case "NS" | "CNAME" | "PTR":
            found = read_name(data, at, base, at + length)
            return raw[:24].hex(" ") if found is None else found[0]
        case "MX" if length > 2:
            found = read_name(data, at + 2, base, at + length)
            return raw[:24].hex(" ") if found is None else f"{int.from_bytes(raw[:2], 'big')} {found[0]}"
        case "TXT":
            return printable(raw[1:65])
        case _:
            return raw[:24].hex(" ")


def read_name(data: bytes, at: int, base: int, limit: int) -> tuple[str, int] | None:
    """Return a name and the byte after it; None where it is cut, too long, or its pointers go on too long.

    Pointers count from `base`, the start of the message (RFC 1035 4.1.4).
    """
    labels: list[str] = []
    size, hops, end = 0, 0, 0
    while at < limit:
        length = data[at]
        if length == 0:
            return ".".join(labels) or ".", end or at + 1
        if length >= 0xC0:
            target = base + ((length & 0x3F) << 8 | data[at + 1]) if at + 1 < limit else at
            hops += 1
            if target >= at or hops > MAX_POINTERS:
                return None
            end, at = end or at + 2, target
            continue
        size += length + 1
        if length > 63 or at + 1 + length > limit or size > MAX_NAME:
            return None
        labels.append(
            "".join(chr(byte) if 33 <= byte < 127 else "·" for byte in data[at + 1 : at + 1 + length])
        )
        at += 1 + length
    return None
