"""A machine's memory as the runner sees it: which windows are open, and which side has the newer bytes."""

from collections.abc import Iterable, Sequence

from vm.change import Change, MemoryChanged
from vm.jit.guarded.arena import WINDOW_BASE, WINDOWS
from vm.jit.guarded.surroundings import place
from vm.jit.runner.runner import Runner, Window
from vm.memory.memory import Memory
from vm.memory.pages import PAGE_BITS
from vm.memory.region import WINDOW_BITS, Region, RegionKind


class NativeMemory:
    """Both sides of one machine's memory; between two journeys only the machine's is looked at."""

    def __init__(self, memory: Memory, runner: Runner) -> None:
        self._memory = memory
        self._runner = runner
        self._known: dict[int, Region] = {}
        """The region of each window that the runner knows the bytes of."""
        self._sizes: dict[int, int] = {}
        self._changed: dict[int, Region] = {}
        """Regions that are not as they were when they were first shown."""

    def show(self) -> None:
        """Opens the windows as the regions are now, and hands over what the runner has never seen."""
        windows: dict[int, Window] = {}
        objects: list[tuple[int, int]] = []
        for region in self._memory.regions:
            if not _reachable(region):
                continue
            window = _window(region)
            if window is not None:
                windows.update(dict.fromkeys(_windows(region), window))
            objects.append((place(region.base), len(region.data)))
        self._runner.open(windows, objects)
        for region in self._memory.regions:
            first = _first(region)
            if _reachable(region) and (
                self._known.get(first) is not region or self._sizes[region.id] != len(region.data)
            ):
                self._known.update(dict.fromkeys(_windows(region), region))
                self._sizes[region.id] = len(region.data)
                self.hand_over(region)

    def renew(self) -> None:
        """The memory went to another state: what was ever changed is handed over again."""
        for region in self._changed.values():
            if self._known.get(_first(region)) is region and self._sizes[region.id] == len(region.data):
                self.hand_over(region)

    def hand_over(self, region: Region) -> None:
        """Gives the runner all of a region's bytes."""
        self._runner.put(place(region.base), region.data)

    def follow(self, changes: Iterable[Change]) -> None:
        """Does to the runner's side what a step of the machine did."""
        for change in changes:
            if isinstance(change, MemoryChanged):
                region = self._known.get(place(change.address) >> WINDOW_BITS)
                if region is not None:
                    self._changed[region.id] = region
                    self._runner.put(place(change.address), change.after)

    def take(self, stacks: Sequence[Region]) -> None:
        """Brings back what native code stored; ``stacks`` always, for their stores may leave no mark."""
        taken: dict[int, Region] = {}
        for window in self._runner.written():
            region = self._known.get(window)
            if region is not None:
                taken[region.id] = region
        for region in (*taken.values(), *(stack for stack in stacks if stack.id not in taken)):
            self.fetch(region)

    def fetch(self, region: Region) -> None:
        """Brings all of a region's bytes back."""
        self._changed[region.id] = region
        region.data[:] = self._runner.get(place(region.base), len(region.data))
        region.dirty.update(range(((len(region.data) - 1) >> PAGE_BITS) + 1))

    def fetch_part(self, region: Region, off: int, size: int) -> None:
        """Brings some bytes back."""
        self._changed[region.id] = region
        region.data[off : off + size] = self._runner.get(place(region.base) + off, size)
        region.dirty.update(range(off >> PAGE_BITS, ((off + size - 1) >> PAGE_BITS) + 1))


def _first(region: Region) -> int:
    return (region.base >> WINDOW_BITS) - WINDOW_BASE


def _windows(region: Region) -> range:
    return range(_first(region), ((region.base + len(region.data)) >> WINDOW_BITS) - WINDOW_BASE + 1)


def _reachable(region: Region) -> bool:
    """Whether its bytes can be in the arena at all."""
    return region.view is None and bool(region.data) and _windows(region).stop <= WINDOWS


def _window(region: Region) -> Window | None:
    """What native code may access of a region: plain bytes, or a map's elements."""
    if not region.alive or region.kind is RegionKind.MAP:
        return None
    if region.kind is RegionKind.MAP_VALUE and region.stride:
        return Window(region.base, region.hi, region.writable, region.stride, region.value_size)
    if region.parts is not None or region.stride:
        return None
    return Window(region.base + region.lo, region.hi - region.lo, region.writable)
