"""TCP options in a packet form: `[{mss: 1460}, sack-permitted, {timestamps: [1, 0]}, nop]`."""

from vm.kernel.packet.form_values import bits, hex_bytes, listed, mapping, wrong
from vm.kernel.packet.options import (
    LINUX_SYN,
    MAX_OPTIONS,
    EndOfList,
    Mss,
    Nop,
    RawOption,
    Sack,
    SackPermitted,
    TcpOption,
    Timestamps,
    WindowScale,
)
from vm.source import did_you_mean

BARE: dict[str, TcpOption] = {
    "nop": Nop(),
    "end": EndOfList(),
    "mss": Mss(),
    "sack-permitted": SackPermitted(),
    "timestamps": Timestamps(),
    "window-scale": WindowScale(),
}
"""Options that may stand alone, with their usual values."""
NAMES = (*BARE, "sack", "raw")

_words = listed(bits(32), 8)


def tcp_options(value: object, path: str) -> tuple[TcpOption, ...]:
    """Read a list of options; `linux` alone stands for those Linux sends with a SYN."""
    if value == "linux":
        return LINUX_SYN
    return listed(_option, MAX_OPTIONS)(value, path)


def _option(value: object, path: str) -> TcpOption:
    if isinstance(value, str):
        if value in BARE:
            return BARE[value]
        raise wrong(value, path, f"one of {', '.join(BARE)}", did_you_mean(value, NAMES))
    named = mapping(value, path)
    if len(named) != 1:
        raise wrong(value, path, "one option by name, such as {mss: 1460}")
    [(name, content)] = named.items()
    return _with_value(name, content, f"{path}.{name}")


def _with_value(name: str, content: object, path: str) -> TcpOption:
    match name:
        case "mss":
            return Mss(bits(16)(content, path))
        case "window-scale":
            return WindowScale(bits(8)(content, path))
        case "timestamps":
            return Timestamps(*_pair(content, path))
        case "sack":
            edges = _words(content, path)
            if len(edges) % 2:
                raise wrong(content, path, "pairs of sequence numbers")
            return Sack(tuple(zip(edges[::2], edges[1::2], strict=True)))
        case "raw":
            return RawOption(hex_bytes(content, path))
        case _:
            raise wrong(name, path, f"one of {', '.join(NAMES)}", did_you_mean(name, NAMES))


def _pair(content: object, path: str) -> tuple[int, int]:
    words = _words(content, path)
    if len(words) > 2:
        raise wrong(content, path, "the clock and its echo, such as [1000, 0]")
    return (*words, 0, 0)[0], (*words, 0, 0)[1]
