"""What a trace keeps of every step, so that stops and counts need not execute again."""

from array import array
from bisect import bisect_right
from collections.abc import Sequence

from vm.change import (
    Change,
    Emitted,
    EntryChanged,
    FrameEntered,
    FrameLeft,
    MemoryChanged,
    PcChanged,
    RegisterChanged,
)
from vm.memory.memory import Memory
from vm.memory.region import RegionKind

OUTPUT_BYTES = 1 << 20
"""Bytes of output a trace keeps; later records are counted and dropped."""
_PLAIN = (RegisterChanged, PcChanged)


class Notes:
    """``path`` is the point of every step, ``map_writes`` the steps that wrote a map, ``outputs`` what was
    sent to user space, each with the number of its step. From state ``turns[i]`` to the next turn the run
    is ``depths[i]`` calls deep."""

    def __init__(self, memory: Memory) -> None:
        self.path = array("I")
        self.map_writes = array("I")
        self.turns = array("I", [0])
        self.depths = array("B", [0])
        self.outputs: list[tuple[int, Emitted]] = []
        self.outputs_dropped = 0
        self._memory = memory
        self._room = OUTPUT_BYTES

    def take(self, first: int, done: Sequence[tuple[Change, ...]]) -> None:
        """Notes the steps from number ``first`` on."""
        for number, changes in enumerate(done, first):
            # Nearly all steps set a register, or nothing, and go on: two changes that need no note.
            if len(changes) > 2 or type(changes[0]) not in _PLAIN:
                self._note(number, changes)

    def _note(self, number: int, changes: tuple[Change, ...]) -> None:
        writes_map = False
        for change in changes:
            match change:
                case MemoryChanged():
                    writes_map = writes_map or self._is_value(change.address)
                case EntryChanged():
                    writes_map = True
                case FrameEntered() | FrameLeft():
                    self._turn(number + 1, 1 if isinstance(change, FrameEntered) else -1)
                case Emitted():
                    self._output(number, change)
                case _:
                    pass
        if writes_map:
            self.map_writes.append(number)

    def _turn(self, number: int, by: int) -> None:
        depth = self.depths[-1] + by
        if self.turns[-1] == number:
            self.depths[-1] = depth
        else:
            self.turns.append(number)
            self.depths.append(depth)

    def depth(self, number: int) -> int:
        """How many calls deep state ``number`` is."""
        return self.depths[bisect_right(self.turns, number) - 1]

    def _is_value(self, address: int) -> bool:
        place = self._memory.locate(address)
        return place is not None and place.region.kind is RegionKind.MAP_VALUE

    def _output(self, number: int, output: Emitted) -> None:
        if len(output.data) > self._room:
            self.outputs_dropped += 1
            return
        self._room -= len(output.data)
        self.outputs.append((number, output))
