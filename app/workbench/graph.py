"""The control-flow graph as a message: blocks where they are drawn, edges as they are routed."""

from app.schemas.source import BlockView, EdgeView, GraphView, PointView
from vm.asm import Line, disassemble
from vm.cfg.graph import Block, ControlFlowGraph, Edge, control_flow
from vm.cfg.layout import MAX_BLOCKS, Layout, Route, layout, measure
from vm.program import Program

SHOWN_LINES = 12
"""Instructions of a block that are drawn; of a longer one, the first and last, and how many between."""


def graph_view(program: Program) -> GraphView | None:
    """The drawn graph; None for a program too large to draw or without an instruction."""
    cfg = control_flow(program)
    if not cfg.blocks or len(cfg.blocks) > MAX_BLOCKS:
        return None
    listing = disassemble(program)
    lines = {block.id: _lines(listing, block) for block in cfg.blocks}
    drawn = layout(cfg, {block: measure(text) for block, text in lines.items()})
    labels = {pc: name for name, pc in reversed(list(program.labels.items()))}
    return GraphView(
        width=drawn.width,
        height=drawn.height,
        blocks=[_block(cfg, block, drawn, listing, lines[block.id], labels) for block in cfg.blocks],
        edges=[*map(_route, drawn.edges), *map(_call, cfg.calls)],
    )


def _lines(listing: tuple[Line, ...], block: Block) -> list[str]:
    texts = [line.text for line in listing if block.first <= line.pc <= block.last]
    if len(texts) <= SHOWN_LINES:
        return texts
    hidden = len(texts) - SHOWN_LINES + 1
    return [*texts[: SHOWN_LINES - 4], f"… {hidden} more", *texts[-3:]]


def _block(
    cfg: ControlFlowGraph,
    block: Block,
    drawn: Layout,
    listing: tuple[Line, ...],
    lines: list[str],
    labels: dict[int, str],
) -> BlockView:
    box = drawn.blocks[block.id]
    loop = cfg.innermost[block.id]
    return BlockView(
        id=block.id,
        first=block.first,
        last=block.last,
        label=labels.get(block.first),
        function=cfg.subprograms[block.subprogram].name,
        pcs=[line.pc for line in listing if block.first <= line.pc <= block.last],
        lines=lines,
        reachable=cfg.reachable[block.id],
        loop_depth=cfg.loops[loop].depth if loop is not None else 0,
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
    )


def _route(route: Route) -> EdgeView:
    return EdgeView(
        source=route.source,
        target=route.target,
        kind=route.kind.value,
        back=route.back,
        points=[PointView(x=x, y=y) for x, y in route.points],
    )


def _call(edge: Edge) -> EdgeView:
    """Calls are not drawn as lines; the list of links names them."""
    return EdgeView(source=edge.source, target=edge.target, kind=edge.kind.value, back=False, points=[])
