"""The payload of a packet form: text, hex, zeros, a DNS or an HTTP message."""

from collections.abc import Mapping

from vm.kernel.packet.dns import RECORD_TYPES, Dns, DnsRecord, encode_dns
from vm.kernel.packet.errors import PacketError
from vm.kernel.packet.form_keys import Key, LayerForm, Made
from vm.kernel.packet.form_values import bits, boolean, hex_bytes, integer, listed, mapping, text, wrong
from vm.kernel.packet.http import HttpRequest, HttpResponse, encode_http
from vm.source import did_you_mean

ANSWER_TYPES = ("A", "AAAA", "CNAME", "MX", "NS", "PTR", "TXT")
MAX_HEADERS = 64


def fill(form: LayerForm[Made], value: object, path: str) -> Made:
    """Return the layer a group of keys describes; raises PacketError naming an unknown key or a bad value."""
    given = mapping(value, path)
    check_keys(given, form.keys, path)
    return form.make(**{name: form.keys[name].read(item, f"{path}.{name}") for name, item in given.items()})


def check_keys(given: Mapping[str, object], known: Mapping[str, object], path: str) -> None:
    """Raise PacketError for the first key that is not known, with the one probably meant."""
    for name in given:
        if name not in known:
            place = f"`{path}` has" if path else "a packet has"
            hint = did_you_mean(name, known) or f"it has {', '.join(known)}"
            raise PacketError.of("packet-unknown-key", f"{place} no `{name}`", hint)


def _record_type(value: object, path: str) -> str:
    name = text(value, path).upper()
    if name not in RECORD_TYPES:
        raise wrong(value, path, f"one of {', '.join(RECORD_TYPES)}", did_you_mean(name, RECORD_TYPES))
    return name


def _answer_type(value: object, path: str) -> str:
    name = text(value, path).upper()
    if name not in ANSWER_TYPES:
        raise wrong(value, path, f"one of {', '.join(ANSWER_TYPES)}", did_you_mean(name, ANSWER_TYPES))
    return name


_RECORD = LayerForm(DnsRecord, {
    "name": Key(text, "Whose record it is."),
    "type": Key(_answer_type, "Kind of record."),
    "data": Key(text, "Address, name or text."),
    "ttl": Key(bits(32), "Seconds it may be kept."),
})  # fmt: skip


def _answer(value: object, path: str) -> DnsRecord:
    given = mapping(value, path)
    for name in ("name", "type", "data"):
        if name not in given:
            raise PacketError.of(
                "packet-missing-key", f"`{path}` has no `{name}`", "write {name, type, data}"
            )
    return fill(_RECORD, given, path)


def _headers(value: object, path: str) -> tuple[tuple[str, str], ...]:
    given = mapping(value, path)
    if len(given) > MAX_HEADERS:
        raise wrong(f"a list of {len(given)}", path, f"at most {MAX_HEADERS} headers")
    return tuple((name, text(item, f"{path}.{name}")) for name, item in given.items())


DNS_FORM = LayerForm(Dns, {
    "query": Key(text, "The name asked for."),
    "type": Key(_record_type, "Kind of record asked for: A, AAAA, MX …"),
    "id": Key(bits(16), "Number that question and answer share."),
    "answers": Key(listed(_answer, 32), "The answers, as {name, type, data, ttl}."),
    "response": Key(boolean, "An answer, even one without records."),
    "rcode": Key(bits(4), "0 success, 3 no such name."),
    "recursion_desired": Key(boolean, "Ask the server to ask others."),
})  # fmt: skip
REQUEST_FORM = LayerForm(HttpRequest, {
    "method": Key(text, "GET, POST …"),
    "path": Key(text, "What is asked for."),
    "host": Key(text, "Whom it is asked of."),
    "headers": Key(_headers, "Further headers by name."),
    "body": Key(text, "What is sent along."),
})  # fmt: skip
RESPONSE_FORM = LayerForm(HttpResponse, {
    "status": Key(integer(100, 999), "Status code."),
    "reason": Key(text, "The status in words."),
    "headers": Key(_headers, "Further headers by name."),
    "body": Key(text, "What is answered."),
})  # fmt: skip


def dns_bytes(value: object, path: str) -> bytes:
    """Read a DNS message; a bare text is the name asked for."""
    return encode_dns(fill(DNS_FORM, {"query": value} if isinstance(value, str) else value, path))


def http_bytes(value: object, path: str) -> bytes:
    """Read an HTTP message: a response if it has a status, else a request; a bare text is the path."""
    given = {"path": value} if isinstance(value, str) else mapping(value, path)
    if "status" in given:
        return encode_http(fill(RESPONSE_FORM, given, path))
    return encode_http(fill(REQUEST_FORM, given, path))


def _text_bytes(value: object, path: str) -> bytes:
    return text(value, path).encode(errors="replace")


def _zeros(value: object, path: str) -> bytes:
    return bytes(integer(0, 65_535)(value, path))


PAYLOADS: Mapping[str, Key] = {
    "text": Key(_text_bytes, "Text, as UTF-8."),
    "hex": Key(hex_bytes, "Bytes as hex."),
    "zeros": Key(_zeros, "So many zeros."),
    "dns": Key(dns_bytes, "A DNS message."),
    "http": Key(http_bytes, "An HTTP message."),
}


def payload_bytes(value: object, path: str = "payload") -> bytes:
    """Read a payload: a bare text, or one of `PAYLOADS` by name."""
    if isinstance(value, str):
        return value.encode(errors="replace")
    given = mapping(value, path)
    check_keys(given, PAYLOADS, path)
    if len(given) > 1:
        raise wrong(value, path, f"one of {', '.join(PAYLOADS)}")
    return b"".join(PAYLOADS[name].read(item, f"{path}.{name}") for name, item in given.items())
