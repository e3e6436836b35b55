"""LRU hash maps: who is forgotten, and when."""

import pytest

from tests.vm.maps.common import KEYS, hash_map, word
from vm.change import Change, ListChanged
from vm.maps.lru import LruHashMap
from vm.memory.memory import Memory
from vm.uapi.map_types import MapType


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
