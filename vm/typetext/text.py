"""Cutting the text of values at commas that are not inside brackets or quotes."""

from vm.source import HookscopeError

_OPEN = "[{"
_CLOSE = "]}"
MAX_TEXT = 1 << 20


def split_top(text: str) -> list[str]:
    """The parts of ``text`` between its outermost commas, stripped; no parts for blank text."""
    parts: list[str] = []
    depth, start, quoted, at = 0, 0, False, 0
    while at < len(text):
        letter = text[at]
        if quoted:
            at += letter == "\\"
            quoted = letter != '"'
        elif letter == '"':
            quoted = True
        elif letter in _OPEN:
            depth += 1
        elif letter in _CLOSE:
            depth -= 1
        elif letter == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
        at += 1
    last = text[start:].strip()
    return [*parts, last] if last else parts


def braced(text: str, opening: str, closing: str, type_text: str) -> str:
    """What stands between the brackets of ``text``; the brackets themselves may be left out."""
    inner = text.strip()
    if len(inner) > MAX_TEXT:
        raise HookscopeError.of("bad-value", f"a value of {len(inner)} characters is too long to read")
    if not inner.startswith(opening):
        return inner
    if not inner.endswith(closing):
        raise HookscopeError.of(
            "bad-value", f"`{closing}` is missing at the end of a {type_text}", f"write {opening}…{closing}"
        )
    return inner[1:-1]
