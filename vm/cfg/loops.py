"""Natural loops: a header that dominates the blocks which jump back to it, and everything in between."""

from collections.abc import Sequence
from dataclasses import dataclass

from vm.cfg.blocks import Edge


@dataclass(frozen=True, slots=True)
class Loop:
    """A natural loop. All back edges to one header make one loop.

    ``latches`` are the blocks that jump back, ``own`` the blocks in no loop further inside (the header among
    them), ``parent`` and ``children`` the loops around and directly inside, by index;
    ``depth`` is 1 outermost.
    """

    header: int
    latches: tuple[int, ...]
    own: tuple[int, ...]
    parent: int | None
    children: tuple[int, ...]
    depth: int


def natural_loops(
    count: int, edges: Sequence[Edge], reached: Sequence[bool], preorder: Sequence[int]
) -> tuple[Loop, ...]:
    """The loops of a graph of ``count`` blocks whose back edges are marked, outer before inner.

    ``preorder`` numbers the dominator tree. Inner loops are found first and then stand as one block, so that
    the time does not grow with the depth of nesting.
    """
    entering: list[list[int]] = [[] for _ in range(count)]
    latches: dict[int, list[int]] = {}
    for edge in edges:
        if edge.back:
            latches.setdefault(edge.target, []).append(edge.source)
        elif edge.kind.is_flow and reached[edge.source]:
            entering[edge.target].append(edge.source)
    headers = sorted(latches, key=lambda block: preorder[block])
    around = _collapse(headers, latches, entering, count)
    return _forest(headers, latches, around)


def _collapse(
    headers: list[int], latches: dict[int, list[int]], entering: list[list[int]], count: int
) -> list[int]:
    """For each block the header of the innermost loop around it (a header: around its loop); or -1."""
    around = [-1] * count
    stands_for = list(range(count))

    def find(block: int) -> int:
        while stands_for[block] != block:
            stands_for[block] = stands_for[stands_for[block]]
            block = stands_for[block]
        return block

    for header in reversed(headers):
        waiting = [find(latch) for latch in latches[header]]
        while waiting:
            block = find(waiting.pop())
            if block != header:
                around[block] = stands_for[block] = header
                waiting.extend(entering[block])
    return around


def _forest(headers: list[int], latches: dict[int, list[int]], around: list[int]) -> tuple[Loop, ...]:
    index = {header: number for number, header in enumerate(headers)}
    own: list[list[int]] = [[] for _ in headers]
    children: list[list[int]] = [[] for _ in headers]
    for block, header in enumerate(around):
        if block in index:
            own[index[block]].append(block)
            if header >= 0:
                children[index[header]].append(index[block])
        elif header >= 0:
            own[index[header]].append(block)
    loops: list[Loop] = []
    for number, header in enumerate(headers):
        parent = index.get(around[header])
        depth = 1 if parent is None else loops[parent].depth + 1
        loops.append(
            Loop(
                header,
                tuple(sorted(set(latches[header]))),
                tuple(own[number]),
                parent,
                tuple(sorted(children[number])),
                depth,
            )
        )
    return tuple(loops)
