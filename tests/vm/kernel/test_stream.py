"""Packets in order along the path: maps carry over, any packet can be traced again, and all of it repeats."""

import pytest

from vm.asm import assemble
from vm.kernel.carries import Carries
from vm.kernel.hooks import HOOK_POINTS
from vm.kernel.packet.form import from_form
from vm.kernel.scenario import Setup
from vm.kernel.stream import Stream
from vm.source import HookscopeError

COUNT = """
    .map counts array key=u32 value=u64 entries=1
    *(u32 *)(r10 - 4) = 0
    r1 = counts ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto out
    r1 = 1
    r1 = atomic_fetch_add((u64 *)(r0 + 0), r1)
    r0 = r1
    exit
out:
    r0 = 0
    exit
"""
UDP = from_form({"udp": {"dport": 53}})


def stream(source: str, *packets: bytes, hook: str = "xdp") -> Stream:
    point = HOOK_POINTS[hook]
    program = assemble(source, prog_type=point.prog_type).program
    assert program is not None
    return Stream(Setup((program,), point.prog_type, packets), point)


def test_each_packet_finds_what_the_one_before_left() -> None:
    found = stream(COUNT, *[UDP] * 5)
    assert [found.trace(index).ended.value for index in range(5)] == [0, 1, 2, 3, 4]


def test_any_packet_can_be_asked_for_first_and_again() -> None:
    found = stream(COUNT, *[UDP] * 5)
    last = found.trace(4)
    assert (last.ended.value, found.trace(1).ended.value, found.trace(4).ended.value) == (4, 1, 4)
    assert found.trace(4).window(0) == last.window(0)


def test_a_packet_whose_carry_was_let_go_is_had_again_from_one_before() -> None:
    found = stream(COUNT, *[UDP] * 40)
    found._carries = Carries(limit=5 * 4096)
    assert [found.trace(index).ended.value for index in range(40)] == list(range(40))
    assert found._carries.stride == 16
    assert [found.trace(index).ended.value for index in (39, 0, 17, 16, 31, 38)] == [39, 0, 17, 16, 31, 38]


def test_two_streams_of_one_setup_are_equal_step_for_step() -> None:
    source = "call bpf_get_prandom_u32\nr6 = r0\ncall bpf_ktime_get_ns\nr0 ^= r6\nexit"
    one, two = (stream(source, UDP, UDP) for _ in range(2))
    assert [one.trace(n).window(0) for n in (0, 1)] == [two.trace(n).window(0) for n in (0, 1)]
    assert one.trace(0).ended.value != one.trace(1).ended.value


@pytest.mark.parametrize("size", [0, 1, 13])
def test_what_is_no_frame_never_comes_to_the_program(size: int) -> None:
    found = stream("r0 = 2\nexit", bytes(size), UDP)
    assert found.journey(0).run is None
    with pytest.raises(HookscopeError) as caught:
        found.trace(0)
    assert caught.value.diagnostic.code == "not-reached"
    assert found.trace(1).ended.value == 2


def test_a_jumbo_packet_comes_to_the_program() -> None:
    assert stream("r0 = 2\nexit", bytes(65_535)).trace(0).ended.value == 2


def test_a_journey_tells_where_the_packet_ended() -> None:
    dropped = stream("r0 = 1\nexit", UDP).journey(0)
    assert [visit.station.id for visit in dropped.visits] == ["nic", "xdp", "dropped"]
    assert dropped.run is not None
