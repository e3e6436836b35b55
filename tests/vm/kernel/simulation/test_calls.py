"""System calls, processes and the scheduler, and what programs around them see and deny."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from tests.vm.kernel.simulation.small import (
    WEB,
    arrivals,
    attach,
    count_of,
    counting,
    ends,
    pod_world,
    returns,
    tcp,
)
from vm.kernel.simulation.outcome import Kind
from vm.kernel.simulation.simulation import simulate
from vm.kernel.world.events import Event, FunctionCall, Runs, Sample, SockAddr, Syscall, Wakes
from vm.kernel.world.spec import DEFAULT_WORLD
from vm.uapi.errno import Errno

BASH = 1000
TO = SockAddr(IPv4Address("198.51.100.20"), 443)
MS = 1_000_000


def call(name: str, *args: object, at: int = 0, pid: int = BASH, result: int | None = None) -> Syscall:
    return Syscall(at, pid, name, args, result)  # type: ignore[arg-type]


# the calls of a process one after the other, and what each returns
RESULTS = {
    "files get the lowest free descriptor": (
        [call("openat", -100, "/a", 0, 0), call("openat", -100, "/b", 0, 0), call("close", 3),
         call("openat", -100, "/c", 0, 0)], [3, 4, 0, 3],
    ),
    "reading gives what was asked for": ([call("read", 9, 0, 100)], [100]),
    "what the event says it returns": ([call("read", 9, 0, 100, result=7)], [7]),
    "closing what is not open": ([call("close", 9)], [-Errno.EBADF]),
    "a signal to nobody": ([call("kill", 4242, 9)], [-Errno.ESRCH]),
    "a child": ([call("clone", 17, 0, 0, 0, 0), call("getpid")], [1001, 0]),
    "a socket": ([call("socket", 2, 1, 0)], [3]),
    "nothing to accept": ([call("accept4", 3, 0, 0, 0, pid=812)], [-Errno.EAGAIN]),
    "a port that is taken": ([call("bind", 9, SockAddr(IPv4Address(0), 80), 16)], [-Errno.EADDRINUSE]),
    "sending unconnected": ([call("write", 3, b"x", 1)], [1]),
    "no route": (
        [call("connect", 3, SockAddr(IPv4Address("8.8.8.8"), 53), 16, pid=950)], [0],
    ),
    "dead processes do nothing": ([call("exit_group", 0), call("openat", -100, "/a", 0, 0)], [0, None]),
    "a datagram": ([call("sendto", 3, b"hello", 5, 0, TO, 16)], [5]),
}  # fmt: skip


@pytest.mark.parametrize(("calls", "results"), RESULTS.values(), ids=RESULTS)
def test_calls_return(calls: list[Event], results: list[int | None]) -> None:
    found = simulate(pod_world(), calls, []).run()
    assert [outcome.result for outcome in found.outcomes] == results


def test_a_connection_from_here_to_a_pod_and_back() -> None:
    """The pod's kernel answers, ours completes the handshake, bytes arrive and are acknowledged."""
    calls = [
        call("socket", 2, 1, 0),
        call("connect", 3, SockAddr(IPv4Address(WEB), 80), 16, at=MS),
        call("sendto", 3, b"GET / HTTP/1.1", 14, 0, 0, 0, at=2 * MS),
        call("close", 3, at=3 * MS),
    ]
    found = simulate(pod_world(), calls, []).run()
    assert [outcome.result for outcome in found.outcomes] == [3, 0, 14, 0]
    connect, sent, closed = (ends(outcome) for outcome in found.outcomes[1:])
    assert connect == [
        ("socket", "delivered", ""), ("process", "delivered", ""), ("process", "delivered", ""),
    ]  # fmt: skip
    assert sent == [("process", "delivered", ""), ("socket", "delivered", "")]
    assert all(end[1] in ("delivered", "dropped") for end in closed)
    stations = [hop.station for hop in found.outcomes[1].hops if hop.packet == 0]
    assert stations[:10] == [
        "send", "route_out", "local_out", "postrouting", "cgroup_out", "neighbour", "tc_egress", "qdisc",
        "driver", "nic",
    ]  # fmt: skip


def test_a_closed_port_refuses() -> None:
    calls = [
        call("socket", 2, 1, 0),
        call("connect", 3, SockAddr(IPv4Address(WEB), 81), 16, at=MS),
        call("write", 3, b"x", 1, at=2 * MS),
    ]
    found = simulate(pod_world(), calls, []).run()
    assert ends(found.outcomes[1]) == [("lookup", "dropped", "NO_SOCKET"), ("socket", "dropped", "TCP_RESET")]
    assert found.outcomes[2].result != 1 or not ends(found.outcomes[2])


# place, answer, the call, its error
DENIALS = [
    ("lsm/file_open", -13, call("openat", -100, "/etc/shadow", 0, 0), -13),
    ("lsm/bprm_check_security", -1, call("execve", "/bin/nc", ("nc",), ()), -1),
    ("lsm/task_alloc", -11, call("clone", 17, 0, 0, 0, 0), -11),
    ("lsm/task_kill", -1, call("kill", 812, 9), -1),
    ("lsm/path_unlink", -1, call("unlinkat", -100, "/etc/passwd", 0), -1),
    ("lsm/socket_create", -13, call("socket", 2, 1, 0), -13),
    ("lsm/socket_connect", -13, call("connect", 3, TO, 16), -13),
    ("lsm/socket_bind", -13, call("bind", 3, SockAddr(IPv4Address(0), 8000), 16), -13),
    ("cgroup/connect4:/user.slice", 0, call("connect", 3, TO, 16), -1),
    ("cgroup/bind4:/user.slice", 0, call("bind", 3, SockAddr(IPv4Address(0), 8000), 16), -1),
    ("cgroup/sock_create:/user.slice", 0, call("socket", 2, 1, 0), -1),
    ("cgroup/sendmsg4:/user.slice", 0, call("sendto", 3, b"x", 1, 0, TO, 16), -1),
]


@pytest.mark.parametrize(("place", "answer", "event", "errno"), DENIALS)
def test_a_program_denies(place: str, answer: int, event: Syscall, errno: int) -> None:
    found = simulate(DEFAULT_WORLD, [event], [attach(place, returns(answer), "guard")]).run()
    assert found.outcomes[0].result == errno
    denials, total = found.denials()
    assert total == 1
    assert (denials[0].who, denials[0].program, denials[0].errno) == ("bash (1000)", "guard", errno)
    assert event.name in denials[0].what


@pytest.mark.parametrize(("place", "answer", "event", "errno"), DENIALS)
def test_without_an_objection_it_is_allowed(place: str, answer: int, event: Syscall, errno: int) -> None:
    yes = returns(1 if place.startswith("cgroup") else 0)
    found = simulate(DEFAULT_WORLD, [event], [attach(place, yes)]).run()
    result = found.outcomes[0].result
    assert result is not None
    assert result >= 0
    assert found.denials() == ([], 0)


def test_a_denied_child_is_never_born() -> None:
    events = [call("clone", 17, 0, 0, 0, 0, result=2000), call("openat", -100, "/a", 0, 0, pid=2000)]
    for attachments, opened in (([], 3), ([attach("lsm/task_alloc", returns(-11))], None)):
        found = simulate(DEFAULT_WORLD, events, attachments).run()
        assert found.outcomes[1].result == opened


def test_a_program_sends_a_connection_elsewhere() -> None:
    """Another port, in network order, written to the address a process gave."""
    text = f"r2 = {int.from_bytes((8443).to_bytes(2, 'big'), 'little')}\n*(u32 *)(r1 + 24) = r2\nr0 = 1\nexit"
    found = simulate(
        DEFAULT_WORLD, [call("connect", 3, TO, 16)], [attach("cgroup/connect4:/user.slice", text)]
    ).run()
    frame = found.open(0).visits[-1].frame
    assert frame is not None
    assert int.from_bytes(frame.data[36:38], "big") == 8443


# what is attached, what happens, how often the program runs
WATCHERS = [
    ("tracepoint/syscalls/sys_enter_openat", [call("openat", -100, "/a", 0, 0)], 1),
    ("tracepoint/syscalls/sys_exit_openat", [call("openat", -100, "/a", 0, 0)], 1),
    ("tracepoint/raw_syscalls/sys_enter", [call("openat", -100, "/a", 0, 0), call("close", 3)], 2),
    ("raw_tp/sys_enter", [call("openat", -100, "/a", 0, 0)], 1),
    ("kprobe/do_sys_openat2", [call("openat", -100, "/a", 0, 0)], 1),
    ("kretprobe/do_sys_openat2", [call("openat", -100, "/a", 0, 0)], 1),
    ("kprobe/__x64_sys_kill", [call("kill", 812, 9)], 1),
    ("tracepoint/sched/sched_process_exec", [call("execve", "/bin/ls", ("ls",), ())], 1),
    ("tracepoint/sched/sched_process_fork", [call("clone", 17, 0, 0, 0, 0)], 1),
    ("tracepoint/sched/sched_process_exit", [call("kill", 812, 9)], 1),
    ("tracepoint/signal/signal_generate", [call("kill", 812, 9)], 1),
    ("kprobe/tcp_v4_connect", [call("connect", 3, TO, 16)], 1),
    ("kprobe/vfs_read", [FunctionCall(0, 812, "vfs_read", ("/a", 0, 10, 0), 10)], 1),
    ("kretprobe/vfs_read", [FunctionCall(0, 812, "vfs_read", ("/a", 0, 10, 0), 10)], 1),
    ("uprobe/handle_request", [FunctionCall(0, 812, "handle_request", (1, 2), 0, user=True)], 1),
    ("kprobe/tcp_v4_rcv", arrivals(tcp(["SYN"])), 1),
    ("kprobe/ip_rcv", arrivals(tcp(["SYN"])), 1),
    ("kprobe/udp_rcv", arrivals(tcp(["SYN"])), 0),
    ("kprobe/tcp_conn_request", arrivals(tcp(["SYN"]), tcp(["ACK"])), 1),
    ("kprobe/tcp_rcv_established", arrivals(tcp(["SYN"]), tcp(["ACK"]), tcp(["PSH", "ACK"], payload="x")), 1),
    ("kprobe/ip_output", arrivals(tcp(["SYN"])), 1),
    ("tracepoint/net/netif_receive_skb", arrivals(tcp(["SYN"])), 1),
    ("tracepoint/net/net_dev_queue", arrivals(tcp(["SYN"])), 1),
    ("tracepoint/skb/kfree_skb", arrivals(tcp(["SYN"], 81)), 1),
    ("tracepoint/sock/inet_sock_set_state", arrivals(tcp(["SYN"]), tcp(["ACK"])), 1),
    ("sockops:/system.slice/web", arrivals(tcp(["SYN"]), tcp(["ACK"])), 1),
    ("perf_event", [Sample(0, 1000)], 1),
    ("tracepoint/sched/sched_wakeup", [Wakes(0, 812)], 1),
    ("raw_tp/sched_switch", [Wakes(0, 812)], 2),
]


@pytest.mark.parametrize(("place", "events", "runs"), WATCHERS, ids=[row[0] for row in WATCHERS])
def test_a_watcher_is_told(place: str, events: list[Event], runs: int) -> None:
    found = simulate(DEFAULT_WORLD, events, [attach(place, counting(0))]).run()
    assert count_of(found) == runs
    assert sum(program.runs for program in found.counters().programs.values()) == runs


def test_processes_take_turns_on_a_cpu() -> None:
    """Two that want 5 ms each from the same CPU: slices of 3 ms, and the time they wait is seen."""
    events = [Runs(0, 812, 5 * MS, 0), Runs(1, BASH, 5 * MS, 0)]
    found = simulate(DEFAULT_WORLD, events, [attach("tracepoint/sched/sched_switch", counting(0))]).run()
    turns = [outcome.time_ns for outcome in found.outcomes if outcome.kind is Kind.SWITCH]
    assert turns == [3 * MS, 6 * MS, 8 * MS, 10 * MS]
    assert count_of(found) == 5


def test_who_runs_alone_is_not_interrupted() -> None:
    events = [Runs(0, 812, 1 << 60, 0), Runs(1, BASH, MS, 1)]
    found = simulate(DEFAULT_WORLD, events, []).run()
    assert [outcome.time_ns for outcome in found.outcomes] == [0, 1, MS + 1, 10_000 * MS]


def test_cpus_do_not_wait_for_one_another() -> None:
    events = [Runs(0, 812, 5 * MS, 0), Runs(1, BASH, 5 * MS, 1)]
    found = simulate(DEFAULT_WORLD, events, [attach("tracepoint/sched/sched_switch", counting(0))]).run()
    assert count_of(found) == 4


def test_a_killed_server_no_longer_listens() -> None:
    events = [call("kill", 812, 9), *(replace(event, time_ns=MS) for event in arrivals(tcp(["SYN"])))]
    found = simulate(DEFAULT_WORLD, events, []).run()
    assert ends(found.outcomes[1])[0] == ("lookup", "dropped", "NO_SOCKET")


def test_exits_come_later_and_only_where_somebody_looks() -> None:
    event = call("openat", -100, "/a", 0, 0)
    watched = simulate(DEFAULT_WORLD, [event], [attach("tracepoint/syscalls/sys_exit_openat", counting(0))])
    assert [(o.kind, o.time_ns) for o in watched.run().outcomes] == [(Kind.SYSCALL, 0), (Kind.EXIT, 2000)]
    assert len(simulate(DEFAULT_WORLD, [event], []).run().outcomes) == 1
