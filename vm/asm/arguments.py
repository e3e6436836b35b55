"""The arguments of a directive: words, ``key=value`` pairs, quoted strings and bracketed groups."""

import re
from dataclasses import dataclass

from vm.source import Span

_OPEN = {"{": "}", "[": "]", "(": ")"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'"}


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: ``key`` is None for a plain word; ``span`` covers all, ``value_span`` the value."""

    key: str | None
    value: str
    span: Span
    value_span: Span


def code_end(text: str) -> int:
    """Where the comment of a line starts, or its end; quoted text holds no comments."""
    quoted = False
    at = 0
    while at < len(text):
        letter = text[at]
        if quoted:
            if letter == "\\":
                at += 1
            elif letter == '"':
                quoted = False
        elif letter == '"':
            quoted = True
        elif letter in ";#" or text.startswith("//", at):
            return at
        at += 1
    return len(text)


def split(text: str, line: int, start: int) -> list[Argument]:
    """The arguments of ``text`` from column ``start``, separated by blanks (or commas) outside of brackets."""
    end = code_end(text)
    found: list[Argument] = []
    at = start
    while at < end:
        if text[at].isspace() or text[at] == ",":
            at += 1
            continue
        stop = _argument_end(text, at, end)
        found.append(_argument(text, line, at, stop))
        at = stop
    return found


def _argument_end(text: str, at: int, end: int) -> int:
    depth: list[str] = []
    quoted = False
    while at < end:
        letter = text[at]
        if quoted:
            if letter == "\\":
                at += 1
            elif letter == '"':
                quoted = False
        elif letter == '"':
            quoted = True
        elif letter in _OPEN:
            depth.append(_OPEN[letter])
        elif depth and letter == depth[-1]:
            depth.pop()
        elif not depth and (letter.isspace() or letter == ","):
            break
        at += 1
    return min(at, end)


_KEY = re.compile(r"([A-Za-z_]\w*)\s*=(?!=)")


def _argument(text: str, line: int, start: int, end: int) -> Argument:
    word = text[start:end]
    match = _KEY.match(word)
    if match is None:
        span = Span(line, start, end)
        return Argument(None, word, span, span)
    return Argument(match[1], word[match.end() :], Span(line, start, end), Span(line, start + match.end(), end))


def unquote(text: str) -> bytes | None:
    """The bytes of a quoted string in UTF-8, with C's escapes; None if it is not one whole string."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return None
    out = bytearray()
    inner = text[1:-1]
    at = 0
    while at < len(inner):
        letter = inner[at]
        if letter == '"':
            return None
        if letter != "\\":
            out += letter.encode("utf-8", "replace")
            at += 1
            continue
        hexadecimal = re.match(r"x([0-9a-fA-F]{2})", inner[at + 1 :])
        if hexadecimal:
            out.append(int(hexadecimal[1], 16))
            at += 4
        elif at + 1 < len(inner) and inner[at + 1] in _ESCAPES:
            out += _ESCAPES[inner[at + 1]].encode()
            at += 2
        else:
            return None
    return bytes(out)
