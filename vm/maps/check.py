"""Which maps Linux 6.18 makes, and with which error it refuses the others.

One row per type; what is in it was asked of the kernel (tests/vm/maps/test_check.py asks again).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from vm.program import MapSpec
from vm.uapi.errno import Errno
from vm.uapi.map_types import MapFlag, MapType

_F = MapFlag
_FD = _F.RDONLY | _F.WRONLY
_ACCESS: Final = _FD | _F.RDONLY_PROG | _F.WRONLY_PROG
_HASH: Final = _ACCESS | _F.NO_PREALLOC | _F.ZERO_SEED
_NONE: Final = _F(0)

KMALLOC_MAX: Final = 4 << 20
HASH_ELEMENT: Final = 48
"""Bytes before the key of a hash element; key and value must fit one allocation with it."""
PER_CPU_MAX: Final = 32 << 10
LPM_VALUE_MAX: Final = 4_194_024
CPUS_MAX: Final = 256
"""NR_CPUS of the kernel that was asked."""
BUILD_ID: Final = 32
"""Bytes of a frame as build id and offset (struct bpf_stack_build_id)."""
ANY_SIZE: Final = range(1, 1 << 32)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a map cannot be made: the error number of BPF_MAP_CREATE, and the reason in words."""

    errno: Errno
    message: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What BPF_MAP_CREATE accepts of one type: sizes in bytes, ``max_entries``, and flags.

    ``required`` flags must be given; ``never`` flags are refused with ENOTSUPP. Sizes beyond ``value_max``,
    ``sum_max`` (key and value together) or more entries than ``entries_max`` are refused with E2BIG.
    """

    flags: MapFlag
    key: Collection[int] = ANY_SIZE
    value: Collection[int] = ANY_SIZE
    entries: Collection[int] = ANY_SIZE
    required: MapFlag = _NONE
    never: MapFlag = _NONE
    key_max: int = 1 << 32
    value_max: int = 1 << 32
    sum_max: int = 1 << 33
    entries_max: int = 1 << 32
    map_extra_max: int = 0
    holds_maps: bool = False


_HASH_MAX: Final = KMALLOC_MAX - HASH_ELEMENT - 1
_INDEX: Final = (4,)
_REFERENCE: Final = (4,)
_OBJECT: Final = (4, 8)
_RING_SIZES: Final = tuple(1 << bits for bits in range(12, 32))

LIMITS: Mapping[MapType, Limits] = MappingProxyType({
    MapType.HASH: Limits(_HASH | _F.NUMA_NODE, sum_max=_HASH_MAX),
    MapType.PERCPU_HASH: Limits(_HASH, value_max=PER_CPU_MAX, sum_max=_HASH_MAX),
    MapType.LRU_HASH: Limits(
        _HASH | _F.NUMA_NODE | _F.NO_COMMON_LRU, never=_F.NO_PREALLOC, sum_max=_HASH_MAX
    ),
    MapType.LRU_PERCPU_HASH: Limits(
        _HASH | _F.NO_COMMON_LRU, never=_F.NO_PREALLOC, value_max=PER_CPU_MAX, sum_max=_HASH_MAX
    ),
    MapType.ARRAY: Limits(
        _ACCESS | _F.NUMA_NODE | _F.MMAPABLE | _F.INNER_MAP, _INDEX, value_max=(1 << 31) - 1
    ),
    MapType.PERCPU_ARRAY: Limits(_ACCESS, _INDEX, value_max=PER_CPU_MAX),
    MapType.LPM_TRIE: Limits(
        _ACCESS | _F.NO_PREALLOC | _F.NUMA_NODE, range(5, 261), range(1, LPM_VALUE_MAX + 1),
        required=_F.NO_PREALLOC,
    ),
    MapType.QUEUE: Limits(_ACCESS | _F.NUMA_NODE, (0,), value_max=KMALLOC_MAX),
    MapType.STACK: Limits(_ACCESS | _F.NUMA_NODE, (0,), value_max=KMALLOC_MAX),
    MapType.BLOOM_FILTER: Limits(
        _ACCESS | _F.NUMA_NODE | _F.ZERO_SEED, (0,), value_max=KMALLOC_MAX, map_extra_max=15
    ),
    MapType.RINGBUF: Limits(_F.NUMA_NODE, (0,), (0,), _RING_SIZES),
    MapType.PERF_EVENT_ARRAY: Limits(_FD | _F.NUMA_NODE | _F.PRESERVE_ELEMS, _INDEX, _REFERENCE),
    MapType.PROG_ARRAY: Limits(_FD | _F.NUMA_NODE, _INDEX, _REFERENCE),
    MapType.CGROUP_ARRAY: Limits(_FD | _F.NUMA_NODE, _INDEX, _REFERENCE),
    MapType.ARRAY_OF_MAPS: Limits(_FD | _F.NUMA_NODE, _INDEX, _REFERENCE, holds_maps=True),
    MapType.HASH_OF_MAPS: Limits(
        _HASH | _F.NUMA_NODE, ANY_SIZE, _REFERENCE, sum_max=_HASH_MAX, holds_maps=True
    ),
    MapType.DEVMAP: Limits(_FD | _F.NUMA_NODE, _INDEX, _OBJECT),
    MapType.DEVMAP_HASH: Limits(_FD | _F.NUMA_NODE, _INDEX, _OBJECT),
    MapType.CPUMAP: Limits(_F.NUMA_NODE, _INDEX, _OBJECT, entries_max=CPUS_MAX),
    MapType.XSKMAP: Limits(_FD | _F.NUMA_NODE, _INDEX, _REFERENCE),
    MapType.SOCKMAP: Limits(_FD | _F.NUMA_NODE, _INDEX, _OBJECT),
    MapType.STACK_TRACE: Limits(_FD | _F.NUMA_NODE | _F.STACK_BUILD_ID, _INDEX, range(8, 1017, 8)),
    MapType.SOCKHASH: Limits(_FD | _F.NUMA_NODE, ANY_SIZE, _OBJECT, key_max=512),
})  # fmt: skip


def refusal(spec: MapSpec) -> Refusal | None:
    """Why Linux would not make this map; None if it would, given the memory. The type must be in LIMITS."""
    limits = LIMITS[spec.type]
    return (
        _extra_refusal(spec, limits)
        or _flags_refusal(spec, limits)
        or _size_refusal(spec, limits)
        or _too_big(spec, limits)
        or (_inner_refusal(spec) if limits.holds_maps else None)
    )


def _article(spec: MapSpec) -> str:
    label = spec.type.label
    return f"{'an' if label[0] in 'aeiou' else 'a'} {label} map"


def _extra_refusal(spec: MapSpec, limits: Limits) -> Refusal | None:
    if spec.map_extra <= limits.map_extra_max:
        return None
    message = f"map_extra {spec.map_extra} means nothing to {_article(spec)}"
    return Refusal(Errno.EINVAL, message, "leave map_extra out")


def _flags_refusal(spec: MapSpec, limits: Limits) -> Refusal | None:
    flags = MapFlag(spec.flags)
    for one, other in ((_F.RDONLY, _F.WRONLY), (_F.RDONLY_PROG, _F.WRONLY_PROG)):
        if one in flags and other in flags:
            message = f"a map cannot be both {_name(one)} and {_name(other)}"
            return Refusal(Errno.EINVAL, message, "keep one of them")
    if unknown := MapFlag(spec.flags & ~int(limits.flags)):
        message = f"{_article(spec)} does not take {_name(unknown)}"
        return Refusal(Errno.EINVAL, message, "leave the flag out")
    if missing := MapFlag(int(limits.required) & ~spec.flags):
        message = f"{_article(spec)} must be made with {_name(missing)}: it never takes memory beforehand"
        return Refusal(Errno.EINVAL, message, f"add flags={_name(missing)}")
    if forbidden := flags & limits.never:
        message = f"{_article(spec)} always takes its memory beforehand: no {_name(forbidden)}"
        return Refusal(Errno.ENOTSUPP, message, "leave the flag out")
    return None


def _name(flags: MapFlag) -> str:
    known = [flag for flag in MapFlag if flag in flags]
    unknown = int(flags) & ~sum(known)
    return " | ".join([f"BPF_F_{flag.name}" for flag in known] + ([f"flag {unknown:#x}"] if unknown else []))


def _size_refusal(spec: MapSpec, limits: Limits) -> Refusal | None:
    if spec.flags & _F.STACK_BUILD_ID and spec.value_size % BUILD_ID:
        why = f"with BPF_F_STACK_BUILD_ID a value holds frames of {BUILD_ID} bytes, not {spec.value_size}"
        return Refusal(Errno.EINVAL, why)
    for what, size, allowed in (
        ("keys", spec.key_size, limits.key),
        ("values", spec.value_size, limits.value),
        ("entries", spec.max_entries, limits.entries),
    ):
        if size not in allowed:
            unit = "" if what == "entries" else " bytes"
            message = f"{_article(spec)} cannot have {size:,}{' entries' if not unit else f'-byte {what}'}"
            return Refusal(Errno.EINVAL, message, f"{_choices(allowed)}{unit}")
    return None


def _choices(allowed: Collection[int]) -> str:
    if isinstance(allowed, range):
        end = "" if allowed.stop >= 1 << 32 else f" to {allowed.stop - 1:,}"
        return f"from {allowed.start:,}{end}" if end else f"at least {allowed.start:,}"
    if allowed is _RING_SIZES:
        return "a power of two from 4,096 bytes (max_entries is the size of a ring buffer)"
    return " or ".join(str(size) for size in allowed)


def _too_big(spec: MapSpec, limits: Limits) -> Refusal | None:
    for what, size, most in (
        ("a key", spec.key_size, limits.key_max),
        ("a value", spec.value_size, limits.value_max),
        ("key and value", spec.key_size + spec.value_size, limits.sum_max),
        ("max_entries", spec.max_entries, limits.entries_max),
    ):
        if size > most:
            message = f"{size:,} is too much for {what} of {_article(spec)}"
            return Refusal(Errno.E2BIG, message, f"at most {most:,}")
    return None


def _inner_refusal(spec: MapSpec) -> Refusal | None:
    inner = spec.inner
    if inner is None:
        message = f"{_article(spec)} needs to know what the maps in it look like"
        return Refusal(Errno.EINVAL, message, "name an inner map")
    if inner.type is MapType.PROG_ARRAY:
        return Refusal(Errno.ENOTSUPP, "a map of program arrays cannot be made")
    if inner.type in LIMITS and LIMITS[inner.type].holds_maps:
        return Refusal(Errno.EINVAL, "maps of maps of maps cannot be made: two levels are the most")
    return None
