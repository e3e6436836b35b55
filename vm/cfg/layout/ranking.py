"""Which layer each block of a subprogram is drawn in: below everything that leads to it, loops apart."""

from collections.abc import Sequence

Pair = tuple[int, int]


def rank(count: int, edges: Sequence[Pair]) -> list[int]:
    """A layer, from 0, for each of ``count`` blocks whose entry is block 0.

    Every edge leads to a deeper layer, but for those that close a cycle, which lead to a shallower one or,
    from a block to itself, nowhere. A block that nothing leads to comes below its predecessor in the program.
    """
    successors: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        successors[source].append(target)
    _anchor(successors)
    finished, closing = _depth_first(successors)
    layer = [0] * count
    for block in reversed(finished):
        below = layer[block] + 1
        for target in successors[block]:
            if layer[target] < below and (block, target) not in closing:
                layer[target] = below
    return layer


def _anchor(successors: list[list[int]]) -> None:
    """Make every block reachable by an edge from the one before it, where nothing else leads to it."""
    seen = [False] * len(successors)
    for start in range(len(successors)):
        if seen[start]:
            continue
        if start:
            successors[start - 1].append(start)
        waiting = [start]
        while waiting:
            block = waiting.pop()
            if not seen[block]:
                seen[block] = True
                waiting.extend(successors[block])


def _depth_first(successors: list[list[int]]) -> tuple[list[int], set[Pair]]:
    """The blocks in postorder from block 0, and the edges that close cycles: those to a block still open."""
    finished: list[int] = []
    closing: set[Pair] = set()
    if not successors:
        return finished, closing
    state = [0] * len(successors)
    state[0] = 1
    path = [(0, iter(successors[0]))]
    while path:
        block, following = path[-1]
        for target in following:
            if state[target] == 0:
                state[target] = 1
                path.append((target, iter(successors[target])))
                break
            if state[target] == 1:
                closing.add((block, target))
        else:
            state[block] = 2
            finished.append(block)
            path.pop()
    return finished, closing
