"""Making maps: which are refused and why, what they cost, what they begin with."""

import pytest

from tests.vm.maps.common import KEYS, word
from vm.maps import create, create_all
from vm.memory.memory import Memory
from vm.program import MapSpec
from vm.source import HookscopeError
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapType


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
        (MapSpec("m", MapType.CGROUP_STORAGE, 4, 8, 1), "map-type", "cgroup_storage are not modeled"),
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
