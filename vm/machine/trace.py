"""A whole run, of which any step can be looked at: keyframes stored, everything between executed again.

A run is a pure function of its world, so nothing needs to be kept that can be had again: a trace holds a
snapshot (keyframe) every ``WINDOW`` steps and the path of points; a window of steps is made by going to its
keyframe and executing. See docs/machine.md.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sys import getsizeof

from vm.change import Emitted
from vm.machine.machine import STEP_LIMIT, Machine
from vm.machine.notes import Notes
from vm.machine.snapshot import Snapshot
from vm.machine.state import World
from vm.machine.step import Step
from vm.memory.pages import PAGE

WINDOW = 1024
"""Steps in a window, and between keyframes while there is room for all of them."""
_WINDOWS_KEPT = 8
_KEYFRAME_BYTES = 2048
"""About what a keyframe takes beside its pages and the maps' bookkeeping."""


Forward = Callable[[Machine, int], None]
"""Takes a machine to the state before a step that is still to come."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may cost.

    ``steps`` end it, the same way every time. ``bytes`` is about what the keyframes may hold; they become
    fewer to keep to it. ``seconds`` of wall clock are a safety net, reported as such.
    """

    steps: int = STEP_LIMIT
    bytes: int = 64 << 20
    seconds: float = 30.0


class Trace:
    """A run from its start to its end. State n is the one before step n; the last is number ``len(trace)``.

    ``stride`` is the number of steps from keyframe to keyframe; ``forward`` goes on from one.
    """

    def __init__(
        self,
        world: World,
        budget: Budget | None = None,
        clock: Callable[[], float] = time.monotonic,
        forward: Forward | None = None,
    ) -> None:
        self.world = world
        self.forward = forward or _run
        self.stride = WINDOW
        self.budget = budget or Budget()
        self._machine = Machine(world, self.budget.steps)
        self._notes = Notes(world.memory)
        self._keyframes = [self._machine.snapshot()]
        self._held = 0
        self._windows: OrderedDict[int, tuple[Step, ...]] = OrderedDict()
        self.end = self._record(clock)
        self.ended, self.fault = self._machine.outcome(), self._machine.fault

    def _record(self, clock: Callable[[], float]) -> Snapshot:
        machine, notes = self._machine, self._notes
        deadline = clock() + self.budget.seconds
        while machine.ended is None:
            if clock() > deadline:
                machine.stop_at(machine.number, f"stopped after {self.budget.seconds:g} seconds")
            first = machine.number
            notes.take(first, machine.run(WINDOW, notes.path.append))
            if machine.number % self.stride == 0:
                self._keep()
        return machine.snapshot()

    def _keep(self) -> None:
        """Adds a keyframe; when they hold too much, drops every second one."""
        dirty = sum(len(region.dirty) for region in self.world.memory.regions)
        keyframe = self._machine.snapshot()
        self._keyframes.append(keyframe)
        self._held += _KEYFRAME_BYTES + dirty * PAGE + sum(map(getsizeof, keyframe.maps))
        if self._held > self.budget.bytes and len(self._keyframes) > 2:
            del self._keyframes[1::2]
            self._held //= 2
            self.stride *= 2

    def __len__(self) -> int:
        return len(self._notes.path)

    @property
    def size(self) -> int:
        """About how many bytes of memory the trace takes, that of its run included."""
        return self._held + self.world.memory.used + self._notes.path.itemsize * len(self)

    @property
    def start(self) -> Snapshot:
        """The state before the first step."""
        return self._keyframes[0]

    @property
    def path(self) -> Sequence[int]:
        """The point of every step (see ``vm.machine.point``)."""
        return self._notes.path

    @property
    def map_writes(self) -> Sequence[int]:
        """The numbers of the steps that wrote a map."""
        return self._notes.map_writes

    @property
    def outputs(self) -> Sequence[tuple[int, Emitted]]:
        """What was sent to user space, each with the number of its step; at most 1 MiB of it."""
        return self._notes.outputs

    def depth(self, number: int) -> int:
        """How many calls deep state ``number`` is."""
        return self._notes.depth(number)

    def state(self, number: int) -> Snapshot:
        """The state before step ``number``, from 0 to ``len(trace)``."""
        if number == len(self):
            return self.end
        return self.seek(number).snapshot()

    def window(self, index: int) -> tuple[Step, ...]:
        """Steps ``index * WINDOW`` and on, up to ``WINDOW`` of them."""
        if index in self._windows:
            self._windows.move_to_end(index)
            return self._windows[index]
        first = index * WINDOW
        steps = tuple(self.seek(first).steps(min(WINDOW, len(self) - first)))
        self._windows[index] = steps
        if len(self._windows) > _WINDOWS_KEPT:
            self._windows.popitem(last=False)
        return steps

    def step(self, number: int) -> Step:
        """Step ``number``, from 0 to ``len(trace) - 1``."""
        return self.window(number // WINDOW)[number % WINDOW]

    def seek(self, number: int) -> Machine:
        """The trace's machine, taken to the state before step ``number``: good until the next question."""
        if not 0 <= number <= len(self):
            raise IndexError(f"state {number} of a run of {len(self)} steps")
        machine, keyframe = self._machine, self._keyframes[min(number, len(self) - 1) // self.stride]
        if not keyframe.number <= machine.number <= number:
            machine.restore(keyframe)
        self.forward(machine, number)
        return machine


def _run(machine: Machine, number: int) -> None:
    machine.run(number - machine.number)
