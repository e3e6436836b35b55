"""Control-flow graph of a program: basic blocks per subprogram, edges, dominators, loops, reachability.

Works on any program, also one that Linux refuses: what cannot be followed is left out of the graph and
listed in ``problems``. Nothing here raises for what a learner wrote; time and space grow with the program.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import networkx as nx

from vm.cfg.blocks import Block, Edge, EdgeKind, Problem, ProblemKind, Subprogram, find_blocks
from vm.cfg.dominators import UNREACHED, dominates, immediate_dominators, tree_intervals
from vm.cfg.loops import Loop, natural_loops
from vm.program import Program

__all__ = [
    "Block",
    "ControlFlowGraph",
    "Edge",
    "EdgeKind",
    "Ending",
    "Loop",
    "Problem",
    "ProblemKind",
    "Subprogram",
    "control_flow",
]


class Ending(StrEnum):
    """How control leaves a block."""

    EXIT = "exit"
    BRANCH = "branch"
    JUMP = "jump"
    FALL_THROUGH = "fallthrough"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class ControlFlowGraph:
    """The blocks of a program, numbered in program order, and how control flows between them.

    ``idom[b]`` is the block that dominates ``b`` most closely, None for the entry of a subprogram and for
    blocks its entry does not reach. ``reachable[b]`` is whether any path from pc 0, through calls and
    callbacks too, comes to ``b``. ``block_at[pc]`` is the block that holds the slot.
    """

    blocks: tuple[Block, ...]
    edges: tuple[Edge, ...]
    subprograms: tuple[Subprogram, ...]
    loops: tuple[Loop, ...]
    idom: tuple[int | None, ...]
    reachable: tuple[bool, ...]
    problems: tuple[Problem, ...]
    block_at: tuple[int, ...]

    @cached_property
    def graph(self) -> "nx.DiGraph[int]":
        """The blocks and flow edges as a networkx graph; an edge's ``kinds`` holds every kind it has."""
        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(len(self.blocks)))
        for edge in self.flow:
            kinds = graph.get_edge_data(edge.source, edge.target, {}).get("kinds", ())
            graph.add_edge(edge.source, edge.target, kinds=(*kinds, edge.kind), back=edge.back)
        return graph

    @cached_property
    def flow(self) -> tuple[Edge, ...]:
        """The edges within subprograms: everything but calls and callbacks."""
        return tuple(edge for edge in self.edges if edge.kind.is_flow)

    @cached_property
    def calls(self) -> tuple[Edge, ...]:
        """The edges between subprograms: from the block of a call or function pointer to the entry."""
        return tuple(edge for edge in self.edges if not edge.kind.is_flow)

    @cached_property
    def successors(self) -> tuple[tuple[Edge, ...], ...]:
        """For each block the flow edges that leave it, fall-through first."""
        leaving: list[list[Edge]] = [[] for _ in self.blocks]
        for edge in self.flow:
            leaving[edge.source].append(edge)
        return tuple(map(tuple, leaving))

    @cached_property
    def innermost(self) -> tuple[int | None, ...]:
        """For each block the index in ``loops`` of the innermost loop around it."""
        around: list[int | None] = [None] * len(self.blocks)
        for index, loop in enumerate(self.loops):
            for block in loop.own:
                around[block] = index
        return tuple(around)

    @cached_property
    def exits(self) -> tuple[int, ...]:
        """The blocks that end in ``exit``."""
        return tuple(block.id for block in self.blocks if block.exits)

    @cached_property
    def unreachable(self) -> tuple[int, ...]:
        """The blocks no path from pc 0 comes to."""
        return tuple(block for block, reached in enumerate(self.reachable) if not reached)

    @cached_property
    def _intervals(self) -> tuple[list[int], list[int]]:
        return tree_intervals(self.idom)

    def block_of(self, pc: int) -> Block | None:
        """The block that slot ``pc`` lies in; None outside the program."""
        return self.blocks[self.block_at[pc]] if 0 <= pc < len(self.block_at) else None

    def dominates(self, upper: int, lower: int) -> bool:
        """Whether every path from the subprogram's entry to ``lower`` comes through ``upper``."""
        return dominates(self._intervals, upper, lower)

    def depth(self, block: int) -> int:
        """How many loops are around the block."""
        loop = self.innermost[block]
        return 0 if loop is None else self.loops[loop].depth

    def body(self, loop: int) -> tuple[int, ...]:
        """All blocks of ``loops[loop]``, those of the loops inside it too, in program order."""
        return tuple(sorted(self._body(loop)))

    def _body(self, loop: int) -> Iterator[int]:
        waiting = [loop]
        while waiting:
            inner = self.loops[waiting.pop()]
            yield from inner.own
            waiting.extend(inner.children)

    def ending(self, block: int) -> Ending:
        """How control leaves the block."""
        if self.blocks[block].exits:
            return Ending.EXIT
        leaving = self.successors[block]
        if not leaving:
            return Ending.NOWHERE
        if any(edge.kind is EdgeKind.TAKEN for edge in leaving):
            return Ending.BRANCH
        return Ending.JUMP if leaving[0].kind is EdgeKind.JUMP else Ending.FALL_THROUGH


def control_flow(program: Program) -> ControlFlowGraph:
    """The control-flow graph of any program, the kernel's view of subprograms included."""
    found = find_blocks(program)
    count = len(found.blocks)
    leaving: list[list[int]] = [[] for _ in range(count)]
    for edge in found.edges:
        if edge.kind.is_flow:
            leaving[edge.source].append(edge.target)
    idom = immediate_dominators(leaving, [sub.entry for sub in found.subprograms])
    parents = tuple(None if above in (UNREACHED, block) else above for block, above in enumerate(idom))
    intervals = tree_intervals(parents)
    reached = [above != UNREACHED for above in idom]
    edges = tuple(
        edge.as_back()
        if edge.kind.is_flow and reached[edge.source] and dominates(intervals, edge.target, edge.source)
        else edge
        for edge in found.edges
    )
    return ControlFlowGraph(
        blocks=found.blocks,
        edges=edges,
        subprograms=found.subprograms,
        loops=natural_loops(count, edges, reached, intervals[0]),
        idom=parents,
        reachable=_reachable(count, edges),
        problems=found.problems,
        block_at=found.block_at,
    )


def _reachable(count: int, edges: tuple[Edge, ...]) -> tuple[bool, ...]:
    """Which blocks a walk from block 0 along every kind of edge visits."""
    leaving: list[list[int]] = [[] for _ in range(count)]
    for edge in edges:
        leaving[edge.source].append(edge.target)
    seen = [False] * count
    waiting = [0] if count else []
    while waiting:
        block = waiting.pop()
        if not seen[block]:
            seen[block] = True
            waiting.extend(leaving[block])
    return tuple(seen)
