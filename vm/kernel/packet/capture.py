"""What a capture is, how much of one is read, and what is said of one that cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from vm.kernel.packet.errors import CaptureError
from vm.source import HookscopeError

MAX_PACKETS = 100_000
MAX_SNAPLEN = 262_144
MAX_BYTES = 64 << 20
ETHERNET = 1

LINK_TYPES: Mapping[int, str] = MappingProxyType({
    0: "BSD loopback",
    1: "Ethernet",
    9: "PPP",
    12: "raw IP",
    101: "raw IP",
    105: "802.11 (Wi-Fi)",
    108: "OpenBSD loopback",
    113: "Linux cooked capture",
    127: "802.11 (Wi-Fi) with radio headers",
    192: "per-packet information",
    195: "802.15.4",
    220: "USB",
    228: "raw IPv4",
    229: "raw IPv6",
    252: "Wireshark upper PDU",
    253: "netlink",
    276: "Linux cooked capture, version 2",
})  # fmt: skip
"""Link types that captures have, by number, in words."""


@dataclass(frozen=True, slots=True)
class CapturedPacket:
    """A packet as it was captured; `orig_len` is more than its bytes where the capture cut it."""

    timestamp_ns: int
    data: bytes
    orig_len: int
    interface: int = 0


@dataclass(frozen=True, slots=True)
class Capture:
    """The packets of a file in its order, its link type, and what the reader had to say."""

    packets: tuple[CapturedPacket, ...]
    link_type: int = ETHERNET
    warnings: tuple[str, ...] = ()


def unreadable(what: str, hint: str, number: int | None = None, offset: int = 0) -> HookscopeError:
    """Return the error for a capture: what is wrong, at which packet (from 1) and byte, and what to try."""
    place = f"byte {offset:,}" if number is None else f"packet {number:,}, byte {offset:,}"
    return CaptureError.of("capture-unreadable", f"{place}: {what}", hint)


def wrong_link(link_type: int, number: int | None = None, offset: int = 0) -> HookscopeError:
    """Return the error for packets that are not Ethernet frames."""
    name = LINK_TYPES.get(link_type, "unknown here")
    return unreadable(
        f"the packets are of link type {link_type} ({name}); only Ethernet (1) can be replayed",
        "capture on one Ethernet device, such as `tcpdump -i eth0 -w file.pcap`, not on `any`",
        number,
        offset,
    )


class Collector:
    """Gathers packets under the limits, and warnings: each text once, then counted."""

    def __init__(self) -> None:
        self.packets: list[CapturedPacket] = []
        self._bytes = 0
        self._warnings: dict[str, int] = {}

    @property
    def number(self) -> int:
        """The number of the packet that comes next."""
        return len(self.packets) + 1

    def check_length(self, length: int, offset: int) -> None:
        """Raise CaptureError for a packet that claims to be longer than any."""
        if length > MAX_SNAPLEN:
            raise unreadable(
                f"the packet claims to have {length:,} bytes; at most {MAX_SNAPLEN:,} are possible",
                "the file is damaged from here on; open it in Wireshark and save the good part",
                self.number,
                offset,
            )

    def add(self, packet: CapturedPacket, offset: int) -> None:
        """Keep a packet; raises CaptureError where there are too many."""
        self._bytes += len(packet.data)
        if len(self.packets) == MAX_PACKETS or self._bytes > MAX_BYTES:
            raise unreadable(
                f"the capture holds more than {MAX_PACKETS:,} packets or {MAX_BYTES >> 20} MiB",
                "keep a part of it: `editcap -r in.pcap out.pcap 1-1000`",
                self.number,
                offset,
            )
        self.packets.append(packet)

    def warn(self, text: str) -> None:
        """Note what the user should know."""
        self._warnings[text] = self._warnings.get(text, 0) + 1

    def capture(self) -> Capture:
        """Return what was gathered."""
        warnings = (
            text if count == 1 else f"{text} ({count:,} times)" for text, count in self._warnings.items()
        )
        return Capture(tuple(self.packets), ETHERNET, tuple(warnings))
