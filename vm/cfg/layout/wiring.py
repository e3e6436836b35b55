"""How each edge of a subprogram runs through the layers, as a chain of nodes.

Nodes 0 to ``count`` - 1 are the blocks; behind them come joints, points where an edge passes a layer. An edge
to a deeper layer has a joint in each layer between. Edges that go up end in the lane of their target: a line
of joints left of the loop, with one joint right beside the target and one beside the deepest source.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise

MIN_BUS = 2
"""So many edges that pass a layer on their way to one block share a line."""
JOINTS_PER_BLOCK = 8
SPARE_JOINTS = 200
"""A graph gets so many joints; edges beyond that run outside, right of everything."""


class Way(Enum):
    """Which way an edge takes: down the layers, up in a lane, or around the outside."""

    DOWN = auto()
    UP = auto()
    OUTSIDE = auto()


@dataclass(slots=True)
class Wire:
    """The run of one edge.

    ``line`` are the joints of its ``net``, upper first, shared by all edges of the net; the edge has those
    from ``at`` on (DOWN: below its source) or up to ``at`` (UP: beside its source). ``straight`` edges are
    the main way on from their source and should run straight down.
    """

    source: int
    target: int
    net: int
    way: Way
    straight: bool
    line: list[int] = field(default_factory=list)
    at: int = 0

    @property
    def first(self) -> int:
        """The joint, or the target, that the edge comes to behind its source."""
        return self.line[self.at] if self.line else self.target


@dataclass(slots=True)
class Wiring:
    """The nodes and wires of a subprogram. ``beside``: joints that stay left of a block, and that block."""

    count: int
    layer: list[int]
    wires: list[Wire]
    beside: dict[int, int] = field(default_factory=dict)

    def joint(self, layer: int) -> int:
        """A new joint in ``layer``."""
        self.layer.append(layer)
        return len(self.layer) - 1

    def segments(self) -> list[tuple[int, int, Wire]]:
        """Each pair of nodes in neighbouring layers that a line joins, upper first, once."""
        found: dict[tuple[int, int], Wire] = {}
        drawn: set[int] = set()
        for wire in self.wires:
            if wire.way is Way.DOWN:
                found.setdefault((wire.source, wire.first), wire)
            if wire.line and wire.net not in drawn:
                drawn.add(wire.net)
                found.update((pair, wire) for pair in pairwise(wire.line))
                if wire.way is Way.DOWN:
                    found.setdefault((wire.line[-1], wire.target), wire)
        return [(upper, lower, wire) for (upper, lower), wire in found.items()]


def wire_up(layer: Sequence[int], edges: Sequence[tuple[int, int]], straight: Sequence[bool]) -> Wiring:
    """The wires for ``edges`` between blocks in ``layer``, in the order of ``edges``."""
    wiring = Wiring(len(layer), list(layer), [])
    by_net: dict[int, list[Wire]] = defaultdict(list)
    nets = _nets(layer, edges)
    for (source, target), net, main in zip(edges, nets, straight, strict=True):
        way = Way.DOWN if layer[source] < layer[target] else Way.UP
        wire = Wire(source, target, net, way, main)
        wiring.wires.append(wire)
        by_net[net].append(wire)
    left = JOINTS_PER_BLOCK * len(layer) + SPARE_JOINTS
    for wires in sorted(by_net.values(), key=lambda wires: (_depth(layer, wires), wires[0].net)):
        left -= _depth(layer, wires)
        if left < 0:
            for wire in wires:
                wire.way = Way.OUTSIDE
        elif wires[0].way is Way.UP:
            _lane(wiring, wires)
        else:
            _descend(wiring, wires)
    return wiring


def _nets(layer: Sequence[int], edges: Sequence[tuple[int, int]]) -> list[int]:
    """A number for each edge, one for edges that share a line: all up to one block, or a bus down to it."""
    passing: dict[int, int] = defaultdict(int)
    for source, target in edges:
        passing[target] += layer[target] - layer[source] > 1
    net_of: dict[tuple[int, bool] | int, int] = {}
    nets = []
    for index, (source, target) in enumerate(edges):
        up = layer[source] >= layer[target]
        bus = up or (passing[target] >= MIN_BUS and layer[target] - layer[source] > 1)
        key: tuple[int, bool] | int = (target, up) if bus else index
        nets.append(net_of.setdefault(key, len(net_of)))
    return nets


def _depth(layer: Sequence[int], wires: list[Wire]) -> int:
    """How many joints the net needs."""
    ends = [layer[wire.source] for wire in wires]
    target = layer[wires[0].target]
    return max(ends) - target + 1 if wires[0].way is Way.UP else target - min(ends) - 1


def _descend(wiring: Wiring, wires: list[Wire]) -> None:
    bottom = wiring.layer[wires[0].target]
    top = min(wiring.layer[wire.source] for wire in wires) + 1
    line = [wiring.joint(layer) for layer in range(top, bottom)]
    for wire in wires:
        wire.line, wire.at = line, wiring.layer[wire.source] + 1 - top


def _lane(wiring: Wiring, wires: list[Wire]) -> None:
    target = wires[0].target
    top = wiring.layer[target]
    deepest = max(wires, key=lambda wire: (wiring.layer[wire.source], -wire.source)).source
    line = [wiring.joint(layer) for layer in range(top, wiring.layer[deepest] + 1)]
    wiring.beside[line[-1]] = deepest
    wiring.beside[line[0]] = target
    for wire in wires:
        wire.line, wire.at = line, wiring.layer[wire.source] - top
