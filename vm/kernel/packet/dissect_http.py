"""The head of an HTTP/1 message, line by line."""

from vm.kernel.packet.dissect_builder import LayerBuilder, Step
from vm.kernel.packet.dissect_text import printable
from vm.kernel.packet.dissection import Layer

MAX_LINES = 64
MAX_LINE = 4_096
"""Beyond these the rest is shown as the body."""

Taken = tuple[Layer, Step | None]


def http(data: bytes, step: Step) -> Taken:
    """Take the lines of a head up to the empty one; what follows is the body."""
    at = LayerBuilder(data, step, "http", "HTTP")
    first = ""
    for number in range(MAX_LINES):
        size = _line_size(data, at.at, at.limit)
        if size == 0:
            break
        text = _text(data[at.at : at.at + size])
        name, _, value = text.partition(":")
        if number == 0:
            first = text
            at.take("http.start", "response" if text.startswith("HTTP/") else "request", size, text)
        elif not text:
            at.take("http.end", "end of head", size, "empty line")
            break
        else:
            at.take(f"http.header[{number - 1}]", name[:32], size, value.strip()[:200])
    return at.layer(first[:80]), Step(None, at.at, at.limit, label="body")


def _line_size(data: bytes, start: int, limit: int) -> int:
    """The bytes of the line at a place, its end included; 0 where there is none or it is too long."""
    end = data.find(b"\n", start, min(limit, start + MAX_LINE))
    if end >= 0:
        return end + 1 - start
    return limit - start if limit - start <= MAX_LINE else 0


def _text(line: bytes) -> str:
    return printable(line.rstrip(b"\r\n"))
