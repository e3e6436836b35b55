"""HTTP/1.1 messages as values, and their bytes (RFC 9112)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request; `Host` comes first, and `Content-Length` is added where there is a body."""

    method: str = "GET"
    path: str = "/"
    host: str = "example.org"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response; `Content-Length` is added."""

    status: int = 200
    reason: str = "OK"
    headers: tuple[tuple[str, str], ...] = ()
    body: str = ""


def encode_http(message: HttpRequest | HttpResponse) -> bytes:
    """Return the bytes of a message, lines ended by CR LF."""
    body = message.body.encode(errors="replace")
    match message:
        case HttpRequest(method, path, host):
            first = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
            has_length = bool(body)
        case HttpResponse(status, reason):
            first = [f"HTTP/1.1 {status} {reason}".rstrip()]
            has_length = True
    length = [f"Content-Length: {len(body)}"] if has_length else []
    lines = [*first, *(f"{name}: {value}" for name, value in message.headers), *length, "", ""]
    return "\r\n".join(lines).encode(errors="replace") + body
