"""What must hold of every drawing, and how many lines cross in it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from vm.cfg.layout import Box, Layout, Point, Route

Segment = tuple[Point, Point]


def segments(points: Sequence[Point]) -> Iterator[Segment]:
    """The straight pieces of a line, each from its smaller to its larger end."""
    for a, b in pairwise(points):
        yield (a, b) if a <= b else (b, a)


def faults(layout: Layout) -> list[str]:
    """Everything wrong with a drawing; empty when it is right."""
    return [
        *_boxes_overlap(layout.blocks),
        *(fault for route in layout.edges for fault in _badly_drawn(route, layout)),
        *_lines_overlap(layout.edges),
    ]


def _boxes_overlap(boxes: Mapping[int, Box]) -> Iterator[str]:
    placed = sorted(boxes.items(), key=lambda item: item[1].y)
    for index, (a, upper) in enumerate(placed):
        for b, lower in placed[index + 1 :]:
            if lower.y >= upper.bottom:
                break
            if lower.x < upper.right and upper.x < lower.right:
                yield f"blocks {a} and {b} overlap"


def _badly_drawn(route: Route, layout: Layout) -> Iterator[str]:
    name = f"edge {route.source}->{route.target}"
    source, target = layout.blocks[route.source], layout.blocks[route.target]
    (x0, y0), (x1, y1) = route.points[0], route.points[-1]
    if not ((y0 == source.bottom and source.x < x0 < source.right) or (x0 == source.x and _in(y0, source))):
        yield f"{name} does not begin at its block"
    if not ((y1 == target.y and target.x < x1 < target.right) or (x1 == target.x and _in(y1, target))):
        yield f"{name} does not end at its block"
    for (ax, ay), (bx, by) in segments(route.points):
        if ax != bx and ay != by:
            yield f"{name} is slanted"
        if not (0 <= ax <= bx <= layout.width and min(ay, by) >= 0 and max(ay, by) <= layout.height):
            yield f"{name} leaves the drawing"
    for piece in segments(route.points):
        for block, box in layout.blocks.items():
            if _through(piece, box):
                yield f"{name} runs through block {block}"


def _in(y: int, box: Box) -> bool:
    return box.y < y < box.bottom


def _through(piece: Segment, box: Box) -> bool:
    """Whether the piece has a point inside the box; touching the border is allowed."""
    (ax, ay), (bx, by) = piece
    return ax < box.right and bx > box.x and min(ay, by) < box.bottom and max(ay, by) > box.y


def _lines_overlap(routes: Iterable[Route]) -> Iterator[str]:
    """Pieces of different edges that run along one another, but for those of one bus."""
    lines: dict[tuple[str, int], list[tuple[int, int, Route]]] = defaultdict(list)
    for route in routes:
        for (ax, ay), (bx, by) in segments(route.points):
            if ax == bx:
                lines["|", ax].append((min(ay, by), max(ay, by), route))
            else:
                lines["-", ay].append((ax, bx, route))
    for pieces in lines.values():
        pieces.sort(key=lambda piece: piece[:2])
        for index, (_, high, a) in enumerate(pieces):
            for low, _, b in pieces[index + 1 :]:
                if low >= high:
                    break
                if a is not b and (a.bus is None or a.bus != b.bus):
                    yield f"edges {a.source}->{a.target} and {b.source}->{b.target} overlap"


Line = tuple[int, Sequence[tuple[float, float]]]


def crossings(lines: Iterable[Line]) -> int:
    """How many points there are where lines of different families cross; a line is (family, points).

    A family is what may share lines: drawn once, it is counted once.
    """
    across: list[tuple[float, float, float, int]] = []
    upright: list[tuple[float, float, float, int]] = []
    for family, points in lines:
        for (ax, ay), (bx, by) in pairwise(points):
            if abs(ax - bx) < 1e-6:
                upright.append((ax, min(ay, by), max(ay, by), family))
            else:
                across.append((ay, min(ax, bx), max(ax, bx), family))
    upright.sort()
    found = set()
    for y, low, high, family in across:
        for x, top, bottom, other in upright:
            if x >= high:
                break
            if x > low and top < y < bottom and family != other:
                found.add((round(x, 3), round(y, 3), family, other))
    return len(found)
