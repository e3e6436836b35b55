"""Programs at netfilter's five places, and what tc and tcx do with answers."""

from dataclasses import replace

import pytest

from tests.vm.kernel.simulation.small import (
    attach,
    counting,
    ends,
    ethernet,
    pod_world,
    returns,
    run,
    tcp,
)
from vm.kernel.hooks.netfilter import NETFILTER_POINTS
from vm.kernel.packet.form import from_form
from vm.kernel.world.netfilter import NetfilterPlace, netfilter_place
from vm.kernel.world.spec import Chain, Match, Rule, Target, WorldSpec
from vm.source import HookscopeError

SYN = tcp(["SYN"])
FORWARDED = ethernet({"ip": {"dst": "198.51.100.20"}, "udp": {"dport": 9}})
IPV6 = from_form(
    {
        "eth": {"dst": "02:00:00:00:00:02", "src": "02:00:00:00:0a:10"},
        "ipv6": {"src": "2001:db8:1::10", "dst": "2001:db8:1::1"},
        "tcp": {"dport": 80, "flags": ["SYN"]},
    }
)
DROP, ACCEPT = returns(0), returns(1)

# a place, a frame, how its packets end
PLACES = {
    "prerouting": (SYN, [("prerouting", "dropped", "NETFILTER_DROP")]),
    "local_in": (SYN, [("local_in", "dropped", "NETFILTER_DROP")]),
    "local_out": (SYN, [("socket", "delivered", ""), ("local_out", "dropped", "NETFILTER_DROP")]),
    "forward": (FORWARDED, [("forward", "dropped", "NETFILTER_DROP")]),
    "postrouting": (FORWARDED, [("postrouting", "dropped", "NETFILTER_DROP")]),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_program_drops(place: str) -> None:
    frame, expected = PLACES[place]
    assert ends(run([frame], attach(f"netfilter/{place}", DROP)).outcomes[0]) == expected
    accepted = run([frame], attach(f"netfilter/{place}", ACCEPT))
    assert not any(end == "dropped" for _, end, _ in ends(accepted.outcomes[0]))


def test_every_place_has_a_hook() -> None:
    assert {point.station for point in NETFILTER_POINTS} == set(PLACES)


def order(*places: str, world: WorldSpec | None = None, frame: bytes = SYN) -> list[str]:
    """What runs at LOCAL_IN, in order: the places' words, and ``rules``."""
    found = [attach(place, ACCEPT, f"at_{number}") for number, place in enumerate(places)]
    outcome = run([frame], *found, world=world or pod_world()).outcomes[0]
    hops = [hop for hop in outcome.hops if hop.station == "local_in" and hop.packet == 0]
    return [places[int(hop.program[3:])].partition(":")[2] if hop.program else "rules" for hop in hops]


def ruled() -> WorldSpec:
    world = pod_world()
    host, *others = world.namespaces
    rules = (Rule(Chain.INPUT, Match("tcp"), Target.ACCEPT),)
    return replace(world, namespaces=(replace(host, rules=rules), *others))


def test_programs_run_by_priority_and_the_rules_stand_at_zero() -> None:
    at = "netfilter/local_in"
    assert order(f"{at}:10", f"{at}:-300", at) == ["-300", "", "10"]
    assert order(f"{at}:10", f"{at}:-300", at, world=ruled()) == ["-300", "", "rules", "10"]


def test_a_program_sees_its_family_and_its_namespace_only() -> None:
    at = "netfilter/local_in"
    assert order(f"{at}:ipv6", f"{at}:ipv4") == ["ipv4"]
    assert order(f"{at}:ipv6", f"{at}:ipv4", frame=IPV6) == ["ipv6"]
    assert order(f"{at}:web", f"{at}:-5") == ["-5"]


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("", NetfilterPlace()),
        ("-100", NetfilterPlace(0, -100)),
        ("ipv6:7:web", NetfilterPlace(6, 7, "web")),
    ],
)
def test_a_place_is_read(target: str, place: NetfilterPlace) -> None:
    assert netfilter_place(target) == place


@pytest.mark.parametrize(
    ("places", "code"),
    [
        (("netfilter/local_in:5", "netfilter/local_in:5"), "priority-taken"),
        (("netfilter/local_in:5:ipv6", "netfilter/local_in:5"), "priority-taken"),
        (("netfilter/local_in:-2147483648",), "bad-target"),
        (("netfilter/local_in:1:2",), "bad-target"),
        (("netfilter/local_in:wbe",), "unknown-netns"),
    ],
)
def test_a_place_that_cannot_be_is_refused(places: tuple[str, ...], code: str) -> None:
    with pytest.raises(HookscopeError) as raised:
        run([SYN], *(attach(place, ACCEPT) for place in places), world=pod_world())
    assert raised.value.diagnostic.code == code


def test_two_families_may_share_a_priority() -> None:
    run([SYN], attach("netfilter/local_in:5:ipv6", ACCEPT), attach("netfilter/local_in:5:ipv4", ACCEPT))


READS = {
    "the packet's length": ("skb)\nr0 = *(u32 *)(r1 + sk_buff.len)", len(SYN) - 14),
    "which place": ("state)\nr0 = *(u8 *)(r1 + nf_hook_state.hook)", 1),
    "the family": ("state)\nr0 = *(u8 *)(r1 + nf_hook_state.pf)", 2),
    "the device it came by": (
        "state)\nr1 = *(u64 *)(r1 + nf_hook_state.in)\nr0 = *(u32 *)(r1 + net_device.ifindex)", 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", READS)
def test_a_program_reads_the_kernels_own_structures(what: str) -> None:
    text, value = READS[what]
    answer = f"if r0 == {value} goto yes\nr0 = 0\nexit\nyes:\nr0 = 1\nexit"
    done = run([SYN], attach("netfilter/local_in", f"r1 = *(u64 *)(r1 + bpf_nf_ctx.{text}\n{answer}"))
    assert ends(done.outcomes[0])[0][1] == "delivered"


# place, answer, the answer's name, whether the next program ran, how the packet ended, its reason
ANSWERS = [
    ("tc", -1, "TC_ACT_UNSPEC", True, "delivered", ""),
    ("tc", 0, "TC_ACT_OK", False, "delivered", ""),
    ("tc", 1, "TC_ACT_RECLASSIFY", True, "delivered", ""),
    ("tc", 2, "TC_ACT_SHOT", False, "dropped", "TC_INGRESS"),
    ("tc", 3, "TC_ACT_PIPE", True, "delivered", ""),
    ("tc", 4, "TC_ACT_STOLEN", False, "dropped", ""),
    ("tc", 5, "TC_ACT_QUEUED", True, "delivered", ""),
    ("tc", 6, "TC_ACT_REPEAT", True, "delivered", ""),
    ("tc", 8, "TC_ACT_TRAP", False, "dropped", ""),
    ("tc", 99, "TC_ACT_UNSPEC", True, "delivered", ""),
    ("tcx/ingress", -1, "TCX_NEXT", True, "delivered", ""),
    ("tcx/ingress", 0, "TCX_PASS", False, "delivered", ""),
    ("tcx/ingress", 1, "TCX_NEXT", True, "delivered", ""),
    ("tcx/ingress", 2, "TCX_DROP", False, "dropped", "TC_INGRESS"),
    ("tcx/ingress", 4, "TCX_NEXT", True, "delivered", ""),
    ("tcx/ingress", 8, "TCX_NEXT", True, "delivered", ""),
    ("tcx/ingress", 99, "TCX_NEXT", True, "delivered", ""),
]


@pytest.mark.parametrize(("place", "answer", "name", "more", "end", "reason"), ANSWERS)
def test_what_tc_and_tcx_do_with_an_answer(
    place: str, answer: int, name: str, more: bool, end: str, reason: str
) -> None:
    second = attach(f"{place}:eth0", counting(0), "second")
    found = run([SYN], attach(f"{place}:eth0", returns(answer), "first"), second)
    hops = [hop for hop in found.outcomes[0].hops if hop.program]
    assert hops[0].verdict == name
    assert ("second" in [hop.program for hop in hops]) == more
    assert ends(found.outcomes[0])[0][1:] == (end, reason)


def test_programs_of_tcx_run_before_classifiers_and_pass_ends_both() -> None:
    def ran(answer: int) -> list[str | None]:
        tc, tcx = (
            attach("tc:eth0", returns(0), "classifier"),
            attach("tcx/ingress:eth0", returns(answer), "tcx"),
        )
        return [hop.program for hop in run([SYN], tc, tcx).outcomes[0].hops if hop.program]

    assert ran(-1) == ["tcx", "classifier"]
    assert ran(0) == ["tcx"]


def test_what_is_stolen_is_consumed_and_not_dropped() -> None:
    def seen(answer: int) -> set[str]:
        watching = [
            attach(f"tracepoint/skb/{name}", returns(0), name) for name in ("consume_skb", "kfree_skb")
        ]
        found = run([SYN], attach("tc:eth0", returns(answer)), *watching)
        return {hop.program for hop in found.outcomes[0].hops if hop.program in ("consume_skb", "kfree_skb")}

    assert seen(4) == {"consume_skb"}
    assert seen(2) == {"kfree_skb"}


COPY = "r2 = {device}\nr3 = {flags}\ncall bpf_clone_redirect\nr0 = 0\nexit"


@pytest.mark.parametrize(
    ("device", "flags", "stations"),
    [
        (3, 0, ["redirected", "tc_egress", "qdisc", "driver", "wire"]),
        (3, 1, ["redirected", "tc", "protocol"]),
    ],
)
def test_a_copy_goes_its_own_way(device: int, flags: int, stations: list[str]) -> None:
    found = run([SYN], attach("tc:eth0", COPY.format(device=device, flags=flags))).outcomes[0]
    copied = [hop.station for hop in found.hops if hop.packet == 1]
    assert copied == stations
    assert ends(found)[0][1] == "delivered"


def test_copies_in_a_circle_end() -> None:
    found = run([SYN], attach("tc:eth0", COPY.format(device=2, flags=1))).outcomes[0]
    assert [end for end in ends(found) if end[2] == "RECURSION_LIMIT"]
    assert len(found.hops) < 400
