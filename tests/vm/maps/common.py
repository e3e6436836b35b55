"""What tests of single kinds share."""

import pytest

from vm.maps import BpfMap, create
from vm.memory.fault import MachineFault
from vm.memory.memory import Memory
from vm.program import MapSpec
from vm.uapi.map_types import MapType

KEYS = [number.to_bytes(4, "little") for number in range(10)]
IP = bytes([203, 0, 113, 7])


def word(number: int) -> bytes:
    return number.to_bytes(8, "little")


def hash_map(memory: Memory, entries: int = 4, kind: MapType = MapType.HASH, flags: int = 0) -> BpfMap:
    spec = MapSpec("syn_count", kind, 4, 8, entries, flags, "ipv4", "u64")
    return create(spec, 0, memory, 2)


def name_of(memory: Memory, address: int) -> str:
    return str(memory.describe(address))


def fault_of(memory: Memory, address: int, size: int) -> str:
    with pytest.raises(MachineFault) as caught:
        memory.load(address, size)
    return caught.value.fault.message
