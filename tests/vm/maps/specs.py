"""Maps to ask the kernel for, most of which it refuses. None takes more than a few MiB of the kernel's
memory."""

from random import Random

from vm.maps.check import LIMITS
from vm.program import MapSpec
from vm.uapi.map_types import MapFlag, MapType

_KEYS = (0, 1, 3, 4, 5, 8, 20, 260, 261, 512, 513, 4_194_251, 4_194_252, 1 << 31)
_VALUES = (
    0,
    1,
    3,
    4,
    5,
    8,
    16,
    32_768,
    32_769,
    4_194_024,
    4_194_025,
    4_194_251,
    4_194_252,
    4_194_304,
    4_194_305,
    1 << 31,
)
_ENTRIES = (0, 1, 2, 3, 256, 257, 1000, 4096, 8192)
_MEMORY = 8 << 20
PER_TYPE = 120

_BASES = {
    MapType.STACK_TRACE: (4, 80, 4),
    MapType.QUEUE: (0, 4, 4),
    MapType.STACK: (0, 4, 4),
    MapType.BLOOM_FILTER: (0, 4, 4),
    MapType.RINGBUF: (0, 0, 4096),
    MapType.LPM_TRIE: (8, 4, 4),
}


def base(kind: MapType) -> MapSpec:
    """A map of that type that the kernel makes."""
    key, value, entries = _BASES.get(kind, (4, 4, 4))
    flags = MapFlag.NO_PREALLOC if kind is MapType.LPM_TRIE else MapFlag(0)
    inner = MapSpec("i", MapType.ARRAY, 4, 4, 1) if LIMITS[kind].holds_maps else None
    return MapSpec("m", kind, key, value, entries, int(flags), inner=inner)


def specs(kind: MapType) -> list[MapSpec]:
    """Maps of that type that differ from the base in one to three respects."""
    random = Random(f"specs {kind.name}")
    found = [base(kind)]
    while len(found) < PER_TYPE:
        spec = _changed(random, base(kind))
        if (
            spec.key_size + spec.value_size + 256
        ) * spec.max_entries <= _MEMORY or spec.value_size >= 1 << 31:
            found.append(spec)
    return found


def _changed(random: Random, spec: MapSpec) -> MapSpec:
    key, value, entries, flags, extra = spec.key_size, spec.value_size, spec.max_entries, spec.flags, 0
    inner = spec.inner
    for _ in range(random.choice((1, 1, 2, 3))):
        match random.randrange(6):
            case 0:
                key = random.choice(_KEYS)
            case 1:
                value = random.choice(_VALUES)
            case 2:
                entries = random.choice(_ENTRIES)
            case 3:
                flags ^= random.choice([*map(int, MapFlag), 1 << 19, 1 << 31])
            case 4:
                extra = random.choice((1, 15, 16, 1 << 40))
            case _ if inner is not None:
                inner = base(random.choice(list(LIMITS)))
            case _:
                flags ^= int(
                    random.choice((MapFlag.RDONLY | MapFlag.WRONLY, MapFlag.RDONLY_PROG, MapFlag.RDONLY))
                )
    return MapSpec("m", spec.type, key, value, entries, flags, inner=inner, map_extra=extra)
