"""What memory and maps cost: accesses, look-ups, and the snapshots that seeking needs."""

from collections.abc import Callable
from time import perf_counter

from tests.bench.row import Row, at_most
from vm.change import Change
from vm.maps import create
from vm.memory.memory import Memory
from vm.memory.region import RegionKind
from vm.program import MapSpec
from vm.uapi.map_types import MapType

ENTRIES = 60_000
UPDATES = 300
"""Scattered updates between two snapshots: about what a program makes of 4,096 steps."""
SNAPSHOTS = 244
"""Keyframes of a run of a million steps."""


def best(action: Callable[[], object], journal: list[Change], count: int = 20_000) -> float:
    """Microseconds for one action: the best of five rounds."""
    found = float("inf")
    for _ in range(5):
        journal.clear()
        started = perf_counter()
        for _ in range(count):
            action()
        found = min(found, perf_counter() - started)
    journal.clear()
    return found / count * 1e6


def bench() -> list[Row]:
    """Costs of single operations, then of snapshots of a large map."""
    return [*_single(), *_snapshots()]


def _single() -> list[Row]:
    journal: list[Change] = []
    memory = Memory(journal)
    stack = memory.add(RegionKind.STACK, "fp", bytearray(512))
    counts = create(MapSpec("counts", MapType.HASH, 4, 8, 1000), 0, memory)
    recent = create(MapSpec("recent", MapType.LRU_HASH, 4, 8, 1000), 1, memory)
    key, value = bytes(4), bytes(8)
    counts.update(key, value, 0, 0)
    found = counts.lookup(key, 0)
    for number in range(1000):
        recent.update(number.to_bytes(4, "little"), value, 0, 0)
    fresh = iter(range(1000, 1 << 30))
    return [
        at_most("load 8 bytes of the stack", best(lambda: memory.load(stack.base, 8), journal), "us", 1),
        at_most("load 8 bytes of a map value", best(lambda: memory.load(found, 8), journal), "us", 1),
        Row("store 8 bytes, recorded", best(lambda: memory.store(stack.base, 8, 5), journal), "us"),
        Row("hash look-up", best(lambda: counts.lookup(key, 0), journal), "us"),
        Row("hash update", best(lambda: counts.update(key, value, 0, 0), journal), "us"),
        Row(
            "insertion into a full LRU hash",
            best(lambda: recent.update(next(fresh).to_bytes(4, "little"), value, 0, 0), journal),
            "us",
        ),
    ]


def _snapshots() -> list[Row]:
    journal: list[Change] = []
    memory = Memory(journal)
    counts = create(MapSpec("counts", MapType.HASH, 4, 8, ENTRIES), 0, memory)
    for number in range(ENTRIES):
        counts.update(number.to_bytes(4, "little"), bytes(8), 0, 0)
    taken = [(memory.snapshot(), counts.snapshot())]
    spent = 0.0
    for round_number in range(SNAPSHOTS):
        for number in range(UPDATES):
            key = (number * 199 + round_number) % ENTRIES
            counts.update(key.to_bytes(4, "little"), round_number.to_bytes(8, "little"), 0, 0)
        journal.clear()
        started = perf_counter()
        taken.append((memory.snapshot(), counts.snapshot()))
        spent += perf_counter() - started
    started = perf_counter()
    memory.restore(taken[0][0])
    counts.restore(taken[0][1])
    back = perf_counter() - started
    what = f"a map of {ENTRIES:,} entries, {UPDATES} updates apart"
    return [
        Row(f"snapshot of {what}", spent / SNAPSHOTS * 1e3, "ms"),
        at_most(f"restore of the snapshot {SNAPSHOTS} before", back * 1e3, "ms", 20),
    ]
