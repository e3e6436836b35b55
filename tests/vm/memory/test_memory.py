"""Access to guest memory: words, faults in words, descriptions, and going back."""

import pytest

from vm.change import Change, MemoryChanged, RegionChanged
from vm.memory.fault import FaultKind, MachineFault
from vm.memory.memory import Memory
from vm.memory.region import ARENA, LEAD, WINDOW, Part, RegionKind
from vm.source import HookscopeError


@pytest.fixture
def journal() -> list[Change]:
    return []


@pytest.fixture
def memory(journal: list[Change]) -> Memory:
    return Memory(journal)


def fault_of(memory: Memory, address: int, size: int, *, write: bool = False) -> MachineFault:
    with pytest.raises(MachineFault) as caught:
        memory.store(address, size, 0) if write else memory.load(address, size)
    return caught.value


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_words_are_little_endian(memory: Memory, size: int) -> None:
    region = memory.add(RegionKind.STACK, "fp", bytearray(range(16)))
    assert memory.load(region.base + 3, size) == int.from_bytes(bytes(range(3, 3 + size)), "little")
    memory.store(region.base + 5, size, 0x1122_3344_5566_7788_99AA)
    assert memory.load(region.base + 5, size) == 0x3344_5566_7788_99AA & ((1 << size * 8) - 1)
    assert region.data[5 + size] == 5 + size


def test_a_store_is_journaled_and_undone(memory: Memory, journal: list[Change]) -> None:
    region = memory.add(RegionKind.STACK, "fp", bytearray(b"\xaa" * 8))
    memory.store(region.base + 2, 2, 0x0201)
    assert journal == [MemoryChanged(region.base + 2, b"\xaa\xaa", b"\1\2")]
    change = journal[0]
    assert isinstance(change, MemoryChanged)
    memory.apply(change, forwards=False)
    assert region.data == b"\xaa" * 8
    memory.apply(change, forwards=True)
    assert region.data[2:4] == b"\1\2"
    assert len(journal) == 1


@pytest.mark.parametrize(
    ("off", "size", "outside", "words"),
    [
        (14, 4, 2, "reads 4 bytes at data+14, 2 bytes past its end"),
        (16, 1, 1, "reads 1 byte at data+16, 1 byte past its end"),
        (-1, 1, -1, "reads 1 byte at data-1, 1 byte before its start"),
        (-8, 8, -8, "reads 8 bytes at data-8, 8 bytes before its start"),
        (1000, 8, 992, "reads 8 bytes at data+1000, 992 bytes past its end"),
    ],
)
def test_an_access_outside_says_how_far(
    memory: Memory, off: int, size: int, outside: int, words: str
) -> None:
    region = memory.add(RegionKind.MEM, "data", bytearray(16))
    fault = fault_of(memory, region.base + off, size).fault
    assert (fault.kind, fault.message, fault.outside) == (FaultKind.BOUNDS, words, outside)
    assert (fault.object, fault.address, fault.size, fault.write) == (
        "data",
        region.base + off,
        size,
        False,
    )


def test_stack_offsets_count_from_the_frame_pointer(memory: Memory) -> None:
    region = memory.add(RegionKind.STACK, "fp", bytearray(512), origin=512)
    pointer = memory.describe(region.base + 504)
    assert pointer is not None
    assert str(pointer) == "fp-8"
    message = fault_of(memory, region.base + 508, 8, write=True).fault.message
    assert message == "writes 8 bytes at fp-4, 4 bytes past its end"


@pytest.mark.parametrize(
    ("address", "kind", "words"),
    [
        (0, FaultKind.NULL, "reads 8 bytes at address 0x0: the pointer is null"),
        (24, FaultKind.NULL, "reads 8 bytes at address 0x18: the pointer is null"),
        (0x1234_5678, FaultKind.WILD, "reads 8 bytes at 0x12345678, which belongs to no object of this run"),
        (ARENA + 900 * WINDOW, FaultKind.WILD, "belongs to no object"),
        (ARENA - 1, FaultKind.WILD, "belongs to no object"),
        ((1 << 64) - 8, FaultKind.WILD, "belongs to no object"),
    ],
)
def test_an_address_of_nothing(memory: Memory, address: int, kind: FaultKind, words: str) -> None:
    memory.add(RegionKind.MEM, "data", bytearray(16))
    fault = fault_of(memory, address, 8).fault
    assert fault.kind is kind
    assert words in fault.message
    assert memory.describe(address) is None


def test_read_only_and_dead_regions(memory: Memory, journal: list[Change]) -> None:
    ro = memory.add(RegionKind.RODATA, "rodata", bytearray(b"abcd"), writable=False)
    assert memory.load(ro.base, 4) == int.from_bytes(b"abcd", "little")
    fault = fault_of(memory, ro.base, 4, write=True).fault
    assert (fault.kind, fault.message) == (
        FaultKind.READ_ONLY,
        "writes 4 bytes at rodata+0, which is read-only",
    )
    frame = memory.add(RegionKind.STACK, "fp1", bytearray(8), origin=8)
    memory.set_alive(frame, False)
    fault = fault_of(memory, frame.base, 8).fault
    assert (fault.kind, fault.message) == (
        FaultKind.DEAD,
        "reads 8 bytes at fp1-8, which no longer exists",
    )
    assert journal == [RegionChanged(frame.id, False)]
    memory.apply(RegionChanged(frame.id, False), forwards=False)
    assert memory.load(frame.base, 8) == 0


def test_elements_are_objects_of_their_own(memory: Memory) -> None:
    region = memory.add(RegionKind.MAP_VALUE, "counts", bytearray(32), stride=16, value_size=12)
    memory.store(region.base + 16, 8, 7)
    assert memory.load(region.base + 16, 8) == 7
    fault = fault_of(memory, region.base + 10, 4).fault
    assert fault.message == "reads 4 bytes at counts[0]+10, 2 bytes past its end"
    fault = fault_of(memory, region.base + 12, 8, write=True).fault
    assert fault.message == "writes 8 bytes at counts[0]+12, 8 bytes past its end, in counts[1]"
    assert fault.object == "counts[0]"
    fault = fault_of(memory, region.base + 32, 1).fault
    assert fault.message == "reads 1 byte at counts[1]+16, 5 bytes past its end"
    with pytest.raises(MachineFault):
        memory.read(region.base, 16)
    pointer = memory.describe(region.base + 20)
    assert pointer is not None
    assert (str(pointer), pointer.size, pointer.inside, pointer.at_end) == ("counts[1]+4", 12, True, False)


class Halves:
    """Two objects of eight bytes, the second gone."""

    def part(self, off: int) -> Part:
        if off < 8:
            return Part("first", 0, 8)
        return Part("second", 8, 16, "which was submitted already")


def test_parts_decide_about_access(memory: Memory) -> None:
    region = memory.add(RegionKind.RINGBUF, "ring", bytearray(16))
    region.parts = Halves()
    assert memory.load(region.base, 8) == 0
    assert "first+4, 4 bytes past its end" in fault_of(memory, region.base + 4, 8).fault.message
    fault = fault_of(memory, region.base + 12, 4, write=True).fault
    assert fault.message == "writes 4 bytes at second+4, which was submitted already"
    assert fault.kind is FaultKind.DEAD


def test_helpers_read_and_write_ranges(memory: Memory, journal: list[Change]) -> None:
    region = memory.add(RegionKind.MEM, "buffer", bytearray(3000))
    memory.write(region.base + 1000, b"x" * 1500)
    assert memory.read(region.base + 999, 3) == b"\0xx"
    assert memory.read(0, 0) == b""
    memory.write(0, b"")
    assert len(journal) == 1
    with pytest.raises(MachineFault, match="writes 10 bytes at buffer"):
        memory.write(region.base + 2995, bytes(10))


def test_every_address_near_a_region_is_its_own(memory: Memory) -> None:
    big = memory.add_zeroed(RegionKind.MAP_VALUE, "big", 3 * WINDOW)
    small = memory.add(RegionKind.MEM, "small", bytearray(1))
    for region in (big, small):
        for off in (-LEAD, -1, 0, len(region.data), len(region.data) + LEAD - 1):
            place = memory.locate(region.base + off)
            assert place is not None
            assert (place.region, place.off) == (region, off)


def test_the_limit_refuses_before_allocating(journal: list[Change]) -> None:
    memory = Memory(journal, limit=1000)
    memory.add(RegionKind.MEM, "a", bytearray(600))
    with pytest.raises(HookscopeError, match="1,100 bytes of guest memory; a run may use 1,000"):
        memory.add(RegionKind.MEM, "b", bytearray(500))
    with pytest.raises(HookscopeError) as caught:
        memory.add_zeroed(RegionKind.MAP_VALUE, "bomb", 1 << 62)
    assert caught.value.diagnostic.code == "memory-limit"
    assert len(memory.regions) == 1


class Doubling:
    """A context whose loads give twice the offset and the size."""

    def __init__(self) -> None:
        self.stored: list[tuple[int, int, int]] = []

    def load(self, off: int, size: int) -> int:
        return off * 2 + size

    def store(self, off: int, size: int, value: int) -> None:
        self.stored.append((off, size, value))


def test_a_view_answers_for_its_region(memory: Memory) -> None:
    region = memory.add(RegionKind.CTX, "ctx", bytearray(8))
    view = Doubling()
    region.view = view
    assert memory.load(region.base + 20, 4) == 44
    memory.store(region.base + 4, 4, 9)
    assert view.stored == [(4, 4, 9)]
