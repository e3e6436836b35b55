"""Maps of a machine as native code keeps them: tables made from the books, and what became of them."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from vm.change import Change, EntryChanged, ListChanged
from vm.jit.guarded.arena import HEADER, ROOM
from vm.jit.guarded.lookup import chain_of
from vm.jit.guarded.surroundings import LOGGED, MapPlan, Shape, place
from vm.jit.runner.runner import Runner
from vm.kernel.native_memory import NativeMemory
from vm.maps import BpfMap
from vm.maps.array import ArrayMap
from vm.maps.hash import HashMap
from vm.uapi.map_types import MapType

_SHAPES: Final[Mapping[MapType, Shape]] = {
    MapType.ARRAY: Shape.ARRAY,
    MapType.PERCPU_ARRAY: Shape.ARRAY,
    MapType.HASH: Shape.HASH,
    MapType.PERCPU_HASH: Shape.HASH,
    MapType.LRU_HASH: Shape.LRU,
    MapType.LRU_PERCPU_HASH: Shape.LRU,
}
_LONGEST_KEY: Final = 64
_LONGEST_VALUE: Final = 1 << 14
_REACH: Final = 1 << 31
"""Native code adds places in the arena as signed 32-bit numbers."""
MAPS_ROOM: Final = HEADER // 2
"""Bytes of the header for all tables; what lies below is for batches."""


class NativeMaps:
    """The tables of a machine's maps, as far as native code knows such maps."""

    def __init__(self, maps: Sequence[BpfMap], cpu: int, runner: Runner, memory: NativeMemory) -> None:
        self._runner = runner
        self._books: dict[int, _Table] = {}
        self.plans: dict[int, MapPlan] = {}
        """By a map's index."""
        at = ROOM
        for found in maps:
            plan = _plan(found, cpu, at)
            if plan is None:
                continue
            if plan.shape is not Shape.ARRAY:
                at = plan.table
                if at < -MAPS_ROOM:
                    break
                self._books[found.index] = _Table(found, plan, runner, memory)
            self.plans[found.index] = plan

    def renew(self) -> None:
        """The books are those of another state."""
        for table in self._books.values():
            table.stale = True

    def show(self) -> None:
        """Makes the tables that the machine has changed the books of."""
        for table in self._books.values():
            if table.stale:
                table.make()

    def follow(self, changes: Iterable[Change]) -> None:
        """Notes which books a step of the machine changed."""
        for change in changes:
            if isinstance(change, EntryChanged | ListChanged) and change.map in self._books:
                self._books[change.map].stale = True

    def take(self) -> None:
        """Writes into the books what native code did."""
        for table in self._books.values():
            table.take()


def _plan(found: BpfMap, cpu: int, top: int) -> MapPlan | None:
    spec, shape = found.spec, _SHAPES.get(found.spec.type)
    if shape is None or found.lock is not None or not isinstance(found, ArrayMap | HashMap):
        return None
    regions = found.values.regions
    ends = [place(region.base) + len(region.data) for region in (*regions, found.object)]
    if spec.key_size > _LONGEST_KEY or spec.value_size > _LONGEST_VALUE or max(ends) >= _REACH:
        return None
    if not all(region.writable for region in regions):
        return None
    slots = HashMap.slots(spec, found.cpus) if isinstance(found, HashMap) else spec.max_entries
    preallocated = isinstance(found, HashMap) and found.preallocated
    plan = MapPlan(
        shape, found.per_cpu, preallocated, spec.key_size, spec.value_size, spec.max_entries, slots,
        found.address, tuple(region.base for region in regions), cpu, 0,
    )  # fmt: skip
    return plan if shape is Shape.ARRAY else replace(plan, table=(top - plan.layout.size) & ~63)


class _Table:
    """One hash map's table. Slots are numbered from 0 in the book, from 1 in the table."""

    def __init__(self, found: HashMap | BpfMap, plan: MapPlan, runner: Runner, memory: NativeMemory) -> None:
        if not isinstance(found, HashMap):
            raise TypeError(f"{found.spec.name} is no hash map")
        self._map, self._plan, self._layout = found, plan, plan.layout
        self._runner, self._memory = runner, memory
        self._keys: dict[int, bytes] = {}
        """The key of each slot that has an entry in the book."""
        self._freed = self._fresh = self._clock = 0
        self.stale = True

    def make(self) -> None:
        """The table as the book is now."""
        found, plan, layout, runner = self._map, self._plan, self._layout, self._runner
        book, table = found.book, self._plan.table
        self._keys = {slot: key for key, slot in book.entries.items()}
        self._freed, self._fresh, self._clock = book.get("freed"), book.get("fresh"), book.get("clock")
        runner.put(table, bytes(layout.size))
        heads, following, live = array("I", bytes(4 << layout.bits)), _words(plan.slots), _words(plan.slots)
        for slot, key in self._keys.items():
            chain = chain_of(key, layout.bits)
            following[slot + 1], heads[chain], live[slot + 1] = heads[chain], slot + 1, 1
        free = array("I", (book.get("free", at) for at in range(self._freed)))
        for off, words in (
            (layout.heads, heads),
            (layout.next, following),
            (layout.live, live),
            (layout.free, free),
        ):
            runner.put(table + off, words.tobytes())
        spare = book.get("spare", plan.cpu, plan.entries + plan.cpu)
        for off, value in (
            (layout.freed, self._freed), (layout.fewest, self._freed), (layout.fresh, self._fresh),
            (layout.count, len(book.entries)), (layout.clock, self._clock), (layout.spare, spare + 1),
        ):  # fmt: skip
            runner.set_word(table + off, value)
        if layout.lru:
            self._make_order()
        self.stale = False

    def _make_order(self) -> None:
        """The order of uses, newest first, as a ring around 0."""
        plan, layout = self._plan, self._layout
        used = self._map.book.list("used")
        ring = [0, *(slot + 1 for slot in sorted(used, key=lambda slot: -used[slot])), 0]
        older, newer, times = _words(plan.slots), _words(plan.slots), array("Q", bytes(8 * (plan.slots + 1)))
        for near, far in pairwise(ring):
            older[near], newer[far] = far, near
        for slot, time in used.items():
            times[slot + 1] = time
        for off, words in ((layout.older, older), (layout.newer, newer), (layout.used, times)):
            self._runner.put(plan.table + off, words.tobytes())

    def take(self) -> None:
        """Brings the book, and the bytes of keys and values, to where native code brought the table."""
        layout, runner, table = self._layout, self._runner, self._plan.table
        logged, clock = runner.word(table + layout.logged), runner.word(table + layout.clock)
        if logged:
            self._take_entries(logged)
            self._take_slots()
        if clock != self._clock:
            self._take_uses(clock)
        runner.set_word(table + layout.logged, 0)

    def _take_entries(self, logged: int) -> None:
        plan, layout, every = self._plan, self._layout, logged > LOGGED
        if every:
            numbers: Iterable[int] = range(1, plan.slots + 1)
            for region in (self._map.object, *self._map.values.regions):
                self._memory.fetch(region)
        else:
            numbers = sorted(set(self._array(layout.log, logged)))
            for number in numbers:
                self._fetch_slot(number - 1)
        live = self._array(layout.live, plan.slots + 1)
        before = {number - 1: self._keys.get(number - 1) for number in numbers}
        after = {slot: self._map.slot_key(slot) if live[slot + 1] else None for slot in before}
        for slot, key in before.items():
            if key is not None and after[slot] != key and self._map.book.entries.get(key) == slot:
                self._set_entry(key, None)
        for slot, key in after.items():
            if key is None:
                self._keys.pop(slot, None)
            else:
                self._keys[slot] = key
                self._set_entry(key, slot)
            if layout.lru and key is None:
                self._set("used", None, slot)

    def _fetch_slot(self, slot: int) -> None:
        size, stride = self._plan.key_size, self._plan.stride
        self._memory.fetch_part(self._map.object, slot * size, size)
        for region in self._map.values.regions:
            self._memory.fetch_part(region, slot * stride, stride)

    def _take_slots(self) -> None:
        """Slots given back and taken, and the spare one."""
        layout, runner, table, plan = self._layout, self._runner, self._plan.table, self._plan
        freed, fewest = runner.word(table + layout.freed), runner.word(table + layout.fewest)
        happened = runner.word(table + layout.happened)
        free = self._array(layout.free + 4 * fewest, max(freed - fewest, 0))
        for at in range(fewest, max(freed, self._freed)):
            self._set("free", free[at - fewest] if at < freed else None, at)
        if happened & 1 or freed != self._freed:
            self._set("freed", freed)
        fresh = runner.word(table + layout.fresh)
        if fresh != self._fresh:
            self._set("fresh", fresh)
        if happened & 2:
            self._set("spare", runner.word(table + layout.spare) - 1, plan.cpu)
        self._freed, self._fresh = freed, fresh
        runner.set_word(table + layout.fewest, freed)
        runner.set_word(table + layout.happened, 0)

    def _take_uses(self, clock: int) -> None:
        """From the newest back to the last that the book knows."""
        layout, runner, table = self._layout, self._runner, self._plan.table
        older = self._array(layout.older, self._plan.slots + 1)
        number = older[0]
        while number:
            time = runner.word(table + layout.used + 8 * number)
            if time <= self._clock:
                break
            self._set("used", time, number - 1)
            number = older[number]
        self._set("clock", clock)
        self._clock = clock

    def _array(self, off: int, count: int) -> "array[int]":
        return array("I", self._runner.get(self._plan.table + off, 4 * count))

    def _set_entry(self, key: bytes, slot: int | None) -> None:
        before = self._map.book.entries.get(key)
        if before != slot:
            self._map.apply(EntryChanged(self._map.index, key, before, slot), forwards=True)

    def _set(self, name: str, value: int | None, index: int = 0) -> None:
        before = self._map.book.find(name, index)
        if before != value:
            self._map.apply(ListChanged(self._map.index, name, index, before, value), forwards=True)


def _words(slots: int) -> "array[int]":
    return array("I", bytes(4 * (slots + 1)))
