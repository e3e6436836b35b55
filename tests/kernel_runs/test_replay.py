"""The machine against Linux: return value, packet and maps of every recorded run."""

from typing import Any

import pytest

from tests.kernel_runs.capture import packets
from tests.kernel_runs.recorded import CAPTURED, read
from vm.encoding import decode, unpack
from vm.kernel.run import Report, run_all
from vm.kernel.scenario import Setup
from vm.program import MapSpec, Program
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

PARTS = 12


def setup_of(record: dict[str, Any]) -> Setup:
    """The record's program, maps and packets."""
    slots = unpack(bytes.fromhex(record["insns"]))
    prog_type = ProgType[record["prog_type"].upper()]
    maps = tuple(_spec(f"map{index}", given) for index, given in enumerate(record["maps"]))
    program = Program(f"seed_{record['seed']}", prog_type, slots, decode(slots), maps)
    return Setup((program,), prog_type, tuple(bytes.fromhex(packet) for packet in record["packets"]))


def _spec(name: str, given: dict[str, Any]) -> MapSpec:
    init = tuple((bytes.fromhex(key), bytes.fromhex(value)) for key, value in given["init"])
    return MapSpec(
        name,
        MapType[given["type"].upper()],
        given["key_size"],
        given["value_size"],
        given["max_entries"],
        given["flags"],
        init=init,
        frozen=given.get("frozen", False),
    )


def differences(record: dict[str, Any], report: Report) -> list[str]:
    """What the machine answers otherwise than Linux did, in words."""
    found: list[str] = []
    for number, (run, said) in enumerate(zip(report.runs, record["runs"], strict=True)):
        out = said.get("data_out", record["packets"][number])
        if run.retval is None:
            found.append(f"packet {number}: {run.message}")
        elif run.retval != said["retval"]:
            found.append(f"packet {number}: returns {run.retval:#x}, Linux {said['retval']:#x}")
        elif run.data_out is None or run.data_out.hex() != out:
            found.append(f"packet {number}: leaves another packet")
    for index, (dump, kept) in enumerate(zip(report.maps, record["final_maps"], strict=True)):
        shown = None if dump is None else [[key.hex(), value.hex()] for key, value in dump]
        if shown != kept:
            found.append(f"map {index} ({record['maps'][index]['type']}): {shown} instead of {kept}")
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_runs_are_what_linux_says(part: int) -> None:
    wrong = [
        f"seed {record['seed']} ({record['prog_type']}): {difference}"
        for number, record in enumerate(read())
        if number % PARTS == part
        for difference in differences(record, run_all(setup_of(record)))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("kind", ["xdp", "sched_cls", "socket_filter", "cgroup_skb"])
def test_runs_on_captured_packets_are_what_linux_says(kind: str) -> None:
    records = [record for record in read(CAPTURED) if record["prog_type"] == kind]
    assert len(records) >= 200
    wrong = [
        f"seed {record['seed']}: {difference}"
        for record in records
        for difference in differences(record, run_all(setup_of(record)))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_capture_has_packets_of_every_kind() -> None:
    sent = {bytes.fromhex(packet) for record in read(CAPTURED) for packet in record["packets"]}
    assert sent <= set(packets())
    types = {packet[12:14].hex() for packet in sent}
    assert types >= {"0800", "86dd", "0806", "8100", "88a8", "88cc"}
    assert any(packet[12:14] == b"\x08\0" and packet[20] & 0x3F for packet in sent), "a fragment"
    assert min(map(len, sent)) < 60
    assert max(map(len, sent)) > 3000


def test_three_thousand_programs_were_recorded() -> None:
    assert sum(1 for _ in read()) == 3_000
