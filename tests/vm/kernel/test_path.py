"""The modeled way in: every verdict leads where it should, and what one hook does, the next one sees."""

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vm.helpers.build import ipv4_packet
from vm.asm import assemble
from vm.change import OutputKind
from vm.helpers.event import Event
from vm.kernel.context import PacketContext
from vm.kernel.hooks import HOOK_POINTS, Effect
from vm.kernel.path import Attachments, Journey, send
from vm.kernel.stations import START, WAY_IN, path_graph
from vm.machine.machine import Machine
from vm.program import Program

PACKET = ipv4_packet()
TAGGED = PACKET[:12] + bytes.fromhex("8100a123") + PACKET[12:]
EVENT = Event(ifindex=2)
COUNT = """
.map counts array key=u32 value=u64 entries=1
    *(u32 *)(r10 - 4) = 0
    r2 = r10
    r2 += -4
    r1 = counts ll
    call bpf_map_lookup_elem
    if r0 == 0 goto out
    r1 = *(u64 *)(r0 + 0)
    r1 += 1
    *(u64 *)(r0 + 0) = r1
out:
    r0 = 2
    exit
"""


def program(hook: str, text: str) -> Program:
    found = assemble(f".hook {hook}\n{text}")
    assert found.program is not None, found.errors
    return found.program


def attached(**texts: str) -> Attachments:
    names = {"xdp": "xdp", "tc": "tc", "cgroup": "cgroup_skb/ingress", "filter": "socket"}
    return {names[key]: [program(names[key], text)] for key, text in texts.items()}


def passed(journey: Journey) -> list[str]:
    return [visit.station.id for visit in journey.visits]


def returning(value: int) -> str:
    return f"r0 = {value}\nexit"


def test_the_graph_has_one_start_and_ends_at_the_ends() -> None:
    graph = path_graph(WAY_IN)
    assert nx.is_directed_acyclic_graph(graph)
    assert [node for node in graph if graph.in_degree(node) == 0] == [START]
    assert {node for node in graph if graph.out_degree(node) == 0} == {
        "socket",
        "dropped",
        "sent",
        "redirected",
    }
    assert set(graph) == nx.descendants(graph, START) | {START} == set(WAY_IN)


@pytest.mark.parametrize("point", HOOK_POINTS.values(), ids=lambda point: point.name)
def test_each_effect_of_a_hook_leads_somewhere(point: object) -> None:
    station = next((s for s in WAY_IN.values() if s.hook is point), None)
    if station is not None:
        effects = {verdict.effect for verdict in (*station.hook.verdicts, station.hook.other)}  # type: ignore[union-attr]
        assert effects | {Effect.ABORTED, Effect.DROP} <= set(station.leads) | {Effect.ABORTED}


def test_without_programs_a_packet_reaches_the_socket() -> None:
    journey = send(PACKET, {}, EVENT)
    assert passed(journey) == ["nic", "xdp", "skb", "tc", "cgroup", "filter", "socket"]
    assert journey.fate.note == "60 bytes behind the link header wait to be read"
    assert all(visit.run is None for visit in journey.visits)


@pytest.mark.parametrize(
    ("hook", "value", "end"),
    [
        ("xdp", 0, "dropped"), ("xdp", 1, "dropped"), ("xdp", 2, "socket"), ("xdp", 3, "sent"),
        ("xdp", 9, "dropped"), ("tc", 0, "socket"), ("tc", -1, "socket"), ("tc", 2, "dropped"),
        ("tc", 4, "dropped"), ("tc", 99, "socket"), ("cgroup", 0, "dropped"), ("cgroup", 1, "socket"),
        ("filter", 0, "dropped"), ("filter", 20, "socket"),
    ],
)  # fmt: skip
def test_a_verdict_decides_where_the_packet_ends(hook: str, value: int, end: str) -> None:
    journey = send(PACKET, attached(**{hook: returning(value)}), EVENT)
    assert journey.fate.station.id == end
    decided = next(visit for visit in journey.visits if visit.run is not None)
    assert decided.station.id == hook
    assert decided.verdict == decided.run.hook.verdict(value)  # type: ignore[union-attr]


def test_a_socket_filter_cuts_the_packet() -> None:
    journey = send(PACKET, attached(filter=returning(20)), EVENT)
    assert journey.fate.frame.data == PACKET[:34]
    assert journey.visits[-2].note == "the socket gets 20 of 60 bytes"


def test_the_vlan_tag_is_beside_the_packet_at_tc() -> None:
    text = """
        r2 = *(u32 *)(r1 + __sk_buff.vlan_present)
        if r2 != 1 goto bad
        r2 = *(u32 *)(r1 + __sk_buff.vlan_tci)
        if r2 != 0xa123 goto bad
        r2 = *(u32 *)(r1 + __sk_buff.protocol)
        if r2 != 8 goto bad
        r2 = *(u32 *)(r1 + __sk_buff.wire_len)
        if r2 != 74 goto bad
        r0 = 0
        exit
    bad:
        r0 = 2
        exit
    """
    assert send(TAGGED, attached(tc=text), EVENT).fate.station.id == "socket"
    assert send(PACKET, attached(tc=text), EVENT).fate.station.id == "dropped"


def test_tc_reads_what_xdp_wrote_before_the_packet() -> None:
    writer = """
        r6 = r1
        r2 = -4
        call bpf_xdp_adjust_meta
        r2 = *(u32 *)(r6 + xdp_md.data_meta)
        *(u32 *)(r2 + 0) = 0x1234
        r0 = 2
        exit
    """
    reader = """
        r2 = *(u32 *)(r1 + __sk_buff.data_meta)
        r3 = *(u32 *)(r1 + __sk_buff.data)
        r0 = 2
        if r2 == r3 goto out
        r4 = *(u32 *)(r2 + 0)
        if r4 != 0x1234 goto out
        r0 = 0
    out:
        exit
    """
    assert send(PACKET, attached(xdp=writer, tc=reader), EVENT).fate.station.id == "socket"
    assert send(PACKET, attached(tc=reader), EVENT).fate.station.id == "dropped"


def test_a_mark_goes_on_and_the_cb_does_not() -> None:
    marker = "*(u32 *)(r1 + __sk_buff.mark) = 7\n*(u32 *)(r1 + __sk_buff.cb) = 9\nr0 = 0\nexit"
    reader = """
        r2 = *(u32 *)(r1 + __sk_buff.mark)
        r3 = *(u32 *)(r1 + __sk_buff.cb)
        r0 = 0
        if r2 != 7 goto out
        if r3 != 0 goto out
        r0 = 1
    out:
        exit
    """
    assert send(PACKET, attached(tc=marker, cgroup=reader), EVENT).fate.station.id == "socket"
    assert send(PACKET, attached(cgroup=reader), EVENT).fate.station.id == "dropped"


def test_what_a_program_writes_into_the_packet_arrives() -> None:
    text = "r2 = *(u32 *)(r1 + xdp_md.data)\n*(u8 *)(r2 + 0) = 0xee\nr0 = 2\nexit"
    assert send(PACKET, attached(xdp=text), EVENT).fate.frame.data == b"\xee" + PACKET[1:]


def test_the_socket_is_known_only_near_the_socket() -> None:
    cookie = "call bpf_get_socket_cookie\nif r0 != 0 goto +1\nr0 = {none}\nexit"
    at_tc = send(PACKET, attached(tc=cookie.format(none=2)), EVENT)
    assert at_tc.fate.station.id == "dropped"
    assert send(PACKET, attached(cgroup=cookie.format(none=0)), EVENT).fate.station.id == "socket"


@pytest.mark.parametrize(
    ("text", "end", "note"),
    [
        ("r1 = 3\nr2 = 0\ncall bpf_redirect\nexit", "redirected", "out of eth1"),
        ("r1 = 99\nr2 = 0\ncall bpf_redirect\nexit", "dropped", "there is no device 99 to redirect to"),
        ("r0 = 4\nexit", "dropped", "no redirect helper said where to"),
    ],
)
def test_a_redirect_says_where_to(text: str, end: str, note: str) -> None:
    fate = send(PACKET, attached(xdp=text), EVENT).fate
    assert (fate.station.id, fate.note) == (end, note)


@pytest.mark.parametrize(
    ("ifindex", "end", "note"),
    [
        (3, "redirected", "out of eth1, through map ports"),
        (77, "dropped", "map ports leads to device 77, which does not exist"),
        (None, "dropped", "Dropped before anything was allocated for it."),
    ],
)
def test_a_redirect_map_leads_to_its_device(ifindex: int | None, end: str, note: str) -> None:
    text = """.map ports devmap key=u32 value=u32 entries=4
        r1 = ports ll
        r2 = 1
        r3 = XDP_DROP
        call bpf_redirect_map
        exit
    """
    made = program("xdp", text)
    if ifindex is not None:
        entry = ((1).to_bytes(4, "little"), ifindex.to_bytes(4, "little"))
        made = replace(made, maps=(replace(made.maps[0], init=(entry,)),))
    fate = send(PACKET, {"xdp": [made]}, EVENT).fate
    assert (fate.station.id, fate.note) == (end, note)


def test_maps_are_kept_from_packet_to_packet_and_shared_by_name() -> None:
    programs = attached(xdp=COUNT, tc=COUNT.replace("r0 = 2", "r0 = 0"))
    maps = None
    for sent in range(1, 4):
        journey = send(PACKET, programs, EVENT, maps)
        maps = journey.maps
        world = journey.world(1)
        Machine(world).outcome()
        value = world.maps[0].user_lookup(bytes(4))
        assert value == (2 * sent - 1).to_bytes(8, "little"), "the XDP program's count of this packet"


def test_a_fault_ends_the_packet_with_the_reason() -> None:
    journey = send(PACKET, attached(xdp="r1 = 0\nr0 = *(u64 *)(r1 + 0)\nexit"), EVENT)
    assert journey.fate.station.id == "dropped"
    assert "null" in journey.fate.note
    assert journey.visits[1].effect is Effect.ABORTED


def test_an_endless_loop_ends_at_the_limit() -> None:
    journey = send(PACKET, attached(xdp="again:\ngoto again"), EVENT, limit=1000)
    assert journey.fate.note == "stopped after 1,000 steps"


def test_outputs_are_told() -> None:
    text = """
        *(u32 *)(r10 - 8) = 0x0a6968
        r1 = r10
        r1 += -8
        r2 = 4
        call bpf_trace_printk
        r0 = 2
        exit
    """
    run = send(PACKET, attached(xdp=text), EVENT).visits[1].run
    assert run is not None
    assert [(output.kind, output.data) for output in run.outputs] == [(OutputKind.TRACE_PIPE, b"hi\n")]


def test_user_space_reads_records_between_packets() -> None:
    text = """
        .map ring ringbuf entries=4096
        r1 = ring ll
        *(u64 *)(r10 - 8) = 1
        r2 = r10
        r2 += -8
        r3 = 8
        r4 = 0
        call bpf_ringbuf_output
        r0 += 2
        exit
    """
    maps = None
    for _ in range(600):  # 16 bytes each: without a reader the ring would be full after 255
        journey = send(PACKET, attached(xdp=text), EVENT, maps)
        maps = journey.maps
    assert journey.fate.station.id == "socket"


def test_user_space_has_opened_perf_events() -> None:
    text = """
        .map events perf_event_array key=u32 value=u32 entries=2
        *(u64 *)(r10 - 8) = 1
        r2 = events ll
        r3 = BPF_F_CURRENT_CPU ll
        r4 = r10
        r4 += -8
        r5 = 8
        call bpf_perf_event_output
        r0 += 2
        exit
    """
    journey = send(PACKET, attached(xdp=text), EVENT)
    assert journey.fate.station.id == "socket"
    run = journey.visits[1].run
    assert run is not None
    assert [output.kind for output in run.outputs] == [OutputKind.PERF]


@pytest.mark.parametrize("size", [0, 13, 65_550, 70_000])
def test_no_frame_of_a_wrong_length_gets_past_the_card(size: int) -> None:
    journey = send(bytes(size), attached(xdp=returning(2)), EVENT)
    assert passed(journey) == ["nic", "dropped"]


@given(st.binary(min_size=14, max_size=200))
def test_any_packet_gets_to_an_end_the_same_way_twice(packet: bytes) -> None:
    programs = attached(xdp=COUNT, tc=returning(0), cgroup=returning(1), filter=returning(40))
    first, second = send(packet, programs, EVENT), send(packet, programs, EVENT)
    assert first.visits == second.visits
    assert first.fate.station.id == "socket"


def test_a_run_of_the_journey_can_be_had_again() -> None:
    journey = send(PACKET, attached(xdp=COUNT, tc=returning(2)), EVENT)
    for index, visit in enumerate(journey.visits):
        if visit.run is None:
            with pytest.raises(ValueError, match="no program ran"):
                journey.world(index)
            continue
        world = journey.world(index)
        machine = Machine(world)
        assert machine.outcome() == visit.run.ended
        assert machine.number == visit.run.steps
        assert isinstance(world.ctx, PacketContext)
