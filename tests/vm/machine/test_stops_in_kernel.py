"""Stops that need maps and packets: helper calls, map writes, watches of entries and packet bytes."""

import pytest

from vm.asm import assemble
from vm.kernel.scenario import Scenario, Setup
from vm.machine.condition import parse_condition
from vm.machine.point import point
from vm.machine.stops import Breakpoints, Direction, Stop, Until, find_stop, points_of_line
from vm.machine.trace import Trace
from vm.machine.watch import WatchEntry, WatchPacket, parse_watch
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

FORWARD, BACK = Direction.FORWARD, Direction.BACK
TEXT = """
.program stops
.hook xdp
.map hits hash key=ipv4 value=u64 entries=4
.map hosts hash key=mac value=u64 entries=4
    r6 = *(u32 *)(r1 + xdp_md.data)
    r7 = *(u32 *)(r1 + xdp_md.data_end)
    r8 = r6
    r8 += 34
    if r8 > r7 goto out
    r1 = *(u32 *)(r6 + 26)
    *(u32 *)(r10 - 4) = r1
    *(u64 *)(r10 - 16) = 1
    r1 = hits ll
    r2 = r10
    r2 += -4
    r3 = r10
    r3 += -16
    r4 = BPF_ANY
    call bpf_map_update_elem
    r1 = hits ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto out
    r1 = 1
    lock *(u64 *)(r0 + 0) += r1
    *(u8 *)(r6 + 22) = 63
    r1 = hits ll
    r2 = r10
    r2 += -4
    call bpf_map_delete_elem
out:
    r0 = XDP_PASS
    exit
"""
PACKET = bytes(12) + b"\x08\x00" + bytes(8) + b"\x40" + bytes(3) + bytes([203, 0, 113, 7]) + bytes(30)
# Numbers of steps: 14 update, 18 lookup, 19 branch, 21 atomic, 22 packet write, 26 delete, 28 exit.
UPDATE, LOOKUP, ATOMIC, REWRITE, DELETE = 14, 18, 21, 22, 26


@pytest.fixture(scope="module")
def trace() -> Trace:
    program = assemble(TEXT).program
    assert program is not None
    found = Scenario(Setup((program,), ProgType.XDP, (PACKET,))).trace(0)
    assert (found.ended.how, len(found)) == ("exit", 29)
    return found


def test_helper_calls(trace: Trace) -> None:
    stops = [find_stop(trace, at, FORWARD, Until.HELPER).number for at in (0, UPDATE + 1, LOOKUP + 1)]
    assert stops == [UPDATE + 1, LOOKUP + 1, DELETE + 1]
    assert find_stop(trace, DELETE + 1, BACK, Until.HELPER) == Stop(LOOKUP + 1, "helper call")


def test_map_writes(trace: Trace) -> None:
    assert list(trace.map_writes) == [UPDATE, ATOMIC, DELETE]
    assert find_stop(trace, 0, FORWARD, Until.MAP_WRITE) == Stop(UPDATE + 1, "map write")
    assert find_stop(trace, UPDATE + 1, FORWARD, Until.MAP_WRITE) == Stop(ATOMIC + 1, "map write")
    assert find_stop(trace, ATOMIC + 1, BACK, Until.MAP_WRITE) == Stop(UPDATE + 1, "map write")
    assert find_stop(trace, DELETE + 1, FORWARD, Until.MAP_WRITE) == Stop(29, "end of the run", found=False)


def test_an_entry_is_watched_from_its_coming_to_its_going(trace: Trace) -> None:
    watch = parse_watch("hits[203.0.113.7]", trace.world)
    assert watch == WatchEntry(0, bytes([203, 0, 113, 7]))
    assert parse_watch("hosts[02:00:00:00:00:01]", trace.world) == WatchEntry(1, b"\2\0\0\0\0\1")
    on = Breakpoints(watches=(watch,))
    forward, at = [], 0
    while (stop := find_stop(trace, at, FORWARD, Until.BREAKPOINT, on)).found:
        forward.append(at := stop.number)
    assert forward == [UPDATE + 1, ATOMIC + 1, DELETE + 1]
    assert find_stop(trace, 29, BACK, Until.BREAKPOINT, on) == Stop(DELETE + 1, "watch")
    other = Breakpoints(watches=(parse_watch("hits[203.0.113.8]", trace.world),))
    assert not find_stop(trace, 0, FORWARD, Until.BREAKPOINT, other).found


def test_packet_bytes_are_watched(trace: Trace) -> None:
    assert parse_watch("pkt+20:4", trace.world) == WatchPacket(20, 4)
    for text, found in (("pkt+20:4", True), ("pkt+22", True), ("pkt+23:4", False)):
        on = Breakpoints(watches=(parse_watch(text, trace.world),))
        stop = find_stop(trace, 0, FORWARD, Until.BREAKPOINT, on)
        assert (stop.found, stop.number) == ((True, REWRITE + 1) if found else (False, 29))


def test_conditions_read_packets_and_constants(trace: Trace) -> None:
    at_end = point(0, len(trace.world.programs[0].insns) - 1)
    for text, found in (("*(u8*)(pkt+22) == 63 && r0 == XDP_PASS", True), ("pkt_len == 0", False)):
        condition = parse_condition(text, {"XDP_PASS": 2})
        on = Breakpoints(frozenset({at_end}), {at_end: condition})
        assert find_stop(trace, 0, FORWARD, Until.BREAKPOINT, on).found == found


def test_a_breakpoint_on_a_line_stops_before_its_first_slot(trace: Trace) -> None:
    line = TEXT.splitlines().index("    lock *(u64 *)(r0 + 0) += r1") + 1
    on = Breakpoints(points_of_line(trace.world.programs[0], line))
    assert find_stop(trace, 0, FORWARD, Until.BREAKPOINT, on) == Stop(ATOMIC, "breakpoint")


@pytest.mark.parametrize("text", ["hits[300.1.1.1]", "hits[]", "hist[1.2.3.4]"])
def test_keys_that_cannot_be(trace: Trace, text: str) -> None:
    with pytest.raises(HookscopeError):
        parse_watch(text, trace.world)
