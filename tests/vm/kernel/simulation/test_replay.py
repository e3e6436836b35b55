"""What must hold of every simulation: runs are equal, nothing is lost, and any event can be had again."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vm.kernel.simulation.small import (
    COUNT,
    arrivals,
    attach,
    counting,
    ethernet,
    pod_world,
    returns,
    tcp,
)
from vm.kernel.scenarios.model import make
from vm.kernel.scenarios.table import SCENARIOS
from vm.kernel.simulation import simulation as module
from vm.kernel.simulation.outcome import End
from vm.kernel.simulation.simulation import Simulation, simulate
from vm.kernel.world.events import Event, PacketArrives, Runs, Syscall
from vm.machine.machine import Machine
from vm.source import HookscopeError

MARK = """
    r6 = *(u32 *)(r1 + __sk_buff.mark)
    r6 += 7
    *(u32 *)(r1 + __sk_buff.mark) = r6
"""
ATTACHED = [
    attach("xdp:eth0", counting("XDP_PASS"), "count"),
    attach("tc:eth0", MARK + returns("TC_ACT_OK"), "mark"),
    attach("tc-egress:eth1", counting("TC_ACT_OK"), "out"),
    attach("cgroup_skb/ingress:/system.slice/web", returns(1), "group"),
    attach("tracepoint/sched/sched_switch", counting(0), "switches"),
    attach("kretprobe/do_sys_openat2", counting(0), "opened"),
]
frames = st.one_of(
    st.builds(
        tcp,
        st.lists(st.sampled_from(["SYN", "ACK", "FIN", "RST", "PSH"]), unique=True),
        st.sampled_from([22, 80, 81]),
        st.integers(4000, 4003),
    ),
    st.builds(
        lambda port, text: ethernet({"udp": {"dport": port}, "payload": text}),
        st.sampled_from([53, 54]),
        st.text("ab", max_size=9),
    ),
    st.sampled_from(["192.0.2.1", "198.51.100.20", "198.51.100.99", "10.0.0.2", "203.0.113.9"]).map(
        lambda dst: ethernet({"ip": {"dst": dst}, "icmp": {"type": "echo"}})
    ),
    st.binary(max_size=80),
)
others = st.one_of(
    st.sampled_from([812, 1000]).map(lambda pid: Syscall(0, pid, "openat", (0, "/etc/passwd", 0, 0))),
    st.builds(lambda pid, ns: Runs(0, pid, ns), st.sampled_from([410, 812, 1000]), st.integers(1, 9_000_000)),
)


@st.composite
def happenings(draw: st.DrawFn) -> list[Event]:
    """Events in the order of time."""
    found: list[Event] = []
    for at in range(draw(st.integers(1, 12))):
        if draw(st.booleans()):
            found.append(PacketArrives(at * 500_000, "eth0", draw(frames)))
        else:
            found.append(replace(draw(others), time_ns=at * 500_000))
    return found


def seen(simulation: Simulation) -> tuple[object, ...]:
    maps = tuple(tuple(made.items()) for made in simulation.maps)
    return tuple(simulation.outcomes), maps, tuple(simulation.outputs)


@given(happenings())
@settings(max_examples=40, deadline=None)
def test_two_runs_are_equal(events: list[Event]) -> None:
    first, second = (simulate(pod_world(), events, ATTACHED).run() for _ in range(2))
    assert seen(first) == seen(second)


@given(happenings(), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_how_far_at_once_makes_no_difference(events: list[Event], step: int) -> None:
    whole, bits = simulate(pod_world(), events, ATTACHED).run(), simulate(pod_world(), events, ATTACHED)
    while not bits.finished:
        bits.advance(step)
    assert seen(bits) == seen(whole)


@given(happenings())
@settings(max_examples=40, deadline=None)
def test_every_packet_ends_once(events: list[Event]) -> None:
    found = simulate(pod_world(), events, ATTACHED).run()
    for outcome in found.outcomes:
        packets = {hop.packet for hop in outcome.hops if hop.device}
        numbers = [fate.packet for fate in outcome.route.fates]
        assert len(numbers) == len(set(numbers))
        assert packets <= set(numbers)
    counters = found.counters()
    assert counters.packets == sum(counters.ends.values())
    assert sum(counters.reasons.values()) <= counters.ends.get(End.DROPPED, 0)


@given(happenings(), st.data())
@settings(max_examples=25, deadline=None)
def test_any_event_again_is_what_it_was(events: list[Event], data: st.DataObject) -> None:
    found = simulate(pod_world(), events, ATTACHED).run()
    index = data.draw(st.integers(0, len(found.outcomes) - 1))
    opened = found.open(index)
    assert opened.outcome == found.outcomes[index]
    assert tuple(visit.hop for visit in opened.visits) == found.outcomes[index].hops
    for visit in opened.visits:
        if visit.start is not None:
            machine = Machine(visit.world())
            machine.outcome()
            assert machine.number == visit.hop.steps


def test_events_far_from_the_state_kept_are_had_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CHECKPOINT", 4)
    monkeypatch.setattr(module, "MAX_CHECKPOINTS", 3)
    found = simulate(pod_world(), arrivals(*[tcp(["SYN"], 80, 4000 + n) for n in range(50)]), ATTACHED).run()
    for index in (0, 3, 4, 17, 31, 49):
        assert found.open(index).outcome == found.outcomes[index]


def test_a_program_observes_the_same_addresses_again() -> None:
    """Where a program's packet and stack lie can be seen by it, so it must not depend on what ran before."""
    text = f"{COUNT}*(u64 *)(r10 - 16) = r10\nr1 = *(u64 *)(r10 - 16)\n*(u64 *)(r0 + 0) = r1\nr0 = 2\nexit"
    found = simulate(pod_world(), arrivals(*[tcp(["SYN"])] * 3), [attach("xdp:eth0", text)]).run()
    first, second = (found.maps_before(index)[0].items() for index in (1, 3))
    assert list(first) == list(second)


def test_what_has_not_happened_cannot_be_opened() -> None:
    with pytest.raises(HookscopeError, match="has not happened"):
        simulate(pod_world(), arrivals(tcp(["SYN"])), []).open(0)


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_runs_and_its_last_event_opens(name: str) -> None:
    made = make(SCENARIOS[name], 7, {"events": 300})
    found = simulate(made.world, made.events, []).run()
    assert found.done == 300
    assert found.open(len(found.outcomes) - 1).outcome == found.outcomes[-1]
    assert found.conserved()


def test_many_events_again_in_one_pass() -> None:
    found = simulate(pod_world(), arrivals(*[tcp(["SYN"], 80, 4000 + n) for n in range(9)]), ATTACHED).run()
    again = list(found.replay(2, 7, runs=False))
    assert [opened.outcome for opened in again] == found.outcomes[2:7]
    assert all(visit.start is None for opened in again for visit in opened.visits)
    assert [opened.visits[-1].frame for opened in again] == [
        found.open(index).visits[-1].frame for index in range(2, 7)
    ]


def test_the_instruction_that_decided_is_told() -> None:
    text = (
        "r1 = *(u32 *)(r1 + xdp_md.ingress_ifindex)\nr0 = XDP_DROP\nif r1 == 2 goto out\nr0 = 2\nout:\nexit"
    )
    found = simulate(pod_world(), arrivals(tcp(["SYN"])), [attach("xdp:eth0", text)]).run()
    fate = found.outcomes[0].fate
    assert fate is not None
    assert (fate.program, fate.pc) == ("prog", 2)
    assert found.denials()[0][0].pc == 2
