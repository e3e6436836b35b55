"""Where a run went, counted: how often each slot ran and each way was taken."""

import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from zlib import compress, decompress

from vm.instruction import Jump, MayGoto
from vm.machine.point import point
from vm.program import Program


def slot_counts(path: Sequence[int]) -> Mapping[int, int]:
    """How often each point was executed."""
    return Counter(path)


def edge_counts(path: Sequence[int]) -> Mapping[tuple[int, int], int]:
    """How often the run went from one point directly to another, calls and returns included."""
    return Counter(pairwise(path))


def branch_counts(path: Sequence[int], program: Program, index: int = 0) -> Mapping[int, tuple[int, int]]:
    """Per slot of a conditional jump of program ``index``: how often it jumped, and how often it went on.

    A jump to the slot behind itself counts as going on.
    """
    edges = edge_counts(path)
    counts: dict[int, tuple[int, int]] = {}
    for pc, insn in enumerate(program.insns):
        if isinstance(insn, Jump | MayGoto):
            at, fall = point(index, pc), point(index, pc + 1)
            taken = edges.get((at, point(index, pc + 1 + insn.off)), 0) if insn.off else 0
            counts[pc] = (taken, edges.get((at, fall), 0))
    return counts


def packed_path(path: Sequence[int]) -> bytes:
    """The path as a few bytes: 32-bit points, little endian, compressed by zlib."""
    return compress(struct.pack(f"<{len(path)}I", *path), 6)


def unpacked_path(packed: bytes) -> tuple[int, ...]:
    """The path that was packed."""
    data = decompress(packed)
    return struct.unpack(f"<{len(data) // 4}I", data)
