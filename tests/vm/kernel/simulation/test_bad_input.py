"""Whatever happens, with whatever arguments, the simulation goes on and is had again."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vm.kernel.simulation.small import arrivals, attach, counting, pod_world, tcp
from vm.kernel.simulation.simulation import simulate
from vm.kernel.simulation.socket_calls import CALLS
from vm.kernel.world.events import (
    Event,
    FunctionCall,
    MapUpdated,
    PacketArrives,
    ProgramReplaced,
    Runs,
    Sample,
    SockAddr,
    Syscall,
    Wakes,
)
from vm.source import HookscopeError

numbers = st.integers(-(1 << 70), 1 << 70)
addresses = st.sampled_from(
    [IPv4Address(text) for text in ("10.0.0.2", "127.0.0.1", "192.0.2.1", "203.0.113.9")] + [IPv6Address(1)]
)
args = st.one_of(
    numbers,
    st.integers(-1, 12),
    st.text(max_size=20),
    st.binary(max_size=40),
    st.builds(SockAddr, addresses, st.sampled_from([0, 53, 80, 65_535])),
    st.lists(st.text(max_size=5), max_size=3).map(tuple),
)
pids = st.sampled_from([0, 1, 410, 812, 950, 1000, 1001, 4242])
some_args = st.lists(args, max_size=6).map(tuple)
events = st.one_of(
    st.builds(
        Syscall,
        st.just(0),
        pids,
        st.sampled_from([*CALLS, "nanosleep", "no such call"]),
        some_args,
        st.none() | st.integers(-40, 40),
    ),
    st.builds(
        FunctionCall,
        st.just(0),
        pids,
        st.sampled_from(["vfs_read", "none"]),
        some_args,
        numbers,
        user=st.booleans(),
    ),
    st.builds(Runs, st.just(0), pids, numbers, st.integers(-1, 9)),
    st.builds(Wakes, st.just(0), pids),
    st.builds(Sample, st.just(0), numbers, st.integers(0, 9)),
    st.builds(
        PacketArrives,
        st.just(0),
        st.sampled_from(["eth0", "lo", "veth0", "web/eth0"]),
        st.binary(max_size=90),
        st.integers(0, 99),
    ),
)
ATTACHED = [
    attach("tracepoint/raw_syscalls/sys_enter", counting(0)),
    attach("tracepoint/syscalls/sys_exit_openat", counting(0)),
    attach("lsm/file_open", counting(0)),
    attach("lsm/task_kill", counting(-1)),
    attach("kprobe/vfs_read", counting(0)),
    attach("kretprobe/vfs_read", counting(0)),
    attach("cgroup/connect4:/", counting(1)),
    attach("tracepoint/sched/sched_switch", counting(0)),
    attach("tracepoint/skb/kfree_skb", counting(0)),
    attach("perf_event", counting(0)),
]


@given(st.lists(events, max_size=15), st.data())
@settings(max_examples=60, deadline=None)
def test_anything_may_happen(given_events: list[Event], data: st.DataObject) -> None:
    found = simulate(pod_world(), given_events, ATTACHED).run()
    assert found.done == len(given_events)
    assert found.conserved()
    found.denials()
    if found.outcomes:
        index = data.draw(st.integers(0, len(found.outcomes) - 1))
        assert found.open(index).outcome == found.outcomes[index]


# an event that cannot be, and what is said
IMPOSSIBLE = [
    (PacketArrives(0, "eth7", bytes(60)), "unknown-device"),
    (MapUpdated(0, "cuonts", bytes(4), bytes(8)), "unknown-map"),
    (ProgramReplaced(0, 3), "no-attachment"),
]


@pytest.mark.parametrize(("event", "code"), IMPOSSIBLE)
def test_what_cannot_happen_is_told(event: Event, code: str) -> None:
    found = simulate(pod_world(), [event], [attach("xdp:eth0", counting("XDP_PASS"))])
    with pytest.raises(HookscopeError) as caught:
        found.run()
    assert caught.value.diagnostic.code == code
    assert caught.value.diagnostic.hint


def test_a_process_cannot_open_files_without_end() -> None:
    calls: list[Event] = [Syscall(0, 1000, "openat", (-100, "/a", 0, 0)) for _ in range(1_030)]
    results = [outcome.result for outcome in simulate(pod_world(), calls, []).run().outcomes]
    assert results[1_023:1_026] == [1_026, -24, -24]


def test_a_simulation_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vm.kernel.simulation.simulation.MAX_HAPPENINGS", 5)
    found = simulate(pod_world(), arrivals(*[tcp(["SYN"])] * 9), []).run()
    assert (found.finished, found.done, len(found.outcomes)) == (True, 5, 5)
