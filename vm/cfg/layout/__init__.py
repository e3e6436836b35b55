"""Draws a control-flow graph: layers from top to bottom, lines that run straight and turn at right angles.

Each subprogram is drawn by itself, in the order of the program, one below the other. Calls are not drawn as
lines: they would cross everything and say what the text of the block says.
"""

from collections import Counter
from collections.abc import Mapping

from vm.cfg.blocks import EdgeKind
from vm.cfg.graph import ControlFlowGraph, Subprogram
from vm.cfg.layout.model import MIN_WIDTH, Box, Layout, Point, Route, Size, measure
from vm.cfg.layout.ordering import order
from vm.cfg.layout.placing import place
from vm.cfg.layout.ranking import rank
from vm.cfg.layout.routing import Router
from vm.cfg.layout.wiring import wire_up
from vm.source import HookscopeError

__all__ = ["MAX_BLOCKS", "Box", "Layout", "Point", "Route", "Size", "layout", "measure"]

MAX_BLOCKS = 4_000
"""More blocks are not drawn: nobody could read it."""
MARGIN = 12
SUBPROGRAM_GAP = 48
"""Between subprograms; the name of the next fits in."""


def layout(cfg: ControlFlowGraph, sizes: Mapping[int, Size]) -> Layout:
    """The drawing of ``cfg``, whose block ``b`` shows as ``sizes[b]``. The same input gives the same drawing.

    Boxes are at least ``MIN_WIDTH`` wide and 24 high. Raises HookscopeError for more than ``MAX_BLOCKS``.
    """
    if len(cfg.blocks) > MAX_BLOCKS:
        raise HookscopeError.of(
            "cfg-too-large",
            f"the program has {len(cfg.blocks):,} basic blocks, and at most {MAX_BLOCKS:,} are drawn",
            "look at the blocks and loops as text: `hookscope cfg FILE`",
        )
    boxes: dict[int, Box] = {}
    routes: list[Route] = []
    width, top = 0, MARGIN
    for sub in cfg.subprograms:
        part = _subprogram(cfg, sub, sizes)
        boxes |= {block: Box(b.x + MARGIN, b.y + top, b.width, b.height) for block, b in part.blocks.items()}
        routes += [_moved(route, MARGIN, top, len(routes)) for route in part.edges]
        width = max(width, part.width)
        top += part.height + SUBPROGRAM_GAP
    height = top - SUBPROGRAM_GAP + MARGIN if cfg.subprograms else 2 * MARGIN
    return Layout(width + 2 * MARGIN, height, boxes, tuple(routes))


def _moved(route: Route, right: int, down: int, buses: int) -> Route:
    points = tuple((x + right, y + down) for x, y in route.points)
    bus = None if route.bus is None else route.bus + buses
    return Route(route.source, route.target, route.kind, route.pc, route.back, points, bus)


def _subprogram(cfg: ControlFlowGraph, sub: Subprogram, sizes: Mapping[int, Size]) -> Layout:
    first = sub.blocks.start
    box_sizes = [Size(max(sizes[b].width, MIN_WIDTH), max(sizes[b].height, 24)) for b in sub.blocks]
    edges = [edge for block in sub.blocks for edge in cfg.successors[block]]
    ends = [(edge.source - first, edge.target - first) for edge in edges]
    layer = rank(len(sub.blocks), ends)
    wiring = wire_up(layer, ends, [edge.kind is not EdgeKind.TAKEN for edge in edges])
    rows = order(wiring)
    x = place(wiring, rows, [size.width for size in box_sizes])
    router = Router(wiring, rows, x, box_sizes)
    nets = router.nets
    shared = Counter(nets)
    routes = [
        Route(
            edge.source,
            edge.target,
            edge.kind,
            edge.pc,
            edge.back,
            router.points(index),
            nets[index] if shared[nets[index]] > 1 else None,
        )
        for index, edge in enumerate(edges)
    ]
    boxes = {first + block: router.box(block) for block in range(len(sub.blocks))}
    return _framed(boxes, routes, router.height)


def _framed(boxes: dict[int, Box], routes: list[Route], height: int) -> Layout:
    """The drawing moved so that it begins at 0, and its width."""
    places = [x for route in routes for x, _ in route.points]
    left = min([box.x for box in boxes.values()] + places)
    right = max([box.right for box in boxes.values()] + places)
    moved = {block: Box(b.x - left, b.y, b.width, b.height) for block, b in boxes.items()}
    return Layout(right - left, height, moved, tuple(_moved(route, -left, 0, 0) for route in routes))
