"""A capture with packets of every kind: what the recorded programs are run on beside generated packets.

``tests/data/packets/kinds.pcap`` is written by ``make``; packets are read from it as from any capture.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vm.kernel.packet.build import build
from vm.kernel.packet.layers import Arp, Ethernet, Icmp, Ipv4, Ipv6, Layer, Tcp, Udp, Vlan
from vm.kernel.packet.pcap import read_capture

CAPTURE: Final = Path(__file__).parents[1] / "data/packets/kinds.pcap"


def _layers() -> Iterator[tuple[Layer, ...]]:
    link = Ethernet()
    for size in (0, 1, 64, 1460, 2960):
        yield link, Ipv4(), Tcp(sport=40_000 + size, flags=0x18), (bytes(range(256)) * 12)[:size]
    yield link, Ipv4(ttl=1), Udp(sport=53, dport=5353), b"\x12\x34\x81\x80" + bytes(20)
    yield link, Ipv4(), Icmp(), b"ping" * 8
    yield link, Ipv4(mf=True, df=False, id=7), Udp(), bytes(1400)
    yield link, Ipv4(frag_offset=175, df=False, id=7, protocol=17), bytes(300)
    yield link, Ipv4(options=bytes([1, 1, 1, 0])), Tcp(flags=0x02)
    yield link, Vlan(id=100, priority=5), Ipv4(), Tcp(flags=0x10)
    yield link, Vlan(id=10, tpid=0x88A8), Vlan(id=20), Ipv4(), Udp(), b"inner"
    yield link, Ipv6(), Tcp(flags=0x12)
    yield link, Ipv6(hop_limit=1), Udp(), bytes(512)
    yield link, Arp()
    yield Ethernet(dst="ff:ff:ff:ff:ff:ff"), Arp(op=2)
    yield Ethernet(dst="01:00:5e:00:00:01"), Ipv4(dst="224.0.0.1", ttl=1), Udp(), b"group"
    yield Ethernet(type=0x88CC), bytes(50)
    yield link, Ipv4(ihl=3), bytes(40)
    yield link, Ipv4(length=9000), Tcp()


def make() -> None:
    """Writes the capture, a millisecond between packets."""
    packets = [build(list(layers)) for layers in _layers()]
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 1)
    records = (
        struct.pack("<4I", n // 1000, n % 1000 * 1000, len(data), len(data)) + data
        for n, data in enumerate(packets)
    )
    CAPTURE.write_bytes(head + b"".join(records))


def packets() -> tuple[bytes, ...]:
    """The packets of the capture."""
    return tuple(packet.data for packet in read_capture(CAPTURE.read_bytes()).packets)
