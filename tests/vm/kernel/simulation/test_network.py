"""Rules, connections, IPv6, and redirects through maps."""

from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from tests.vm.kernel.simulation.small import (
    WEB,
    arrivals,
    attach,
    ends,
    ethernet,
    pod_world,
    run,
    stations,
    tcp,
)
from vm.kernel.packet.form import from_form
from vm.kernel.simulation.simulation import simulate
from vm.kernel.world.events import MapUpdated
from vm.kernel.world.spec import Chain, DeviceKind, DeviceSpec, Match, Rule, Target, WorldSpec
from vm.source import HookscopeError

ACCEPT, DROP = Target.ACCEPT, Target.DROP
SYN = tcp(["SYN"])
LINK = IPv4Network("192.0.2.0/24")
FORWARDED = ethernet({"ip": {"dst": "198.51.100.20"}, "udp": {"dport": 9}})


def ruled(*rules: Rule) -> WorldSpec:
    """The world with netfilter rules in the host."""
    world = pod_world()
    host, *others = world.namespaces
    return replace(world, namespaces=(replace(host, rules=rules), *others))


# rules, a frame, where it ends and why
RULES = {
    "prerouting": ([Rule(Chain.PREROUTING, Match(), DROP)], SYN, "prerouting"),
    "input by port": ([Rule(Chain.INPUT, Match("tcp", destination_ports=(80, 90)), DROP)], SYN, "local_in"),
    "input by another port": ([Rule(Chain.INPUT, Match("tcp", destination_ports=(81, 90)), DROP)], SYN, ""),
    "input by protocol": ([Rule(Chain.INPUT, Match("udp"), DROP)], SYN, ""),
    "input by source": ([Rule(Chain.INPUT, Match(source=LINK), DROP)], SYN, "local_in"),
    "input by another source": ([Rule(Chain.INPUT, Match(source=IPv4Network("10.0.0.0/8")), DROP)], SYN, ""),
    "the first that matches": (
        [Rule(Chain.INPUT, Match("tcp"), ACCEPT), Rule(Chain.INPUT, Match(), DROP)], SYN, "",
    ),
    "input by device": ([Rule(Chain.INPUT, Match(in_device="eth0"), DROP)], SYN, "local_in"),
    "forward": ([Rule(Chain.FORWARD, Match(), DROP)], FORWARDED, "forward"),
    "forward by the way out": ([Rule(Chain.FORWARD, Match(out_device="eth1"), DROP)], FORWARDED, "forward"),
    "postrouting": ([Rule(Chain.POSTROUTING, Match(), DROP)], FORWARDED, "postrouting"),
    "only what is new": ([Rule(Chain.INPUT, Match(state="NEW"), DROP)], SYN, "local_in"),
    "only what is known": ([Rule(Chain.INPUT, Match(state="ESTABLISHED"), DROP)], SYN, ""),
}  # fmt: skip


@pytest.mark.parametrize(("rules", "frame", "station"), RULES.values(), ids=RULES)
def test_rules(rules: list[Rule], frame: bytes, station: str) -> None:
    first = ends(run([frame], world=ruled(*rules)).outcomes[0])[0]
    assert (first[0], first[2]) == (station, "NETFILTER_DROP") if station else first[1] != "dropped"


def test_an_output_rule_stops_answers() -> None:
    found = run([SYN], world=ruled(Rule(Chain.OUTPUT, Match("tcp", source_ports=(80, 80)), DROP)))
    assert ends(found.outcomes[0])[1] == ("local_out", "dropped", "NETFILTER_DROP")


def test_connections_become_established_once_answered() -> None:
    """What a connection's own side sends after the answer is let in, by a rule that lets nothing new in."""
    rules = (
        Rule(Chain.INPUT, Match(state="ESTABLISHED"), ACCEPT),
        Rule(Chain.INPUT, Match("tcp", state="NEW", destination_ports=(80, 80)), ACCEPT),
        Rule(Chain.INPUT, Match(), DROP),
    )
    found = run([SYN, tcp(["ACK"]), tcp(["SYN"], 22)], world=ruled(*rules))
    notes = [
        hop.note for outcome in found.outcomes for hop in outcome.hops
        if hop.station == "local_in" and hop.packet == 0
    ]  # fmt: skip
    assert notes == ["INPUT rule 2 accepts", "INPUT rule 1 accepts", "INPUT rule 3"]


HOST6, PEER6 = "2001:db8:1::1", "2001:db8:1::10"


def ipv6(form: dict[str, object]) -> bytes:
    eth = {"dst": "02:00:00:00:00:02", "src": "02:00:00:00:0a:10"}
    return from_form({"eth": eth, "ipv6": {"src": PEER6, "dst": HOST6}, **form})


def test_a_connection_over_ipv6() -> None:
    frame = ipv6({"tcp": {"dport": 80, "flags": ["SYN"]}})
    outcome = run([frame], world=pod_world()).outcomes[0]
    assert ends(outcome) == [("socket", "delivered", ""), ("wire", "sent", "")]


def test_a_ping_over_ipv6() -> None:
    found = run([ipv6({"icmpv6": {"type": "echo-request"}})], world=pod_world())
    assert ends(found.outcomes[0]) == [("icmp", "delivered", ""), ("wire", "sent", "")]
    answer = found.open(0).visits[-1].frame
    assert answer is not None
    assert (answer.data[54], answer.data[:6].hex(":")) == (129, "02:00:00:00:0a:10")


def test_a_neighbour_is_asked_for_and_answers_over_ipv6() -> None:
    unknown = "2001:db8:1::77"
    ask = from_form(
        {"eth": {"dst": "02:00:00:00:00:02"}, "ipv6": {"src": PEER6, "dst": unknown}, "udp": {"dport": 9}}
    )
    found = run([ask], world=pod_world())
    assert ends(found.outcomes[0]) == [("neighbour", "queued", ""), ("wire", "sent", "")]
    question = found.open(0).visits[-1].frame
    assert question is not None
    assert (question.data[54], question.data[:6].hex(":")) == (135, "33:33:ff:00:00:77")


DEVMAP = """
.map targets devmap key=u32 value=u32 entries=4
    r1 = targets ll
    r2 = 1
    r3 = FLAGS
    call bpf_redirect_map
    exit
"""
CPUMAP = DEVMAP.replace("devmap", "cpumap")


def through(text: str, *entries: tuple[int, int]) -> list[tuple[str, str, str]]:
    """How a packet ends that a program sends through a map with those entries."""
    events = [
        MapUpdated(0, "targets", key.to_bytes(4, "little"), to.to_bytes(4, "little")) for key, to in entries
    ]
    events_then = [*events, *(replace(event, time_ns=1) for event in arrivals(SYN))]
    found = simulate(pod_world(), events_then, [attach("xdp:eth0", text)]).run()
    return ends(found.outcomes[-1])


def test_through_a_map_of_devices() -> None:
    assert through(DEVMAP.replace("FLAGS", "0"), (1, 3)) == [("sent", "sent", "")]
    assert through(DEVMAP.replace("FLAGS", "0"), (2, 3)) == [("xdp", "dropped", "")]
    assert through(DEVMAP.replace("FLAGS", "2"), (2, 3))[0] == ("socket", "delivered", "")


def test_to_all_devices_of_a_map_but_where_it_came_from() -> None:
    assert through(DEVMAP.replace("FLAGS", "24"), (1, 2), (2, 3), (3, 2)) == [("sent", "sent", "")]
    assert through(DEVMAP.replace("FLAGS", "8"), (1, 2), (2, 3)) == [("sent", "sent", "")] * 2


def test_through_a_map_of_cpus_into_the_stack() -> None:
    assert through(CPUMAP.replace("FLAGS", "0"), (1, 2048))[0] == ("socket", "delivered", "")


def test_into_a_pod_by_peer_with_its_own_address() -> None:
    frame = ethernet({"ip": {"dst": WEB}, "tcp": {"flags": ["SYN"]}}, dst="02:00:00:00:aa:02")
    text = "r1 = 10\nr2 = 0\ncall bpf_redirect_peer\nexit"
    outcome = run([frame], attach("tc:eth0", text), world=pod_world()).outcomes[0]
    assert stations(outcome)[:6] == ["nic", "xdp", "skb", "tc", "redirected", "tc"]
    assert ends(outcome)[0] == ("socket", "delivered", "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"peer": "nowhere"}, "bad-world"),
        ({"ifindex": 2}, "bad-world"),
        ({"ifindex": 77, "mac": b"12345"}, "bad-world"),
        ({"ifindex": 77, "name": "veth0"}, "bad-world"),
    ],
)
def test_a_world_that_does_not_hold_together(change: dict[str, object], code: str) -> None:
    world = pod_world()
    veth = next(device for device in world.devices if device.kind is DeviceKind.VETH)
    broken: tuple[DeviceSpec, ...] = (*world.devices, replace(veth, **{"name": "extra", **change}))  # type: ignore[arg-type]
    with pytest.raises(HookscopeError) as caught:
        simulate(replace(world, devices=broken), [], [])
    assert caught.value.diagnostic.code == code


@pytest.mark.parametrize("cpus", [0, 65])
def test_a_world_needs_cpus_but_not_too_many(cpus: int) -> None:
    with pytest.raises(HookscopeError, match="CPUs"):
        simulate(replace(pod_world(), cpus=cpus), [], [])


def test_xdp_cannot_send_into_the_loopback() -> None:
    text = "r1 = 1\nr2 = 0\ncall bpf_redirect\nexit"
    assert ends(run([SYN], attach("xdp:eth0", text)).outcomes[0]) == [("redirected", "dropped", "")]


def test_the_host_answers_for_the_addresses_of_its_other_devices() -> None:
    arp = {"op": "request", "target_ip": "198.51.100.1"}
    found = run([from_form({"eth": {"dst": "ff:ff:ff:ff:ff:ff"}, "arp": arp})])
    assert ends(found.outcomes[0]) == [("arp", "delivered", ""), ("wire", "sent", "")]


@pytest.mark.parametrize(
    ("place", "code"),
    [("xdp:eth7", "unknown-device"), ("cgroup_skb/ingress:/nowhere", "unknown-cgroup")],
)
def test_places_that_the_world_lacks(place: str, code: str) -> None:
    text = "r0 = 1\nexit"
    with pytest.raises(HookscopeError) as caught:
        simulate(pod_world(), [], [attach(place, text)])
    assert caught.value.diagnostic.code == code
    assert caught.value.diagnostic.hint
