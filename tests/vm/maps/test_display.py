"""Keys and values as text."""

import pytest

from vm.maps.display import key_text, key_type, value_text, value_type
from vm.program import MapSpec
from vm.uapi.map_types import MapType


@pytest.mark.parametrize(
    ("spec", "key", "shown"),
    [
        (MapSpec("m", MapType.HASH, 4, 8, 1, key_type="ipv4"), "cb007107", "203.0.113.7"),
        (MapSpec("m", MapType.HASH, 4, 8, 1), "01000000", "1"),
        (MapSpec("m", MapType.HASH, 3, 8, 1), "010203", "01 02 03"),
        (MapSpec("m", MapType.LPM_TRIE, 8, 8, 1), "18000000cb007100", "203.0.113.0/24"),
        (MapSpec("m", MapType.LPM_TRIE, 20, 8, 1), "10000000" + "20" + "00" * 15, "2000::/16"),
        (MapSpec("m", MapType.HASH, 4, 8, 1, key_type="mac"), "01000000", "1"),
        (MapSpec("m", MapType.HASH, 4, 8, 1, key_type="nonsense"), "01000000", "1"),
        (MapSpec("m", MapType.QUEUE, 0, 8, 1), "", ""),
    ],
)
def test_keys_read_by_their_type_or_size(spec: MapSpec, key: str, shown: str) -> None:
    assert key_text(spec, bytes.fromhex(key)) == shown
    assert key_type(spec).size == max(spec.key_size, 1)


def test_values_read_by_their_type() -> None:
    spec = MapSpec("m", MapType.HASH, 4, 16, 1, value_type="{u32 hits, u64 bytes}")
    assert value_text(spec, bytes([3]) + bytes(7) + bytes([64]) + bytes(7)) == "{hits: 3, bytes: 64}"
    assert value_type(spec).path(9) == ".bytes+1"
