"""Frames that are cut, stretched and changed anywhere come to programs as they are, and end exactly once."""

import random

from tests.vm.kernel.simulation.small import attach, pod_world, returns, run
from vm.kernel.scenarios.model import make
from vm.kernel.scenarios.table import SCENARIOS
from vm.kernel.world.events import PacketArrives

FRAMES = 600
LEAST = 14
KINDS = (b"\x08\x00", b"\x86\xdd", b"\x81\x00", b"\x88\xa8", b"\x08\x06", b"\x00\x10")
LENGTH = "r1 = *(u64 *)(r1 + bpf_nf_ctx.skb)\nr0 = *(u32 *)(r1 + sk_buff.len)\nr0 = 1\nexit"
PLACES = (
    ("xdp:eth0", returns(2)), ("xdpgeneric:eth0", returns(2)), ("tcx/ingress:eth0", returns(-1)),
    ("tc:eth0", returns(0)), ("netfilter/prerouting", LENGTH), ("netfilter/local_in", LENGTH),
    ("netfilter/forward", LENGTH), ("netfilter/local_out", LENGTH), ("netfilter/postrouting", LENGTH),
    ("cgroup_skb/ingress:/", returns(1)), ("cgroup_skb/egress:/", returns(1)), ("socket", returns(65_535)),
    ("sk_lookup", returns(1)), ("tracepoint/skb/kfree_skb", returns(0)), ("kprobe/ip_rcv", returns(0)),
    ("fentry/tcp_v4_rcv", returns(0)), ("cgroup/recvmsg4", returns(1)), ("sockops", returns(1)),
)  # fmt: skip


def changed(frame: bytes, chance: random.Random) -> bytes:
    """The frame, a few times cut, stretched, or with a byte or its EtherType changed."""
    data = bytearray(frame)
    for _ in range(chance.randint(0, 4)):
        match chance.randrange(4):
            case 0 if data:
                data[chance.randrange(min(len(data), 60))] = chance.randrange(256)
            case 1:
                del data[chance.randrange(len(data) + 1) :]
            case 2:
                data += bytes(chance.randrange(64))
            case _ if len(data) > LEAST:
                data[12:14] = chance.choice(KINDS)
    return bytes(data)


def test_any_bytes_come_to_programs_and_end_once() -> None:
    chance = random.Random(7)
    ordinary = [
        event.data
        for name in ("mixed-web", "malformed", "dns-tunnel", "ping-sweep")
        for event in make(SCENARIOS[name], 1, {"events": 60}).events
        if isinstance(event, PacketArrives)
    ]
    frames = [changed(chance.choice(ordinary), chance) for _ in range(FRAMES)]
    attached = [attach(place, text, f"program_{at}") for at, (place, text) in enumerate(PLACES)]
    found = run(frames, *attached, world=pod_world())
    programs = found.counters().programs
    assert found.conserved()
    assert len(found.outcomes) == FRAMES
    assert all("fault" not in count.verdicts for count in programs.values())
    assert programs["program_0"].runs == sum(len(frame) >= LEAST for frame in frames)
    assert programs["program_3"].runs == programs["program_0"].runs
    assert set(programs) == {f"program_{at}" for at in range(len(PLACES))}
