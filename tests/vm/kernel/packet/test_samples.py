"""The ready-made sequences are what their names say, the same each time, and sound."""

from collections import Counter

import pytest

from tests.vm.kernel.packet.known import SYN_HEX
from vm.kernel.packet.dissect import dissect
from vm.kernel.packet.dissection import Status
from vm.kernel.packet.pcap import read_capture, write_pcap
from vm.kernel.packet.samples import ATTACKER, SAMPLES, START_NS, syn_scenario

WHOLE = [name for name in SAMPLES if name != "cut-headers"]


def value(data: bytes, name: str) -> str:
    fields = [field for layer in dissect(data).layers for field in layer.fields]
    return next((field.text for field in fields if field.name == name), "")


def lone_syn_sources(packets: list[bytes]) -> list[str]:
    return [value(data, "iphdr.saddr") for data in packets if value(data, "tcphdr.flags").startswith("SYN (")]


def test_the_sixteenth_packet_of_the_burst_is_the_eleventh_syn_of_one_source() -> None:
    packets = [packet.data for packet in syn_scenario()]
    assert len(packets) == 24
    assert packets[15].hex() == SYN_HEX
    assert Counter(lone_syn_sources(packets[:16])) == {ATTACKER: 11, "192.0.2.44": 2, "198.51.100.9": 1}
    everyone = {ATTACKER: 15, "192.0.2.44": 2, "198.51.100.9": 2, "192.0.2.81": 1}
    assert Counter(lone_syn_sources(packets)) == everyone


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_the_same_each_time_and_can_be_saved(name: str) -> None:
    packets = SAMPLES[name].make()
    assert packets == SAMPLES[name].make() == read_capture(write_pcap(packets)).packets
    assert packets[0].timestamp_ns == START_NS
    times = [packet.timestamp_ns for packet in packets]
    assert times == sorted(set(times))


@pytest.mark.parametrize("name", WHOLE)
def test_a_sample_is_sound(name: str) -> None:
    leaves = [leaf for packet in SAMPLES[name].make() for leaf in dissect(packet.data).leaves()]
    assert leaves
    assert [leaf for leaf in leaves if leaf.status is not Status.OK] == []


def test_cut_headers_run_from_12_to_60_bytes() -> None:
    assert [len(packet.data) for packet in SAMPLES["cut-headers"].make()] == list(range(12, 61))


def test_all_addresses_are_for_documentation() -> None:
    packets = [packet.data for name in WHOLE for packet in SAMPLES[name].make()]
    names = ("iphdr.saddr", "iphdr.daddr", "ipv6hdr.saddr", "ipv6hdr.daddr")
    seen = {value(data, name) for data in packets for name in names} - {""}
    prefixes = ("192.0.2.", "198.51.100.", "203.0.113.", "2001:db8::", "ff02::1:ff")
    assert len(seen) > 8
    assert [address for address in seen if not address.startswith(prefixes)] == []
