"""Running packets for their answers: refused packets, faults, per-CPU maps, maps that cannot be made."""

import pytest

from vm.asm import assemble
from vm.helpers.event import Event
from vm.kernel.bare import refusal, run_bare
from vm.kernel.run import Report, run_all
from vm.kernel.scenario import Setup
from vm.memory.fault import FaultKind
from vm.program import Program
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

PACKET = bytes(range(64))


def program(text: str) -> Program:
    made = assemble(f".program test\n.hook xdp\n{text}").program
    assert made is not None
    return made


def run(text: str, *packets: bytes, event: Event | None = None) -> Report:
    return run_all(Setup((program(text),), ProgType.XDP, packets or (PACKET,), event=event or Event()))


COUNT = """
.map hits {kind} key=u32 value=u64 entries=2 init={{1: 40}}
    *(u32 *)(r10 - 4) = 1
    r1 = hits ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto out
    r1 = *(u64 *)(r0 + 0)
    r1 += 1
    *(u64 *)(r0 + 0) = r1
out:
    r0 = XDP_PASS
    exit
"""


def test_maps_stay_from_packet_to_packet() -> None:
    report = run(COUNT.format(kind="array"), PACKET, PACKET, PACKET)
    assert [outcome.retval for outcome in report.runs] == [2, 2, 2]
    assert report.maps == (((bytes(4), bytes(8)), (b"\1\0\0\0", b"\x2b" + bytes(7))),)


def test_per_cpu_values_are_those_of_the_running_cpu() -> None:
    report = run(COUNT.format(kind="percpu_array"), PACKET, PACKET)
    assert report.maps[0] is not None
    assert report.maps[0][1] == (b"\1\0\0\0", b"\x2a" + bytes(7))


def test_a_packet_no_program_would_get_leaves_the_others_alone() -> None:
    report = run(COUNT.format(kind="array"), PACKET, b"\0" * 5, PACKET)
    assert [outcome.retval for outcome in report.runs] == [2, None, 2]
    assert report.runs[1].fault is None
    assert "5" in report.runs[1].message
    assert report.maps[0] is not None
    assert report.maps[0][1][1][0] == 42


def test_a_fault_ends_one_run_and_keeps_what_was_done() -> None:
    text = COUNT.format(kind="array").replace("r0 = XDP_PASS", "r0 = *(u64 *)(r9 + 0)")
    report = run(text, PACKET, PACKET)
    for outcome in report.runs:
        assert (outcome.retval, outcome.data_out) == (None, None)
        assert outcome.fault is not None
        assert outcome.fault.kind is FaultKind.NULL
        assert outcome.message == outcome.fault.message
    assert report.maps[0] is not None
    assert report.maps[0][1][1][0] == 42


def test_an_endless_loop_says_so() -> None:
    report = run("again:\n goto again")
    assert report.runs[0].message == "stopped after 1,000,000 steps"


def test_maps_without_readable_entries_are_none() -> None:
    report = run(".map ring ringbuf entries=4096\n.map jumps prog_array entries=1\n r0 = 0\n exit")
    assert report.maps == (None, None)


def test_maps_that_cannot_be_made_are_an_error() -> None:
    with pytest.raises(HookscopeError):
        run(".map huge array key=u32 value=u64 entries=0xffffffff\n r0 = 0\n exit")


def test_without_packets_there_are_only_maps() -> None:
    setup = Setup((program(COUNT.format(kind="hash")),), ProgType.XDP, ())
    assert run_all(setup) == Report((), (((b"\1\0\0\0", b"\x28" + bytes(7)),),))


def test_a_bare_run_has_memory_and_its_length() -> None:
    ended, fault = run_bare(program("r0 = *(u8 *)(r1 + 2)\n r0 += r2\n exit"), b"\1\2\3")
    assert (ended.how, ended.value, fault) == ("exit", 6, None)
    ended, fault = run_bare(program("r0 = r1\n exit"))
    assert (ended.value, fault) == (0, None)


def test_a_bare_run_may_shift_far_but_not_use_reserved_fields() -> None:
    assert refusal(program("r0 = 1\n r0 <<= 65\n exit")) is None
    broken = refusal(program(".slot 0x0000000100001007\n r0 = 0\n exit"))
    assert broken is not None
    assert broken.message == "BPF_ALU uses reserved fields"
