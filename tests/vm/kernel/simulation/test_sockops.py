"""What sockops programs are told of a connection, and the paths and sockets that other programs follow."""

from ipaddress import IPv4Address

import pytest

from tests.vm.kernel.simulation.small import WEB, attach, pod_world, returns
from vm.kernel.simulation.simulation import Simulation, simulate
from vm.kernel.world.attach import Attachment
from vm.kernel.world.events import SockAddr, Syscall

BASH, MS = 1000, 1_000_000
CALLS = [
    Syscall(0, BASH, "socket", (2, 1, 0)),
    Syscall(MS, BASH, "connect", (3, SockAddr(IPv4Address(WEB), 80), 16)),
    Syscall(2 * MS, BASH, "close", (3,)),
]
TELL_ME = "r2 = {flags}\ncall bpf_sock_ops_cb_flags_set\nr0 = 1\nexit"


def go(*attachments: Attachment) -> Simulation:
    return simulate(pod_world(), CALLS, attachments).run()


def ops(*attachments: Attachment) -> list[str]:
    hops = [hop for outcome in go(*attachments).outcomes for hop in outcome.hops]
    return [hop.note for hop in hops if hop.station == "sockops"]


def test_a_program_is_told_of_both_ends_of_a_connection() -> None:
    assert ops(attach("sockops:/user.slice", returns(1))) == ["op 3", "op 4"]
    assert ops(attach("sockops:/pods/web", returns(1))) == ["op 5"]


@pytest.mark.parametrize(("flags", "told"), [(4, ["op 3", "op 10", "op 4", "op 10"]), (1, ["op 3", "op 4"])])
def test_a_program_asks_to_be_told_of_states(flags: int, told: list[str]) -> None:
    assert ops(attach("sockops:/user.slice", TELL_ME.format(flags=flags))) == told


UNKNOWN_OPTION = (
    "*(u32 *)(r10 - 4) = 1\nr2 = 6\nr3 = 77\nr4 = r10\nr4 += -4\nr5 = 4\ncall bpf_setsockopt\n"
    "w0 = w0\nif w0 == -22 goto yes"
)
SET_AND_ASK = (
    "r6 = r1\n*(u32 *)(r10 - 4) = 30\nr2 = 6\nr3 = 4\nr4 = r10\nr4 += -4\nr5 = 4\ncall bpf_setsockopt\n"
    "r1 = r6\nr2 = 6\nr3 = 4\nr4 = r10\nr4 += -8\nr5 = 4\ncall bpf_getsockopt\n"
    "r0 = *(u32 *)(r10 - 8)\nif r0 == 30 goto yes"
)
# a program's text, the hook, what it should answer
FOLLOWED = {
    "a flag that means nothing is told": (
        "sockops:/user.slice", "r2 = 0x85\ncall bpf_sock_ops_cb_flags_set\nr1 = 1\nif r0 == 0x80 goto yes",
    ),
    "an option that cannot be set": (
        "cgroup/connect4:/user.slice",
        UNKNOWN_OPTION,
    ),
    "an option that was set": (
        "cgroup/connect4:/user.slice",
        SET_AND_ASK,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FOLLOWED)
def test_helpers_at_sockets(what: str) -> None:
    place, text = FOLLOWED[what]
    found = go(attach(place, f"{text}\nr0 = 0\nexit\nyes:\nr0 = 1\nexit"))
    verdicts = [hop.verdict for outcome in found.outcomes for hop in outcome.hops if hop.program]
    assert verdicts
    assert set(verdicts) <= {"allow", "1"}


@pytest.mark.parametrize(
    "place",
    [
        "cgroup/sock_create:/user.slice",
        "cgroup/connect4:/user.slice",
        "sockops:/user.slice",
        "cgroup/sock_release:/",
    ],
)
def test_a_socket_keeps_its_cookie(place: str) -> None:
    text = """
        .map cookies array key=u32 value=u64 entries=1
        r6 = cookies[0] ll
        call bpf_get_socket_cookie
        r1 = *(u64 *)(r6 + 0)
        if r1 == 0 goto first
        if r1 != r0 goto out
    first:
        *(u64 *)(r6 + 0) = r0
    out:
        r0 = 1
        exit
    """
    found = go(attach(place, text))
    listening = sum(len(process.listens) for process in pod_world().processes)
    assert next(value for _, value in found.maps[0].items()) == (listening + 1).to_bytes(8, "little")


PATH = """
.map out array key=u32 value={{u64 a, u64 b, u64 c}} entries=1
    r1 = *(u64 *)(r1 + 0)
    r1 += file.f_path
    r2 = out[0] ll
    r3 = {size}
    call bpf_d_path
    r0 = 0
    exit
"""


@pytest.mark.parametrize(("size", "text"), [(24, b"/etc/ssh/key\0"), (13, b"/etc/ssh/key\0"), (12, b"\0")])
def test_d_path_gives_the_whole_path(size: int, text: bytes) -> None:
    opened = Syscall(0, BASH, "openat", (-100, "/etc/ssh/key", 0, 0))
    found = simulate(pod_world(), [opened], [attach("lsm/file_open", PATH.format(size=size))]).run()
    value = next(value for _, value in found.maps[0].items())
    assert value.startswith(text)
