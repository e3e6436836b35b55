"""The line of each edge: where it leaves its block, the tracks it runs on, where it enters the next.

Lines leave a block at the bottom and enter at the top, but for those that go up: they enter at the left side
and, where the lane is beside the block, also leave there.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from vm.cfg.layout.channels import Pins, tracks
from vm.cfg.layout.model import Box, Point, Size
from vm.cfg.layout.ordering import Rows
from vm.cfg.layout.placing import GRID, LINE_GAP
from vm.cfg.layout.ports import assign_ports
from vm.cfg.layout.wiring import Way, Wire, Wiring

TRACK = 9
"""Height of a track."""
ABOVE = 11
BELOW = 17
"""Between a layer and the tracks below and above it; below there is room for an arrow."""
FIRST_LINE = 15
"""How far from a corner lines enter and leave at the side."""


_Channels = dict[int, dict[int, Pins]]


class Router:
    """Finds tracks and heights for wires whose nodes have been placed, then the points of each."""

    def __init__(self, wiring: Wiring, rows: Rows, x: Sequence[int], sizes: Sequence[Size]) -> None:
        self._wiring = wiring
        self._x = x
        self._sizes = sizes
        self._outer = _outer_lanes(wiring, _right_edge(wiring, x, sizes))
        self._ports = assign_ports(wiring, rows, x, [size.width for size in sizes])
        channels = self._channels()
        self._tracks = {at: tracks(nets) for at, nets in channels.items()}
        self._stack(rows)
        self._exits = self._side_exits()
        self._known_turns: dict[int, list[tuple[int, list[Point]]]] = {}

    @property
    def nets(self) -> list[int]:
        """For each wire a number that it shares with those it runs together with."""
        return self._ports.net

    def box(self, block: int) -> Box:
        """Where the block is drawn."""
        size = self._sizes[block]
        top = self._top[self._wiring.layer[block]]
        return Box(self._x[block] - size.width // 2, top, size.width, size.height)

    def _channels(self) -> _Channels:
        """The pins of every channel, by the layer above it (-1: above the first)."""
        channels: _Channels = defaultdict(lambda: defaultdict(Pins))
        drawn: set[int] = set()
        for index, wire in enumerate(self._wiring.wires):
            if wire.way is Way.OUTSIDE:
                self._pin_outside(channels, index, wire)
                continue
            if index not in self._ports.sideways:
                self._pin_start(channels, index, wire)
            if wire.line and wire.net not in drawn:
                drawn.add(wire.net)
                self._pin_line(channels, index, wire)
        return channels

    def _pin_start(self, channels: _Channels, index: int, wire: Wire) -> None:
        """From the bottom of the source to its first joint or the target."""
        short = not wire.line
        pins = channels[self._wiring.layer[wire.source]][self._ports.net[index] if short else wire.net]
        pins.tops.add(self._ports.leave[index])
        first = self._ports.enter[index] if short else self._x[wire.first]
        (pins.tops if wire.way is Way.UP else pins.bottoms).add(first)

    def _pin_line(self, channels: _Channels, index: int, wire: Wire) -> None:
        """From joint to joint and, on the way down, to the target."""
        layer, x = self._wiring.layer, self._x
        for upper, lower in pairwise(wire.line):
            pins = channels[layer[upper]][wire.net]
            pins.tops.add(x[upper])
            pins.bottoms.add(x[lower])
        if wire.way is Way.DOWN:
            pins = channels[layer[wire.target] - 1][self._ports.net[index]]
            pins.tops.add(x[wire.line[-1]])
            pins.bottoms.add(self._ports.enter[index])

    def _pin_outside(self, channels: _Channels, index: int, wire: Wire) -> None:
        """From the bottom of the source to the outer lane, and from there to the top of the target."""
        top, bottom = self._wiring.layer[wire.source], self._wiring.layer[wire.target]
        lane, down = self._outer[wire.net], top < bottom
        first, last = channels[top][wire.net], channels[bottom - 1][self._ports.net[index]]
        first.tops.add(self._ports.leave[index])
        (first.bottoms if down else first.tops).add(lane)
        (last.tops if down else last.bottoms).add(lane)
        last.bottoms.add(self._ports.enter[index])

    def _stack(self, rows: Rows) -> None:
        """The top and bottom of each layer."""
        self._top: list[int] = []
        self._bottom: list[int] = []
        y = self._room(-1) if self._tracks.get(-1) else 0
        for at, row in enumerate(rows):
            height = max((self._sizes[node].height for node in row if node < self._wiring.count), default=0)
            self._top.append(y)
            self._bottom.append(y + height)
            y += height + self._room(at)
        self.height = y if rows and self._tracks.get(len(rows) - 1) else self._bottom[-1] if rows else 0

    def _room(self, channel: int) -> int:
        found = self._tracks.get(channel, {})
        return ABOVE + BELOW + TRACK * max(found.values(), default=0)

    def _track(self, channel: int, net: int) -> int:
        """The y of the net's horizontal piece in the channel."""
        start = self._bottom[channel] + ABOVE if channel >= 0 else 0
        return start + TRACK * self._tracks[channel][net]

    def _side_exits(self) -> dict[int, int]:
        """The y at which each wire that leaves sideways does."""
        sources = {index: self._wiring.wires[index].source for index in sorted(self._ports.sideways)}
        nth: Counter[int] = Counter()
        found = {}
        for index, source in sources.items():
            nth[source] += 1
            found[index] = nth[source]
        self._leaving_sideways = nth
        return {index: self._side(sources[index], found[index]) for index in sources}

    def _side(self, block: int, port: int) -> int:
        """The y of a port at the left side: 0 to enter, near the first line; 1, 2 to leave, near the last."""
        box = self.box(block)
        inset = min(FIRST_LINE, box.height // (self._leaving_sideways[block] + 2))
        return box.bottom - inset - 8 * (port - 1) if port else box.y + inset

    def points(self, index: int) -> tuple[Point, ...]:
        """The line of the wire, corners only."""
        wire = self._wiring.wires[index]
        match wire.way:
            case Way.DOWN:
                line = self._down(index, wire)
            case Way.UP:
                line = self._up(index, wire)
            case Way.OUTSIDE:
                line = self._outside(index, wire)
        return _corners(line)

    def _down(self, index: int, wire: Wire) -> list[Point]:
        top, net = self._wiring.layer[wire.source], self._ports.net[index]
        leave, enter = self._ports.leave[index], self._ports.enter[index]
        line = [(leave, self.box(wire.source).bottom)]
        if wire.line:
            last = wire.line[-1]
            line += self._cross(top, wire.net, leave, self._x[wire.first])
            line += [point for layer, turn in self._turns(wire) if layer > top for point in turn]
            line += self._cross(self._wiring.layer[last], net, self._x[last], enter)
        else:
            line += self._cross(top, net, leave, enter)
        return [*line, (enter, self.box(wire.target).y)]

    def _turns(self, wire: Wire) -> list[tuple[int, list[Point]]]:
        """Where the line of the wire's net turns on its way down: the channel and the corners there."""
        found = self._known_turns.get(wire.net)
        if found is None:
            layer, x = self._wiring.layer, self._x
            found = self._known_turns[wire.net] = [
                (layer[upper], turn)
                for upper, lower in pairwise(wire.line)
                if (turn := self._cross(layer[upper], wire.net, x[upper], x[lower]))
            ]
        return found

    def _cross(self, channel: int, net: int, here: int, there: int) -> list[Point]:
        if here == there:
            return []
        y = self._track(channel, net)
        return [(here, y), (there, y)]

    def _up(self, index: int, wire: Wire) -> list[Point]:
        start = self._wiring.layer[wire.source]
        source, target = self.box(wire.source), self.box(wire.target)
        enter = self._side(wire.target, 0)
        lane = self._x[wire.first]
        if index in self._exits:
            line = [(source.x, self._exits[index]), (lane, self._exits[index])]
        else:
            leave = self._ports.leave[index]
            line = [(leave, source.bottom), *self._cross(start, wire.net, leave, lane)]
        for layer, turn in reversed(self._turns(wire)):
            if layer < start:
                line += reversed(turn)
        return [*line, (self._x[wire.line[0]], enter), (target.x, enter)]

    def _outside(self, index: int, wire: Wire) -> list[Point]:
        layer, lane = self._wiring.layer, self._outer[wire.net]
        leave, enter = self._ports.leave[index], self._ports.enter[index]
        return [
            (leave, self.box(wire.source).bottom),
            *self._cross(layer[wire.source], wire.net, leave, lane),
            *self._cross(layer[wire.target] - 1, self._ports.net[index], lane, enter),
            (enter, self.box(wire.target).y),
        ]


def _right_edge(wiring: Wiring, x: Sequence[int], sizes: Sequence[Size]) -> int:
    """The first multiple of GRID right of everything, with room for a line."""
    half = [size.width // 2 for size in sizes]
    right = max((at + (half[node] if node < wiring.count else 0) for node, at in enumerate(x)), default=0)
    return -(-(right + LINE_GAP) // GRID) * GRID


def _outer_lanes(wiring: Wiring, left: int) -> dict[int, int]:
    """The x of the lane of each net that runs outside; nets that share one lie apart."""
    spans: dict[int, tuple[int, int]] = {}
    for wire in wiring.wires:
        if wire.way is Way.OUTSIDE:
            ends = (wiring.layer[wire.source], wiring.layer[wire.target] - 1)
            low, high = spans.get(wire.net, ends)
            spans[wire.net] = (min(low, *ends), max(high, *ends))
    free_from: list[int] = []
    lanes: dict[int, int] = {}
    for net, (low, high) in sorted(spans.items(), key=lambda item: (item[1], item[0])):
        lane = next((at for at, free in enumerate(free_from) if free < low), len(free_from))
        free_from[lane : lane + 1] = [high]
        lanes[net] = left + GRID * lane
    return lanes


def _corners(line: list[Point]) -> tuple[Point, ...]:
    """The line without points that are not corners."""
    found: list[Point] = []
    for point in line:
        if found and found[-1] == point:
            continue
        if len(found) > 1 and _on_one_line(found[-2], found[-1], point):
            found[-1] = point
        else:
            found.append(point)
    return tuple(found)


def _on_one_line(a: Point, b: Point, c: Point) -> bool:
    return a[0] == b[0] == c[0] or a[1] == b[1] == c[1]
