"""How long control-flow graphs take to find, draw and check, and how many lines cross in the drawings."""

import statistics
import time
from collections.abc import Callable

from tests.bench.row import Row, at_most
from tests.vm.cfg.drawing import crossings, faults
from tests.vm.cfg.programs import EXIT, MOV, branch, program, structured
from vm.cfg.drawing import draw
from vm.cfg.graph import ControlFlowGraph, control_flow
from vm.cfg.layout import Layout, Size, layout
from vm.cfg.structure import check_structure
from vm.program import Program

SEEDS = range(8)


def bench() -> list[Row]:
    return [*_layouts(100, 30), *_layouts(500, 300), *_whole()]


def _layouts(blocks: int, limit: float) -> list[Row]:
    graphs = [_sized(blocks, seed) for seed in SEEDS]
    times = [_best(lambda cfg=cfg: _drawn(cfg)) for cfg in graphs]  # type: ignore[misc]
    drawings = [_drawn(cfg) for cfg in graphs]
    wrong = sum(len(faults(drawing)) for drawing in drawings)
    crossed = sum(crossings((route.target, route.points) for route in drawing.edges) for drawing in drawings)
    return [
        at_most(f"layout of {blocks} blocks, slowest of {len(graphs)} graphs", max(times), "ms", limit),
        Row(f"layout of {blocks} blocks, median", statistics.median(times), "ms"),
        at_most(f"faults in drawings of {blocks} blocks", wrong, "", 0),
        Row(f"crossings in a drawing of {blocks} blocks, mean", crossed / len(drawings), ""),
    ]


def _sized(blocks: int, seed: int) -> ControlFlowGraph:
    """A graph of about ``blocks`` blocks shaped like a compiled program's, and not of fewer."""
    asked = blocks
    while True:
        cfg = control_flow(structured(seed, asked))
        if len(cfg.blocks) >= blocks:
            return cfg
        asked += max(1, (blocks - len(cfg.blocks)) // 2)


def _drawn(cfg: ControlFlowGraph) -> Layout:
    return layout(
        cfg, {block.id: Size(150, 30 + 16 * min(block.end - block.first, 10)) for block in cfg.blocks}
    )


def _whole() -> list[Row]:
    large = _large()
    typical = structured(1, 40)
    return [
        Row("graph of 100,000 instructions", _best(lambda: control_flow(large), 1), "ms"),
        Row("structural check of 100,000 instructions", _best(lambda: check_structure(large), 1), "ms"),
        Row(f"drawing with text, {len(typical.slots)} instructions", _best(lambda: draw(typical)), "ms"),
        Row(
            f"structural check, {len(typical.slots)} instructions",
            _best(lambda: check_structure(typical)),
            "ms",
        ),
    ]


def _large() -> Program:
    """Checks that all jump to one exit: the worst case of simple dominator algorithms."""
    count = 100_000
    return program(
        *(branch(min(count - pc, 30_000)) if pc % 4 == 0 else MOV for pc in range(count)), MOV, EXIT
    )


def _best(work: Callable[[], object], times: int = 5) -> float:
    """Milliseconds of the fastest of several runs."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return min(found) * 1000
