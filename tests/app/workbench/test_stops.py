"""Continuing, in both directions and across packets."""

from typing import Any

import pytest

from app.schemas.trace import Inputs, StopReply, StopRequest
from app.workbench.run import Run
from app.workbench.stops import find
from tests.app.workbench.build import run
from vm.kernel.packet.form import from_form
from vm.source import HookscopeError

SYN = from_form({"tcp": {"src": "203.0.113.7", "dport": 80, "flags": ["SYN"]}})
UDP = from_form({"udp": {"dport": 53}})

# Line numbers are what breakpoints name, so the text begins on line 1.
COUNT = """.map hits array key=u32 value=u64 entries=1
    r6 = *(u32 *)(r1 + xdp_md.data)
    r7 = *(u32 *)(r1 + xdp_md.data_end)
    r8 = r6
    r8 += 24
    if r8 > r7 goto out
    r8 = *(u8 *)(r6 + 23)
    if r8 != IPPROTO_TCP goto out
    *(u32 *)(r10 - 4) = 0
    r1 = hits ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
    if r0 == 0 goto out
    r1 = 1
    lock *(u64 *)(r0 + 0) += r1
out:
    r0 = 2
    exit
"""
LINES = COUNT.splitlines()
FIRST = 2
CALL, ADD, EXIT = 13, 16, 19


@pytest.fixture(scope="module")
def counted() -> Run:
    """Packets 0, 2 and 3 are TCP, 1 is UDP, 4 is no frame at all, 5 is TCP."""
    packets = [SYN, UDP, SYN, SYN, b"short", SYN]
    return run(Inputs(source=COUNT, packets=tuple(packet.hex() for packet in packets)))


def stop(
    run: Run, packet: int, step: int, until: str = "breakpoint", direction: str = "forward", **more: Any
) -> StopReply:
    request = {"run": run.key, "packet": packet, "step": step, "until": until, "direction": direction}
    return find(StopRequest.model_validate(request | more), run)


def line_at(run: Run, reply: StopReply) -> int:
    """The line about to run where it stopped."""
    trace = run.trace(reply.packet)
    return trace.world.programs[0].spans[trace.path[reply.step]].line


def test_the_lines_are_where_the_tests_think() -> None:
    assert "call" in LINES[CALL - 1]
    assert "lock" in LINES[ADD - 1]
    assert "exit" in LINES[EXIT - 1]


def test_a_breakpoint_stops_before_its_line(counted: Run) -> None:
    found = stop(counted, 0, 0, lines=[CALL])
    assert (found.packet, found.why, line_at(counted, found)) == (0, "breakpoint", CALL)


def test_a_breakpoint_is_looked_for_in_later_packets_that_came_to_the_program(counted: Run) -> None:
    places, at = [], stop(counted, 0, 0, lines=[CALL])
    while at.why == "breakpoint":
        places.append(at.packet)
        at = stop(counted, at.packet, at.step, lines=[CALL])
    assert places == [0, 2, 3, 5]
    assert (at.packet, at.why) == (5, "end of the run")


def test_a_breakpoint_on_the_first_instruction_stops_at_the_start_of_the_next_packet(counted: Run) -> None:
    found = stop(counted, 0, 3, lines=[FIRST])
    assert (found.packet, found.step, found.why) == (1, 0, "breakpoint")


def test_reverse_continue_goes_through_the_same_places_backwards(counted: Run) -> None:
    forward, back = [], []
    at = stop(counted, 0, 0, lines=[CALL, EXIT])
    while at.why == "breakpoint":
        forward.append((at.packet, at.step))
        at = stop(counted, at.packet, at.step, lines=[CALL, EXIT])
    at = stop(counted, at.packet, at.step, direction="back", lines=[CALL, EXIT])
    while at.why == "breakpoint":
        back.append((at.packet, at.step))
        at = stop(counted, at.packet, at.step, direction="back", lines=[CALL, EXIT])
    assert forward == back[::-1]
    assert len(forward) == 9
    assert (at.packet, at.step, at.why) == (0, 0, "start of the run")


def test_a_conditional_breakpoint_stops_only_where_it_holds(counted: Run) -> None:
    found = stop(counted, 0, 0, lines=[18], conditions={"18": "*(u64 *)r0 == 3"})
    assert (found.packet, found.why, line_at(counted, found)) == (3, "condition", 18)


def test_a_condition_may_use_the_names_of_constants(counted: Run) -> None:
    found = stop(counted, 0, 0, conditions={"8": "r8 == IPPROTO_UDP"})
    assert (found.packet, line_at(counted, found)) == (1, 8)


def test_a_watched_map_entry_stops_behind_each_write_in_every_packet(counted: Run) -> None:
    places, at = [], stop(counted, 0, 0, watches=["hits[0]"])
    while at.why == "watch":
        places.append(at.packet)
        assert line_at(counted, StopReply(packet=at.packet, step=at.step - 1, why="")) == ADD
        at = stop(counted, at.packet, at.step, watches=["hits[0]"])
    assert places == [0, 2, 3, 5]


def test_a_watch_finds_the_last_write_before_the_end_of_an_earlier_packet(counted: Run) -> None:
    found = stop(counted, 1, 0, direction="back", watches=["hits[0]"])
    assert (found.packet, found.why) == (0, "watch")


def test_a_watch_on_the_very_last_step_of_an_earlier_packet_is_found() -> None:
    made = run(Inputs(source="r0 = 1\nexit\n", packets=(SYN.hex(),) * 2, max_steps=1))
    assert [packet.how for packet in made.tally.packets] == ["budget", "budget"]
    assert stop(made, 1, 0, direction="back", watches=["r0"]).packet == 0


@pytest.mark.parametrize(
    ("until", "line"), [("helper", CALL), ("map-write", ADD), ("branch", 6), ("return", EXIT)]
)
def test_going_on_to_a_kind_of_step_stops_behind_it(counted: Run, until: str, line: int) -> None:
    found = stop(counted, 0, 0, until)
    assert line_at(counted, StopReply(packet=found.packet, step=found.step - 1, why="")) == line


def test_going_on_to_a_map_write_skips_packets_without_one(counted: Run) -> None:
    places, at = [], stop(counted, 0, 0, "map-write")
    while at.why == "map write":
        places.append(at.packet)
        at = stop(counted, at.packet, at.step, "map-write")
    assert places == [0, 2, 3, 5]


def test_a_breakpoint_in_between_comes_first(counted: Run) -> None:
    assert stop(counted, 0, 0, "map-write", lines=[CALL]).why == "breakpoint"


def test_continuing_from_an_end_goes_to_the_next_packets_end(counted: Run) -> None:
    steps = [packet.steps for packet in counted.tally.packets]
    assert stop(counted, 0, 2).step == steps[0]
    onward = stop(counted, 0, steps[0])
    assert (onward.packet, onward.step, onward.why) == (1, steps[1], "end of packet 2's run")
    assert stop(counted, 3, steps[3]).packet == 5
    assert stop(counted, 5, steps[5]).why == "there is no further packet"
    assert stop(counted, 2, 0, direction="back").model_dump() == {
        "packet": 1, "step": 0, "why": "start of packet 2's run"
    }  # fmt: skip


def test_into_steps_and_over_calls() -> None:
    source = "call f\nr0 = 2\nexit\nf:\nr0 = 7\nexit"
    made = run(Inputs(source=source, packets=(SYN.hex(),)))
    assert stop(made, 0, 0, "into").step == 1
    over = stop(made, 0, 0, "over")
    assert made.trace(0).path[over.step] == 1
    assert stop(made, 0, 1, "out").model_dump() == {"packet": 0, "step": 3, "why": "back in the caller"}
    assert stop(made, 0, 3, "over", "back").step == 0


def test_a_place_outside_the_run_is_its_nearest_end(counted: Run) -> None:
    assert stop(counted, 0, 10**9, direction="back", lines=[EXIT]).packet == 0
    assert stop(counted, 0, -5, lines=[CALL]).why == "breakpoint"


def test_every_iteration_of_a_loop_is_counted() -> None:
    source = "r1 = 0\nagain: r1 += 1\nif r1 < 5000 goto again\nr0 = 2\nexit"
    made = run(Inputs(source=source, packets=(SYN.hex(),)))
    found = stop(made, 0, 0, conditions={"2": "hits == 4321"})
    assert found.step == 1 + 2 * 4320
    assert stop(made, 0, len(made.trace(0)), direction="back", conditions={"2": "r1 == 9"}).step == 19


@pytest.mark.parametrize(
    ("more", "code", "said", "span"),
    [
        ({"conditions": {"6": "r11 > 9"}}, "condition-name", "the condition on line 6", (0, 3)),
        ({"conditions": {"6": "r1 >"}}, "condition", "the condition on line 6", (4, 5)),
        ({"conditions": {"6": "("}}, "condition", "the condition on line 6", (1, 2)),
        ({"conditions": {"6": "1" * 300}}, "condition-length", "200 characters", (0, 1)),
        ({"conditions": {"6": ""}}, "condition", "is missing here", (0, 1)),
        ({"watches": ["r99"]}, "watch", "`r99` cannot be watched", None),
        ({"watches": ["hitz[0]"]}, "watch-map", "no map `hitz`", None),
        ({"watches": ["fp-4:400"]}, "watch-range", "lies outside", None),
    ],
)
def test_what_means_nothing_is_refused_with_its_place(
    counted: Run, more: dict[str, Any], code: str, said: str, span: tuple[int, int] | None
) -> None:
    with pytest.raises(HookscopeError) as caught:
        stop(counted, 0, 0, **more)
    found = caught.value.diagnostic
    assert found.code == code
    assert said in found.message
    assert (found.span and (found.span.start, found.span.end)) == span


def test_a_packet_without_a_run_says_where_it_ended(counted: Run) -> None:
    with pytest.raises(HookscopeError) as caught:
        stop(counted, 4, 0)
    assert caught.value.diagnostic.code == "not-reached"


def test_a_search_through_very_many_packets_can_be_gone_on_with(
    counted: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.workbench.stops.LOOK_SECONDS", -1.0)
    first = stop(counted, 0, 18, watches=["r5"])
    assert (first.packet, first.why) == (1, "no stop so far; go on to look further")
    assert stop(counted, first.packet, first.step, watches=["r5"]).packet == 2
