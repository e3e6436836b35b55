"""What the comparison with the kernel cannot show: names, faults, who is forgotten, what views are told."""

import pytest

from tests.vm.maps.common import IP, KEYS, fault_of, hash_map, name_of, word
from vm.change import Change, EntryChanged, MemoryChanged
from vm.maps import create, create_all
from vm.maps.bloom import BloomFilterMap, bit_count
from vm.maps.devices import DevMap
from vm.maps.references import PerfEventArray
from vm.memory.fault import FaultKind, MachineFault
from vm.memory.memory import Memory
from vm.memory.region import RegionKind
from vm.program import MapSpec
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapFlag, MapType

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


# The others.


def test_a_bloom_filter_never_denies_what_is_in_it(memory: Memory) -> None:
    made = create(MapSpec("seen", MapType.BLOOM_FILTER, 0, 8, 100), 0, memory)
    assert isinstance(made, BloomFilterMap)
    assert bit_count(made.spec) == 1024
    for number in range(0, 200, 2):
        made.push(word(number), 0)
    assert all(made.peek(word(number)) == word(number) for number in range(0, 200, 2))
    wrong = sum(made.peek(word(number)) is not None for number in range(1, 4001, 2))
    assert wrong < 60


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
