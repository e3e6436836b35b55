"""TCP options as values, and their bytes (RFC 9293, 7323, 2018)."""

from dataclasses import dataclass

from vm.kernel.packet.errors import PacketError

MAX_OPTIONS = 40
"""The most bytes of options: the header's length field counts to 15 words, 5 of them the fixed header."""


@dataclass(frozen=True, slots=True)
class Nop:
    """One byte of filling."""


@dataclass(frozen=True, slots=True)
class EndOfList:
    """No more options follow."""


@dataclass(frozen=True, slots=True)
class Mss:
    """The longest segment this side takes."""

    value: int = 1460


@dataclass(frozen=True, slots=True)
class WindowScale:
    """How far to shift the window."""

    shift: int = 7


@dataclass(frozen=True, slots=True)
class SackPermitted:
    """Selective acknowledgements are welcome."""


@dataclass(frozen=True, slots=True)
class Sack:
    """What arrived beyond a gap: pairs of sequence numbers."""

    blocks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Timestamps:
    """This side's clock, and the other's as last heard."""

    value: int = 0
    echo: int = 0


@dataclass(frozen=True, slots=True)
class RawOption:
    """Any bytes in the place of an option."""

    data: bytes


TcpOption = Nop | EndOfList | Mss | WindowScale | SackPermitted | Sack | Timestamps | RawOption


def encode_option(option: TcpOption) -> bytes:
    """Return the bytes of one option."""
    match option:
        case EndOfList():
            return b"\0"
        case Nop():
            return b"\1"
        case Mss(value):
            return b"\2\4" + value.to_bytes(2, "big")
        case WindowScale(shift):
            return bytes((3, 3, shift))
        case SackPermitted():
            return b"\4\2"
        case Sack(blocks):
            body = b"".join(edge.to_bytes(4, "big") for block in blocks for edge in block)
            return bytes((5, 2 + len(body))) + body
        case Timestamps(value, echo):
            return b"\x08\x0a" + value.to_bytes(4, "big") + echo.to_bytes(4, "big")
        case RawOption(data):
            return data


def encode_options(options: tuple[TcpOption, ...]) -> bytes:
    """Return the bytes of all options, padded with zeros to words of 4 bytes.

    Raises PacketError where they are more than the header can hold.
    """
    return padded_options(b"".join(map(encode_option, options)), "TCP")


def padded_options(data: bytes, protocol: str) -> bytes:
    """Return option bytes padded with zeros to words of 4; raises PacketError beyond 40 bytes."""
    if len(data) > MAX_OPTIONS:
        raise PacketError.of(
            "packet-options-too-long",
            f"the {protocol} options are {len(data)} bytes long; a header holds at most {MAX_OPTIONS}",
            "leave some out",
        )
    return data + bytes(-len(data) % 4)


LINUX_SYN: tuple[TcpOption, ...] = (Mss(1460), SackPermitted(), Timestamps(), Nop(), WindowScale(7))
"""The options Linux sends with a SYN, in its order: 20 bytes."""
