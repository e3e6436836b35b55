"""Ring buffers: records as objects, their order, who is woken up."""

import pytest

from tests.vm.maps.common import fault_of, name_of
from vm.maps import create
from vm.maps.ringbuf import CONS_POS, FORCE_WAKEUP, NO_WAKEUP, RingBufMap
from vm.memory.fault import FaultKind, MachineFault
from vm.memory.memory import Memory
from vm.program import MapSpec
from vm.uapi.map_types import MapType


@pytest.fixture
def ring(memory: Memory) -> RingBufMap:
    made = create(MapSpec("events", MapType.RINGBUF, 0, 0, 4096), 0, memory)
    assert isinstance(made, RingBufMap)
    return made


def test_a_record_is_an_object_until_it_is_submitted(memory: Memory, ring: RingBufMap) -> None:
    address = ring.reserve(20, 0)
    memory.store(address + 16, 4, 0xAABBCCDD)
    assert name_of(memory, address + 16) == "events record+16"
    assert "events record+16, 4 bytes past its end" in fault_of(memory, address + 16, 8)
    assert "8 bytes before its start" in fault_of(memory, address - 8, 8)
    assert ring.record(address)[16:] == bytes.fromhex("ddccbbaa")
    assert ring.commit(address, 0)
    assert "no record is reserved" in fault_of(memory, address, 4)
    with pytest.raises(MachineFault, match="where no reserved record of events begins") as caught:
        ring.commit(address, 0)
    assert caught.value.fault.kind is FaultKind.BAD_CALL
    assert ring.consume() == [bytes(16) + bytes.fromhex("ddccbbaa")]
    assert ring.query(CONS_POS) == 32


def test_records_come_in_order_and_wait_for_reserved_ones(ring: RingBufMap) -> None:
    first = ring.reserve(8, 0)
    ring.output(b"second", 0)
    assert ring.consume() == []
    assert ring.count() == 0
    ring.commit(first, 0, discard=True)
    assert [data for _, data, _ in ring.shown()] == [b"second"]
    assert ring.consume() == [b"second"]


def test_who_is_woken_up(ring: RingBufMap) -> None:
    assert ring.commit(ring.reserve(8, 0), 0)  # the reader waits for this very record
    assert not ring.commit(ring.reserve(8, 0), 0)  # it has been woken already
    assert ring.commit(ring.reserve(8, 0), FORCE_WAKEUP)
    ring.consume()
    assert not ring.commit(ring.reserve(8, 0), NO_WAKEUP)


def test_a_record_may_wrap(memory: Memory, ring: RingBufMap) -> None:
    ring.output(bytes(3000), 0)
    ring.consume()
    address = ring.reserve(2000, 0)
    memory.write(address, bytes(range(250)) * 8)
    ring.commit(address, 0)
    assert ring.consume() == [bytes(range(250)) * 8]
