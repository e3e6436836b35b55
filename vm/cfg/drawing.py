"""The graph of a program as the browser draws it: boxes with text, lines with corners."""

from dataclasses import dataclass

from vm.cfg.blocks import Block
from vm.cfg.graph import ControlFlowGraph, control_flow
from vm.cfg.layout import MAX_BLOCKS, Layout, Size, layout, measure
from vm.cfg.wording import Wording, instructions
from vm.program import Program

LINES = 10
"""So many lines of text a block shows at most."""


@dataclass(frozen=True, slots=True)
class DrawnBlock:
    """A box in pixels. Its first line is for its name, below it has room for ``lines``.

    ``pcs`` are the slots of all its instructions, also of those that ``lines`` leaves out; ``label`` is the
    first name the text gives to slot ``first``.
    """

    id: int
    first: int
    last: int
    label: str | None
    function: str
    pcs: tuple[int, ...]
    lines: tuple[str, ...]
    reachable: bool
    loop_depth: int
    x: int
    y: int
    width: int
    height: int

    @property
    def head(self) -> str:
        """What the first line says: the slots, and the name if there is one."""
        return _head(self.first, self.last, self.label)


@dataclass(frozen=True, slots=True)
class DrawnEdge:
    """A line between blocks. ``kind`` is ``taken``, ``fallthrough`` or ``jump``; ``pc`` makes the edge.

    Lines with the same ``bus`` run together part of the way.
    """

    source: int
    target: int
    kind: str
    pc: int
    back: bool
    points: tuple[tuple[int, int], ...]
    bus: int | None


@dataclass(frozen=True, slots=True)
class DrawnCall:
    """A call (``call``) or address of a function (``callback``) at ``pc``, from a block to an entry block."""

    source: int
    target: int
    kind: str
    pc: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The drawn graph; ``note`` says why nothing is drawn, if so."""

    width: int
    height: int
    blocks: tuple[DrawnBlock, ...]
    edges: tuple[DrawnEdge, ...]
    calls: tuple[DrawnCall, ...]
    note: str | None = None


def draw(program: Program, lines: int = LINES) -> Drawing:
    """The drawn control-flow graph of any program; blocks show up to ``lines`` lines each, at least 1."""
    cfg = control_flow(program)
    if len(cfg.blocks) > MAX_BLOCKS:
        note = f"{len(cfg.blocks):,} basic blocks are too many to draw; the limit is {MAX_BLOCKS:,}."
        return Drawing(0, 0, (), (), (), note)
    return to_drawing(cfg, program, lines)


def to_drawing(cfg: ControlFlowGraph, program: Program, lines: int = LINES) -> Drawing:
    """The drawing of a graph that is already known. Raises HookscopeError where ``layout`` does."""
    wording = Wording.of(program, cfg)
    texts = {block.id: _text(program, wording, block, max(lines, 1)) for block in cfg.blocks}
    sizes = {block.id: _size(wording, block, texts[block.id]) for block in cfg.blocks}
    placed = layout(cfg, sizes)
    return Drawing(
        placed.width,
        placed.height,
        tuple(_block(cfg, program, wording, block, texts[block.id], placed) for block in cfg.blocks),
        tuple(
            DrawnEdge(r.source, r.target, r.kind.value, r.pc, r.back, r.points, r.bus) for r in placed.edges
        ),
        tuple(DrawnCall(edge.source, edge.target, edge.kind.value, edge.pc) for edge in cfg.calls),
    )


def _head(first: int, last: int, label: str | None) -> str:
    slots = str(first) if first == last else f"{first}–{last}"
    return f"{slots}  {label}" if label else slots


def _text(program: Program, wording: Wording, block: Block, most: int) -> tuple[str, ...]:
    """The instructions of the block; of a long one the first and, always, the last."""
    pcs = [pc for pc, _ in instructions(program, block.first, block.end)]
    if len(pcs) <= most:
        return tuple(wording.text(pc) for pc in pcs)
    last = wording.text(pcs[-1])
    if most == 1:
        return (last,)
    shown = [wording.text(pc) for pc in pcs[: most - 2]]
    return (*shown, f"… {len(pcs) - len(shown) - 1} more", last)


def _size(wording: Wording, block: Block, text: tuple[str, ...]) -> Size:
    head = _head(block.first, block.last, wording.labels.get(block.first))
    return measure((head, *text))


def _block(
    cfg: ControlFlowGraph,
    program: Program,
    wording: Wording,
    block: Block,
    text: tuple[str, ...],
    placed: Layout,
) -> DrawnBlock:
    box = placed.blocks[block.id]
    return DrawnBlock(
        id=block.id,
        first=block.first,
        last=block.last,
        label=wording.labels.get(block.first),
        function=cfg.subprograms[block.subprogram].name,
        pcs=tuple(pc for pc, _ in instructions(program, block.first, block.end)),
        lines=text,
        reachable=cfg.reachable[block.id],
        loop_depth=cfg.depth(block.id),
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
    )
