"""The graph of a program as text: a list of blocks for a terminal, and Graphviz's language."""

from collections.abc import Iterator

from vm.cfg.blocks import EdgeKind, Problem, ProblemKind
from vm.cfg.graph import Block, ControlFlowGraph, Edge, Loop, Subprogram
from vm.cfg.wording import Wording, instructions
from vm.program import Program

_PROBLEMS = {
    ProblemKind.JUMP_OUTSIDE: "jumps to pc {target}, outside the program",
    ProblemKind.JUMP_INTO_LD_IMM64: "jumps to pc {target}, the second half of a 64-bit constant",
    ProblemKind.JUMP_OUT_OF_SUBPROGRAM: "jumps to pc {target}, into another function",
    ProblemKind.CALL_OUTSIDE: "calls pc {target}, outside the program",
    ProblemKind.CALL_INTO_LD_IMM64: "calls pc {target}, the second half of a 64-bit constant",
    ProblemKind.FALLS_OFF: "lets control run on to pc {target}, behind the end of its function",
}
_STYLES = {
    EdgeKind.TAKEN: 'label="taken"',
    EdgeKind.FALL_THROUGH: "",
    EdgeKind.JUMP: "",
    EdgeKind.CALL: 'style=dashed, label="call", constraint=false',
    EdgeKind.CALLBACK: 'style=dotted, label="callback", constraint=false',
}


def render_text(cfg: ControlFlowGraph, program: Program) -> str:
    """Functions, blocks with their instructions and edges, loops, and what could not be followed."""
    wording = Wording.of(program, cfg)
    counts = (
        _count(len(program.slots), "slot"),
        _count(len(cfg.blocks), "block"),
        _count(len(cfg.subprograms), "function"),
        _count(len(cfg.loops), "loop"),
    )
    out = [f"{program.name}: {', '.join(counts)}"]
    calls: dict[int, list[Edge]] = {}
    for edge in cfg.calls:
        calls.setdefault(edge.source, []).append(edge)
    for sub in cfg.subprograms:
        kind = "callback" if sub.callback else "function"
        out += ["", f"{kind} {sub.name}, pc {_span(sub.start, sub.end - 1)}"]
        for number in sub.blocks:
            out += ["", *_block(cfg, program, wording, cfg.blocks[number])]
            out += [_edge(edge) for edge in (*calls.get(number, ()), *cfg.successors[number])]
    if cfg.loops:
        out += ["", "loops", *(_loop(cfg, index, loop) for index, loop in enumerate(cfg.loops))]
    if cfg.problems:
        out += ["", "problems", *(_problem(problem) for problem in cfg.problems)]
    return "\n".join(out) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _block(cfg: ControlFlowGraph, program: Program, wording: Wording, block: Block) -> Iterator[str]:
    label = wording.labels.get(block.first)
    marks = [f"pc {_span(block.first, block.last)}"]
    above = cfg.idom[block.id]
    if above is not None:
        marks.append(f"dominated by block {above}")
    if cfg.depth(block.id):
        marks.append(f"loop depth {cfg.depth(block.id)}")
    if not cfg.reachable[block.id]:
        marks.append("unreachable")
    yield f"block {block.id}{f' {label}' if label else ''}: {', '.join(marks)}"
    for pc, _ in instructions(program, block.first, block.end):
        yield f"{pc:6}: {wording.text(pc)}"


def _edge(edge: Edge) -> str:
    back = ", back edge" if edge.back else ""
    return f"     -> block {edge.target} ({edge.kind.value}{back})"


def _loop(cfg: ControlFlowGraph, index: int, loop: Loop) -> str:
    body = ", ".join(map(str, cfg.body(index)))
    latches = " and ".join(map(str, loop.latches))
    return f"  block {loop.header}: depth {loop.depth}, blocks {body}, back from {latches}"


def _problem(problem: Problem) -> str:
    return f"  pc {problem.pc} {_PROBLEMS[problem.kind].format(target=problem.target)}"


def render_dot(cfg: ControlFlowGraph, program: Program) -> str:
    """The graph in Graphviz's language, a cluster for each function."""
    wording = Wording.of(program, cfg)
    out = [
        f"digraph {_quoted(program.name)} {{",
        '  node [shape=box, fontname="monospace", fontsize=10]',
        "  edge [fontsize=9]",
    ]
    for sub in cfg.subprograms:
        out += [f"  {line}" for line in _cluster(cfg, program, wording, sub)]
    for edge in cfg.edges:
        style = [_STYLES[edge.kind]] if _STYLES[edge.kind] else []
        style += ["color=red"] if edge.back else []
        out.append(f"  b{edge.source} -> b{edge.target}" + (f" [{', '.join(style)}]" if style else ""))
    return "\n".join([*out, "}"]) + "\n"


def _cluster(cfg: ControlFlowGraph, program: Program, wording: Wording, sub: Subprogram) -> Iterator[str]:
    yield f"subgraph cluster_{sub.index} {{"
    yield f"  label={_quoted(sub.name)}"
    for number in sub.blocks:
        block = cfg.blocks[number]
        rows = [f"{pc}: {wording.text(pc)}" for pc, _ in instructions(program, block.first, block.end)]
        if block.first in wording.labels:
            rows.insert(0, f"{wording.labels[block.first]}:")
        faded = "" if cfg.reachable[number] else ", style=dashed"
        text = "\\l".join(_escaped(row) for row in rows)
        yield f'  b{number} [label="{text}\\l"{faded}]'
    yield "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'
