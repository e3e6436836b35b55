"""The order of the nodes in each layer: few crossings, and otherwise the order of the program.

Barycentre sweeps (Sugiyama, Tagawa, Toda 1981), then exchanges of neighbours. A joint that stays beside a
block moves with it as one node.
"""

from bisect import bisect_right, insort

from vm.cfg.layout.wiring import Way, Wiring

ROUNDS = 10
PATIENCE = 3
"""Rounds of sweeps, and how many without gain end them."""
EXCHANGES = 6
"""Rounds of exchanging neighbours."""

Rows = list[list[int]]


def order(wiring: Wiring) -> Rows:
    """The nodes of each layer from left to right."""
    sorter = _Sorter(wiring)
    sorter.sweep()
    sorter.exchange()
    return _with_joints(sorter.rows, wiring)


def _with_joints(rows: Rows, wiring: Wiring) -> Rows:
    """The rows with the joints beside blocks in place: lanes that end here, then the block's own lane."""
    beside: dict[int, list[int]] = {}
    for joint, block in wiring.beside.items():
        beside.setdefault(block, []).append(joint)
    own = {wire.line[0] for wire in wiring.wires if wire.way is Way.UP}
    for joints in beside.values():
        joints.sort(key=lambda joint: (joint in own, joint))
    return [[node for host in row for node in (*beside.get(host, ()), host)] for row in rows]


class _Sorter:
    def __init__(self, wiring: Wiring) -> None:
        count = len(wiring.layer)
        host = list(range(count))
        for joint, block in wiring.beside.items():
            host[joint] = block
        self.up: list[list[int]] = [[] for _ in range(count)]
        self.down: list[list[int]] = [[] for _ in range(count)]
        lanes: list[list[int]] = [[] for _ in range(count)]
        for upper, lower, wire in wiring.segments():
            a, b = host[upper], host[lower]
            (lanes if wire.way is Way.UP else self.down)[a].append(b)
            self.up[b].append(a)
        for node, children in enumerate(lanes):
            self.down[node][:0] = children
        self.rows = self._first_rows(wiring, host)
        self.position = [0] * count
        self._number()

    def _first_rows(self, wiring: Wiring, host: list[int]) -> Rows:
        """The nodes of each layer in the order a depth-first walk, main way first, comes to them."""
        rows: Rows = [[] for _ in range(max(wiring.layer, default=-1) + 1)]
        seen = [False] * len(wiring.layer)
        for start in range(len(wiring.layer)):
            waiting = [start] if host[start] == start else []
            while waiting:
                node = waiting.pop()
                if not seen[node]:
                    seen[node] = True
                    rows[wiring.layer[node]].append(node)
                    waiting.extend(reversed(self.down[node]))
        return rows

    def _number(self) -> None:
        position = self.position
        for row in self.rows:
            for index, node in enumerate(row):
                position[node] = index

    def crossings(self) -> int:
        """How many pairs of lines between neighbouring layers cross."""
        position, up = self.position, self.up
        total = 0
        for row in self.rows[1:]:
            passed: list[int] = []
            for node in row:
                above = up[node]
                if len(above) == 1:
                    at = position[above[0]]
                    total += len(passed) - bisect_right(passed, at)
                    insort(passed, at)
                elif above:
                    places = [position[parent] for parent in above]
                    total += sum(len(passed) - bisect_right(passed, at) for at in places)
                    for at in places:
                        insort(passed, at)
        return total

    def sweep(self) -> None:
        """Sort the rows by where their neighbours above, then below, lie; keep the best order seen."""
        best, kept = self.crossings(), [row[:] for row in self.rows]
        idle = 0
        for _ in range(ROUNDS):
            if best == 0 or idle == PATIENCE:
                break
            self._sort(self.rows[1:], self.up)
            self._sort(self.rows[-2::-1], self.down)
            now = self.crossings()
            idle += 1
            if now < best:
                best, kept, idle = now, [row[:] for row in self.rows], 0
        self.rows = kept
        self._number()

    def _sort(self, rows: Rows, near: list[list[int]]) -> None:
        position = self.position
        for row in rows:
            if len(row) == 1:
                continue
            keys: dict[int, float] = {}
            for node in row:
                around = near[node]
                if len(around) == 1:
                    keys[node] = position[around[0]]
                elif around:
                    keys[node] = sum([position[other] for other in around]) / len(around)
                else:
                    keys[node] = position[node]
            row.sort(key=keys.__getitem__)
            for index, node in enumerate(row):
                position[node] = index

    def exchange(self) -> None:
        """Swap neighbours while that removes crossings."""
        for _ in range(EXCHANGES):
            gained = False
            for row in self.rows:
                for index in range(len(row) - 1):
                    left, right = row[index], row[index + 1]
                    if self._gain(left, right) > 0:
                        row[index], row[index + 1] = right, left
                        self.position[right], self.position[left] = index, index + 1
                        gained = True
            if not gained:
                return

    def _gain(self, left: int, right: int) -> int:
        """How many crossings fewer there are with ``right`` before ``left``."""
        position = self.position
        gain = 0
        for near in (self.up, self.down):
            a, b = near[left], near[right]
            if a and b:
                others = [position[other] for other in b]
                for node in a:
                    at = position[node]
                    for other in others:
                        gain += (at > other) - (at < other)
        return gain
