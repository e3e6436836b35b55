"""The control-flow graph as a message: blocks where they are drawn, edges as they are routed."""

from app.schemas.source import BlockView, EdgeView, GraphReply, GraphRequest, GraphView, PointView
from vm.asm import assemble
from vm.cfg.drawing import Drawing, DrawnBlock, DrawnCall, DrawnEdge, draw


def graph(text: str) -> str:
    """A GraphRequest answered by a GraphReply, both as JSON."""
    request = GraphRequest.model_validate_json(text)
    assembly = assemble(request.source)
    shown = assembly.programs or assembly.partials
    drawing = draw(shown[request.program]) if 0 <= request.program < len(shown) else None
    return GraphReply(
        revision=request.revision,
        program=request.program,
        graph=_graph(drawing) if drawing is not None and drawing.blocks else None,
        note=drawing.note if drawing is not None else None,
    ).model_dump_json()


def _graph(drawing: Drawing) -> GraphView:
    return GraphView(
        width=drawing.width,
        height=drawing.height,
        blocks=[_block(block) for block in drawing.blocks],
        edges=[*map(_edge, drawing.edges), *map(_call, drawing.calls)],
    )


def _block(block: DrawnBlock) -> BlockView:
    return BlockView(
        id=block.id,
        first=block.first,
        last=block.last,
        head=block.head,
        label=block.label,
        function=block.function,
        pcs=list(block.pcs),
        lines=list(block.lines),
        reachable=block.reachable,
        loop_depth=block.loop_depth,
        x=block.x,
        y=block.y,
        width=block.width,
        height=block.height,
    )


def _edge(edge: DrawnEdge) -> EdgeView:
    return EdgeView(
        source=edge.source,
        target=edge.target,
        kind=edge.kind,
        back=edge.back,
        points=[PointView(x=x, y=y) for x, y in edge.points],
    )


def _call(call: DrawnCall) -> EdgeView:
    """Calls are not drawn as lines; the list of links names them."""
    return EdgeView(source=call.source, target=call.target, kind=call.kind, back=False, points=[])
