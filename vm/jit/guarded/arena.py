"""Where things lie in a runner's memory: 4 GiB that mirror the guest's addresses, and a header before them.

A guest address and its place in the arena agree in their low 32 bits. So native code reaches a place as
[arena + low half of the address]: whatever a program computes, the sum stays within the 4 GiB, of which
only the objects' own pages are there. What native code keeps for itself lies in the header, at negative
offsets, where no guest address leads.
"""

from dataclasses import dataclass
from typing import Final

from vm.memory.region import ARENA, WINDOW_BITS

ARENA_SIZE: Final = 1 << 32
HEADER: Final = 1 << 29
"""Bytes before the arena; everything below lies there, at negative offsets."""
WINDOWS: Final = ARENA_SIZE >> WINDOW_BITS
WINDOW_BASE: Final = ARENA >> WINDOW_BITS

STATE: Final = -0x1000
"""Registers r0 to r10 as 64-bit words, then fuel, then the slot the code stopped at."""
FUEL: Final = STATE + 11 * 8
STOPPED_AT: Final = FUEL + 8
CTX_BASE: Final = STOPPED_AT + 8
"""The guest address of the context; 0 where there is none."""
CLOCK: Final = CTX_BASE + 8
"""What the next reading of a clock gives."""
RANDOM: Final = CLOCK + 8
"""The state of the random sequence: its seed, and the golden ratio for each number drawn."""
DEPTH: Final = RANDOM + 8
"""How many calls are under way, and how many there were at most since this was set."""
DEEPEST: Final = DEPTH + 8
FRAME_POINTER: Final = DEEPEST + 8
"""What r10 holds, where native code keeps the frame's place in the arena in its register."""
FRAMES: Final = STATE + 0x100
"""A frame per call: where native code goes on (0: hand back), the slot there, r6 to r9."""
FRAME_SIZE: Final = 64
CTX_WORDS: Final = STATE + 0x400
"""The values of the context's fields that the program loads."""
CTX_ROOM: Final = 128
BATCH: Final = -0x1400
"""What a batch of packets is run from (see vm.jit.guarded.batch)."""
DIRTY: Final = -0x2000
"""A byte per window: 1 where something was stored."""
LOW: Final = -0x3000
"""The first address of each window's object."""
LIMITS: Final = -0x8000
STRIDES: Final = -0xA000
"""Of windows with elements: how many bytes there are, from one to the next, and of each."""
ROOM: Final = -0x10000
"""Below this, down to ``-HEADER``, is room for tables of maps and for batches."""
TABLE: Final = WINDOWS * 8


@dataclass(frozen=True, slots=True)
class Bounds:
    """The tables for one kind of access: at ``limit`` how many places an access may begin at, from the first
    address of the window's object on; 0 where nothing may be accessed."""

    size: int
    write: bool

    @property
    def limit(self) -> int:
        """Offset of the table of limits."""
        return LIMITS + (self.size.bit_length() - 1 + 4 * self.write) * TABLE

    def places(self, size: int, *, writable: bool) -> int:
        """The limit for an object of ``size`` bytes."""
        return max(0, size - self.size + 1) if writable or not self.write else 0


ALL_BOUNDS: Final = tuple(Bounds(size, write) for write in (False, True) for size in (1, 2, 4, 8))
