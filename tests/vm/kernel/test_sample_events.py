"""Every hook without packets comes with events that programs can be run on."""

from itertools import groupby

import pytest

from vm.asm import assemble
from vm.kernel.context import EventContext
from vm.kernel.hooks import HOOK_POINTS, HookPoint, known_point, targeted_points
from vm.kernel.sample_events import COUNT, sample_events
from vm.kernel.scenario import Scenario, Setup
from vm.kernel.stations import WAY_IN
from vm.kernel.stream import Stream

POINTS = [point for point in (*HOOK_POINTS.values(), *targeted_points()) if not point.takes_packets]
FAMILIES = {name: list(points) for name, points in groupby(POINTS, lambda point: point.hook.name)}


def setup(point: HookPoint, body: str = "r0 = 0") -> Setup:
    programs = assemble(f".hook {point.name}\n{body}\nexit").programs
    assert programs
    return Setup(programs, point.prog_type, (), happenings=sample_events(point))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_program_runs_on_every_event_of_every_hook(family: str) -> None:
    for point in FAMILIES[family]:
        scenario = Scenario(setup(point))
        assert len(scenario) == COUNT
        for index in range(COUNT):
            machine = scenario.finished(index)
            assert machine.outcome().how == "exit", point.name
            assert isinstance(machine.world.ctx, EventContext)
            assert sample_events(point)[index].text.count("[") >= 1


def test_events_are_the_same_on_every_call() -> None:
    for point in POINTS:
        first = sample_events(point)
        sample_events.cache_clear()
        assert sample_events(point) == first


def test_packet_hooks_have_no_events() -> None:
    assert all(sample_events(point) == () for point in HOOK_POINTS.values() if point.takes_packets)


@pytest.mark.parametrize(
    ("hook", "answer", "end"),
    [
        ("lsm/file_open", -13, "denied"),
        ("lsm/file_open", 0, "goes on"),
        ("cgroup/connect4", 0, "denied"),
        ("kprobe/vfs_read", 1, "goes on"),
        ("sk_lookup", 0, "dropped"),
    ],
)
def test_a_stream_tells_what_became_of_an_event(hook: str, answer: int, end: str) -> None:
    point = known_point(hook)
    journey = Stream(setup(point, f"r0 = {answer}"), point).journey(1)
    assert [visit.station.title for visit in journey.visits] == [point.title, end]
    assert journey.run is not None


@pytest.mark.parametrize("hook", ["tc-egress", "cgroup_skb/egress"])
def test_packets_on_their_way_out_come_to_their_hook(hook: str) -> None:
    point = known_point(hook)
    assert point.station not in WAY_IN
    programs = assemble(f".hook {hook}\nr0 = *(u32 *)(r1 + __sk_buff.len)\nexit").programs
    frame = bytes(12) + b"\x08\x00" + bytes(50)
    journey = Stream(Setup(programs, point.prog_type, (frame,)), point).journey(0)
    assert journey.run is not None
    assert journey.run.ended.value == (64 if hook == "tc-egress" else 50)
