"""What control groups say to addresses, options, device files and settings; sockets that programs choose."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address
from socket import AF_INET, SOCK_DGRAM, SOCK_STREAM, socket

import pytest

from tests.oracle import kernel
from tests.vm.kernel.simulation.small import arrivals, attach, ends, ethernet, returns, tcp
from vm.asm import assemble
from vm.encoding import pack
from vm.helpers.found import LISTEN
from vm.kernel.simulation.simulation import Simulation, simulate
from vm.kernel.world.attach import Attachment
from vm.kernel.world.events import Event, MapUpdated, SockAddr, Syscall
from vm.kernel.world.spec import DEFAULT_WORLD, ListenSpec, ProcessSpec
from vm.uapi.errno import Errno
from vm.word import signed

BASH, MS = 1000, 1_000_000
TO = SockAddr(IPv4Address("198.51.100.20"), 443)


def call(name: str, *args: object, at: int = 0, pid: int = BASH) -> Syscall:
    return Syscall(at, pid, name, args)  # type: ignore[arg-type]


def go(events: Sequence[Event], *attachments: Attachment) -> Simulation:
    return simulate(DEFAULT_WORLD, events, attachments).run()


def notes(found: Simulation, station: str) -> list[str]:
    return [hop.note for outcome in found.outcomes for hop in outcome.hops if hop.station == station]


ANOTHER = "*(u32 *)(r1 + bpf_sock_addr.user_ip4) = 0x0a0a0a0a\nr0 = 1\nexit"
CONNECTED = [call("socket", 2, 2, 0), call("connect", 3, TO, 16, at=MS)]


def test_a_process_is_told_another_address_of_the_other_side() -> None:
    found = go([*CONNECTED, call("getpeername", 3, at=2 * MS)], attach("cgroup/getpeername4", ANOTHER))
    assert notes(found, "getpeername") == ["getpeername 198.51.100.20:443 → 10.10.10.10:443"]
    assert found.outcomes[2].result == 0


def test_who_is_not_connected_has_no_other_side() -> None:
    found = go(
        [call("socket", 2, 1, 0), call("getpeername", 3, at=MS)], attach("cgroup/getpeername4", ANOTHER)
    )
    assert (found.outcomes[1].result, notes(found, "getpeername")) == (-Errno.ENOTCONN, [])


def test_a_process_is_told_another_address_of_its_own() -> None:
    bound = [call("bind", 3, SockAddr(IPv4Address("192.0.2.1"), 8000), 16), call("getsockname", 3, at=MS)]
    found = go(bound, attach("cgroup/getsockname4", ANOTHER))
    assert notes(found, "getsockname") == ["getsockname 192.0.2.1:8000 → 10.10.10.10:8000"]


def test_who_reads_a_datagram_is_told_where_it_came_from() -> None:
    frame = ethernet({"udp": {"sport": 5353, "dport": 53}})
    found = simulate(DEFAULT_WORLD, arrivals(frame), [attach("cgroup/recvmsg4", ANOTHER)]).run()
    assert notes(found, "recvmsg") == ["recvmsg 192.0.2.10:5353 → 10.10.10.10:5353"]


def test_a_program_chooses_the_source_of_a_datagram() -> None:
    text = "*(u32 *)(r1 + bpf_sock_addr.msg_src_ip4) = 0x010200c0\nr0 = 1\nexit"
    found = go([call("sendto", 3, b"x", 1, 0, TO, 16)], attach("cgroup/sendmsg4", text))
    frame = found.open(0).visits[-1].frame
    assert frame is not None
    assert frame.data[26:30] == IPv4Address("192.0.2.1").packed


# hook, answer, calls, what the last returns
OPTIONS: dict[str, tuple[str, str, list[tuple[object, ...]], int]] = {
    "an option that was set is told": ("", "", [("setsockopt", 3, 1, 9, 7, 4), ("getsockopt", 3, 1, 9)], 0),
    "setting is denied": ("cgroup/setsockopt", returns(0), [("setsockopt", 3, 1, 9, 7, 4)], -1),
    "asking is denied": ("cgroup/getsockopt", returns(0), [("getsockopt", 3, 1, 9)], -1),
    "the program does it itself": (
        "cgroup/setsockopt", "r2 = -1\n*(u32 *)(r1 + bpf_sockopt.optlen) = r2\nr0 = 1\nexit",
        [("setsockopt", 3, 77, 9, 7, 4)], 0,
    ),
    "a length that cannot be": (
        "cgroup/setsockopt", "r2 = 5000\n*(u32 *)(r1 + bpf_sockopt.optlen) = r2\nr0 = 1\nexit",
        [("setsockopt", 3, 1, 9, 7, 4)], -Errno.EFAULT,
    ),
    "another answer": (
        "cgroup/getsockopt", "r2 = -95\n*(u32 *)(r1 + bpf_sockopt.retval) = r2\nr0 = 1\nexit",
        [("getsockopt", 3, 1, 9)], -95,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", OPTIONS)
def test_options(what: str) -> None:
    hook, text, calls, result = OPTIONS[what]
    events = [
        call("socket", 2, 1, 0),
        *(call(str(row[0]), *row[1:], at=MS * n) for n, row in enumerate(calls, 1)),
    ]
    found = go(events, *([attach(hook, text)] if hook else []))
    assert found.outcomes[-1].result == result


CHANGES_VALUE = """
    r2 = *(u64 *)(r1 + bpf_sockopt.optval)
    r3 = *(u64 *)(r1 + bpf_sockopt.optval_end)
    r4 = r2
    r4 += 4
    if r4 > r3 goto out
    *(u32 *)(r2 + 0) = 99
out:
    r0 = 1
    exit
"""


def test_a_program_changes_the_value_of_an_option() -> None:
    events = [
        call("socket", 2, 1, 0), call("setsockopt", 3, 1, 9, 7, 4, at=MS),
        call("getsockopt", 3, 1, 9, at=2 * MS),
    ]  # fmt: skip
    set_, asked = attach("cgroup/setsockopt", CHANGES_VALUE), attach("cgroup/getsockopt", returns(1))
    assert notes(go(events, set_, asked), "sockopt") == ["setsockopt 1, 9", "getsockopt 1, 9 = 99"]
    told = go(events, attach("cgroup/getsockopt", CHANGES_VALUE))
    assert notes(told, "sockopt") == ["getsockopt 1, 9 = 7 → 99"]


@pytest.mark.parametrize(
    ("path", "flags", "text", "result"),
    [
        ("/dev/null", 0, returns(0), -1),
        ("/dev/null", 0, returns(1), 3),
        ("/etc/passwd", 0, returns(0), 3),
        (
            "/dev/sda",
            1,
            "r2 = *(u32 *)(r1 + 0)\nr0 = 0\nif r2 == 0x40001 goto yes\nexit\nyes:\nr0 = 1\nexit",
            3,
        ),
        ("/dev/kvm", 2, "r2 = *(u32 *)(r1 + 8)\nr0 = 0\nif r2 == 232 goto yes\nexit\nyes:\nr0 = 1\nexit", 3),
    ],
)
def test_device_files(path: str, flags: int, text: str, result: int) -> None:
    found = go([call("openat", -100, path, flags, 0)], attach("cgroup/dev", text))
    assert found.outcomes[0].result == result


NAME = """
.map out array key=u32 value={u64 a, u64 b, u64 c} entries=1
    r6 = r1
    r7 = out[0] ll
    r2 = r7
    r3 = 24
    r4 = 0
    call bpf_sysctl_get_name
    r0 = 1
    exit
"""
INSTEAD = """
    *(u16 *)(r10 - 8) = 0x3939
    r2 = r10
    r2 += -8
    r3 = 2
    call bpf_sysctl_set_new_value
    r0 = 1
    exit
"""


def settings(text: str, *, write: bool) -> Simulation:
    path = "/proc/sys/vm/swappiness"
    events = [call("openat", -100, path, 2, 0), call("write", 3, "10\n", 3, at=MS)]
    events = events if write else events[:1]
    return go([*events, call("read", 3, 0, 64, at=2 * MS)], attach("cgroup/sysctl", text))


def test_settings_are_read_and_written_and_denied() -> None:
    assert [outcome.result for outcome in settings(returns(1), write=True).outcomes] == [3, 3, 3]
    assert settings(returns(0), write=True).outcomes[1].result == -1
    named = settings(NAME, write=False)
    assert next(value for _, value in named.maps[0].items()).startswith(b"vm/swappiness\0")
    assert settings(INSTEAD, write=True).outcomes[2].result == 2


SYN80, SYN8080 = tcp(["SYN"]), tcp(["SYN"], 8080)
ASSIGN = """
.map targets sockmap key=u32 value=u64 entries=2
    r6 = r1
    *(u32 *)(r10 - 4) = 0
    r2 = r10
    r2 += -4
    r1 = targets ll
    call bpf_map_lookup_elem
    if r0 == 0 goto none
    r7 = r0
    r1 = r6
    r2 = r7
    r3 = 0
    call bpf_sk_assign
    r8 = r0
    r1 = r7
    call bpf_sk_release
    r0 = 1
    if r8 == 0 goto out
    r0 = 0
out:
    exit
none:
    r0 = 1
    exit
"""
NGINX_FD = MapUpdated(0, "targets", b"\0", None, socket=(812, 3))


def test_sk_lookup_gives_a_packet_to_a_socket_of_a_map() -> None:
    frames = [replace(event, time_ns=MS) for event in arrivals(SYN8080)]
    found = go([NGINX_FD, *frames], attach("sk_lookup", ASSIGN, "steer"))
    assert ends(found.outcomes[1])[0] == ("socket", "delivered", "")
    assert any(note.startswith("gives it to socket") for note in notes(found, "lookup"))
    assert ends(go(list(arrivals(SYN8080))).outcomes[0])[0] == ("lookup", "dropped", "NO_SOCKET")


def test_a_choice_counts_more_than_a_drop() -> None:
    frames = [replace(event, time_ns=MS) for event in arrivals(SYN8080)]
    choose, drop = attach("sk_lookup", ASSIGN, "steer"), attach("sk_lookup", returns(0), "drop")
    for order in ((choose, drop), (drop, choose)):
        assert ends(go([NGINX_FD, *frames], *order).outcomes[1])[0][1] == "delivered"
    assert ends(go(list(arrivals(SYN80)), drop).outcomes[0])[0] == ("lookup", "dropped", "NO_SOCKET")


LOOKUP = """
    r6 = r1
    *(u32 *)(r10 - 16) = {source}
    *(u32 *)(r10 - 12) = {address}
    *(u16 *)(r10 - 8) = {sport}
    *(u16 *)(r10 - 6) = {dport}
    r1 = r6
    r2 = r10
    r2 += -16
    r3 = 12
    r4 = -1
    r5 = 0
    call bpf_sk{c}_lookup_{kind}
    r7 = {missing}
    if r0 == 0 goto out
    r8 = r0
    {look}
    r1 = r8
    call bpf_sk_release
out:
    r0 = r7
    exit
"""


def lookup(look: str, dport: int, kind: str = "tcp", address: str = "192.0.2.1", c: str = "") -> str:
    words = int.from_bytes(IPv4Address(address).packed, "little")
    words -= (words >> 31) << 32
    swapped = int.from_bytes(dport.to_bytes(2, "big"), "little")
    return LOOKUP.format(
        source=0x0A0200C0, address=words, sport=0xA00F, dport=swapped, kind=kind, look=look, c=c,
        missing=-2,
    )  # fmt: skip


STATE = "r7 = *(u32 *)(r8 + bpf_sock.state)"
PORT = "r7 = *(u32 *)(r8 + bpf_sock.src_port)"


LISTENER = (
    "r1 = r8\ncall bpf_get_listener_sock\nr7 = 0\nif r0 == 0 goto none\n"
    "r7 = *(u32 *)(r0 + bpf_sock.src_port)\nnone:"
)


def verdict(text: str, want: int) -> str:
    """Passes the packet where the program would return ``want``."""
    return text.replace(
        "    r0 = r7\n    exit", f"    r0 = 0\n    if w7 == {want} goto fits\n    r0 = 2\nfits:\n    exit"
    )


@pytest.mark.parametrize(
    ("look", "port", "kind", "want"),
    [
        (STATE, 80, "tcp", LISTEN),
        (PORT, 443, "tcp", 443),
        ("r7 = 1", 81, "tcp", -2),
        (PORT, 53, "udp", 53),
        ("r7 = 1", 80, "udp", -2),
        (
            "r1 = r8\ncall bpf_tcp_sock\nr7 = 0\nif r0 == 0 goto none\nr7 = *(u32 *)(r0 + 0)\nnone:",
            80, "tcp", 10,
        ),
        (
            LISTENER, 80, "tcp", 80,
        ),
    ],
)  # fmt: skip
def test_a_tc_program_looks_sockets_up(look: str, port: int, kind: str, want: int) -> None:
    text = verdict(lookup(look, port, kind), want)
    assert ends(go(list(arrivals(SYN80)), attach("tc:eth0", text)).outcomes[0])[0][1] == "delivered"


def test_a_tc_program_gives_a_packet_to_a_socket() -> None:
    assign = "r1 = r6\nr2 = r8\nr3 = 0\ncall bpf_sk_assign\nr7 = r0"
    text = verdict(lookup(assign, 80), 0)
    assert ends(go(list(arrivals(SYN8080)), attach("tc:eth0", text)).outcomes[0])[0] == (
        "socket", "delivered", "",
    )  # fmt: skip
    sent = go(
        [call("sendto", 3, b"x", 1, 0, TO, 16)], attach("tc-egress:eth1", verdict(text, -Errno.EOPNOTSUPP))
    )
    assert "tc_egress" in {hop.station for hop in sent.outcomes[0].hops}


@pytest.mark.parametrize("hop", range(2))
def test_a_looked_up_socket_is_the_same_when_the_run_is_opened_again(hop: int) -> None:
    found = go(list(arrivals(SYN80, SYN80)), attach("tc:eth0", verdict(lookup(STATE, 80), LISTEN)))
    again = found.open(hop)
    assert again.outcome.hops == found.outcomes[hop].hops
    start = next(visit.start for visit in again.visits if visit.start is not None)
    assert start.event.sockets is not None


@contextmanager
def listening() -> Iterator[tuple[int, int]]:
    """A TCP port of the machine that listens, and a UDP port that is bound."""
    with socket(AF_INET, SOCK_STREAM) as stream, socket(AF_INET, SOCK_DGRAM) as datagrams:
        stream.bind(("127.0.0.1", 0))
        stream.listen(1)
        datagrams.bind(("127.0.0.1", 0))
        yield stream.getsockname()[1], datagrams.getsockname()[1]


FIELDS = ("family", "type", "protocol", "src_port", "dst_port", "state", "src_ip4", "dst_ip4", "bound_dev_if")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_a_socket_has_the_fields_linux_shows(kind: str, field: str) -> None:
    reason = kernel.unavailable()
    if reason:
        pytest.skip(reason)
    size = "u16" if field == "dst_port" else "u32"
    look = f"r7 = *({size} *)(r8 + bpf_sock.{field})"
    with listening() as ports:
        port = ports[kind == "udp"]
        text = lookup(look, port, kind, "127.0.0.1")
        made = assemble(f".hook tc\n{text}").program
        assert made is not None
        loaded = kernel.load(pack(made.slots), made.prog_type)
        assert not loaded.error, loaded.log
        linux = loaded.test_run(SYN80).retval
        loaded.close()
        served = ListenSpec(kind, IPv4Address("127.0.0.1"), port)
        world = replace(DEFAULT_WORLD, processes=(ProcessSpec(900, "server", listens=(served,)),))
        same = verdict(text, signed(linux, 32))
        found = simulate(world, arrivals(SYN80), [attach("tc:eth0", same)]).run()
    assert ends(found.outcomes[0])[0][2] != "TC_INGRESS", f"Linux has {linux:#x}"
