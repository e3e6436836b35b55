"""The pcapng file format: sections of blocks, each with its type and length (draft-ietf-opsawg-pcapng)."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from vm.kernel.packet.capture import (
    ETHERNET,
    MAX_SNAPLEN,
    Capture,
    CapturedPacket,
    Collector,
    unreadable,
    wrong_link,
)

BYTE_ORDER_MAGIC = 0x1A2B3C4D
TSRESOL, _TSOFFSET = 9, 14
MAX_INTERFACES = 1_000
_DAMAGED = "the file is damaged from here on; open it in Wireshark and save the good part"


class Block(IntEnum):
    """The types of blocks that matter here."""

    SECTION = 0x0A0D0D0A
    INTERFACE = 1
    OLD = 2
    SIMPLE = 3
    ENHANCED = 6


@dataclass(frozen=True, slots=True)
class _Interface:
    """Where packets come from: time stamps count `per_second` and are to be shifted by `offset` seconds."""

    number: int
    link_type: int
    snaplen: int
    per_second: int
    offset: int

    def nanoseconds(self, ticks: int) -> int:
        return ticks * 1_000_000_000 // self.per_second + self.offset * 1_000_000_000


class _Reader:
    """Walks the blocks of a file; what a block means depends on the section and interfaces before it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.order = "<"
        self.found = Collector()
        self.interfaces: list[_Interface] = []
        self.interface_count = 0
        self.first_wrong_link: tuple[int, int] | None = None

    def read(self) -> Capture:
        at = 0
        while at < len(self.data):
            size = self._block(at)
            if size is None:
                break
            at += size
        if self.first_wrong_link is not None and not self.found.packets:
            link_type, offset = self.first_wrong_link
            raise wrong_link(link_type, 1, offset)
        return self.found.capture()

    def _block(self, at: int) -> int | None:
        """Take in the block at an offset and return its size; None where the file ends within it."""
        if at + 12 > len(self.data):
            self._cut(at)
            return None
        if self.data[at : at + 4] == b"\x0a\x0d\x0d\x0a":
            self._section(at)
        kind, size = self._unpack("II", at)
        if size < 12 or size % 4:
            raise unreadable(f"a block claims to be {size:,} bytes long", _DAMAGED, self.found.number, at)
        if at + size > len(self.data):
            self._cut(at)
            return None
        (again,) = self._unpack("I", at + size - 4)
        if again != size:
            what = f"a block of {size:,} bytes says {again:,} at its end"
            raise unreadable(what, _DAMAGED, self.found.number, at)
        self._body(kind, at, at + size - 4)
        return int(size)

    def _cut(self, at: int) -> None:
        self.found.warn(
            f"the block at byte {at:,} is left out: the file ends within it (packet {self.found.number:,})"
        )

    def _unpack(self, form: str, at: int) -> tuple[int, ...]:
        return struct.unpack_from(self.order + form, self.data, at)

    def _section(self, at: int) -> None:
        order = next(
            (o for o in "<>" if struct.unpack_from(f"{o}I", self.data, at + 8)[0] == BYTE_ORDER_MAGIC), None
        )
        if order is None:
            raise unreadable("a section tells no byte order", _DAMAGED, offset=at)
        self.order = order
        self.interfaces = []

    def _body(self, kind: int, at: int, end: int) -> None:
        match kind:
            case Block.SECTION:
                self._section_version(at, end)
            case Block.INTERFACE:
                self._interface(at, end)
            case Block.ENHANCED:
                self._enhanced(at, end)
            case Block.SIMPLE:
                self._simple(at, end)
            case Block.OLD:
                self._old(at, end)
            case _:
                pass  # statistics, names, comments: no packets

    def _section_version(self, at: int, end: int) -> None:
        self._need(end - at, 24, at)
        (major,) = self._unpack("H", at + 12)
        if major != 1:
            raise unreadable(
                f"the section is of version {major}; only 1 is known", "save it again in Wireshark", offset=at
            )

    def _need(self, size: int, least: int, at: int) -> None:
        if size < least:
            raise unreadable(f"a block of {size:,} bytes is too short", _DAMAGED, self.found.number, at)

    def _interface(self, at: int, end: int) -> None:
        self._need(end - at, 16, at)
        link_type, _, snaplen = self._unpack("HHI", at + 8)
        resolution, offset = self._time_options(at + 16, end)
        if self.interface_count == MAX_INTERFACES:
            raise unreadable(f"the capture has more than {MAX_INTERFACES:,} interfaces", _DAMAGED, offset=at)
        per_second = 1 << (resolution & 0x7F) if resolution & 0x80 else int(10**resolution)
        self.interfaces.append(_Interface(self.interface_count, link_type, snaplen, per_second, offset))
        self.interface_count += 1

    def _time_options(self, at: int, end: int) -> tuple[int, int]:
        """The if_tsresol and if_tsoffset of an interface; microseconds from 1970 where it does not say."""
        resolution, offset = 6, 0
        while at + 4 <= end:
            code, length = self._unpack("HH", at)
            value = self.data[at + 4 : min(at + 4 + length, end)]
            if code == TSRESOL and len(value) == 1:
                resolution = value[0]
            elif code == _TSOFFSET and len(value) == 8:
                (offset,) = self._unpack("q", at + 4)
            elif code == 0:
                break
            at += 4 + length + -length % 4
        return resolution, offset

    def _enhanced(self, at: int, end: int) -> None:
        self._need(end - at, 28, at)
        index, high, low, length, original = self._unpack("IIIII", at + 8)
        self._packet(index, high << 32 | low, length, original, (at, at + 28, end))

    def _old(self, at: int, end: int) -> None:
        self._need(end - at, 28, at)
        index, _, high, low, length, original = self._unpack("HHIIII", at + 8)
        self._packet(index, high << 32 | low, length, original, (at, at + 28, end))

    def _simple(self, at: int, end: int) -> None:
        self._need(end - at, 12, at)
        (original,) = self._unpack("I", at + 8)
        limit = self.interfaces[0].snaplen if self.interfaces else 0
        length = min(original, limit or original, end - at - 12)
        self._packet(0, 0, length, original, (at, at + 12, end))

    def _packet(
        self, index: int, ticks: int, length: int, original: int, place: tuple[int, int, int]
    ) -> None:
        at, start, end = place
        if index >= len(self.interfaces):
            what = f"the packet names interface {index:,}, of which there are {len(self.interfaces):,}"
            raise unreadable(what, _DAMAGED, self.found.number, at)
        self.found.check_length(length, at)
        if start + length > end:
            what = f"the packet claims {length:,} bytes, its block holds {end - start:,}"
            raise unreadable(what, _DAMAGED, self.found.number, at)
        interface = self.interfaces[index]
        if interface.link_type != ETHERNET:
            self.first_wrong_link = self.first_wrong_link or (interface.link_type, at)
            self.found.warn(f"packets of interface {interface.number} are left out: they are not Ethernet")
            return
        body = self.data[start : start + length]
        packet = CapturedPacket(interface.nanoseconds(ticks), body, max(original, length), interface.number)
        self.found.add(packet, at)


def read_pcapng(data: bytes) -> Capture:
    """Return the packets of a pcapng file; raises CaptureError.

    A block that the file ends in is left out with a warning.
    """
    return _Reader(data).read()


def write_pcapng(packets: Iterable[CapturedPacket]) -> bytes:
    """Return a pcapng file of Ethernet packets, times in nanoseconds, with all interfaces they name."""
    kept = list(packets)
    count = 1 + max((packet.interface for packet in kept), default=0)
    section = struct.pack("<IHHq", BYTE_ORDER_MAGIC, 1, 0, -1)
    resolution = struct.pack("<HHB3xHH", TSRESOL, 1, 9, 0, 0)
    interface = struct.pack("<HHI", ETHERNET, 0, MAX_SNAPLEN) + resolution
    blocks = [as_block(Block.SECTION, section), *[as_block(Block.INTERFACE, interface)] * count]
    for packet in kept:
        high, low = packet.timestamp_ns >> 32 & 0xFFFFFFFF, packet.timestamp_ns & 0xFFFFFFFF
        head = struct.pack("<IIIII", packet.interface, high, low, len(packet.data), packet.orig_len)
        blocks.append(as_block(Block.ENHANCED, head + packet.data))
    return b"".join(blocks)


def as_block(kind: int, body: bytes) -> bytes:
    """A block of a file: its type, its size at both ends, the body filled up to words of 4 bytes."""
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size
