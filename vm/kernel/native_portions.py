"""Where the packets of a batch, and what becomes of them, lie in the runner's header; how many go at once."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from vm.jit.guarded.arena import HEADER
from vm.kernel.context.xdp import LINEAR_MAX
from vm.kernel.scenario import MILLISECOND, Setup
from vm.word import MASK64

MOST: Final = 1 << 17
"""Packets given to the runner at once."""
MOST_BYTES: Final = 128 << 20
"""The bytes of those."""
MOST_STEPS: Final = 20_000_000_000
"""The steps they may take together: seconds, far less than the runner is waited for."""
START: Final = -HEADER


@dataclass(frozen=True, slots=True)
class Places:
    """Where things of a portion of ``count`` packets with ``size`` bytes lie in the header.

    Packets take their own places afterwards unless all are the ``same``, which is there once.
    """

    count: int
    size: int
    same: bool

    @property
    def values(self) -> int:
        return START

    @property
    def times(self) -> int:
        return self.values + 8 * self.count

    @property
    def steps(self) -> int:
        return self.times + 8 * self.count

    @property
    def lengths(self) -> int:
        return self.steps + 4 * self.count

    @property
    def changed(self) -> int:
        return self.lengths + 4 * self.count

    @property
    def packets(self) -> int:
        return (self.changed + self.count + 63) & ~63

    @property
    def output(self) -> int:
        return self.packets + LINEAR_MAX + 64 if self.same else self.packets


def take_packets(packets: list[bytes], first: int, changed: bytearray, after: bytes) -> None:
    """Puts those that were changed in their places; ``after`` are the bytes of all, from the first on."""
    at = 0
    for index, mark in enumerate(changed, first):
        size = len(packets[index])
        if mark:
            packets[index] = after[at : at + size]
        at += size


def portions_of(lengths: Sequence[int], steps: int) -> list[int]:
    """How many packets are given at once, each time; each may take so many steps."""
    portions, size = [0], 0
    most = max(1, min(MOST, MOST_STEPS // max(1, steps)))
    for length in lengths:
        if portions[-1] == most or size + length > MOST_BYTES:
            portions.append(0)
            size = 0
        portions[-1] += 1
        size += length
    return portions


def clocks(setup: Setup, first: int, count: int) -> "array[int]":
    """Each packet's clock at its start, in ns."""
    given, start = setup.times_ns[first : first + count], setup.event.time_ns
    times = array("Q", (start + since & MASK64 for since in given))
    from_here, end = first + len(given), first + count
    times.extend(range(start + from_here * MILLISECOND, start + end * MILLISECOND, MILLISECOND))
    return times
