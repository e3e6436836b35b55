"""Memories beside one another, and going back to a mark: what a run adds, the next one does not see."""

import pytest

from vm.memory.fault import MachineFault
from vm.memory.memory import Mark, Memory
from vm.memory.region import RegionKind


def test_a_memory_beside_shares_regions_and_journal_but_not_what_is_added() -> None:
    first = Memory([])
    shared = first.add(RegionKind.MAP_VALUE, "shared", bytearray(8))
    second = first.beside()
    own = second.add(RegionKind.MEM, "own", bytearray(8))
    second.store(shared.base, 4, 7)
    assert first.load(shared.base, 4) == 7
    assert len(first.journal) == 1
    with pytest.raises(MachineFault):
        first.load(own.base, 4)


def test_the_next_region_lies_where_the_forgotten_one_did() -> None:
    memory = Memory([])
    memory.add(RegionKind.MEM, "kept", bytearray(8))
    mark = memory.mark()
    before = memory.add(RegionKind.MEM, "gone", bytearray(1 << 25))
    memory.rewind(mark)
    assert memory.locate(before.base) is None
    assert memory.mark() == mark
    assert memory.add(RegionKind.MEM, "new", bytearray(8)).base == before.base


def test_room_is_left_and_used_later() -> None:
    memory = Memory([])
    start = memory.mark()
    memory.skip_to(start.window + 16)
    behind = memory.add(RegionKind.MEM, "behind", bytearray(8))
    memory.rewind(Mark(1, start.window, memory.used))
    inside = memory.add(RegionKind.MEM, "inside", bytearray(8))
    assert inside.base < behind.base
    assert memory.locate(behind.base) is not None
    with pytest.raises(ValueError, match="is taken"):
        memory.skip_to(start.window)
