"""What is built and taken apart, against what TShark and editcap made of the same bytes."""

import json
from pathlib import Path
from typing import Any

import pytest

from vm.kernel.packet.dissect import dissect
from vm.kernel.packet.dissection import FieldView
from vm.kernel.packet.form import from_form
from vm.kernel.packet.pcap import read_capture
from vm.kernel.packet.presets import PRESETS

DATA = Path(__file__).parents[3] / "data/packets"
ROWS: list[dict[str, Any]] = list(map(json.loads, (DATA / "tshark.jsonl").read_text().splitlines()))
NOTES = {"good": "correct", "bad": "wrong: ", "none": "none was made", "unverified": "not checked: "}
LAYERS = {
    "ip": "iphdr", "ipv6": "ipv6hdr", "tcp": "tcphdr", "udp": "udphdr", "icmp": "icmphdr",
    "icmpv6": "icmp6hdr", "arp": "arphdr", "vlan": "vlan_hdr", "http": "http", "dns": "dnshdr",
}  # fmt: skip


def first_fields(data: bytes) -> dict[str, FieldView]:
    """The fields by name; of those that a quoted packet repeats, the outer ones."""
    fields: dict[str, FieldView] = {}
    for layer in dissect(data).layers:
        for field in layer.fields:
            fields.setdefault(field.name, field)
    return fields


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["protocols"])
def test_fields_read_as_tshark_reads_them(row: dict[str, Any]) -> None:
    fields = first_fields(bytes.fromhex(row["hex"]))
    assert {name: fields[name].text.partition(" ")[0] for name in row["fields"]} == row["fields"]
    question = fields.get("dnshdr.question[0]")
    assert "name" not in row or (question is not None and question.children[0].text == row["name"])


@pytest.mark.parametrize("row", [row for row in ROWS if row["checksums"]], ids=lambda row: row["protocols"])
def test_checksums_are_right_where_tshark_says_so(row: dict[str, Any]) -> None:
    fields = first_fields(bytes.fromhex(row["hex"]))
    for name, verdict in row["checksums"].items():
        assert fields[name].note.startswith(NOTES[verdict]), name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["protocols"])
def test_layers_are_those_tshark_finds(row: dict[str, Any]) -> None:
    found = {layer.name for layer in dissect(bytes.fromhex(row["hex"])).layers}
    theirs = {LAYERS[name] for name in row["protocols"].split(":") if name in LAYERS}
    assert theirs <= found


@pytest.mark.parametrize(
    ("name", "precision", "interfaces"), [("editcap.pcapng", 1, {0, 1}), ("editcap.pcap", 1_000, {0})]
)
def test_files_of_editcap_are_read(name: str, precision: int, interfaces: set[int]) -> None:
    read = read_capture((DATA / name).read_bytes())
    assert [packet.data for packet in read.packets[:3]] == [from_form(preset) for preset in list(PRESETS)[:3]]
    start = 1_700_000_000_123_456_789
    times = [start + 1_000 * index for index in range(len(read.packets))]
    assert [packet.timestamp_ns for packet in read.packets] == [
        time // precision * precision for time in times
    ]
    assert {packet.interface for packet in read.packets} == interfaces
    assert read.warnings == ()
