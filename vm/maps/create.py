"""Making maps: the right class, the kernel's checks, and a bound on memory."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from vm.maps.array import ArrayMap
from vm.maps.base import BpfMap
from vm.maps.bloom import BloomFilterMap
from vm.maps.check import refusal
from vm.maps.devices import CpuMap, DevMap, DevMapHash
from vm.maps.hash import HashMap
from vm.maps.lpm import LpmTrieMap
from vm.maps.lru import LruHashMap
from vm.maps.queue_stack import QueueStackMap
from vm.maps.references import HashOfMaps, PerfEventArray, ReferenceArray
from vm.maps.ringbuf import RingBufMap
from vm.maps.sockets import SocketMap
from vm.maps.stack_trace import StackTraceMap
from vm.memory.memory import Memory
from vm.program import MapSpec
from vm.source import HookscopeError
from vm.uapi.errno import errno_name
from vm.uapi.map_types import MapFlag, MapType

KINDS: Mapping[MapType, type[BpfMap]] = MappingProxyType({
    MapType.ARRAY: ArrayMap,
    MapType.PERCPU_ARRAY: ArrayMap,
    MapType.HASH: HashMap,
    MapType.PERCPU_HASH: HashMap,
    MapType.LRU_HASH: LruHashMap,
    MapType.LRU_PERCPU_HASH: LruHashMap,
    MapType.LPM_TRIE: LpmTrieMap,
    MapType.QUEUE: QueueStackMap,
    MapType.STACK: QueueStackMap,
    MapType.BLOOM_FILTER: BloomFilterMap,
    MapType.RINGBUF: RingBufMap,
    MapType.PERF_EVENT_ARRAY: PerfEventArray,
    MapType.PROG_ARRAY: ReferenceArray,
    MapType.CGROUP_ARRAY: ReferenceArray,
    MapType.ARRAY_OF_MAPS: ReferenceArray,
    MapType.HASH_OF_MAPS: HashOfMaps,
    MapType.DEVMAP: DevMap,
    MapType.DEVMAP_HASH: DevMapHash,
    MapType.CPUMAP: CpuMap,
    MapType.XSKMAP: SocketMap,
    MapType.SOCKMAP: SocketMap,
    MapType.SOCKHASH: SocketMap,
    MapType.STACK_TRACE: StackTraceMap,
})  # fmt: skip


def check(spec: MapSpec) -> None:
    """Raises HookscopeError if Linux would not make this map, or if its kind is not modeled."""
    if spec.type not in KINDS:
        known = ", ".join(kind.label for kind in KINDS)
        message = f"maps of type {spec.type.label} are not modeled"
        raise HookscopeError.of("map-type", message, f"the modeled types are {known}")
    if spec.flags & MapFlag.STACK_BUILD_ID and spec.type is MapType.STACK_TRACE:
        raise HookscopeError.of("map-type", "stacks by build id are not modeled", "leave the flag away")
    refused = refusal(spec)
    if refused is not None:
        message = f"map {spec.name}: {refused.message}; Linux answers {errno_name(refused.errno)}"
        raise HookscopeError.of("map-refused", message, refused.hint)


def create(spec: MapSpec, index: int, memory: Memory, cpus: int = 1, peers: Sequence[BpfMap] = ()) -> BpfMap:
    """An empty map. ``index`` is its place in the run's maps, ``peers`` all of those (for maps of maps).

    Raises HookscopeError: ``map-type`` (not modeled), ``map-refused`` (by Linux), ``map-too-big``.
    """
    check(spec)
    kind = KINDS[spec.type]
    need = kind.footprint(spec, cpus)
    if memory.used + need > memory.limit:
        raise _too_big(spec, need, memory)
    return kind(spec, index, memory, cpus, peers)


def create_all(specs: Sequence[MapSpec], memory: Memory, cpus: int = 1) -> tuple[BpfMap, ...]:
    """The maps of a run, filled with their ``init`` entries as user space would, then frozen if so
    declared.

    A value of ``init`` for maps of maps is the index of a map in ``specs``, for program arrays that of a
    program in the run. Raises HookscopeError as ``create`` does, and ``map-init`` for an entry the kernel
    would refuse.
    """
    maps: list[BpfMap] = []
    for index, spec in enumerate(specs):
        maps.append(create(spec, index, memory, cpus, maps))
    for made in maps:
        _fill(made)
    return tuple(maps)


def _fill(made: BpfMap) -> None:
    spec = made.spec
    for number, (key, value) in enumerate(spec.init):
        if len(key) != spec.key_size or len(value) not in _value_sizes(made):
            message = (
                f"map {spec.name}: entry {number} has a key of {len(key)} and a value of {len(value)} bytes"
                f" instead of {spec.key_size} and {spec.value_size}"
            )
            raise HookscopeError.of("map-init", message)
        joined = value if len(value) == made.user_value_size else made.for_all_cpus(value)
        result = made.user_update(key, joined)
        if result < 0:
            message = f"map {spec.name}: Linux refuses entry {number} with {errno_name(result)}"
            raise HookscopeError.of("map-init", message)
    if spec.frozen:
        made.freeze()


def _value_sizes(made: BpfMap) -> tuple[int, int]:
    return made.spec.value_size, made.user_value_size


def _too_big(spec: MapSpec, need: int, memory: Memory) -> HookscopeError:
    left = memory.limit - memory.used
    return HookscopeError.of(
        "map-too-big",
        f"map {spec.name} with {spec.max_entries:,} entries takes {need:,} bytes; all maps of a run may"
        f" take {memory.limit:,} together, of which {left:,} are left. Linux has no such limit: it makes"
        " the map if it has the memory, and answers ENOMEM or E2BIG if not",
        "use fewer entries",
    )
