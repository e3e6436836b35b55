"""``hookscope simulate``: its figures, its JSON, its captures, and what it refuses."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from vm.kernel.packet.pcap import read_capture, write_pcap
from vm.kernel.packet.samples import SAMPLES
from vm.kernel.scenarios.table import SCENARIOS

GUARD = str(Path(__file__).parents[3] / "lessons/examples/syn_guard/program.bpf")
AT_XDP = ("--attach", f"{GUARD}@xdp:eth0")


def ran(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["simulate", *arguments])


def test_a_flood_is_reported() -> None:
    result = ran("syn-flood", *AT_XDP, "--events", "500", "--audit", "1")
    assert result.exit_code == 0, result.output
    for line in (
        "SYN flood: 500 events in 2.0",
        "syn_guard at xdp:eth0: 500 runs",
        "XDP_DROP at xdp by syn_guard, pc 25, line 32: if r1 > 9 goto drop",
        "attack 417 367 367 0 (wanted)",
        "stopped: precision 1.000, recall 0.880 (367 right, 50 missed, 0 false alarms)",
        "denied 367 times",
    ):
        assert line in " ".join(result.output.split())


def test_json_holds_the_same() -> None:
    told = json.loads(ran("syn-flood", *AT_XDP, "--events", "500", "--json").stdout)
    assert (told["done"], told["ends"]["dropped"], told["denials"]) == (500, 367, 367)
    assert told["score"]["stopped"]["right"] == 367
    assert told["audit"][0]["program"] == "syn_guard"
    again = json.loads(ran("syn-flood", *AT_XDP, "--events", "500", "--json").stdout)
    assert {**told, "seconds": 0} == {**again, "seconds": 0}


def test_parameters_and_the_seed_change_what_happens() -> None:
    one = json.loads(ran("syn-flood", "--events", "300", "--set", "attackers=1", "--json").stdout)
    other = json.loads(ran("syn-flood", "--events", "300", "--seed", "9", "--json").stdout)
    assert one["ends"] != other["ends"] or one["time_ns"] != other["time_ns"]


def test_packets_are_written_with_comments(tmp_path: Path) -> None:
    file = tmp_path / "out.pcapng"
    result = ran("syn-flood", *AT_XDP, "--events", "500", "--pcap-out", str(file), "--pcap-only", "dropped")
    assert result.exit_code == 0, result.output
    assert len(read_capture(file.read_bytes()).packets) == 367
    assert b"dropped at XDP, eth0 by syn_guard (XDP_DROP), pc 25, line 32" in file.read_bytes()


def test_a_capture_is_replayed_to_the_host_it_was_sent_to(tmp_path: Path) -> None:
    file = tmp_path / "in.pcap"
    file.write_bytes(write_pcap(SAMPLES["syn-burst"].make()))
    told = json.loads(ran(str(file), *AT_XDP, "--json").stdout)
    reasons = {(row["reason"], row["program"]): row["count"] for row in told["drops"]}
    assert reasons == {("XDP_DROP", "syn_guard"): 5, ("NO_SOCKET", ""): 1}
    assert (told["total"], told["ends"]["dropped"]) == (24, 6)
    socket = [row["seen"] for row in told["stations"] if row["station"] == "socket"]
    assert sum(socket) > 10


def test_a_script_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("scenario: mine\nevents: [{packet: tcp-syn, repeat: 12}]\n")
    assert "mine: 12 events" in ran(str(file), *AT_XDP).output
    file.write_text("scenario: mine\nevents: [{packet: tcp-syn, device: eth7}]\n")
    result = ran(str(file))
    assert result.exit_code == 1
    assert f"{file}:2:36: error: there is no device eth7" in result.output


def test_scenarios_are_listed() -> None:
    listed = ran().output
    for scenario in SCENARIOS.values():
        assert f"{scenario.id}: {scenario.title}" in listed
    assert "--set attackers=5 (1 to 10,000): Sources of the flood." in listed


def test_a_program_is_replaced_while_events_flow(tmp_path: Path) -> None:
    file = tmp_path / "pass.bpf"
    file.write_text("r0 = XDP_PASS\nexit\n")
    told = json.loads(ran("syn-flood", *AT_XDP, "--replace", f"1500ms:{file}@xdp:eth0", "--json").stdout)
    assert 0 < told["programs"][0]["verdicts"]["XDP_DROP"] < 300
    assert told["total"] == 1_001
    assert (
        "nothing is attached at tc:eth0"
        in ran("syn-flood", *AT_XDP, "--replace", f"2s:{file}@tc:eth0").output
    )
    assert "`soon` is no time" in ran("syn-flood", *AT_XDP, "--replace", f"soon:{file}@xdp").output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("syn-flod",), "did you mean `syn-flood`?"),
        (("syn-flood", "--set", "attackers"), "write KEY=NUMBER"),
        (("syn-flood", "--set", "atackers=3"), "did you mean `attackers`?"),
        (("syn-flood", "--events", "100001"), "1 to 100,000"),
        (("syn-flood", "--attach", "missing.bpf@xdp:eth0"), "cannot read missing.bpf"),
        (("syn-flood", "--attach", "missing.bpf"), "write FILE@PLACE"),
        (("syn-flood", "--attach", f"{GUARD}@xpd:eth0"), "did you mean xdp"),
        (("syn-flood", "--attach", f"{GUARD}@xdp:eth7"), "there is no device eth7"),
        (("missing.pcap",), "cannot read missing.pcap"),
        (("missing.yaml",), "cannot read missing.yaml"),
    ],
)
def test_what_cannot_be_simulated_is_said(arguments: tuple[str, ...], said: str) -> None:
    result = ran(*arguments)
    assert result.exit_code == 1
    assert said in result.output
