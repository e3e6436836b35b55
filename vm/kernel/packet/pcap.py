"""Captures from files of either format, told apart by their first bytes."""

from vm.kernel.packet.capture import Capture, CapturedPacket, unreadable
from vm.kernel.packet.errors import CaptureError
from vm.kernel.packet.pcap_classic import byte_order, read_pcap, write_pcap
from vm.kernel.packet.pcapng import read_pcapng, write_pcapng

__all__ = ["Capture", "CaptureError", "CapturedPacket", "read_capture", "write_pcap", "write_pcapng"]

_PCAPNG = b"\x0a\x0d\x0d\x0a"
_SAVE_AGAIN = "save it as pcap or pcapng: `tcpdump -w file.pcap`, or File, Save As in Wireshark"
_KNOWN_OTHERS = (
    (b"\x1f\x8b", "the file is compressed with gzip", "unpack it first: `gunzip file.pcap.gz`"),
    (b"\x28\xb5\x2f\xfd", "the file is compressed with zstd", "unpack it first: `unzstd file.pcap.zst`"),
    (b"PK\x03\x04", "the file is a zip archive", "unpack it first"),
    (b"\x7fELF", "the file is an ELF program, not a capture", "open it as a program instead"),
    (b"\xa1\xb2\xcd\x34", "the file is of an old variant of pcap", _SAVE_AGAIN),
    (b"\x34\xcd\xb2\xa1", "the file is of an old variant of pcap", _SAVE_AGAIN),
    (b"snoop\0", "the file is a snoop capture", _SAVE_AGAIN),
)


def read_capture(data: bytes) -> Capture:
    """Return the packets of a pcap (micro- or nanoseconds, either byte order) or pcapng file.

    Times are nanoseconds since 1970. Raises CaptureError, which names packet and byte, for anything else:
    other formats, damage, links other than Ethernet, more than 100,000 packets or 64 MiB, a packet of more
    than 262,144 bytes. A file that ends too early yields the packets that are whole and a warning.
    """
    if data[:4] == _PCAPNG:
        return read_pcapng(data)
    order = byte_order(data)
    if order is not None:
        return read_pcap(data, order)
    raise _not_a_capture(data)


def _not_a_capture(data: bytes) -> Exception:
    if not data:
        return unreadable("the file is empty", "choose a file that `tcpdump -w` or Wireshark wrote")
    for start, what, hint in _KNOWN_OTHERS:
        if data.startswith(start):
            return unreadable(what, hint)
    if data[:64].isascii() and data[:64].decode().isprintable():
        return unreadable(
            "the file is text, not a capture", "paste it into the hex field if it is a hex dump"
        )
    return unreadable(f"the file begins with {data[:4].hex(' ')}, which no capture format does", _SAVE_AGAIN)
