"""The arguments of a directive: words, ``key=value`` pairs, quoted texts and bracketed groups."""

import re
from dataclasses import dataclass

from vm.source import Span

_CLOSING = {"{": "}", "[": "]", "(": ")"}
_ESCAPES = {"n": b"\n", "t": b"\t", "r": b"\r", "0": b"\0", "\\": b"\\", '"': b'"', "'": b"'"}
_ESCAPE = re.compile(r'\\(x[0-9a-fA-F]{2}|[ntr0\\"\'])')
_KEY = re.compile(r"([A-Za-z_][\w.]*)=(?!=)", re.ASCII)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: ``key`` is None for a plain word, whose ``value`` is then all of ``span_text``."""

    key: str | None
    value: str
    span: Span
    value_span: Span
    span_text: str


def code_end(text: str) -> int:
    """Where the comment of a line starts, or its end; quoted text holds no comments."""
    at = 0
    while at < len(text):
        quoted = _QUOTED.match(text, at) if text[at] == '"' else None
        if quoted:
            at = quoted.end()
        elif text[at] in ";#" or text.startswith("//", at):
            return at
        else:
            at += 1
    return len(text)


def split(text: str, line: int, start: int) -> list[Argument]:
    """The arguments of ``text`` from column ``start``, separated by blanks or commas outside of brackets.

    Blanks around the ``=`` of a pair are part of it.
    """
    end = code_end(text)
    found: list[Argument] = []
    at = start
    while at < end:
        if text[at].isspace() or text[at] == ",":
            at += 1
            continue
        stop = _argument_end(text, at, end)
        found.append(_argument(text, line, at, stop))
        at = max(stop, at + 1)
    return found


def _argument_end(text: str, at: int, end: int) -> int:
    open_brackets: list[str] = []
    while at < end:
        letter = text[at]
        quoted = _QUOTED.match(text, at) if letter == '"' else None
        if quoted:
            at = quoted.end()
            continue
        if letter in _CLOSING:
            open_brackets.append(_CLOSING[letter])
        elif open_brackets and letter == open_brackets[-1]:
            open_brackets.pop()
        elif not open_brackets and (letter.isspace() or letter == ","):
            break
        at += 1
    return min(at, end)


def _argument(text: str, line: int, start: int, end: int) -> Argument:
    word = text[start:end]
    span = Span(line, start, end)
    match = _KEY.match(word)
    if match is None:
        return Argument(None, word, span, span, word)
    return Argument(match[1], word[match.end() :], span, Span(line, start + match.end(), end), word)


def unquote(text: str) -> bytes | None:
    """The bytes of a quoted text in UTF-8, with C's escapes; None if it is not one whole quoted text."""
    if len(text) < 2 or not _QUOTED.fullmatch(text):
        return None
    out, at, inner = bytearray(), 0, text[1:-1]
    for match in _ESCAPE.finditer(inner):
        out += inner[at : match.start()].encode("utf-8", "replace")
        escape = match[1]
        out += bytes.fromhex(escape[1:]) if escape[0] == "x" else _ESCAPES[escape]
        at = match.end()
    return bytes(out + inner[at:].encode("utf-8", "replace"))
