"""Immediate dominators in O(edges · log blocks), whatever the graph looks like.

The method is Lengauer and Tarjan's (1979), with path compression and without recursion: a program made of
thousands of checks that all jump to one exit, common in eBPF, is the worst case of simpler methods.
"""

from collections.abc import Sequence

UNREACHED = -1


def immediate_dominators(successors: Sequence[Sequence[int]], roots: Sequence[int]) -> list[int]:
    """For each node its immediate dominator; a root's is itself, ``UNREACHED`` where no root leads.

    ``roots`` are the entries of parts with no edges between them.
    """
    idom = [UNREACHED] * len(successors)
    for root in roots:
        if idom[root] == UNREACHED:
            _part(successors, root, idom)
    return idom


def _part(successors: Sequence[Sequence[int]], root: int, idom: list[int]) -> None:
    """Fill in ``idom`` for what ``root`` reaches. Inside, nodes are named by their preorder number."""
    order, parent, number = _preorder(successors, root)
    count = len(order)
    entering: list[list[int]] = [[] for _ in range(count)]
    for index, node in enumerate(order):
        for successor in successors[node]:
            entering[number[successor]].append(index)
    forest = _Forest(count)
    semi = forest.semi
    bucket: list[list[int]] = [[] for _ in range(count)]
    above = [0] * count
    for index in range(count - 1, 0, -1):
        semi[index] = min(semi[forest.best(source)] for source in entering[index])
        bucket[semi[index]].append(index)
        up = parent[index]
        forest.ancestor[index] = up
        for waiting in bucket[up]:
            best = forest.best(waiting)
            above[waiting] = best if semi[best] < semi[waiting] else up
        bucket[up].clear()
    for index in range(1, count):
        if above[index] != semi[index]:
            above[index] = above[above[index]]
    for index, node in enumerate(order):
        idom[node] = order[above[index]]


def _preorder(successors: Sequence[Sequence[int]], root: int) -> tuple[list[int], list[int], dict[int, int]]:
    """Depth-first preorder from ``root``: nodes in order, each one's parent number, and number by node."""
    order: list[int] = []
    parent: list[int] = []
    number: dict[int, int] = {}
    waiting = [(root, 0)]
    while waiting:
        node, up = waiting.pop()
        if node not in number:
            number[node] = index = len(order)
            order.append(node)
            parent.append(up)
            waiting.extend((successor, index) for successor in reversed(successors[node]))
    return order, parent, number


class _Forest:
    """The part of the depth-first tree already handled, with the least semidominator above each node."""

    __slots__ = ("_label", "ancestor", "semi")

    def __init__(self, count: int) -> None:
        self.ancestor = [-1] * count
        self.semi = list(range(count))
        self._label = list(range(count))

    def best(self, node: int) -> int:
        """The node with the least semidominator on the way up from ``node``, its root left out."""
        ancestor, label, semi = self.ancestor, self._label, self.semi
        if ancestor[node] < 0:
            return node
        path = []
        while ancestor[ancestor[node]] >= 0:
            path.append(node)
            node = ancestor[node]
        last = node
        for node in reversed(path):
            up = ancestor[node]
            if semi[label[up]] < semi[label[node]]:
                label[node] = label[up]
            ancestor[node] = ancestor[up]
        return label[path[0] if path else last]


def tree_intervals(parents: Sequence[int | None]) -> tuple[list[int], list[int]]:
    """For each node the first and last preorder number of its subtree in the forest ``parents`` describes."""
    children: list[list[int]] = [[] for _ in parents]
    roots: list[int] = []
    for node, parent in enumerate(parents):
        (roots if parent is None else children[parent]).append(node)
    first, last = [0] * len(parents), [0] * len(parents)
    clock = 0
    waiting = [(root, False) for root in reversed(roots)]
    while waiting:
        node, done = waiting.pop()
        if done:
            last[node] = clock - 1
        else:
            first[node] = clock
            clock += 1
            waiting.append((node, True))
            waiting.extend((child, False) for child in reversed(children[node]))
    return first, last


def dominates(intervals: tuple[list[int], list[int]], upper: int, lower: int) -> bool:
    """Whether ``lower`` lies in the dominator subtree of ``upper``."""
    first, last = intervals
    return first[upper] <= first[lower] <= last[upper]
