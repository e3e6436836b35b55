"""Every hook there is can be come by: a program attached there runs, in a simulation of ordinary events."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

import pytest

from tests.vm.kernel.simulation.small import (
    HOST_MAC,
    PEER_MAC,
    WEB,
    arrivals,
    attach,
    ethernet,
    pod_world,
    returns,
    tcp,
)
from vm.kernel.hooks import HOOK_POINTS, HookPoint, targeted_points
from vm.kernel.packet.form import from_form
from vm.kernel.simulation.simulation import simulate
from vm.kernel.world.attach import Attachment
from vm.kernel.world.events import Event, FunctionCall, Runs, Sample, SockAddr, Syscall, Traced
from vm.uapi.tracepoints import SYSCALLS, TRACEPOINT_ROWS
from vm.uapi.tracing import functions, lsm_hooks
from vm.uapi.user_functions import USER_FUNCTIONS

BASH, NGINX, MS = 1000, 812, 1_000_000
FAR4, FAR6 = SockAddr(IPv4Address("198.51.100.20"), 443), SockAddr(IPv6Address("2001:db8:2::20"), 443)
POD, ANY6 = SockAddr(IPv4Address(WEB), 80), SockAddr(IPv6Address("::"), 8001)
SESSION = (
    ("socket", 2, 1, 0), ("connect", 3, POD, 16), ("getpeername", 3), ("getsockname", 3),
    ("setsockopt", 3, 1, 9, 1, 4), ("getsockopt", 3, 1, 9), ("sendto", 3, b"GET", 3), ("close", 3),
    ("socket", 10, 1, 0), ("bind", 3, ANY6, 28), ("listen", 3, 5), ("getsockname", 3), ("close", 3),
    ("socket", 10, 2, 0), ("connect", 3, FAR6, 28), ("getpeername", 3), ("close", 3),
    ("socket", 2, 1, 0), ("bind", 3, SockAddr(IPv4Address(0), 8002), 16), ("close", 3),
    ("socket", 2, 2, 0), ("sendto", 3, b"x", 1, 0, FAR4, 16), ("sendto", 3, b"x", 1, 0, FAR6, 28),
    ("close", 3),
    ("openat", -100, "/etc/passwd", 0o100, 0), ("read", 3, 0, 10), ("close", 3),
    ("openat", -100, "/dev/null", 0, 0), ("close", 3),
    ("openat", -100, "/proc/sys/vm/swappiness", 2, 0), ("read", 3, 0, 9), ("close", 3),
    ("clone", 17, 0, 0, 0, 0), ("execve", "/bin/ls", ("ls",), ()), ("kill", 1001, 15),
    ("ptrace", 16, 812, 0, 0),
)  # fmt: skip
"""What a process does with sockets, files and others."""
ENDING = ("kill", "tkill", "tgkill", "exit", "exit_group")
_ETH = {"dst": HOST_MAC, "src": PEER_MAC}
_IPV6 = {"src": "2001:db8:1::10", "dst": "2001:db8:1::1"}
FRAMES = (
    tcp(["SYN"]), tcp(["ACK"]), tcp(["SYN"], 8081), tcp(["RST"]),
    ethernet({"udp": {"sport": 1, "dport": 53}}),
    ethernet({"ip": {"dst": "198.51.100.20"}, "udp": {"dport": 9}}),
    ethernet({"icmp": {"type": "echo"}}),
    from_form({"eth": _ETH, "ipv6": _IPV6, "udp": {"sport": 1, "dport": 53}}),
    from_form({"eth": _ETH, "ipv6": _IPV6, "tcp": {"sport": 1, "dport": 80, "flags": ["SYN"]}}),
)  # fmt: skip


def _happening() -> Iterator[Event]:
    for row in SESSION:
        yield Syscall(0, BASH, row[0], row[1:])
    yield from arrivals(*FRAMES)
    yield Sample(0, 1_000, 0)
    yield Runs(0, NGINX, 5 * MS, 0)
    yield Runs(0, BASH, 5 * MS, 0)
    for call in SYSCALLS:
        if call.name not in ENDING:
            yield Syscall(0, NGINX, call.name, (3, 3, 3, 3))
    for name in functions():
        if not name.startswith("__x64_sys_"):
            yield FunctionCall(0, NGINX, name, (0, 0, 0, 0), 0, 1_000)
    for name in USER_FUNCTIONS:
        yield FunctionCall(0, NGINX, name, (0, 0, 0), 0, 1_000, user=True)
    for hook in lsm_hooks():
        yield FunctionCall(0, NGINX, f"security_{hook}", (0, 0, 0, 0), 0, 1_000)
    for tracepoint in TRACEPOINT_ROWS:
        yield Traced(0, NGINX, tracepoint.name)
    for name in ENDING:
        yield Syscall(0, NGINX if name == "exit_group" else BASH, name, (0, 9, 9))


def _timed(event: Event, at: int) -> Event:
    return type(event)(at * MS, *(getattr(event, name) for name in event.__slots__[1:]))


EVENTS = [_timed(event, at) for at, event in enumerate(_happening())]
POINTS = (*HOOK_POINTS.values(), *targeted_points())
AT_ONCE = 60
BATCHES = [POINTS[at : at + AT_ONCE] for at in range(0, len(POINTS), AT_ONCE)]
_GOES_ON = {"xdp": 2, "tcx/ingress": -1, "tcx/egress": -1, "socket": 65_535}
_DEVICES = {
    "xdp": "eth0", "tc": "eth0", "tcx/ingress": "eth0", "tc-egress": "eth1", "tcx/egress": "eth1",
}  # fmt: skip


def _attached(point: HookPoint, number: int) -> Attachment:
    """A program that lets everything go on."""
    usual = 1 if point.allowed is not None and 1 in point.allowed else 0
    device = _DEVICES.get(point.name)
    place = f"{point.name}:{device}" if device else point.name
    return attach(place, returns(_GOES_ON.get(point.name, usual)), f"program_{number}")


@pytest.mark.parametrize("points", BATCHES, ids=lambda points: points[0].name)
def test_a_program_there_runs(points: tuple[HookPoint, ...]) -> None:
    attached = [_attached(point, number) for number, point in enumerate(points)]
    found = simulate(pod_world(), EVENTS, attached).run()
    ran = {name: count.runs for name, count in found.counters().programs.items()}
    never = [point.name for number, point in enumerate(points) if not ran.get(f"program_{number}")]
    assert never == []


@pytest.mark.parametrize("point", HOOK_POINTS.values(), ids=lambda point: point.name)
def test_a_row_is_whole(point: HookPoint) -> None:
    assert point.hook.context
    assert point.verdicts
    assert point.other.doc
    assert all(verdict.doc.endswith((".", ";")) for verdict in point.verdicts)
    assert point.function
    assert point.file.endswith((".c", ".h"))
    assert point.doc.endswith(".")
    assert point.title
    assert point.station
