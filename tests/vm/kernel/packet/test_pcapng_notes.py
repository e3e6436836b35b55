"""Comments, names and directions of a pcapng file, read back by our reader and (where it is) by tshark."""

import shutil
import subprocess
from pathlib import Path

import pytest

from vm.kernel.packet.form import from_form
from vm.kernel.packet.pcap import read_capture
from vm.kernel.packet.pcapng_notes import NotedPacket, write_noted

START = 1_767_225_600_000_000_000
SYN, DNS = from_form({"tcp": {"flags": ["SYN"]}}), from_form({"dns": "example.org"}) + b"\0"
PACKETS = (
    NotedPacket(START + 1, SYN, 0, "dropped at XDP by syn_guard, pc 25: ü"),
    NotedPacket(START + 2_000_000_003, DNS, 1, "", outbound=True),
)


def test_the_packets_come_back_as_they_were() -> None:
    found = read_capture(b"".join(write_noted(PACKETS, ("eth0", "veth-web-1"))))
    assert not found.warnings
    assert [(p.timestamp_ns, p.data, p.interface) for p in found.packets] == [
        (packet.timestamp_ns, packet.data, packet.interface) for packet in PACKETS
    ]


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_reads_comments_names_and_directions(tmp_path: Path) -> None:
    file = tmp_path / "noted.pcapng"
    file.write_bytes(b"".join(write_noted(PACKETS, ("eth0", "veth-web-1"))))
    fields = ("frame.comment", "frame.interface_name", "frame.packet_flags_direction", "frame.time_epoch")
    command = ["tshark", "-r", str(file), "-T", "fields", "-E", "separator=|"]
    told = subprocess.run(
        [*command, *(part for field in fields for part in ("-e", field))],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout.splitlines()  # fmt: skip
    assert [line.split("|")[:2] for line in told] == [
        ["dropped at XDP by syn_guard, pc 25: ü", "eth0"],
        ["", "veth-web-1"],
    ]
    assert [int(line.split("|")[2], 0) for line in told] == [1, 2]
