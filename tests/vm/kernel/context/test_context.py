"""Contexts as objects: what they refuse, how their packets move, and what they leave to the next hook."""

import random

import pytest

from tests.vm.helpers.build import ipv4_packet
from vm.change import FieldChanged, MemoryChanged, PacketMoved
from vm.helpers.event import Event
from vm.kernel import context
from vm.kernel.context import Frame, PacketContext
from vm.memory.memory import Memory
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

PACKET = ipv4_packet()
KINDS = (ProgType.XDP, ProgType.SCHED_CLS, ProgType.SOCKET_FILTER)


def make(kind: ProgType, packet: bytes | Frame = PACKET, event: Event | None = None) -> PacketContext:
    return context.create(kind, packet, Memory([]), event or Event(), fields={})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [0, 13])
def test_a_packet_without_a_link_header_is_refused_in_words(kind: ProgType, size: int) -> None:
    with pytest.raises(HookscopeError, match="14"):
        make(kind, bytes(size))


def test_a_frame_longer_than_its_fragments_is_refused() -> None:
    longest = 3520 + 17 * 4096
    assert make(ProgType.XDP, bytes(longest)).packet() == bytes(longest)
    with pytest.raises(HookscopeError, match="73152"):
        make(ProgType.XDP, bytes(longest + 1))


def test_a_type_without_packets_is_refused() -> None:
    with pytest.raises(HookscopeError, match="kprobe programs cannot be run on a packet"):
        make(ProgType.KPROBE)


@pytest.mark.parametrize("kind", KINDS)
def test_the_packet_lies_where_people_count_from(kind: ProgType) -> None:
    made = make(kind)
    _, data, end = made.bounds()
    assert made.buffer.region.origin == data
    assert made.packet() == (PACKET[14:] if kind is ProgType.SOCKET_FILTER else PACKET)
    assert end - data == len(made.packet())


def state(made: PacketContext) -> tuple[object, ...]:
    return made.bounds(), bytes(made.buffer.region.data), dict(made.fields)


def undo(made: PacketContext) -> None:
    """Takes back everything in the journal, last first."""
    for change in reversed(made.memory.journal):
        match change:
            case PacketMoved(before, _):
                made.buffer.place(before)
            case MemoryChanged(address, old, _):
                place = made.memory.locate(address)
                assert place is not None
                place.region.data[place.off : place.off + len(old)] = old
            case FieldChanged(name, was, _):
                assert was is not None
                made.fields[name] = was
            case other:
                pytest.fail(f"a context makes no {other}")
    made.memory.journal.clear()


@pytest.mark.parametrize("kind", KINDS)
def test_moves_keep_the_bytes_and_can_be_undone(kind: ProgType) -> None:
    chosen = random.Random(9)
    made = make(kind)
    for _ in range(30):
        before, packet = state(made), made.packet()
        headers = None if kind is ProgType.XDP else made.field("network_header") - made.bounds()[1]
        made.reserve(chosen.randrange(0, 100), chosen.randrange(0, 100))
        assert made.packet() == packet
        if headers is not None:
            assert made.field("network_header") - made.bounds()[1] == headers
        made.put(3, b"new")
        made.move(*(at + 1 for at in made.bounds()))
        undo(made)
        assert state(made) == before


@pytest.mark.parametrize(
    ("head", "tail"), [(5000, 0), (16_000, 0), (0, 16_000), (4096, 4096), (4097, 16_000)]
)
def test_room_is_made_by_moving_the_packet(head: int, tail: int) -> None:
    made = make(ProgType.SCHED_CLS)
    made.reserve(head=head)
    assert made.headroom >= head
    made.reserve(tail=tail)
    assert made.tailroom >= tail
    assert made.packet() == PACKET


def test_a_frame_with_fragments_is_written_across_their_border() -> None:
    packet = bytes(range(256)) * 20
    made = make(ProgType.XDP, packet)
    made.put(3515, b"0123456789")
    assert made.packet() == packet[:3515] + b"0123456789" + packet[3525:]
    assert made.data_out() == made.packet()


def test_what_one_context_leaves_the_next_one_finds() -> None:
    first = make(ProgType.SCHED_CLS, Frame(PACKET, b"\1\2\3\4", {"vlan_tci": 5, "mark": 7}))
    first.set_field("mark", 9)
    first.set_field("cb2", 3)
    left = first.leave()
    assert (left.data, left.meta) == (PACKET, b"\1\2\3\4")
    second = make(ProgType.SCHED_CLS, left)
    assert second.leave() == left
    assert [second.field(name) for name in ("mark", "cb2", "vlan_tci", "vlan_present")] == [9, 3, 5, 1]
    meta, data, _ = second.bounds()
    assert second.read(meta, data) == b"\1\2\3\4"


def test_the_device_of_the_event_decides_for_whom_a_packet_is() -> None:
    to_eth0 = bytes.fromhex("020000000002") + PACKET[6:]
    assert make(ProgType.SCHED_CLS, to_eth0, Event(ifindex=2)).field("pkt_type") == 0
    assert make(ProgType.SCHED_CLS, to_eth0, Event(ifindex=1)).field("pkt_type") == 3
    broadcast = b"\xff" * 6 + PACKET[6:]
    assert make(ProgType.SCHED_CLS, broadcast, Event(ifindex=2)).field("pkt_type") == 1
