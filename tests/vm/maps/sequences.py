"""Random sequences of map operations, the same for the kernel and the simulator.

A sequence is a pure function of its kind and number.Operations
whose names begin with ``p_`` are done by a program, the others by user space.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from vm.maps.base import PER_CPU
from vm.program import MapSpec
from vm.uapi.map_types import MapFlag, MapType

Argument = bytes | int | None

SIZES = (4, 8, 1, 12, 24)
LENGTH = 30
BAD = 9_999
"""A number that refers to nothing: no descriptor, no device."""


class Operation(NamedTuple):
    """What is done, and with what."""

    name: str
    arguments: tuple[Argument, ...]


def op(name: str, *arguments: Argument) -> Operation:
    """An operation."""
    return Operation(name, arguments)


@dataclass(frozen=True, slots=True)
class MapSequence:
    """A map (and for maps of maps the ones it may hold), and what is done with it, in order."""

    spec: MapSpec
    operations: tuple[Operation, ...]
    inner: tuple[MapSpec, ...] = ()


def key4(index: int) -> bytes:
    """A 4-byte key."""
    return index.to_bytes(4, "little")


def inner_value(number: int) -> bytes:
    """What stands at key 0 of inner map ``number``."""
    return key4(10 * number + 5)


def _value(random: Random, size: int) -> bytes:
    return bytes([random.randrange(1, 256), random.randrange(4)]).ljust(size, bytes([random.randrange(8)]))[
        :size
    ]


def _keys(random: Random, spec: MapSpec, extra: int = 2) -> list[bytes]:
    """A few more keys than fit, so that the map gets full."""
    if spec.type in (MapType.ARRAY, MapType.PERCPU_ARRAY):
        return [key4(index) for index in range(spec.max_entries)] + [key4(spec.max_entries), key4(1 << 31)]
    count = min(spec.max_entries + extra, 40)
    numbers = [random.randrange(1 << 16).to_bytes(2, "big") for _ in range(count)]
    return sorted({number.rjust(spec.key_size, b"\7")[-spec.key_size :] for number in numbers})


def _flags(random: Random) -> int:
    return random.choice((0, 0, 0, 0, 1, 2, 1, 2, 3, 4))


def _spec(kind: MapType, key: int, value: int, entries: int, flags: int = 0, **more: object) -> MapSpec:
    return MapSpec("m", kind, key, value, entries, flags, **more)  # type: ignore[arg-type]


def _every_cpu(random: Random, size: int, cpus: int) -> bytes:
    return b"".join(_value(random, size).ljust((size + 7) & ~7, b"\0") for _ in range(cpus))


def _keyed(
    random: Random, spec: MapSpec, cpus: int, keys: list[bytes], weights: Mapping[str, int]
) -> MapSequence:
    names, weight = list(weights), list(weights.values())
    found: list[Operation] = []
    for name in random.choices(names, weight, k=LENGTH):
        key = random.choice(keys)
        value = _value(random, spec.value_size)
        match name:
            case "update":
                every = _every_cpu(random, spec.value_size, cpus) if spec.type in PER_CPU else value
                found.append(op(name, key, every, _flags(random)))
            case "p_update":
                found.append(op(name, key, value, _flags(random)))
            case "take":
                found.append(op(name, key, random.choice((0, 0, 0, 1, 4))))
            case "p_percpu":
                found.append(op(name, key, random.randrange(cpus + 1)))
            case "p_replaced":
                found.append(op(name, key, value))
            case "p_reused":
                found.append(op(name, key, random.choice(keys), value))
            case "next":
                found.append(op(name, random.choice((None, key))))
            case "keys" | "freeze" | "missing":
                found.append(op(name))
            case _:
                found.append(op(name, key))
    return MapSequence(spec, tuple(found))


_ARRAY = {
    "lookup": 4, "update": 6, "delete": 1, "next": 2, "take": 1,
    "p_lookup": 4, "p_update": 5, "p_delete": 1, "p_add": 4,
}  # fmt: skip
_HASH = {
    "lookup": 4, "update": 7, "delete": 3, "keys": 2, "missing": 1, "take": 2,
    "p_lookup": 4, "p_update": 7, "p_delete": 3, "p_add": 3, "p_replaced": 3, "p_reused": 3,
}  # fmt: skip


def _array(random: Random, kind: MapType, cpus: int) -> MapSequence:
    spec = _spec(kind, 4, random.choice(SIZES), random.randrange(1, 6))
    weights = _ARRAY | {"p_percpu": 4 * (kind is MapType.PERCPU_ARRAY), "freeze": random.random() < 0.1}
    return _keyed(random, spec, cpus, _keys(random, spec), weights)


def _hash(random: Random, kind: MapType, cpus: int) -> MapSequence:
    flags = random.choice((0, MapFlag.NO_PREALLOC))
    key, value = random.choice((4, 1, 8, 5, 16)), random.choice(SIZES)
    spec = _spec(kind, key, value, random.randrange(1, 7), int(flags))
    weights = _HASH | {"p_percpu": 4 * (kind is MapType.PERCPU_HASH), "freeze": random.random() < 0.1}
    if flags:
        # The kernel's allocator adds elements to its free list when it likes: no saying which is used again.
        weights["p_reused"] = 0
    return _keyed(random, spec, cpus, _keys(random, spec), weights)


def _lru(random: Random, kind: MapType, cpus: int) -> MapSequence:
    # Far from full: which entry Linux forgets, and when, is its own business.
    spec = _spec(kind, random.choice((4, 8, 5)), random.choice(SIZES), 256)
    keys = _keys(random, spec)[: random.randrange(2, 12)]
    # As above: the kernel's free lists are per CPU and come in batches.
    weights = _HASH | {"p_percpu": 4 * (kind is MapType.LRU_PERCPU_HASH), "p_reused": 0}
    return _keyed(random, spec, cpus, keys, weights)


def _lpm(random: Random, kind: MapType, cpus: int) -> MapSequence:
    size = random.choice((8, 8, 5, 20))
    spec = _spec(kind, size, random.choice(SIZES), random.randrange(1, 8), int(MapFlag.NO_PREALLOC))
    bits = (size - 4) * 8
    stems = [bytes(random.choice((0, 0xFF, 0x80, 0xC0, 10)) for _ in range(size - 4)) for _ in range(3)]
    keys = []
    for _ in range(12):
        data = bytearray(random.choice(stems))
        data[random.randrange(len(data))] ^= random.choice((0, 0, 1, 0x80, 0x40))
        length = random.choice((0, bits, bits, bits + 1, *(random.randrange(bits + 1) for _ in range(5))))
        keys.append(length.to_bytes(4, "little") + bytes(data))
    weights = {
        "lookup": 7, "update": 9, "delete": 3, "next": 4, "take": 1,
        "p_lookup": 6, "p_update": 5, "p_delete": 2, "p_replaced": 2,
    }  # fmt: skip
    return _keyed(random, spec, cpus, keys, weights)


def _queue(random: Random, kind: MapType, cpus: int) -> MapSequence:
    spec = _spec(kind, 0, random.choice(SIZES), random.randrange(1, 6))
    found: list[Operation] = []
    names = ("update", "lookup", "take", "delete", "next", "p_push", "p_pop", "p_peek")
    for name in random.choices(names, (6, 3, 4, 1, 1, 9, 5, 3), k=LENGTH):
        value = _value(random, spec.value_size)
        match name:
            case "update":
                found.append(op(name, b"", value, _flags(random)))
            case "p_push":
                found.append(op(name, value, _flags(random)))
            case "take":
                found.append(op(name, b"", random.choice((0, 0, 0, 4))))
            case "lookup" | "delete":
                found.append(op(name, b""))
            case "next":
                found.append(op(name, None))
            case _:
                found.append(op(name))
    return MapSequence(spec, tuple(found))


def _bloom(random: Random, kind: MapType, cpus: int) -> MapSequence:
    spec = _spec(kind, 0, random.choice((4, 8, 12, 24)), 1 << 14, map_extra=random.choice((0, 3, 15)))
    # So large that the few values of a sequence are never mistaken for others.
    values = [_value(random, spec.value_size) for _ in range(6)]
    found: list[Operation] = []
    names = ("update", "lookup_value", "p_push", "p_peek", "delete", "next", "take")
    for name in random.choices(names, (4, 8, 4, 8, 1, 1, 1), k=LENGTH):
        value = random.choice(values)
        match name:
            case "update":
                found.append(op(name, b"", value, random.choice((0, 0, 0, 1, 2, 4))))
            case "p_push":
                found.append(op(name, value, random.choice((0, 0, 0, 1, 2, 4))))
            case "delete":
                found.append(op(name, b""))
            case "take":
                found.append(op(name, b"", 0))
            case "next":
                found.append(op(name, None))
            case _:
                found.append(op(name, value))
    return MapSequence(spec, tuple(found))


def _ring(random: Random, kind: MapType, cpus: int) -> MapSequence:
    spec = _spec(kind, 0, 0, random.choice((4096, 8192)))
    found: list[Operation] = []
    sizes = (0, 1, 7, 8, 40, 1000, 1500, 2040, 4080, 4088, 4096, 8000, 9000)
    names = ("p_output", "p_record", "p_pair", "p_query", "consume", "lookup", "delete")
    for name in random.choices(names, (8, 8, 4, 6, 5, 1, 1), k=LENGTH):
        byte, discard = random.randrange(256), random.random() < 0.3
        match name:
            case "p_output":
                found.append(op(name, random.choice((1, 8, 40, 120)), byte, random.choice((0, 0, 1, 2, 4))))
            case "p_record":
                found.append(op(name, random.choice(sizes), byte, random.choice((0, 0, 1, 2)), discard))
            case "p_pair":
                found.append(op(name, random.choice(sizes), random.choice(sizes), discard))
            case "p_query":
                found.append(op(name, random.randrange(6)))
            case "consume":
                found.append(op(name, random.randrange(1, 5)))
            case _:
                found.append(op(name, b""))
    return MapSequence(spec, (*found, op("image")))


def _referring(
    random: Random,
    spec: MapSpec,
    values: Sequence[int],
    programs: Sequence[str],
    inner: tuple[MapSpec, ...] = (),
) -> MapSequence:
    keys = [key4(index) for index in range(spec.max_entries + 2)]
    found: list[Operation] = []
    names = ("lookup", "update", "delete", "next", "take", *programs)
    for name in random.choices(names, (4, 10, 3, 2, 1, *([6] * len(programs))), k=LENGTH):
        key = random.choice(keys)
        match name:
            case "update":
                value = key4(random.choice(values))
                if spec.value_size == 8:
                    value += key4(random.choice((0, 0, 0, BAD, 0xFFFF_FFFF)))
                found.append(op(name, key, value, random.choice((0, 0, 0, 0, 0, 1, 2, 3, 4))))
            case "take":
                found.append(op(name, key, 0))
            case "next" if spec.type in (MapType.HASH_OF_MAPS, MapType.DEVMAP_HASH, MapType.SOCKHASH):
                found.append(op("keys"))
            case "next":
                found.append(op(name, random.choice((None, key))))
            case "p_inner":
                found.append(op(name, key, random.randrange(2)))
            case _:
                found.append(op(name, key))
    return MapSequence(spec, tuple(found), inner)


def _of_maps(random: Random, kind: MapType, cpus: int) -> MapSequence:
    flags = random.choice((0, int(MapFlag.INNER_MAP)))
    template = _spec(MapType.ARRAY, 4, 4, 1, flags)
    more = _spec(MapType.ARRAY, 4, 4, 2, flags)
    other = _spec(MapType.HASH, 4, 4, 1)
    spec = _spec(kind, 4, 4, random.randrange(1, 5), inner=template)
    # Index 0 is the map of maps itself.
    return _referring(
        random, spec, (1, 1, 4, 4, 2, 3, 0, BAD), ("p_inner",), (template, more, other, template)
    )


def _programs(random: Random, kind: MapType, cpus: int) -> MapSequence:
    return _referring(random, _spec(kind, 4, 4, random.randrange(1, 5)), (0, 1, 2, BAD), ("p_tail",))


def _nothing(random: Random, kind: MapType, cpus: int) -> MapSequence:
    return _referring(random, _spec(kind, 4, 4, random.randrange(1, 5)), (BAD,), ())


def _devices(random: Random, kind: MapType, cpus: int) -> MapSequence:
    spec = _spec(kind, 4, random.choice((4, 8)), random.randrange(1, 5))
    return _referring(random, spec, (1, 1, 1, 0, BAD), ("p_lookup",))


def _cpus(random: Random, kind: MapType, cpus: int) -> MapSequence:
    spec = _spec(kind, 4, random.choice((4, 8)), random.randrange(1, cpus + 3))
    return _referring(random, spec, (1, 192, 16_384, 16_385, 0), ())


KINDS: Mapping[MapType, Callable[[Random, MapType, int], MapSequence]] = MappingProxyType({
    MapType.ARRAY: _array,
    MapType.PERCPU_ARRAY: _array,
    MapType.HASH: _hash,
    MapType.PERCPU_HASH: _hash,
    MapType.LRU_HASH: _lru,
    MapType.LRU_PERCPU_HASH: _lru,
    MapType.LPM_TRIE: _lpm,
    MapType.QUEUE: _queue,
    MapType.STACK: _queue,
    MapType.BLOOM_FILTER: _bloom,
    MapType.RINGBUF: _ring,
    MapType.PROG_ARRAY: _programs,
    MapType.PERF_EVENT_ARRAY: _nothing,
    MapType.CGROUP_ARRAY: _nothing,
    MapType.ARRAY_OF_MAPS: _of_maps,
    MapType.HASH_OF_MAPS: _of_maps,
    MapType.DEVMAP: _devices,
    MapType.DEVMAP_HASH: _devices,
    MapType.CPUMAP: _cpus,
    MapType.XSKMAP: _nothing,
    MapType.SOCKMAP: _nothing,
    MapType.SOCKHASH: _nothing,
})  # fmt: skip


def sequence(kind: MapType, number: int, cpus: int) -> MapSequence:
    """Sequence ``number`` of ``kind`` for a kernel of ``cpus`` CPUs."""
    return KINDS[kind](Random(f"{kind.name} {number}"), kind, cpus)


def digest(kind: MapType, count: int, cpus: int) -> str:
    """What tells whether recorded answers belong to these sequences."""
    seen = hashlib.sha256()
    for number in range(count):
        seen.update(repr(sequence(kind, number, cpus)).encode())
    return seen.hexdigest()[:16]
