"""Where the lines of a block leave and enter it.

Centres of nodes are multiples of ``GRID``. Other places to leave lie 4 px right of such a multiple, other
places to enter 8 px right of one, so that a line from above never coincides with a line from below.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vm.cfg.layout.ordering import Rows
from vm.cfg.layout.placing import GRID
from vm.cfg.layout.wiring import Way, Wire, Wiring

LEAVE = 4
ENTER = 8
CORNER = 6
"""No port is nearer to a corner."""
_FAR = 1 << 30


@dataclass(slots=True)
class Ports:
    """For each wire the x where it leaves and enters, and its net in the last channel before the target.

    Wires in ``sideways`` leave at the left side; all wires that go up enter there. Their x is not used.
    """

    leave: list[int]
    enter: list[int]
    net: list[int]
    sideways: set[int]


def assign_ports(wiring: Wiring, rows: Rows, x: Sequence[int], widths: Sequence[int]) -> Ports:
    """The ports of all wires."""
    wires = wiring.wires
    ports = Ports([x[wire.source] for wire in wires], [x[wire.target] for wire in wires], [], set())
    ports.net = [wire.net for wire in wires]
    ports.sideways = _sideways(wiring, rows)
    leaving: dict[int, list[int]] = defaultdict(list)
    entering: dict[int, list[int]] = defaultdict(list)
    for index, wire in enumerate(wires):
        if index not in ports.sideways:
            leaving[wire.source].append(index)
        if wire.way is not Way.UP:
            entering[wire.target].append(index)
    for block, group in leaving.items():
        _leave(wires, ports, x, block, group)
    for block, group in entering.items():
        _enter(wires, ports, x, block, group, widths[block] // 2 - CORNER)
    return ports


def _sideways(wiring: Wiring, rows: Rows) -> set[int]:
    """The wires that go up and have nothing between their block and their lane but the block's own joints."""
    position = {node: index for row in rows for index, node in enumerate(row)}
    found = set()
    for index, wire in enumerate(wiring.wires):
        if wire.way is Way.UP:
            row = rows[wiring.layer[wire.source]]
            between = row[position[wire.first] + 1 : position[wire.source]]
            beside = position[wire.first] < position[wire.source]
            if beside and all(wiring.beside.get(node) == wire.source for node in between):
                found.add(index)
    return found


def _leave(wires: Sequence[Wire], ports: Ports, x: Sequence[int], block: int, group: list[int]) -> None:
    """Ports at the bottom: the line that goes straight in the middle, the other on the side it goes to."""
    if len(group) == 1:
        return
    centre = x[block]

    def onward(index: int) -> int:
        wire = wires[index]
        return _FAR if wire.way is Way.OUTSIDE else x[wire.first]

    first, second = sorted(group, key=lambda index: (onward(index) != centre, not wires[index].straight))
    if onward(first) == centre or onward(first) < onward(second):
        side = 1 if onward(second) >= centre else -1
    else:
        side = -1
    ports.leave[second] = _beside(centre, side, 1, LEAVE)
    if onward(first) != centre:
        ports.leave[first] = _beside(centre, -side, 1, LEAVE)


def _beside(centre: int, side: int, steps: int, phase: int) -> int:
    """The port ``steps`` grid lines left (-1) or right (1) of the centre."""
    return centre + GRID * steps + phase if side > 0 else centre - GRID * (steps + 1) + phase


def _enter(
    wires: Sequence[Wire], ports: Ports, x: Sequence[int], block: int, group: list[int], reach: int
) -> None:
    """Ports at the top: what comes straight in the middle, the others on the side they come from."""
    centre = x[block]
    origin: dict[int, int] = {}
    for index in group:
        wire = wires[index]
        if wire.way is Way.OUTSIDE:
            origin[wire.net] = _FAR
        else:
            origin[wire.net] = x[wire.line[-1]] if wire.line else ports.leave[index]
    nets = sorted(origin, key=lambda net: (origin[net], net))
    middle = [net for net in nets if origin[net] == centre][:1] or _alone(nets, origin, centre)
    place = dict.fromkeys(middle, (centre, centre))
    lefts = [net for net in nets if origin[net] <= centre and net not in place]
    rights = [net for net in nets if origin[net] > centre and net not in place]
    for side, waiting in ((-1, lefts[::-1]), (1, rights)):
        for net, port in zip(waiting, _steps(centre, side, bool(middle), reach), strict=False):
            place[net] = (port, net)
    merged: dict[int, int] = {}
    for index in group:
        net = wires[index].net
        port, _ = place[net]
        ports.enter[index] = port
        ports.net[index] = merged.setdefault(port, net)


def _alone(nets: list[int], origin: dict[int, int], centre: int) -> list[int]:
    """Which net enters in the middle where none comes straight: the nearest, unless two flank it."""
    if origin[nets[0]] < centre < origin[nets[-1]] and len(nets) == 2:
        return []
    return [min(nets, key=lambda net: (abs(origin[net] - centre), net))]


def _steps(centre: int, side: int, middle: bool, reach: int) -> Iterator[int]:
    """Ports from the middle outwards; beyond ``reach`` the last one again and again."""
    steps = 1 if middle else 0
    port = _beside(centre, side, steps, ENTER)
    while True:
        yield port
        steps += 1
        outer = _beside(centre, side, steps, ENTER)
        if abs(outer - centre) <= reach:
            port = outer
