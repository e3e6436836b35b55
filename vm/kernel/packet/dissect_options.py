"""TCP options taken apart, one leaf each."""

from vm.kernel.packet.dissect_builder import LayerBuilder

_NAMES = {0: "end", 1: "nop", 2: "mss", 3: "window-scale", 4: "sack-permitted", 5: "sack", 8: "timestamps"}
_SIZES = {2: 4, 3: 3, 4: 2, 8: 10}


def tcp_options(at: LayerBuilder, end: int) -> None:
    """Take the options up to a byte, all in few words under one parent: "MSS 1460, SACK, TS, WS 7"."""
    since, words = len(at.fields), []
    limit, at.limit = at.limit, end
    while at.left:
        kind = at.data[at.at]
        if kind == 0:
            at.take("tcphdr.options.end", "end", at.left, "end", "the rest is filling")
            break
        length = _length(at, kind)
        if length is None:
            at.cut("tcphdr.options.cut", "option", at.left + 1)
            break
        text, word = _describe(kind, at.data[at.at : at.at + length])
        at.take(
            f"tcphdr.options.{_NAMES.get(kind, str(kind))}", _NAMES.get(kind, f"option {kind}"), length, text
        )
        words += [word] if word else []
    at.limit = limit
    at.group("tcphdr.options", "options", ", ".join(words) or "filling", since)


def _length(at: LayerBuilder, kind: int) -> int | None:
    """The bytes of the next option; None where they are not all there."""
    if kind == 1:
        return 1
    length = at.data[at.at + 1] if at.left > 1 else 0
    return length if 2 <= length <= at.left else None


def _describe(kind: int, raw: bytes) -> tuple[str, str]:
    """An option as text, and as a word for the summary; a known kind of a wrong length is shown as bytes."""
    body = raw[2:]
    if kind in _SIZES and len(raw) != _SIZES[kind]:
        return f"{raw.hex(' ')}, not {_SIZES[kind]} bytes long", f"bad {_NAMES[kind]}"
    match kind:
        case 1:
            return "nop", ""
        case 2:
            mss = int.from_bytes(body, "big")
            return str(mss), f"MSS {mss}"
        case 3:
            return f"{body[0]}: times {1 << min(body[0], 14)}", f"WS {body[0]}"
        case 4:
            return "yes", "SACK"
        case 5 if len(body) % 8 == 0:
            edges = [int.from_bytes(body[i : i + 4], "big") for i in range(0, len(body), 4)]
            blocks = ", ".join(
                f"{left} to {right}" for left, right in zip(edges[::2], edges[1::2], strict=True)
            )
            return blocks, f"SACK {blocks}"
        case 8:
            value, echo = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:], "big")
            return f"{value}, echo {echo}", "TS"
        case _:
            return raw.hex(" "), f"option {kind}"
