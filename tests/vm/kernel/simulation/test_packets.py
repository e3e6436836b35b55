"""Packets through the modeled kernel: every verdict, every reason to drop, every answer."""

from itertools import pairwise

import pytest

from tests.vm.kernel.simulation.small import (
    WEB,
    arrivals,
    attach,
    count_of,
    counting,
    ends,
    ethernet,
    pod_world,
    returns,
    run,
    stations,
    tcp,
    with_listener,
)
from vm.kernel.packet.form import from_form
from vm.kernel.simulation.simulation import simulate
from vm.kernel.stations import STATIONS
from vm.kernel.world.events import MapUpdated, ProgramReplaced
from vm.kernel.world.spec import ANY4, ListenSpec

IN = ["nic", "xdp", "skb", "tc", "protocol", "prerouting", "routing", "local_in"]
OUT = [
    "route_out",
    "local_out",
    "postrouting",
    "cgroup_out",
    "neighbour",
    "tc_egress",
    "qdisc",
    "driver",
    "wire",
]
SYN = tcp(["SYN"])
PING = ethernet({"icmp": {"type": "echo"}, "payload": "hello"})
DNS = ethernet({"udp": {"sport": 5000, "dport": 53}, "payload": "question"})
BAD_SUM = SYN[:24] + bytes(2) + SYN[26:]
BAD_TCP = SYN[:50] + bytes(2) + SYN[52:]

# frame, how its packets end (the one that came in first, then those it caused)
ENDS = {
    "syn to a listener": (SYN, [("socket", "delivered", ""), ("wire", "sent", "")]),
    "syn to a closed port": (tcp(["SYN"], 81), [("lookup", "dropped", "NO_SOCKET"), ("wire", "sent", "")]),
    "reset to a closed port": (tcp(["RST"], 81), [("lookup", "dropped", "NO_SOCKET")]),
    "ack to a listener": (tcp(["ACK"]), [("socket", "dropped", "TCP_FLAGS"), ("wire", "sent", "")]),
    "syn and fin": (tcp(["SYN", "FIN"]), [("socket", "dropped", "TCP_FLAGS")]),
    "datagram": (DNS, [("process", "delivered", "")]),
    "datagram to a closed port": (
        ethernet({"udp": {"dport": 54}}), [("lookup", "dropped", "NO_SOCKET"), ("wire", "sent", "")],
    ),
    "ping": (PING, [("icmp", "delivered", ""), ("wire", "sent", "")]),
    "ip checksum": (BAD_SUM, [("protocol", "dropped", "IP_CSUM")]),
    "tcp checksum": (BAD_TCP, [("lookup", "dropped", "TCP_CSUM")]),
    "cut in the ip header": (SYN[:30], [("protocol", "dropped", "PKT_TOO_SMALL")]),
    "cut in the tcp header": (SYN[:40], [("protocol", "dropped", "PKT_TOO_SMALL")]),
    "cut in the link header": (SYN[:10], [("nic", "dropped", "PKT_TOO_SMALL")]),
    "to another host's mac": (
        ethernet({"tcp": {}}, dst="02:00:00:00:00:99"), [("protocol", "dropped", "OTHERHOST")],
    ),
    "a tag no device takes": (
        from_form({"eth": {"dst": "02:00:00:00:00:02"}, "vlan": 10, "tcp": {}}),
        [("protocol", "dropped", "OTHERHOST")],
    ),
    "an EtherType nobody takes": (
        SYN[:12] + bytes.fromhex("88cc") + SYN[14:], [("protocol", "dropped", "UNHANDLED_PROTO")],
    ),
    "an unknown transport": (
        ethernet({"ip": {"protocol": 99}, "payload": "x"}), [("lookup", "dropped", "IP_NOPROTO")],
    ),
    "forwarded": (ethernet({"ip": {"dst": "198.51.100.20"}, "udp": {}}), [("wire", "sent", "")]),
    "forwarded at the end of its life": (
        ethernet({"ip": {"dst": "198.51.100.20", "ttl": 1}, "udp": {}}),
        [("forward", "dropped", "IP_INHDR"), ("wire", "sent", "")],
    ),
    "to a neighbour nobody knows": (
        ethernet({"ip": {"dst": "198.51.100.77"}, "udp": {}}),
        [("neighbour", "queued", ""), ("wire", "sent", "")],
    ),
    "arp for the host": (
        from_form({"eth": {"dst": "ff:ff:ff:ff:ff:ff"}, "arp": {"op": "request", "target_ip": "192.0.2.1"}}),
        [("arp", "delivered", ""), ("wire", "sent", "")],
    ),
    "arp for another": (
        from_form({"eth": {"dst": "ff:ff:ff:ff:ff:ff"}, "arp": {"op": "request", "target_ip": "192.0.2.9"}}),
        [("arp", "delivered", "")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("frame", "expected"), ENDS.values(), ids=ENDS)
def test_a_packet_ends_where_linux_ends_it(frame: bytes, expected: list[tuple[str, str, str]]) -> None:
    assert ends(run([frame]).outcomes[0]) == expected


# place, answer, where the SYN ends, how, and why
VERDICTS = [
    ("xdp:eth0", "XDP_PASS", "socket", "delivered", ""),
    ("xdp:eth0", "XDP_DROP", "xdp", "dropped", ""),
    ("xdp:eth0", "XDP_ABORTED", "xdp", "dropped", ""),
    ("xdp:eth0", "99", "xdp", "dropped", ""),
    ("xdp:eth0", "XDP_TX", "sent", "sent", ""),
    ("xdpgeneric:eth0", "XDP_DROP", "xdp_generic", "dropped", "XDP"),
    ("tc:eth0", "TC_ACT_OK", "socket", "delivered", ""),
    ("tc:eth0", "TC_ACT_SHOT", "tc", "dropped", "TC_INGRESS"),
    ("tc:eth0", "TC_ACT_STOLEN", "tc", "dropped", ""),
    ("cgroup_skb/ingress:/system.slice/web", "0", "cgroup", "dropped", "SOCKET_FILTER"),
    ("cgroup_skb/ingress:/", "0", "cgroup", "dropped", "SOCKET_FILTER"),
    ("cgroup_skb/ingress:/user.slice", "0", "socket", "delivered", ""),
    ("cgroup_skb/ingress:/", "1", "socket", "delivered", ""),
    ("socket:nginx", "0", "filter", "dropped", "SOCKET_FILTER"),
    ("socket:sshd", "0", "socket", "delivered", ""),
    ("socket", "-1", "socket", "delivered", ""),
]


@pytest.mark.parametrize(("place", "answer", "station", "end", "reason"), VERDICTS)
def test_a_verdict_decides(place: str, answer: str, station: str, end: str, reason: str) -> None:
    found = run([SYN], attach(place, returns(answer), "judge"))
    assert ends(found.outcomes[0])[0] == (station, end, reason)
    fate = found.outcomes[0].fate
    assert fate is not None
    assert fate.program == ("judge" if end == "dropped" else None)
    assert len(found.denials()[0]) == (end == "dropped")


def test_an_egress_verdict_stops_the_answer() -> None:
    for place, station, reason in (
        ("tc-egress:eth0", "tc_egress", "TC_EGRESS"),
        ("cgroup_skb/egress:/system.slice/web", "cgroup_out", "BPF_CGROUP_EGRESS"),
    ):
        answer = "TC_ACT_SHOT" if place.startswith("tc") else "0"
        found = run([SYN], attach(place, returns(answer)))
        assert ends(found.outcomes[0]) == [("socket", "delivered", ""), (station, "dropped", reason)]


def test_the_way_in_and_the_answer_s_way_out() -> None:
    outcome = run([SYN]).outcomes[0]
    assert stations(outcome) == [*IN, "lookup", "cgroup", "filter", "socket"]
    assert stations(outcome, 1) == OUT


def test_programs_of_a_hook_run_in_order_until_one_decides() -> None:
    found = run(
        [SYN],
        attach("tc:eth0", returns("TC_ACT_UNSPEC"), "first"),
        attach("tc:eth0", returns("TC_ACT_OK"), "second"),
        attach("tc:eth0", returns("TC_ACT_SHOT"), "third"),
    )
    ran = [(hop.program, hop.verdict) for hop in found.outcomes[0].hops if hop.program]
    assert ran == [("first", "TC_ACT_UNSPEC"), ("second", "TC_ACT_OK")]


def test_all_programs_of_a_control_group_run_its_own_before_those_above() -> None:
    found = run(
        [SYN],
        attach("cgroup_skb/ingress:/", returns(1), "above"),
        attach("cgroup_skb/ingress:/system.slice/web", returns(0), "own"),
    )
    outcome = found.outcomes[0]
    assert [hop.program for hop in outcome.hops if hop.program] == ["own", "above"]
    assert outcome.fate is not None
    assert outcome.fate.program == "own"


def test_a_handshake_data_and_its_end() -> None:
    found = run(
        [SYN, tcp(["ACK"]), tcp(["PSH", "ACK"], payload="GET /"), tcp(["FIN", "ACK"]), tcp(["ACK"])],
    )
    assert [ends(outcome) for outcome in found.outcomes] == [
        [("socket", "delivered", ""), ("wire", "sent", "")],
        [("process", "delivered", "")],
        [("process", "delivered", ""), ("wire", "sent", "")],
        [("process", "delivered", ""), ("wire", "sent", ""), ("wire", "sent", "")],
        [("socket", "dropped", "TCP_FLAGS"), ("wire", "sent", "")],
    ]


def test_backlogs_overflow() -> None:
    world = with_listener(ListenSpec("tcp", ANY4, 8080, backlog=2))
    found = run([tcp(["SYN"], 8080, 4000 + n) for n in range(4)], world=world)
    assert [ends(outcome)[0][2] for outcome in found.outcomes] == ["", "", *["TCP_LISTEN_OVERFLOW"] * 2]


def test_connections_nobody_accepts_overflow() -> None:
    world = with_listener(ListenSpec("tcp", ANY4, 8080, backlog=1, reads=False))
    frames = [tcp([flag], 8080, 4000 + n) for n in range(3) for flag in ("SYN", "ACK")]
    found = run(frames, world=world)
    assert [ends(outcome)[0][2] for outcome in found.outcomes][:4] == [""] * 4
    assert ends(found.outcomes[4])[0][2] == "TCP_LISTEN_OVERFLOW"


def test_a_receive_buffer_fills() -> None:
    world = with_listener(ListenSpec("udp", ANY4, 9999, rcvbuf=2000, reads=False))
    frame = ethernet({"udp": {"dport": 9999}, "payload": "x" * 100})
    found = run([frame] * 4, world=world)
    assert [ends(outcome) for outcome in found.outcomes] == [
        *[[("socket", "queued", "")]] * 2,
        *[[("socket", "dropped", "SOCKET_RCVBUFF")]] * 2,
    ]


def test_what_waits_for_a_neighbour_leaves_once_it_has_answered() -> None:
    ask = ethernet({"ip": {"dst": "198.51.100.77"}, "udp": {}})
    answer = from_form(
        {"eth": {"dst": "02:00:00:00:00:03"},
         "arp": {"op": "reply", "sender_mac": "02:00:00:00:0b:77", "sender_ip": "198.51.100.77"}}
    )  # fmt: skip
    events = [*arrivals(ask), *arrivals(answer, device="eth1")]
    found = simulate(pod_world(), events, []).run()
    assert ends(found.outcomes[1]) == [("arp", "delivered", ""), ("wire", "sent", "")]
    sent = found.open(1).visits[-1].frame
    assert sent is not None
    assert sent.data[:6].hex(":") == "02:00:00:00:0b:77"


def test_fragments_are_put_together() -> None:
    whole = ethernet({"udp": {"dport": 53}, "payload": "x" * 64})
    payload, header = whole[34:], bytearray(whole[:34])
    parts = []
    for at, more in ((40, False), (0, True)):
        piece = payload[at:] if not more else payload[:40]
        head = bytearray(header)
        head[16:18] = (20 + len(piece)).to_bytes(2, "big")
        head[20:22] = (at // 8 | (0x2000 if more else 0)).to_bytes(2, "big")
        head[24:26] = bytes(2)
        total = sum(int.from_bytes(head[n : n + 2], "big") for n in range(14, 34, 2))
        head[24:26] = (~((total & 0xFFFF) + (total >> 16)) & 0xFFFF).to_bytes(2, "big")
        parts.append(bytes(head) + piece)
    found = run(parts)
    assert [ends(outcome) for outcome in found.outcomes] == [
        [("local_in", "queued", "")],
        [("process", "delivered", "")],
    ]


def test_a_packet_goes_through_a_veth_pair_into_a_pod() -> None:
    outcome = run([ethernet({"ip": {"dst": WEB}, "tcp": {"flags": ["SYN"]}})], world=pod_world()).outcomes[0]
    assert [hop.station for hop in outcome.hops if hop.netns == "web" and hop.packet == 0] == [
        *IN, "lookup", "cgroup", "filter", "socket",
    ]  # fmt: skip
    assert ends(outcome) == [("socket", "delivered", ""), ("wire", "sent", "")]


REDIRECTS = [
    ("xdp:eth0", "r1 = 3\nr2 = 0\ncall bpf_redirect\nexit", "sent", "sent", ""),
    ("xdp:eth0", "r1 = 10\nr2 = 0\ncall bpf_redirect\nexit", "protocol", "dropped", "OTHERHOST"),
    ("xdp:eth0", "r1 = 77\nr2 = 0\ncall bpf_redirect\nexit", "redirected", "dropped", ""),
    ("xdp:eth0", "r0 = XDP_REDIRECT\nexit", "redirected", "dropped", ""),
    ("tc:eth0", "r1 = 3\nr2 = 0\ncall bpf_redirect\nexit", "wire", "sent", ""),
    ("tc:eth0", "r1 = 3\nr2 = 1\ncall bpf_redirect\nexit", "protocol", "dropped", "OTHERHOST"),
    ("tc:eth0", "r1 = 10\nr2 = 0\ncall bpf_redirect_peer\nexit", "protocol", "dropped", "OTHERHOST"),
    ("tc:eth0", "r1 = 2\nr2 = 0\nr3 = 0\nr4 = 0\ncall bpf_redirect_neigh\nexit", "neighbour", "queued", ""),
    ("tc:eth0", "r1 = 77\nr2 = 0\ncall bpf_redirect\nexit", "redirected", "dropped", "NO_TX_TARGET"),
]


@pytest.mark.parametrize(("place", "text", "station", "end", "reason"), REDIRECTS)
def test_redirects(place: str, text: str, station: str, end: str, reason: str) -> None:
    found = run([SYN], attach(place, text), world=pod_world())
    assert ends(found.outcomes[0])[0] == (station, end, reason)


def test_a_circle_of_redirects_is_stopped_and_told() -> None:
    there, back = (f"r1 = {number}\nr2 = 1\ncall bpf_redirect\nexit" for number in (3, 2))
    found = run([SYN], attach("tc:eth0", there, "there"), attach("tc:eth1", back, "back"))
    fate = found.outcomes[0].fate
    assert fate is not None
    assert fate.reason is not None
    assert (fate.reason.kernel_name, fate.station) == ("SKB_DROP_REASON_RECURSION_LIMIT", "redirected")
    assert "circle" in fate.note


def test_two_ends_that_send_back_are_stopped() -> None:
    ends_of = [attach("xdp:veth0", returns("XDP_TX")), attach("xdp:web/eth0", returns("XDP_TX"))]
    found = run([SYN], *ends_of, world=pod_world(), device="veth0")
    assert ends(found.outcomes[0])[0][2] == "RECURSION_LIMIT"


def test_maps_are_shared_by_name_and_stay_when_a_program_is_replaced() -> None:
    first, second = (attach("xdp:eth0", counting(answer)) for answer in ("XDP_PASS", "XDP_DROP"))
    events = [*arrivals(SYN, SYN), ProgramReplaced(1_500_000, 0, second.programs)]
    events += [event.__class__(event.time_ns + 2_000_000, "eth0", SYN) for event in arrivals(SYN, SYN)]  # type: ignore[call-arg, arg-type]
    events.append(MapUpdated(9_000_000, "counts", bytes(4), (100).to_bytes(8, "little")))
    found = simulate(pod_world(), events, [first]).run()
    verdicts = [hop.verdict for outcome in found.outcomes for hop in outcome.hops if hop.program]
    assert verdicts == ["XDP_PASS", "XDP_PASS", "XDP_DROP", "XDP_DROP"]
    assert count_of(found) == 100
    before = next(value for _, value in found.maps_before(5)[0].items())
    assert int.from_bytes(before, "little") == 4


def test_every_hop_follows_an_edge_of_the_graph() -> None:
    frames = [frame for frame, _ in ENDS.values()]
    known = {(station.id, to) for station in STATIONS.values() for to in station.leads.values()}
    for outcome in run(frames, world=pod_world()).outcomes:
        for packet in {hop.packet for hop in outcome.hops}:
            for before, after in pairwise(stations(outcome, packet)):
                allowed = {before, *(to for start, to in known if start == before)}
                # a station without programs is passed without a hop
                allowed |= {to for start, to in known if start in allowed and start == "xdp_generic"}
                assert after in allowed, (before, after)
