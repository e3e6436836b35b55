"""Snapshots: exact, and sharing what was not written."""

from hypothesis import given
from hypothesis import strategies as st

from vm.change import Change, MemoryChanged
from vm.memory.memory import Memory
from vm.memory.pages import CHUNK_BYTES, PAGE, full_table, zero_table
from vm.memory.region import RegionKind


def regions_of(memory: Memory) -> list[bytes]:
    return [bytes(region.data) for region in memory.regions]


def build() -> Memory:
    memory = Memory([])
    memory.add(RegionKind.STACK, "fp", bytearray(512))
    memory.add_zeroed(RegionKind.MAP_VALUE, "values", 2 * CHUNK_BYTES + 3 * PAGE + 17)
    memory.add(RegionKind.PACKET, "pkt", bytearray(range(100)))
    return memory


WRITES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1 << 20), st.binary(min_size=1, max_size=3000)))


def write_all(memory: Memory, writes: list[tuple[int, int, bytes]]) -> None:
    for number, at, data in writes:
        region = memory.regions[number]
        off = at % len(region.data)
        memory.write(region.base + off, data[: len(region.data) - off])


@given(st.lists(WRITES, min_size=1, max_size=5), st.lists(st.integers(0, 5), max_size=8))
def test_any_snapshot_comes_back_exactly(
    rounds: list[list[tuple[int, int, bytes]]], visits: list[int]
) -> None:
    memory = build()
    snapshots = [memory.snapshot()]
    states = [regions_of(memory)]
    for writes in rounds:
        write_all(memory, writes)
        snapshots.append(memory.snapshot())
        states.append(regions_of(memory))
    for visit in visits:
        number = visit % len(snapshots)
        write_all(memory, rounds[visit % len(rounds)])  # a state no snapshot was taken of
        memory.restore(snapshots[number])
        assert regions_of(memory) == states[number]


@given(WRITES)
def test_undoing_every_write_restores_every_byte(writes: list[tuple[int, int, bytes]]) -> None:
    memory = build()
    before = regions_of(memory)
    write_all(memory, writes)
    after = regions_of(memory)
    for change in reversed(memory.journal):
        assert isinstance(change, MemoryChanged)
        memory.apply(change, forwards=False)
    assert regions_of(memory) == before
    for change in memory.journal:
        assert isinstance(change, MemoryChanged)
        memory.apply(change, forwards=True)
    assert regions_of(memory) == after


def test_undoing_marks_pages_for_the_next_snapshot() -> None:
    memory = build()
    region = memory.regions[1]
    memory.write(region.base + 5000, b"x")
    written = memory.snapshot()
    change = memory.journal[0]
    assert isinstance(change, MemoryChanged)
    memory.apply(change, forwards=False)
    undone = memory.snapshot()
    memory.restore(written)
    assert region.data[5000] == ord("x")
    memory.restore(undone)
    assert region.data[5000] == 0


def test_bounds_and_life_come_back() -> None:
    journal: list[Change] = []
    memory = Memory(journal)
    packet = memory.add(RegionKind.PACKET, "pkt", bytearray(100))
    packet.lo, packet.hi = 20, 80
    snapshot = memory.snapshot()
    packet.lo, packet.hi = 10, 90
    memory.set_alive(packet, False)
    packet.data.extend(bytes(50))
    memory.restore(snapshot)
    assert (packet.lo, packet.hi, packet.alive, len(packet.data)) == (20, 80, True, 100)


def test_unwritten_pages_are_shared() -> None:
    memory = build()
    first = memory.snapshot()
    memory.write(memory.regions[1].base + CHUNK_BYTES + 3, b"x")
    second = memory.snapshot()
    one, two = first.images[1].table, second.images[1].table
    assert one[0] is two[0]
    assert one[1] is not two[1]
    assert sum(a is not b for a, b in zip(one[1], two[1], strict=True)) == 1
    assert first.images[0].table is second.images[0].table


def test_a_zero_table_is_what_the_bytes_say() -> None:
    for size in (0, 1, PAGE, PAGE + 1, CHUNK_BYTES, 2 * CHUNK_BYTES + PAGE + 5):
        assert zero_table(size) == full_table(bytearray(size))
