"""The pcap file format: a 24-byte header, then packets with 16-byte headers (draft-ietf-opsawg-pcap)."""

import struct
from collections.abc import Iterable

from vm.kernel.packet.capture import (
    ETHERNET,
    MAX_SNAPLEN,
    Capture,
    CapturedPacket,
    Collector,
    unreadable,
    wrong_link,
)

MICROSECONDS, NANOSECONDS = 0xA1B2C3D4, 0xA1B23C4D
_HEADER = "HHiIII"
_RECORD = "IIII"
_HEADER_SIZE, _RECORD_SIZE = 24, 16
_LINK_TYPE_BITS = 0xFFFF
"""The upper half of the link type field tells of frame check sequences (draft, section 4)."""


def byte_order(data: bytes) -> str | None:
    """Return the struct prefix of the file's byte order, or None where it is no pcap file."""
    for order in "<>":
        if data[:4] in (struct.pack(f"{order}I", MICROSECONDS), struct.pack(f"{order}I", NANOSECONDS)):
            return order
    return None


def read_pcap(data: bytes, order: str) -> Capture:
    """Return the packets of a pcap file; raises CaptureError.

    A last packet that the file ends in is left out with a warning.
    """
    if len(data) < _HEADER_SIZE:
        raise unreadable(
            f"the file ends after {len(data)} bytes, within its header of {_HEADER_SIZE}",
            "the file was not copied whole; copy it again",
            offset=len(data),
        )
    (magic,) = struct.unpack_from(f"{order}I", data)
    major, minor, _, _, _, link = struct.unpack_from(order + _HEADER, data, 4)
    if major != 2:
        raise unreadable(
            f"the file is of version {major}.{minor}; only 2.x is known",
            "save it again in Wireshark",
            offset=4,
        )
    if link & _LINK_TYPE_BITS != ETHERNET:
        raise wrong_link(link & _LINK_TYPE_BITS, offset=20)
    return _read_records(data, struct.Struct(order + _RECORD), 1 if magic == NANOSECONDS else 1_000)


def _read_records(data: bytes, record: struct.Struct, nanoseconds: int) -> Capture:
    found = Collector()
    at = _HEADER_SIZE
    while at < len(data):
        if at + _RECORD_SIZE > len(data):
            found.warn(
                f"packet {found.number:,} is left out: the file ends within its header, at byte {len(data):,}"
            )
            break
        seconds, fraction, length, original = record.unpack_from(data, at)
        found.check_length(length, at)
        start, at = at, at + _RECORD_SIZE + length
        if at > len(data):
            missing = at - len(data)
            found.warn(
                f"packet {found.number:,} is left out: the file ends {missing:,} bytes before the packet does"
            )
            break
        body = data[start + _RECORD_SIZE : at]
        found.add(
            CapturedPacket(seconds * 1_000_000_000 + fraction * nanoseconds, body, max(original, length)),
            start,
        )
    return found.capture()


def write_pcap(
    packets: Iterable[CapturedPacket], *, nanoseconds: bool = True, big_endian: bool = False
) -> bytes:
    """Return a pcap file of Ethernet packets; without `nanoseconds` times are cut to microseconds."""
    order = ">" if big_endian else "<"
    magic, unit = (NANOSECONDS, 1) if nanoseconds else (MICROSECONDS, 1_000)
    record = struct.Struct(order + _RECORD)
    parts = [struct.pack(f"{order}I{_HEADER}", magic, 2, 4, 0, 0, MAX_SNAPLEN, ETHERNET)]
    for packet in packets:
        seconds, fraction = divmod(packet.timestamp_ns, 1_000_000_000)
        parts.append(record.pack(seconds & 0xFFFFFFFF, fraction // unit, len(packet.data), packet.orig_len))
        parts.append(packet.data)
    return b"".join(parts)
