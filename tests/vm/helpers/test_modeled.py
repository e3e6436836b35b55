"""Helpers whose answers come from the model: clock, chance, task, network, user space, locks."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address

import pytest

from tests.vm.helpers.build import ipv4_packet, ipv6_packet
from tests.vm.helpers.run import Done, run
from vm.change import OutputKind
from vm.helpers.event import Event, Task
from vm.helpers.flow_hash import flow_hash
from vm.helpers.network import DEFAULT_NETWORK, ETH0, ETH1
from vm.helpers.redirect import Redirect
from vm.maps import BpfMap
from vm.maps.references import PerfEventArray

TASK = Task(pid=7, tgid=5, uid=1000, gid=100, comm="curl", cgroup_id=42)


def call(helper: str, event: Event | None = None) -> int:
    return run(f"call bpf_{helper}\nexit", event=event).value


def test_the_clock_goes_on_with_each_reading() -> None:
    text = "call bpf_ktime_get_ns\nr6 = r0\ncall bpf_ktime_get_ns\nr0 -= r6\nexit"
    assert run(text).value == 1000
    assert call("ktime_get_ns", Event(time_ns=5_000_000_123)) == 5_000_000_123
    assert call("ktime_get_boot_ns", Event(time_ns=77)) == 77


def test_coarser_clocks_follow_the_fine_one() -> None:
    event = Event(time_ns=5_007_000_000)
    assert call("ktime_get_coarse_ns", event) == 5_004_000_000
    assert call("jiffies64", event) == (1 << 32) - 75_000 + 1251
    assert call("ktime_get_tai_ns", event) - call("ktime_get_ns", event) == 1_767_225_637_000_000_000


def test_chance_follows_from_the_seed() -> None:
    text = "call bpf_get_prandom_u32\nr6 = r0\ncall bpf_get_prandom_u32\nr6 <<= 32\nr0 |= r6\nexit"
    drawn = {seed: run(text, event=Event(seed=seed)).value for seed in range(50)}
    assert drawn == {seed: run(text, event=Event(seed=seed)).value for seed in range(50)}
    assert len({half for value in drawn.values() for half in (value >> 32, value & 0xFFFFFFFF)}) == 100


def test_the_task_is_the_events() -> None:
    event = Event(task=TASK, cpu=1)
    assert call("get_current_pid_tgid", event) == 5 << 32 | 7
    assert call("get_current_uid_gid", event) == 100 << 32 | 1000
    assert call("get_smp_processor_id", event) == 1
    assert call("get_current_cgroup_id", event) == 42
    for level, ancestor in ((0, 1), (1, 42), (2, 0), (-1, 0)):
        assert (
            run(f"r1 = {level}\ncall bpf_get_current_ancestor_cgroup_id\nexit", event=event).value == ancestor
        )


@pytest.mark.parametrize(("size", "kept"), [(16, b"curl"), (3, b"cu"), (1, b""), (24, b"curl")])
def test_the_tasks_name_is_cut_and_filled_with_zeros(size: int, kept: bytes) -> None:
    head = ".map out array key=u32 value={u64 a, u64 b, u64 c} entries=1\nr1 = out[0] ll\n"
    done = run(f"{head}r2 = {size}\ncall bpf_get_current_comm\nexit", event=Event(task=TASK))
    assert done.value == 0
    found = done.map("out").user_lookup(bytes(4))
    assert isinstance(found, bytes)
    assert found == kept.ljust(24, b"\0")


def test_what_is_printed_comes_from_the_task_and_its_time() -> None:
    text = """
        *(u64 *)(r10 - 8) = 0x64252078
        r1 = r10
        r1 += -8
        r2 = 8
        r3 = -5
        call bpf_trace_printk
        exit
    """
    done = run(text, event=Event(task=TASK, cpu=1, time_ns=3_000_004_999))
    assert done.value == 4
    (line,) = done.outputs
    assert (line.kind, line.data, line.source) == (OutputKind.TRACE_PIPE, b"x -5", "curl-7 [001] 3.000004")


def test_a_record_reaches_user_space_when_it_is_submitted() -> None:
    text = """
        .map ring ringbuf entries=4096
        r1 = ring ll
        r2 = 8
        r3 = 0
        call bpf_ringbuf_reserve
        if r0 == 0 goto out
        *(u64 *)(r0 + 0) = 0x6c6c6568
        r1 = r0
        r2 = 0
        call bpf_ringbuf_{end}
    out:
        r0 = 0
        exit
    """
    (record,) = run(text.replace("{end}", "submit")).outputs
    assert (record.kind, record.source, record.data) == (OutputKind.RINGBUF, "ring", b"hell\0\0\0\0")
    assert run(text.replace("{end}", "discard")).outputs == ()


def test_a_packet_can_follow_a_perf_event() -> None:
    text = """
        .map events perf_event_array key=u32 value=u32 entries=2
        *(u64 *)(r10 - 8) = 1
        r2 = events ll
        r3 = 0x3ffffffff ll
        r4 = r10
        r4 += -8
        r5 = 8
        call bpf_perf_event_output
        exit
    """
    assert run(text).value == 2**64 - 2, "nobody has opened an event"

    def open_events(maps: tuple[BpfMap, ...]) -> None:
        assert isinstance(maps[0], PerfEventArray)
        maps[0].open_all()

    (record,) = run(text, prepare=open_events).outputs
    assert (record.kind, record.source, record.data) == (
        OutputKind.PERF,
        "events",
        (1).to_bytes(8, "little") + ipv4_packet()[:3],
    )


def test_a_copy_leaves_by_the_device() -> None:
    done = run("r2 = 3\nr3 = 0\ncall bpf_clone_redirect\nexit")
    (copy,) = done.outputs
    assert (done.value, copy.kind, copy.source, copy.data) == (
        0,
        OutputKind.CLONE,
        "out of eth1",
        ipv4_packet(),
    )


@pytest.mark.parametrize(
    ("hook", "text", "kind", "target"),
    [
        ("xdp", "r1 = 3\nr2 = 0\ncall bpf_redirect\nexit", Redirect.DEVICE, 3),
        ("tc", "r1 = 3\nr2 = 1\ncall bpf_redirect\nexit", Redirect.DEVICE, 3),
        ("tc", "r1 = 2\nr2 = 0\ncall bpf_redirect_peer\nexit", Redirect.PEER, 2),
        ("tc", "r1 = 2\nr2 = 0\nr3 = 0\nr4 = 0\ncall bpf_redirect_neigh\nexit", Redirect.NEIGHBOUR, 2),
    ],
)
def test_a_redirect_is_noted(hook: str, text: str, kind: Redirect, target: int) -> None:
    fields = run(text, hook=hook).world.fields
    assert (fields["redirect.kind"], fields["redirect.target"]) == (kind, target)


LOOKUP = """
.map params array key=u32 value={params} entries=1
    r6 = r1
    r7 = params[0] ll
{fill}
    r1 = r6
    r2 = r7
    r3 = 64
    r4 = {flags}
    call bpf_fib_lookup
    exit
"""


def look_up(
    address: str, *, flags: int = 0, ifindex: int = 2, length: int = 0, forwarding: bool = True
) -> tuple[int, bytes]:
    v6 = ":" in address
    params = bytearray(64)
    params[0] = 10 if v6 else 2
    params[6:8] = length.to_bytes(2, "little")
    params[8:12] = ifindex.to_bytes(4, "little")
    target = (IPv6Address(address) if v6 else IPv4Address(address)).packed
    params[32 : 32 + len(target)] = target
    words = [int.from_bytes(params[at : at + 4], "little") for at in range(0, 64, 4)]
    fill = "\n".join(f"    w1 = {word}\n    *(u32 *)(r7 + {4 * at}) = r1" for at, word in enumerate(words))
    value = "{" + ", ".join(f"u64 w{n}" for n in range(8)) + "}"
    text = LOOKUP.replace("{params}", value).replace("{fill}", fill).replace("{flags}", str(flags))
    network = replace(DEFAULT_NETWORK, forwarding=forwarding)
    done = run(text, event=Event(ifindex=2, network=network))
    found = done.map("params").user_lookup(bytes(4))
    assert isinstance(found, bytes)
    return done.value, found


def test_a_route_gives_device_and_addresses_of_the_next_hop() -> None:
    answer, found = look_up("198.51.100.20")
    assert answer == 0
    assert int.from_bytes(found[8:12], "little") == ETH1.ifindex
    assert found[52:58] == ETH1.mac
    assert found[58:64] == bytes.fromhex("020000000b20")
    assert int.from_bytes(found[6:8], "little") == ETH1.mtu


def test_the_default_route_leads_to_a_gateway() -> None:
    answer, found = look_up("203.0.113.9", flags=16)
    assert answer == 0
    assert found[32:36] == IPv4Address("198.51.100.254").packed
    assert found[16:20] == IPv4Address("198.51.100.1").packed, "the source asked for"
    assert found[58:64] == bytes.fromhex("020000000bfe")


def test_ipv6_has_routes_too() -> None:
    answer, found = look_up("2001:db8:9::1")
    assert answer == 0
    assert found[32:48] == IPv6Address("2001:db8:2::fe").packed
    assert int.from_bytes(found[12:16], "little") == 1024, "the metric"


@pytest.mark.parametrize(
    ("address", "flags", "length", "ifindex", "answer"),
    [
        ("192.0.2.1", 0, 0, 2, 4),
        ("127.0.0.1", 0, 0, 2, 4),
        ("fe80::1", 0, 0, 2, 4),
        ("198.51.100.77", 0, 0, 2, 7),
        ("198.51.100.77", 4, 0, 2, 0),
        ("198.51.100.20", 0, 1501, 2, 8),
        ("198.51.100.20", 0, 1500, 2, 0),
        ("198.51.100.20", 0, 0, 99, 2**64 - 19),
    ],
)
def test_why_a_packet_is_not_for_forwarding(
    address: str, flags: int, length: int, ifindex: int, answer: int
) -> None:
    assert look_up(address, flags=flags, length=length, ifindex=ifindex)[0] == answer


def test_a_host_that_does_not_route_says_so() -> None:
    assert look_up("198.51.100.20", forwarding=False)[0] == 5


def test_both_directions_of_a_connection_have_one_hash() -> None:
    there, back = ipv4_packet(bytes.fromhex("1111 2222")), bytearray(ipv4_packet(bytes.fromhex("2222 1111")))
    back[26:30], back[30:34] = there[30:34], there[26:30]
    assert flow_hash(there[14:], 0x0008) == flow_hash(bytes(back[14:]), 0x0008)
    assert flow_hash(there[14:], 0x0008).ports
    others = {flow_hash(ipv4_packet(bytes([0, n, 2, 3]))[14:], 0x0008).value for n in range(100)}
    assert len(others) == 100
    assert flow_hash(ipv6_packet()[14:], 0xDD86).value != flow_hash(ipv4_packet()[14:], 0x0008).value


def test_the_hash_is_kept_once_it_is_known() -> None:
    done = run(
        "r6 = r1\ncall bpf_get_hash_recalc\nr7 = r0\nr0 = *(u32 *)(r6 + __sk_buff.hash)\nr0 -= r7\nexit"
    )
    assert done.value == 0
    assert done.world.fields["skb.hash"] == flow_hash(ipv4_packet()[14:], 0x0008).value


LOCKED = """
.map values array key=u32 value={{u32 lock, u32 count}} entries=2
    r6 = values[0] ll
    r1 = r6
    call bpf_spin_lock
{between}
    r1 = r6
    call bpf_spin_unlock
    r0 = 0
    exit
"""


def locked(between: str) -> Done:
    return run(LOCKED.replace("{{", "{").replace("}}", "}").replace("{between}", between))


def test_a_lock_is_taken_and_given_back() -> None:
    done = locked("    w1 = *(u32 *)(r6 + 0)\n    *(u32 *)(r6 + 4) = r1")
    assert done.how == "exit"
    value = done.map("values").user_lookup(bytes(4))
    assert isinstance(value, bytes)
    assert value == bytes(4) + (1).to_bytes(4, "little"), "held while the program was inside, free now"


@pytest.mark.parametrize(
    ("between", "words"),
    [
        ("    r1 = r6\n    call bpf_spin_lock", "deadlock"),
        ("    r1 = r6\n    call bpf_spin_unlock", "without holding it"),
    ],
)
def test_a_lock_misused_is_a_fault(between: str, words: str) -> None:
    done = locked(between)
    assert done.how == "fault"
    assert words in done.message


def test_the_mtu_is_the_devices() -> None:
    text = """
        *(u32 *)(r10 - 4) = 0
        r2 = {ifindex}
        r3 = r10
        r3 += -4
        r4 = {more}
        r5 = 0
        call bpf_check_mtu
        r1 = *(u32 *)(r10 - 4)
        r1 <<= 32
        r0 |= r1
        exit
    """
    fits = run(text.replace("{ifindex}", "2").replace("{more}", "1440")).value
    too_long = run(text.replace("{ifindex}", "2").replace("{more}", "1441")).value
    assert (fits, too_long) == (ETH0.mtu << 32, ETH0.mtu << 32 | 1)


def test_a_test_runs_socket_is_roots() -> None:
    text = "r6 = r1\ncall bpf_get_socket_uid\nr7 = r0\nr1 = r6\ncall bpf_skb_cgroup_id\nr0 <<= 32\nr0 |= r7"
    assert run(f"{text}\nexit").value == 1 << 32


@pytest.mark.parametrize(
    ("hook", "text", "words"),
    [
        ("xdp", "call bpf_skb_pull_data\nexit", "bpf_skb_pull_data, which xdp programs may not call"),
        ("xdp", "call 100\nexit", "bpf_tcp_check_syncookie, which is not simulated"),
        ("xdp", "call 1000\nexit", "there is no helper number 1000"),
        ("tc", "r1 = 0\ncall bpf_get_hash_recalc\nexit", "r1 should hold the context"),
        ("tc", "r2 = 0\nr3 = r1\nr4 = 4\ncall bpf_skb_load_bytes\nexit", "no plain memory"),
    ],
)
def test_a_call_nobody_may_make_is_a_fault_in_words(hook: str, text: str, words: str) -> None:
    done = run(text, hook=hook)
    assert done.how == "fault"
    assert words in done.message
