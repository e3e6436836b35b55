"""What the comparison with the kernel cannot show: names, faults, who is forgotten, what views are told."""

import pytest

from vm.change import Change, EntryChanged, ListChanged, MemoryChanged
from vm.maps import BpfMap, create, create_all
from vm.maps.bloom import BloomFilterMap, bit_count
from vm.maps.devices import DevMap
from vm.maps.lru import LruHashMap
from vm.maps.references import PerfEventArray
from vm.maps.ringbuf import CONS_POS, FORCE_WAKEUP, NO_WAKEUP, RingBufMap
from vm.memory.fault import FaultKind, MachineFault
from vm.memory.memory import Memory
from vm.memory.region import RegionKind
from vm.program import MapSpec
from vm.source import HookscopeError
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapFlag, MapType

KEYS = [number.to_bytes(4, "little") for number in range(10)]
IP = bytes([203, 0, 113, 7])


def word(number: int) -> bytes:
    return number.to_bytes(8, "little")


@pytest.fixture
def journal() -> list[Change]:
    return []


@pytest.fixture
def memory(journal: list[Change]) -> Memory:
    return Memory(journal)


def hash_map(memory: Memory, entries: int = 4, kind: MapType = MapType.HASH, flags: int = 0) -> BpfMap:
    spec = MapSpec("syn_count", kind, 4, 8, entries, flags, "ipv4", "u64")
    return create(spec, 0, memory, 2)


def name_of(memory: Memory, address: int) -> str:
    return str(memory.describe(address))


def fault_of(memory: Memory, address: int, size: int) -> str:
    with pytest.raises(MachineFault) as caught:
        memory.load(address, size)
    return caught.value.fault.message


# Names and faults.


def test_a_value_is_called_by_its_key(memory: Memory) -> None:
    made = hash_map(memory)
    made.update(IP, word(5), 0, 0)
    address = made.lookup(IP, 0)
    assert name_of(memory, address) == "syn_count[203.0.113.7]"
    assert name_of(memory, address + 4) == "syn_count[203.0.113.7]+4"
    assert fault_of(memory, address + 6, 4).startswith(
        "reads 4 bytes at syn_count[203.0.113.7]+6, 2 bytes past its end"
    )


def test_a_replaced_or_deleted_value_is_still_readable_and_called_former(memory: Memory) -> None:
    made = hash_map(memory)
    made.update(IP, word(5), 0, 0)
    old = made.lookup(IP, 0)
    made.update(IP, word(6), 0, 0)
    assert (memory.load(old, 8), name_of(memory, old)) == (5, "former syn_count[203.0.113.7]")
    assert memory.load(made.lookup(IP, 0), 8) == 6
    new = made.lookup(IP, 0)
    made.delete(IP)
    assert (memory.load(new, 8), name_of(memory, new)) == (6, "former syn_count[203.0.113.7]")
    made.update(KEYS[1], word(9), 0, 0)
    assert (memory.load(new, 8), name_of(memory, new)) == (9, "syn_count[1.0.0.0]")
    assert "an unused slot of syn_count" in name_of(memory, new + 3 * 8)


def test_per_cpu_values_say_whose_they_are(memory: Memory) -> None:
    made = create(MapSpec("packets", MapType.PERCPU_ARRAY, 4, 8, 3), 0, memory, 2)
    made.update(KEYS[1], word(7), 0, 1)
    ours, theirs = made.lookup(KEYS[1], 0), made.lookup(KEYS[1], 1)
    assert (name_of(memory, ours), name_of(memory, theirs)) == (
        "packets[1] on CPU 0",
        "packets[1] on CPU 1",
    )
    assert (memory.load(ours, 8), memory.load(theirs, 8)) == (0, 7)
    region = memory.regions[-1]
    assert (made.cpu_of(region), made.key_at(region, 8)) == (1, (KEYS[1], 0))
    assert list(made.shown())[2:4] == [(KEYS[1], word(0), 0), (KEYS[1], word(7), 1)]
    assert made.count() == len(list(made.shown()))


def test_an_element_of_an_array_ends_where_the_next_begins(memory: Memory) -> None:
    made = create(MapSpec("counts", MapType.ARRAY, 4, 12, 3), 0, memory)
    address = made.lookup(KEYS[0], 0)
    assert fault_of(memory, address + 12, 8) == (
        "reads 8 bytes at counts[0]+12, 8 bytes past its end, in counts[1]"
    )
    assert list(made.entries())[2] == (KEYS[2], address + 32)
    assert made.entries()[1:] == list(made.entries())[1:]


def test_the_map_itself_is_opaque(memory: Memory) -> None:
    made = hash_map(memory)
    with pytest.raises(MachineFault) as caught:
        memory.load(made.address, 8)
    assert caught.value.fault.kind is FaultKind.OPAQUE
    assert "map syn_count+0, which is the map itself" in caught.value.fault.message
    pointer = memory.describe(made.address)
    assert pointer is not None
    assert (pointer.kind, str(pointer), pointer.inside) == (RegionKind.MAP, "map syn_count", False)


def test_a_program_may_not_write_a_map_that_is_read_only_for_it(memory: Memory) -> None:
    spec = MapSpec("limits", MapType.ARRAY, 4, 8, 1, int(MapFlag.RDONLY_PROG), init=((KEYS[0], word(3)),))
    (made,) = create_all([spec], memory)
    address = made.lookup(KEYS[0], 0)
    assert memory.load(address, 8) == 3
    with pytest.raises(MachineFault, match=r"writes 8 bytes at limits\[0\]\+0, which is read-only"):
        memory.store(address, 8, 4)
    assert made.user_update(KEYS[0], word(5)) == 0
    assert memory.load(address, 8) == 5


# Journal and views.


def test_an_insertion_tells_key_and_value(memory: Memory, journal: list[Change]) -> None:
    made = hash_map(memory)
    made.update(IP, word(5), 0, 0)
    entry = next(change for change in journal if isinstance(change, EntryChanged))
    assert (entry.map, entry.key, entry.before) == (0, IP, None)
    assert entry.after is not None
    assert made.slot_value(entry.after) == word(5)
    write = next(change for change in journal if isinstance(change, MemoryChanged))
    place = memory.locate(write.address)
    assert place is not None
    assert made.key_at(place.region, place.off) == (IP, 0)
    assert list(made.shown()) == [(IP, word(5), None)] == [(*made.items().__next__(), None)]
    made.delete(IP)
    assert made.key_at(place.region, place.off) is None


def test_for_each_visits_every_entry_once(memory: Memory) -> None:
    made = hash_map(memory, 10)
    for key in KEYS:
        made.update(key, key + bytes(4), 0, 0)
    assert sorted(key for key, _ in made.entries()) == sorted(KEYS)
    assert all(memory.load(address, 4) == int.from_bytes(key, "little") for key, address in made.entries())
    walked: list[bytes] = []
    after = made.user_next_key(None)
    while isinstance(after, bytes):
        walked.append(after)
        after = made.user_next_key(after)
    assert walked == [key for key, _ in made.entries()]


def test_a_spin_lock_survives_updates_and_is_not_shown(memory: Memory) -> None:
    spec = MapSpec("m", MapType.ARRAY, 4, 16, 1, value_type="{u64 hits, struct bpf_spin_lock lock}")
    made = create(spec, 0, memory)
    address = made.lookup(KEYS[0], 0)
    memory.store(address + 8, 4, 1)
    assert made.user_update(KEYS[0], word(7) + b"\xff" * 8, 4) == 0
    assert memory.load(address + 8, 4) == 1
    assert made.user_lookup(KEYS[0], 4) == word(7) + bytes(4) + b"\xff" * 4
    assert create(MapSpec("n", MapType.ARRAY, 4, 16, 1), 1, memory).user_lookup(KEYS[0], 4) == -Errno.EINVAL


def test_locked_updates_of_a_hash_are_in_place(memory: Memory) -> None:
    spec = MapSpec("m", MapType.HASH, 4, 8, 2, value_type="{spin_lock lock, u32 hits}")
    made = create(spec, 0, memory)
    made.update(KEYS[0], word(0), 0, 0)
    address = made.lookup(KEYS[0], 0)
    made.update(KEYS[0], bytes(4) + KEYS[5], 4, 0)
    assert made.lookup(KEYS[0], 0) == address
    assert memory.load(address + 4, 4) == 5


# LRU.


@pytest.mark.parametrize("kind", [MapType.LRU_HASH, MapType.LRU_PERCPU_HASH])
def test_the_least_recently_used_is_forgotten(memory: Memory, kind: MapType) -> None:
    made = hash_map(memory, 3, kind)
    for key in KEYS[:3]:
        made.update(key, word(1), 0, 0)
    made.lookup(KEYS[0], 0)
    made.user_lookup(KEYS[1])  # user space's look-ups do not count
    made.update(KEYS[3], word(1), 0, 0)
    assert set(made.book.entries) == {KEYS[0], KEYS[2], KEYS[3]}
    made.update(KEYS[4], word(1), 0, 0)
    assert set(made.book.entries) == {KEYS[0], KEYS[3], KEYS[4]}


def test_replacing_in_a_full_lru_map_forgets_an_entry_as_in_linux(memory: Memory) -> None:
    made = hash_map(memory, 3, MapType.LRU_HASH)
    for key in (*KEYS[:3], KEYS[2]):
        assert made.update(key, word(1), 0, 0) == 0
    assert set(made.book.entries) == {KEYS[1], KEYS[2]}
    made.update(KEYS[3], word(1), 0, 0)
    assert set(made.book.entries) == {KEYS[1], KEYS[2], KEYS[3]}


def test_using_the_most_recent_again_journals_nothing(memory: Memory, journal: list[Change]) -> None:
    made = hash_map(memory, 3, MapType.LRU_HASH)
    made.update(KEYS[0], word(1), 0, 0)
    journal.clear()
    made.lookup(KEYS[0], 0)
    assert not journal
    made.update(KEYS[1], word(1), 0, 0)
    journal.clear()
    made.lookup(KEYS[0], 0)
    assert {change.name for change in journal if isinstance(change, ListChanged)} == {"clock", "used"}


def test_many_uses_do_not_grow_the_heap(memory: Memory) -> None:
    made = hash_map(memory, 2, MapType.LRU_HASH)
    assert isinstance(made, LruHashMap)
    for number in range(2000):
        made.update(KEYS[number % 3], word(1), 0, 0)
        made.lookup(KEYS[(number + 1) % 3], 0)
    assert made._heap is None or len(made._heap) < 100


# Ring buffers.


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


# The others.


def test_a_bloom_filter_never_denies_what_is_in_it(memory: Memory) -> None:
    made = create(MapSpec("seen", MapType.BLOOM_FILTER, 0, 8, 100), 0, memory)
    assert isinstance(made, BloomFilterMap)
    assert bit_count(made.spec) == 1024
    for number in range(0, 200, 2):
        made.push(word(number), 0)
    assert all(made.peek(word(number)) == word(number) for number in range(0, 200, 2))
    wrong = sum(made.peek(word(number)) is not None for number in range(1, 4001, 2))
    assert wrong < 200


def test_perf_events_are_open_per_cpu(memory: Memory) -> None:
    made = create(MapSpec("perf", MapType.PERF_EVENT_ARRAY, 4, 4, 2), 0, memory, 2)
    assert isinstance(made, PerfEventArray)
    assert made.output(0, 0) == -Errno.ENOENT
    made.open_all()
    assert [made.output(index, 1) for index in range(3)] == [-Errno.EOPNOTSUPP, 0, -Errno.E2BIG]


def test_programs_read_devices_but_do_not_write_them(memory: Memory) -> None:
    made = create(MapSpec("ports", MapType.DEVMAP, 4, 8, 2), 0, memory)
    assert isinstance(made, DevMap)
    assert made.user_update(KEYS[1], KEYS[3] + bytes(4)) == 0
    address = made.lookup(KEYS[1], 0)
    assert memory.load(address, 4) == 3
    with pytest.raises(MachineFault, match="read-only"):
        memory.store(address, 4, 1)
    assert made.lookup(KEYS[0], 0) == 0
    assert list(made.shown()) == [(KEYS[1], KEYS[3] + bytes(4), None)]


def test_queues_show_their_values_in_order(memory: Memory) -> None:
    for kind, first in ((MapType.QUEUE, 1), (MapType.STACK, 4)):
        made = create(MapSpec("q", kind, 0, 8, 3), 0, memory)
        for number in range(1, 5):
            made.push(word(number), 2)  # BPF_EXIST drops the oldest
        assert [value[0] for _, value, _ in made.shown()] == ([2, 3, 4] if first == 1 else [4, 3, 2])
        assert made.count() == 3
        assert made.pop() == word(2 if first == 1 else 4)


def test_prefixes_are_shown_without_the_bits_behind(memory: Memory) -> None:
    spec = MapSpec("routes", MapType.LPM_TRIE, 8, 4, 4, int(MapFlag.NO_PREALLOC))
    made = create(spec, 0, memory)
    key = bytes([24, 0, 0, 0, 203, 0, 113, 7])
    made.update(key, KEYS[1], 0, 0)
    address = made.lookup(bytes([32, 0, 0, 0, 203, 0, 113, 99]), 0)
    assert name_of(memory, address) == "routes[203.0.113.0/24]"
    assert [shown for shown, _, _ in made.shown()] == [bytes([24, 0, 0, 0, 203, 0, 113, 0])]
    assert list(made.items()) == [(key, KEYS[1])]
    made.delete(key)
    assert name_of(memory, address) == "former routes[203.0.113.0/24]"


# Making maps.


@pytest.mark.parametrize(
    ("spec", "code", "words"),
    [
        (MapSpec("m", MapType.HASH, 4, 8, (1 << 32) - 1), "map-too-big", "67,108,864 together"),
        (MapSpec("m", MapType.ARRAY, 4, (1 << 31) - 1, 1), "map-too-big", "2,147,483,648 bytes"),
        (MapSpec("m", MapType.PERCPU_ARRAY, 4, 32768, 4096), "map-too-big", "134,217,728 bytes"),
        (MapSpec("m", MapType.BLOOM_FILTER, 0, 8, (1 << 32) - 1), "map-too-big", "takes"),
        (MapSpec("m", MapType.RINGBUF, 0, 0, 1 << 31), "map-too-big", "takes"),
        (MapSpec("m", MapType.QUEUE, 0, 8, (1 << 32) - 1), "map-too-big", "takes"),
        (MapSpec("m", MapType.LPM_TRIE, 8, 8, (1 << 32) - 1, 1), "map-too-big", "takes"),
        (MapSpec("m", MapType.ARRAY, 4, 1 << 31, 1), "map-refused", "E2BIG"),
        (MapSpec("m", MapType.ARRAY, 8, 8, 1), "map-refused", "8-byte keys; Linux answers EINVAL"),
        (MapSpec("m", MapType.LRU_HASH, 4, 8, 1, 1), "map-refused", "ENOTSUPP"),
        (MapSpec("m", MapType.HASH, 4, 8, 0), "map-refused", "0 entries; Linux answers EINVAL"),
        (MapSpec("m", MapType.RINGBUF, 0, 0, 5000), "map-refused", "power of two"),
        (MapSpec("m", MapType.HASH, 4, 8, 1, 1 << 30), "map-refused", "flag 0x40000000"),
        (MapSpec("m", MapType.ARRAY_OF_MAPS, 4, 4, 1), "map-refused", "what the maps in it look like"),
        (MapSpec("m", MapType.STACK_TRACE, 4, 8, 1), "map-type", "stack_trace are not modeled"),
        (MapSpec("m", MapType.HASH, 4, 8, 1, init=((b"abc", word(1)),)), "map-init", "a key of 3"),
        (MapSpec("m", MapType.ARRAY, 4, 8, 1, init=((KEYS[1], word(1)),)), "map-init", "E2BIG"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_map_that_cannot_be_says_why(memory: Memory, spec: MapSpec, code: str, words: str) -> None:
    with pytest.raises(HookscopeError) as caught:
        create_all([spec], memory)
    assert caught.value.diagnostic.code == code
    assert words in str(caught.value)


def test_a_large_map_costs_nothing_until_it_is_used(memory: Memory) -> None:
    made = create(MapSpec("big", MapType.ARRAY, 4, 8, 8_000_000), 0, memory)
    snapshot = memory.snapshot()
    memory.store(made.lookup((7_999_999).to_bytes(4, "little"), 0), 8, 1)
    later = memory.snapshot()
    table, after = snapshot.images[-1].table, later.images[-1].table
    assert sum(one is not two for one, two in zip(table, after, strict=True)) == 1
    with pytest.raises(HookscopeError, match="takes 64,000,000 bytes"):
        create(MapSpec("more", MapType.ARRAY, 4, 8, 8_000_000), 1, memory)


def test_maps_are_filled_and_then_frozen(memory: Memory) -> None:
    inner = MapSpec("inner", MapType.ARRAY, 4, 4, 1)
    specs = [
        MapSpec("outer", MapType.ARRAY_OF_MAPS, 4, 4, 2, inner=inner, init=((KEYS[1], KEYS[1]),)),
        inner,
        MapSpec("per", MapType.PERCPU_ARRAY, 4, 4, 1, init=((KEYS[0], KEYS[9]),), frozen=True),
    ]
    outer, one, per = create_all(specs, memory, 2)
    assert outer.lookup(KEYS[1], 0) == one.address
    assert outer.lookup(KEYS[0], 0) == 0
    assert [memory.load(per.lookup(KEYS[0], cpu), 4) for cpu in (0, 1)] == [9, 9]
    assert per.user_update(KEYS[0], bytes(16)) == -Errno.EPERM
    assert per.update(KEYS[0], KEYS[3], 0, 0) == 0  # programs still may
