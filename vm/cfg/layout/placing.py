"""How far right each node stands: the main way through the program in one column, everything else near it.

Nodes that one line should join straight down form a column. Columns keep the order and the distances of the
layers; within that each moves towards what it is joined to. All centres are multiples of ``GRID``, and no two
columns that meet in neighbouring layers share one, so that lines from above and below never coincide.
"""

from bisect import bisect_left
from collections.abc import Sequence

from vm.cfg.layout.ordering import Rows
from vm.cfg.layout.wiring import Way, Wire, Wiring

GRID = 12
"""Distance of neighbouring lines."""
BLOCK_GAP = 36
"""Least distance of neighbouring blocks."""
LINE_GAP = 16
"""Least distance of a line and a block."""
PASSES = 6
"""How often columns are moved towards their neighbours, each time from right to left and back."""


def place(wiring: Wiring, rows: Rows, widths: Sequence[int]) -> list[int]:
    """The centre of each node; ``widths`` are those of the blocks."""
    columns = _Columns(wiring, rows, widths)
    columns.spread()
    return columns.settle()


def straight_pairs(wiring: Wiring, rows: Rows) -> list[tuple[int, int]]:
    """The pairs (upper, lower) of nodes to stand above one another; they do not cross."""
    position = {node: index for row in rows for index, node in enumerate(row)}
    ranked = sorted(
        (_rank(wiring.count, upper, lower, wire), wiring.layer[upper], position[upper], upper, lower)
        for upper, lower, wire in wiring.segments()
    )
    above, below = set[int](), set[int]()
    taken: dict[int, list[tuple[int, int]]] = {}
    pairs = []
    for _, layer, _, upper, lower in ranked:
        if upper in above or lower in below:
            continue
        held = taken.setdefault(layer, [])
        place = (position[upper], position[lower])
        at = bisect_left(held, place)
        if (at and held[at - 1][1] > place[1]) or (at < len(held) and held[at][1] < place[1]):
            continue
        held.insert(at, place)
        above.add(upper)
        below.add(lower)
        pairs.append((upper, lower))
    return pairs


def _rank(count: int, upper: int, lower: int, wire: Wire) -> int:
    """How much the line should be straight, 0 most: within long lines, then along the main way."""
    blocks = (upper < count) + (lower < count)
    if blocks == 0:
        return 0
    if wire.way is Way.UP:
        return 5
    return (1 if wire.straight else 3) + (blocks == 1)


class _Columns:
    def __init__(self, wiring: Wiring, rows: Rows, widths: Sequence[int]) -> None:
        self._wiring = wiring
        self._rows = rows
        self._half = [width // 2 for width in widths]
        self._number(straight_pairs(wiring, rows))
        self._separate()
        self._join()
        self.x = [0] * len(self.order)

    def _number(self, pairs: list[tuple[int, int]]) -> None:
        """Give each column a number, and find an order in which every column follows those left of it."""
        lower_of = dict(pairs)
        lowers = set(lower_of.values())
        count = len(self._wiring.layer)
        self.column = [-1] * count
        self.layers: list[list[int]] = []
        for node in range(count):
            if node not in lowers:
                number = len(self.layers)
                self.layers.append([])
                at: int | None = node
                while at is not None:
                    self.column[at] = number
                    self.layers[number].append(self._wiring.layer[at])
                    at = lower_of.get(at)

    def _separate(self) -> None:
        """The least distance from each column to its neighbours on the left and right, and their order."""
        count, column = len(self.layers), self.column
        self.left: list[dict[int, int]] = [{} for _ in range(count)]
        self.right: list[dict[int, int]] = [{} for _ in range(count)]
        for row in self._rows:
            for index in range(len(row) - 1):
                a, b = row[index], row[index + 1]
                distance = self._distance(a, b)
                p, q = column[a], column[b]
                if self.left[q].get(p, 0) < distance:
                    self.left[q][p] = self.right[p][q] = distance
        missing = [len(left) for left in self.left]
        ready = [number for number in reversed(range(count)) if not missing[number]]
        self.order: list[int] = []
        while ready:
            number = ready.pop()
            self.order.append(number)
            for other in self.right[number]:
                missing[other] -= 1
                if not missing[other]:
                    ready.append(other)

    def _distance(self, a: int, b: int) -> int:
        """The least distance of the centres of ``a`` and, right of it, ``b``: a multiple of GRID."""
        count = self._wiring.count
        half_a, half_b = (self._half[node] if node < count else 0 for node in (a, b))
        match (a < count) + (b < count):
            case 0:
                return GRID
            case 1:
                gap = LINE_GAP
            case _:
                gap = BLOCK_GAP
        return -(-(half_a + half_b + 1 + gap) // GRID) * GRID

    def _join(self) -> None:
        """For each column those it is drawn to, once per line, and how far from them it should stand."""
        self.near: list[list[tuple[int, int]]] = [[] for _ in self.layers]
        for upper, lower, _ in self._wiring.segments():
            a, b = self.column[upper], self.column[lower]
            if a != b:
                self.near[a].append((b, 0))
                self.near[b].append((a, 0))
        for joint, block in self._wiring.beside.items():
            self.near[self.column[joint]].append((self.column[block], -self._distance(joint, block)))

    def spread(self) -> None:
        """Pack the columns to the left, then move each as near to its neighbours as the others let it."""
        x = self.x
        for number in self.order:
            x[number] = max((x[other] + gap for other, gap in self.left[number].items()), default=0)
        for _ in range(PASSES):
            self._pass(self.order[::-1])
            self._pass(self.order)

    def _pass(self, numbers: list[int]) -> None:
        x = self.x
        for number in numbers:
            near = self.near[number]
            if not near:
                continue
            places = sorted([x[other] + offset for other, offset in near])
            wanted = (places[(len(places) - 1) // 2] + places[len(places) // 2]) // 2
            for other, gap in self.right[number].items():
                wanted = min(wanted, x[other] - gap)
            for other, gap in self.left[number].items():
                wanted = max(wanted, x[other] + gap)
            x[number] = wanted

    def settle(self) -> list[int]:
        """Put the columns on the grid, no two that meet on one line of it. Some nodes may lie left of 0."""
        x = self.x
        used: dict[tuple[int, int], int] = {}
        for number in self.order:
            at = -(-x[number] // GRID) * GRID
            for other, gap in self.left[number].items():
                at = max(at, x[other] + gap)
            meeting = {layer + step for layer in self.layers[number] for step in (-1, 0, 1)}
            while any((layer, at) in used for layer in meeting):
                at += GRID
            x[number] = at
            for layer in self.layers[number]:
                used[layer, at] = number
        return [x[column] for column in self.column]
